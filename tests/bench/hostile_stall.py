"""How long a flight plan that means harm keeps the window from anything else."""

import asyncio
import os
import time
from collections.abc import Iterator
from typing import Final

from tests.bench.figure import Figure
from tests.core.hostile import REFUSED, TOLD

TICK: Final = 0.001


def measure() -> Iterator[Figure]:
    """Read each text in a thread, as the editor does, and time each turn of the window's loop."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from otternauts_desktop.ui.event_loop import OneTimerLoop

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    loop = OneTimerLoop(app)
    asyncio.set_event_loop(loop)
    with loop:
        stalls = loop.run_until_complete(_stalls())
    asyncio.set_event_loop(None)
    name = max(stalls, key=stalls.__getitem__)
    detail = f"worst of {len(stalls)}: {name}"
    yield Figure(
        "a text that means harm, stall of the window", stalls[name] * 1000, 50, "ms", detail
    )


async def _stalls() -> dict[str, float]:
    from otternauts_desktop.core.fleet.flight_plan import read

    found = {}
    for name, text in {**REFUSED, **TOLD}.items():
        worst, last = 0.0, time.perf_counter()
        reading = asyncio.ensure_future(asyncio.to_thread(read, text))
        while not reading.done():
            await asyncio.sleep(TICK)
            now = time.perf_counter()
            worst, last = max(worst, now - last), now
        found[name] = worst
    return found
