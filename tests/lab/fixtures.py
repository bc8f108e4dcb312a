"""The lab as a pytest fixture: `pytest_plugins = ["tests.lab.fixtures"]` in the top conftest."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.lab.can_boot import why_not

if TYPE_CHECKING:
    from tests.lab.lab import Lab


@pytest.fixture(scope="session")
def lab() -> Iterator["Lab"]:
    """One real swarm for the whole session; a test leaves it as it found it."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    from tests.lab.base_image import locked
    from tests.lab.lab import RUNNING, Lab

    state_file = Path(os.environ.get("OTTERNAUTS_LAB") or RUNNING)
    with ExitStack() as stack:
        if state_file.exists():  # a lab is up already: taken, unless another session has it
            running = Lab.open(state_file)
            lock = running.folder / "session.lock"
            if stack.enter_context(locked(lock, wait=False)) and running.ready():
                yield running
                return
        own = Lab.boot()
        stack.callback(own.down)
        yield own


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process has the lab, so that there is one; the others run what needs none meanwhile."""
    for item in items:
        if item.get_closest_marker("lab") or "lab" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("lab"))
