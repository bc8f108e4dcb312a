"""What all tests need: `async def` tests, run on a fresh loop each."""

import asyncio
import inspect

import pytest

from tests.coroutines import bounded

pytest_plugins = ["tests.lab.fixtures"]


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a coroutine test on plain asyncio, with a limit of 60 s or what `seconds` says."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    asyncio.run(bounded(pyfuncitem, 60))
    return True
