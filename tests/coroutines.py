"""Runs `async def` tests: once for plain asyncio, once for the window's own loop."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest


def bounded(item: pytest.Function, seconds: float) -> Coroutine[Any, Any, None]:
    """The test with its fixtures, ended after `seconds` or what its marker `seconds` says."""
    marker = item.get_closest_marker("seconds")
    limit = marker.args[0] if marker else seconds
    names = item._fixtureinfo.argnames
    arguments = {name: item.funcargs[name] for name in names}

    async def run() -> None:
        async with asyncio.timeout(limit):
            await item.obj(**arguments)

    return run()
