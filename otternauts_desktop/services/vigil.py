"""Notices that the machine slept: what was connected before may be gone without a word.

A timer of one second that comes late on the wall clock tells it. The monotonic clock alone does
not: on Linux and macOS it stands still meanwhile. Setting the clock by hand looks the same, and
does no harm: connections are only asked whether they still answer.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Final

TICK_SECONDS: Final = 1.0
LATE_SECONDS: Final = 3.0


async def wakings() -> AsyncIterator[float]:
    """Yields, after each sleep, about how many seconds it took."""
    while True:
        before = time.time()
        await asyncio.sleep(TICK_SECONDS)
        late = time.time() - before - TICK_SECONDS
        if abs(late) > LATE_SECONDS:
            yield late
