"""Coroutines started by a widget: kept, ended with it, and their errors shown.

`asyncSlot` keeps no reference to its task, which may then vanish in the middle.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject

from otternauts_desktop.core.errors import KnownError


class Tasks:
    """The running coroutines of one owner. `on_error` is told each known error."""

    def __init__(self, owner: QObject, on_error: Callable[[KnownError], None]) -> None:
        self._tasks: dict[asyncio.Task[None], str] = {}
        self._on_error = on_error
        owner.destroyed.connect(self.cancel_all)

    def start(
        self,
        work: Coroutine[Any, Any, None],
        *,
        key: str = "",
        on_error: Callable[[KnownError], None] | None = None,
    ) -> None:
        """Run `work`. One that is running under the same `key` is cancelled first."""
        if key:
            self.cancel(key)
        task = asyncio.ensure_future(work)
        self._tasks[task] = key
        task.add_done_callback(lambda done: self._ended(done, on_error or self._on_error))

    def cancel(self, key: str) -> None:
        """End what runs under `key`."""
        for task, its_key in list(self._tasks.items()):
            if its_key == key:
                task.cancel()

    def cancel_all(self) -> None:
        """End everything."""
        for task in list(self._tasks):
            task.cancel()

    async def close(self) -> None:
        """End everything and wait until it has ended."""
        self.cancel_all()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None], on_error: Callable[[KnownError], None]) -> None:
        self._tasks.pop(task, None)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, KnownError):
            on_error(error)
        elif error is not None:
            sys.excepthook(type(error), error, error.__traceback__)
