"""What all tests need: `async def` tests, run on a fresh loop each."""

import asyncio
import inspect
import os
from collections.abc import Iterator

import pytest

from tests.coroutines import bounded

pytest_plugins = ["tests.lab.fixtures"]


_PASSPHRASE = "OTTERNAUTS_SECRET_KEY"


@pytest.fixture(autouse=True)
def _no_passphrase_of_another_test() -> Iterator[None]:
    """What opens the encrypted vault is each test's own, also where a scene has set it."""
    before = os.environ.pop(_PASSPHRASE, None)
    yield
    os.environ.pop(_PASSPHRASE, None)
    if before is not None:
        os.environ[_PASSPHRASE] = before


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a coroutine test on plain asyncio, with a limit of 60 s or what `seconds` says."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    asyncio.run(bounded(pyfuncitem, 60))
    return True
