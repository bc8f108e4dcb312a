"""From the first screen to a fleet in orbit: with the mouse, and with nothing but the keyboard."""

from tests.journeys.person import Person


def test_to_a_first_launch_in_the_simulator(person: Person) -> None:
    person.sees("Ready for your first mission?")
    person.sees("Nothing leaves this computer.")
    person.clicks("Try the flight simulator")
    person.sees("Docker Swarm, 3 outposts")
    person.sees("SIMULATOR")
    person.clicks("New fleet…")
    person.sees("Nothing is launched yet.")
    person.types("first")
    person.clicks("Create draft")
    person.sees("Create service")
    person.clicks("Launch…")
    person.sees("This is what will change:")
    person.clicks("Launch")
    person.sees("is in orbit")
    person.clicks("Overview")
    person.sees("Running")
    person.leaves()
