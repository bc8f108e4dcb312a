"""asyncio on Qt's event loop, with one Qt timer for everything that is to be called.

qasync starts a Qt timer for each `call_later` and lets it live to its deadline even when it is
cancelled; asyncssh's keepalive cancels one per chunk of data, so thousands pile up (measured:
4,049 in 10 s of log streaming, against 1 here). It also rounds them down, so they fire early.
"""

import asyncio
import contextvars
import heapq
import time
from collections import deque
from collections.abc import Callable
from math import ceil
from typing import Final, TypeVarTuple

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

SLICE_SECONDS: Final = 0.008
"""So long callbacks run before Qt may paint and hear the mouse again."""
_Args = TypeVarTuple("_Args")
_SWEEP_AT: Final = 100
"""Cancelled timers are swept out when there are so many, and more than half are."""


class OneTimerLoop(QEventLoop):
    """A `QEventLoop` whose callbacks wait in a queue and whose timers wait in a heap."""

    def __init__(self, app: QApplication) -> None:
        self._soon: deque[asyncio.Handle] = deque()
        self._later: list[asyncio.TimerHandle] = []
        self._cancelled = 0
        self._alarm = QTimer()
        self._alarm.setSingleShot(True)
        self._alarm.setTimerType(Qt.TimerType.PreciseTimer)
        self._alarm.timeout.connect(self._run_due)
        super().__init__(app)

    @property
    def timers(self) -> int:
        """How many timers wait, cancelled ones that are not swept out yet included."""
        return len(self._later)

    def call_soon(
        self,
        callback: Callable[[*_Args], object],
        *args: *_Args,
        context: contextvars.Context | None = None,
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._soon.append(handle)
        if len(self._soon) == 1:
            self._alarm.start(0)
        return handle

    def call_later(
        self,
        delay: float,
        callback: Callable[[*_Args], object],
        *args: *_Args,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[*_Args], object],
        *args: *_Args,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._later, handle)
        if self._later[0] is handle:
            self._arm()
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """asyncio tells that a timer won't be needed."""
        self._cancelled += 1
        if self._cancelled > _SWEEP_AT and self._cancelled * 2 > len(self._later):
            self._later = [timer for timer in self._later if not timer.cancelled()]
            heapq.heapify(self._later)
            self._cancelled = 0

    def _arm(self) -> None:
        if self._soon:
            self._alarm.start(0)
        elif self._later:
            # Rounded up: a timer must never fire early.
            wait = ceil((self._later[0].when() - self.time()) * 1000)
            self._alarm.start(max(wait, 0))

    def _run_due(self) -> None:
        started = time.monotonic()
        while self._later and (self._later[0].when() <= self.time() or self._later[0].cancelled()):
            handle = heapq.heappop(self._later)
            if handle.cancelled():
                self._cancelled = max(self._cancelled - 1, 0)
            else:
                self._soon.append(handle)
        # What is added while these run waits for the next turn, as in asyncio.
        for _ in range(len(self._soon)):
            soon = self._soon.popleft()
            if not soon.cancelled():
                soon._run()  # what asyncio's own loop does
            if time.monotonic() - started > SLICE_SECONDS:
                break
        self._arm()

    def close(self) -> None:
        self._alarm.stop()
        super().close()
        self._soon.clear()
        self._later.clear()
