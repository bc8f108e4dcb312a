"""What all tests need: `async def` tests, run on a fresh loop each."""

import asyncio
import inspect

import pytest

pytest_plugins = ["tests.lab.fixtures"]


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a coroutine test on plain asyncio, with a limit of 20 s or what `seconds` says."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    marker = pyfuncitem.get_closest_marker("seconds")
    limit = marker.args[0] if marker else 20
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}

    async def bounded() -> None:
        async with asyncio.timeout(limit):
            await pyfuncitem.obj(**arguments)

    asyncio.run(bounded())
    return True
