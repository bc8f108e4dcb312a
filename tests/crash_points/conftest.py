"""What goes on in the tests' own process waits as little as the program that is killed."""

import pytest

from tests.crash_points.killed import HURRIED


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, seconds in HURRIED:
        monkeypatch.setattr(module, name, seconds)
