"""Journeys: a person at a screen; the window's code path on swarms of two and three nodes."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.journeys.person import Person, at_the_screen
from tests.journeys.screen import Screen, open_screen, why_not
from tests.lab.lab import Lab
from tests.ui.conftest import dressed, pytest_pyfunc_call, without_keyring

__all__ = ["dressed", "pytest_pyfunc_call", "swarm", "without_keyring"]


@pytest.fixture(scope="session")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """One screen for all who sit down at it, one after another."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with open_screen(tmp_path_factory.mktemp("screen")) as screen:
        yield screen


@pytest.fixture
def person(screen: Screen, tmp_path: Path) -> Iterator[Person]:
    """Somebody who starts the program for the first time."""
    with at_the_screen(screen, tmp_path / "home") as person:
        yield person


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A journey that fails leaves what was on the screen: as a picture, and as words."""
    report = yield
    person, folder = item.funcargs.get("person"), item.funcargs.get("tmp_path")
    if (
        report.when == "call"
        and report.failed
        and isinstance(person, Person)
        and isinstance(folder, Path)
    ):
        picture = folder / "screen.png"
        person.picture(picture)
        words = "\n".join(f"{seen.role}: {seen.words}" for seen in person.reads() if seen.words)
        report.sections.append(("on the screen", f"{picture}\n{words}"))
    return report


@pytest.fixture(params=["three nodes", "two nodes"])
def swarm(request: pytest.FixtureRequest, lab: Lab) -> Iterator[Lab]:
    if request.param == "three nodes":
        yield lab
        return
    pair = Lab.boot(("orion-1", "vega-1"), managers=1)
    try:
        yield pair
    finally:
        pair.down()
