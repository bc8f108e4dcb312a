"""What goes wrong is said with its cause, and the way on is taken: by the keyboard alone."""

import pytest

from tests.journeys.person import Person
from tests.journeys.steps import SHOW_FINGERPRINT, adds_an_outpost
from tests.lab import faults
from tests.lab.lab import Lab


def test_a_launch_that_fails_is_understood_mended_and_launched_again(person: Person) -> None:
    person.sees("Ready for your first mission?")
    person.presses("ctrl+shift+n")
    person.sees("Docker Swarm, 3 outposts")
    person.presses("ctrl+shift+f")
    person.sees("Nothing is launched yet.")
    person.types("first")
    person.presses("Return")
    person.sees("Create service")
    person.presses("ctrl+2", "ctrl+Home", "Down", "Down", "Down", "End", *["BackSpace"] * 4)
    person.types("0.0.0")
    person.presses("Escape")
    person.presses("ctrl+Return")
    person.sees("This is what will change:")
    person.presses("Return")
    person.sees("The launch of first failed", within=60)
    person.sees("No such image: nginx:0.0.0")
    person.presses("ctrl+2", "ctrl+Home", "Down", "Down", "Down", "End", *["BackSpace"] * 5)
    person.types("1.27")
    person.presses("Escape")
    person.presses("ctrl+Return")
    person.sees("This is what will change:")
    person.presses("Return")
    person.sees("is in orbit", within=60)
    person.leaves()


@pytest.mark.lab
def test_a_connection_is_lost_and_comes_back(person: Person, lab: Lab) -> None:
    manager = lab.nodes[0]
    person.sees("Ready for your first mission?")
    adds_an_outpost(person, lab, manager)
    with faults.silent(manager):
        person.sees("Reconnecting, as of")
        person.sees("Attempt 1 is under way.")
        person.sees("Unreachable, as of")
        person.sees("did not answer within 8 s")
        person.sees("Reconnect now")
        person.sees("next in")
    person.sees(f"via {manager.name}")
    person.sees("the connection is back")
    person.sees_no_more("as of")
    person.leaves()


@pytest.mark.lab
def test_another_manager_takes_over(person: Person, lab: Lab) -> None:
    first, second = lab.nodes[:2]
    person.sees("Ready for your first mission?")
    adds_an_outpost(person, lab, first)
    adds_an_outpost(person, lab, second)
    person.sees("The swarm has two managers")
    with faults.silent(first):
        person.sees(f"via {second.name}")
        person.sees("Reconnecting")
    person.sees_no_more("Reconnecting")
    person.leaves()


@pytest.mark.lab
def test_a_changed_host_key_is_compared_before_it_is_trusted(person: Person, lab: Lab) -> None:
    manager = lab.nodes[0]
    person.sees("Ready for your first mission?")
    adds_an_outpost(person, lab, manager)
    old = manager.ask(*SHOW_FINGERPRINT)
    with faults.with_other_host_key(manager):
        person.sees("Fingerprint changed, as of")
        person.sees("Server fingerprint has changed!")
        person.tabs_to("Compare fingerprints…")
        person.presses("space")
        person.sees("You confirmed this one:")
        person.sees(old.split()[1])
        person.types(old)
        person.sees("It is another one!")
        person.presses("ctrl+a")
        person.types(manager.ask(*SHOW_FINGERPRINT))
        person.sees("It matches.")
        person.presses("Return")
        person.sees(f"via {manager.name}")
    person.sees("Fingerprint changed, as of")
    person.leaves()


@pytest.mark.lab
def test_a_refused_login_waits_for_the_person(person: Person, lab: Lab) -> None:
    manager = lab.nodes[0]
    person.sees("Ready for your first mission?")
    adds_an_outpost(person, lab, manager)
    with faults.refusing_every_key(manager):
        person.sees("Login refused, as of")
        person.sees("Authentication failed.")
    person.tabs_to("Log in again")
    person.presses("space")
    person.sees(f"via {manager.name}")
    person.sees_no_more("Login refused")
    person.leaves()
