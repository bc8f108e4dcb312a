"""asyncio under Qt: order, timers that are never early and never pile up; Qt's own health."""

import asyncio
import sys
import time

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from otternauts_desktop.ui.event_loop import OneTimerLoop


def test_qt_does_not_leak_singletons(qapp: QApplication) -> None:
    """PySide6 6.12.0 drops a reference to None or True per call below Python 3.12, until the
    interpreter aborts (docs/decisions/0002)."""

    class Speaker(QObject):
        spoken = Signal()

    speaker = Speaker()
    before = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(200):
        speaker.spoken.emit()
        speaker.setObjectName("x")
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert abs(before[0] - after[0]) < 50
    assert abs(before[1] - after[1]) < 50


async def test_callbacks_run_in_order() -> None:
    said: list[int] = []
    loop = asyncio.get_running_loop()
    for number in range(100):
        loop.call_soon(said.append, number)
    await asyncio.sleep(0.01)
    assert said == list(range(100))


async def test_a_timer_is_never_early() -> None:
    for seconds in (0.0004, 0.01, 0.1):
        started = time.monotonic()
        await asyncio.sleep(seconds)
        assert time.monotonic() - started >= seconds


async def test_timers_run_in_order_of_their_time() -> None:
    said: list[int] = []
    loop = asyncio.get_running_loop()
    for number in (3, 1, 2):
        loop.call_later(number / 100, said.append, number)
    await asyncio.sleep(0.1)
    assert said == [1, 2, 3]


async def test_cancelled_timers_do_not_pile_up() -> None:
    """asyncssh's keepalive cancels and re-arms one for each chunk of data."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, OneTimerLoop)
    for _ in range(20_000):
        loop.call_later(15, print).cancel()
    assert loop.timers < 500
    async with asyncio.timeout(5):
        await asyncio.sleep(0)


async def test_a_flood_of_callbacks_leaves_qt_room() -> None:
    ticks: list[float] = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(time.monotonic()))
    timer.start(5)
    ends = time.monotonic() + 0.5
    while time.monotonic() < ends:
        await asyncio.sleep(0)
    timer.stop()
    assert len(ticks) > 10


async def test_threads_sockets_and_processes_work() -> None:
    assert await asyncio.to_thread(lambda: 42) == 42
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "print('hi')", stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert out.strip() == b"hi"

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read(100))
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        writer.write(b"ping")
        assert await reader.read(100) == b"ping"
        writer.close()
        await writer.wait_closed()
