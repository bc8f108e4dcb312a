"""What every journey on the lab begins with."""

from tests.journeys.person import Person
from tests.lab.lab import Lab
from tests.lab.node import LabNode

SHOW_FINGERPRINT = ("ssh-keygen", "-lf", "/etc/ssh/ssh_host_ed25519_key.pub")


def adds_an_outpost(person: Person, lab: Lab, node: LabNode) -> None:
    """By the keyboard alone, comparing the fingerprint with what the node's console prints."""
    person.presses_until("ctrl+n", "Nothing is changed on it")
    person.types(node.host)
    person.tabs_to("User")
    person.types(node.user)
    person.tabs_to("Agent")
    person.presses("Right")  # to "File"
    person.tabs_to("Path of the private key")
    person.types(str(lab.key_file))
    person.presses("Return")
    person.sees("It shows this fingerprint:")
    person.types(node.ask(*SHOW_FINGERPRINT))
    person.sees("It matches.")
    person.presses("Return")
    person.sees(f"{node.name} is one of your outposts now.")
    person.sees(f"Docker Swarm, {len(lab.nodes)} outposts")
