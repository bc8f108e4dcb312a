"""Journeys: through the window on its own loop, and on swarms of two and of three nodes."""

from collections.abc import Iterator

import pytest

from tests.lab.lab import Lab
from tests.ui.conftest import dressed, pytest_pyfunc_call

__all__ = ["dressed", "pytest_pyfunc_call", "swarm"]


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
