"""The log console with a million lines: memory, speed, and how long the window stands still."""

import asyncio
import gc
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.services.log_files import write_log
from tests.bench.figure import Figure

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from otternauts_desktop.ui.log_console import LogConsole

LINES, PORTION, CHUNK = 1_000_000, 20_000, 500
RATE, SECONDS = 8_000, 10
_EXPRESSION: Final = r"/ 50\d in 9\d.*ms/"


def measure() -> Iterator[Figure]:
    """Fill a console as transmissions do, then look at it while more lines come."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from otternauts_desktop.desktop import SWITCH_SECONDS
    from otternauts_desktop.ui.event_loop import OneTimerLoop
    from otternauts_desktop.ui.log_console import LogConsole
    from otternauts_desktop.ui.theme import theme

    sys.setswitchinterval(SWITCH_SECONDS)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme().apply(app)
    loop = OneTimerLoop(app)
    asyncio.set_event_loop(loop)
    console = LogConsole()
    console.resize(1200, 700)
    console.show()
    with loop:
        yield from _filled(app, console)
        yield from loop.run_until_complete(_streamed(console))
        yield from loop.run_until_complete(_searched(console))
        yield from loop.run_until_complete(_taken_out(console))
    console.lines.close()
    console.deleteLater()
    asyncio.set_event_loop(None)


def _lines(first: int, count: int, chance: random.Random) -> list[LogLine]:
    """Lines of about 100 characters that don't repeat each other, of 15 replicas."""
    made = []
    for number in range(first, first + count):
        seconds, nanos = divmod(number * 211_003, 10**9)
        stamp = f"2026-07-28T09:{seconds // 60:02}:{seconds % 60:02}.{nanos:09}Z"
        word = chance.choice(("INFO", "WARN", "ERROR", "DEBUG"))
        text = (
            f"{word} request {chance.getrandbits(64):016x} GET /v1/orders/{chance.randrange(10**6)}"
            f" {chance.choice((200, 404, 500))} in {chance.random() * 100:.2f} ms"
            f" user={chance.randrange(10**5)} agent=Mozilla/5.0"
        )
        replica = number % 15
        made.append(
            LogLine(stamp, "web", replica, f"task{replica:021}", "node", number % 3 == 0, text)
        )
    return made


def _filled(app: "QApplication", console: "LogConsole") -> Iterator[Figure]:
    chance = random.Random(7)
    console.append(_lines(0, PORTION, chance))  # so that what is needed once is there
    app.processEvents()
    console.clear()
    gc.collect()
    before = _resident()
    spent: list[float] = []
    busy = 0.0
    for first in range(0, LINES, PORTION):
        made = _lines(first, PORTION, chance)
        started, begun = time.perf_counter(), time.thread_time()
        for at in range(0, PORTION, CHUNK):
            console.append(made[at : at + CHUNK])
            app.processEvents()
        console.lines.settle()
        spent.append(time.perf_counter() - started)
        busy += time.thread_time() - begun
        del made
    gc.collect()
    grown = _resident() - before
    assert console.line_count == LINES
    yield Figure(f"console, {LINES:,} lines in memory", grown / 1e6, 150, "MB")
    middle = statistics.median(spent) / PORTION
    detail = f"{1 / middle:,.0f} lines/s, packed and painted; {busy / LINES * 1e6:.2f} of processor"
    yield Figure("console, a line appended", middle * 1e6, 2, "µs", detail)


async def _streamed(console: "LogConsole") -> list[Figure]:
    figures = []
    for name, wanted, found in (
        ("", "", ""),
        (", with a filter and a search", _EXPRESSION, "404"),
    ):
        console.bar.field.setText(wanted)
        if found:
            console.find_bar.open()
            console.find_bar.field.setText(found)
        await _quiet(console)
        console.view.follow(True)
        made = _lines(LINES, RATE * SECONDS, random.Random(8))
        gc.collect()
        gc.freeze()  # as the program does with what it holds for good
        gaps = _Gaps()
        watch = asyncio.create_task(gaps.watch())
        started = time.perf_counter()
        sent = 0
        while sent < len(made):
            due = min(int((time.perf_counter() - started) * RATE), len(made))
            console.append(made[sent:due])
            sent = due
            await asyncio.sleep(0.01)
        watch.cancel()
        figures.append(gaps.figure(f"{RATE:,} lines/s stream in{name}", 33))
    console.find_bar.leave()
    console.bar.field.clear()
    await _quiet(console)
    return figures


async def _searched(console: "LogConsole") -> list[Figure]:
    gaps = _Gaps()
    watch = asyncio.create_task(gaps.watch())
    held = console.line_count
    started = time.perf_counter()
    console.bar.field.setText(_EXPRESSION)
    console.bar._take()
    while not len(console.lines):
        await asyncio.sleep(0.001)
    console.view.viewport().repaint()
    first = time.perf_counter() - started
    while console.lines.working:
        await asyncio.sleep(0.005)
    whole = time.perf_counter() - started
    found = len(console.lines)
    console.bar.field.setText("/[a-z]+ (1|2)$/")
    console.bar._take()
    await asyncio.sleep(0.3)
    started = time.perf_counter()
    console.bar.field.clear()
    console.bar._take()
    cancelled = time.perf_counter() - started
    assert len(console.lines) == held
    watch.cancel()
    detail = f"all {found:,} of {held:,} lines after {whole:.1f} s"
    return [
        Figure("console, expression to first results", first * 1000, 100, "ms", detail),
        Figure("console, expression given up", cancelled * 1000, 100, "ms"),
        gaps.figure("an expression is tried on all lines", 50),
    ]


async def _taken_out(console: "LogConsole") -> list[Figure]:
    from otternauts_desktop.ui.log_text import as_saved

    figures = []
    gaps = _Gaps()
    watch = asyncio.create_task(gaps.watch())
    console.view.choice.to(0)
    console.view.choice.to(200_000 - 1, extend=True)
    started = time.perf_counter()
    console.copy()
    while console.copying.going_on:
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.1)
    detail = f", after {time.perf_counter() - started:.1f} s on the clipboard"
    figures.append(gaps.figure("200,000 lines are copied", 100, detail))
    watch.cancel()
    gaps = _Gaps()
    watch = asyncio.create_task(gaps.watch())
    console.view.choice.clear()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        started = time.perf_counter()
        _, lines = console.chosen()
        count = await asyncio.to_thread(
            write_log, str(path), map(as_saved, lines), threading.Event().is_set
        )
        detail = f", {count:,} lines after {time.perf_counter() - started:.1f} s"
    figures.append(gaps.figure("all lines are saved", 33, detail))
    watch.cancel()
    return figures


async def _quiet(console: "LogConsole") -> None:
    await asyncio.sleep(0.5)
    while console.lines.working:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)


class _Gaps:
    """How long the main thread takes from one turn of its loop to the next.

    Its processor time tells what it is busy for, whatever else this machine does meanwhile.
    """

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self.busy = 0.0

    async def watch(self) -> None:
        last, busy = time.perf_counter(), time.thread_time()
        while True:
            await asyncio.sleep(0.001)
            now, used = time.perf_counter(), time.thread_time()
            self.gaps.append(now - last)
            self.busy = max(self.busy, used - busy)
            last, busy = now, used

    def figure(self, name: str, bound: float, detail: str = "") -> Figure:
        ordered = sorted(self.gaps)
        middle = ordered[len(ordered) // 2] * 1000
        rare = ordered[len(ordered) * 999 // 1000] * 1000
        busy = f"{self.busy * 1000:.1f} ms of processor"
        detail = f"median {middle:.1f}, 99.9 of 100 {rare:.1f} ms, at most {busy}{detail}"
        name = f"console, stall of the window while {name}"
        return Figure(name, ordered[-1] * 1000, bound, "ms", detail)


def _resident() -> int:
    """Bytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
