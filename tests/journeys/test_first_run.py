"""From the first screen to a fleet in orbit: with the mouse, and with nothing but the keyboard."""

from pathlib import Path

import pytest

from tests.journeys.oracle import remove, stack_ps
from tests.journeys.person import Person, at_the_screen
from tests.journeys.screen import Screen
from tests.journeys.steps import adds_an_outpost
from tests.lab.lab import Lab


def test_a_newcomer_is_three_clicks_from_a_launched_fleet(screen: Screen, tmp_path: Path) -> None:
    """As the README says: one command (`make run ARGS=--simulate`), then these."""
    with at_the_screen(screen, tmp_path / "home", "--simulate") as person:
        person.sees("Docker Swarm, 3 outposts")
        person.clicks("hello, Draft, not launched, Draft")  # in the navigator
        person.clicks("Launch…")
        person.sees("This is what will change:")
        person.clicks("Launch")
        person.sees("hello is in orbit")
        person.leaves()


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


@pytest.mark.lab
def test_to_a_fleet_on_a_real_swarm_with_nothing_but_the_keyboard(person: Person, lab: Lab) -> None:
    person.sees("Ready for your first mission?")
    adds_an_outpost(person, lab, lab.nodes[0])
    person.presses("ctrl+shift+f")
    person.sees("Nothing is launched yet.")
    person.types("first")
    person.presses("Return")
    person.sees("Create service")
    person.presses("ctrl+Return")
    person.sees("This is what will change:")
    person.tabs_to("Pin images to their digests (Docker asks the registry)")
    person.presses("space")
    person.tabs_to("Launch")
    person.presses("space")
    try:
        person.sees("is in orbit", within=90)
        running = {(name, state) for name, _, state in stack_ps(lab, "first")}
        assert running == {("web.1", "running"), ("web.2", "running"), ("cache.1", "running")}
        person.presses("ctrl+1")
        person.sees("Running")
        person.leaves()
    finally:
        remove(lab, "first")
