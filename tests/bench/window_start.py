"""From the start of the interpreter to the first painted window, and what it takes in memory."""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from tests.bench.figure import Figure

ROUNDS = 7
_FIRST_WINDOW = """
import os, sys, time
from otternauts_desktop import desktop
from otternauts_desktop.ui.main_window import MainWindow

def painted(window, event, was=MainWindow.paintEvent):
    was(window, event)
    ticks = os.sysconf("SC_CLK_TCK")
    started = int(open("/proc/self/stat").read().rsplit(")", 1)[1].split()[19]) / ticks
    up = float(open("/proc/uptime").read().split()[0])
    print(up - started, flush=True)
    os._exit(0)

MainWindow.paintEvent = painted
desktop.run(home=sys.argv[1], simulate=False)
"""
_ONE_CLUSTER = """
import sys
from PySide6.QtCore import QTimer
from otternauts_desktop import desktop
from otternauts_desktop.ui.desk import Desk

def measured():
    for line in open("/proc/self/status"):
        if line.startswith("VmRSS"):
            print(int(line.split()[1]) / 1024, flush=True)
    import os
    os._exit(0)

seated = Desk.__init__
def seat(desk, window, crew, leave):
    seated(desk, window, crew, leave)
    QTimer.singleShot(6000, measured)
Desk.__init__ = seat
desktop.run(home=sys.argv[1], simulate=True)
"""


def measure() -> Iterator[Figure]:
    """Warm starts, as on a second run; the simulator's far side is in the memory figure."""
    if sys.platform != "linux":
        print("skip start: it is read from /proc, which only Linux has")
        return
    times = sorted(_run(_FIRST_WINDOW) for _ in range(ROUNDS + 1))[:ROUNDS]
    yield Figure(
        "first window painted after the interpreter started",
        statistics.median(times) * 1000,
        400,
        "ms",
        f"median of {ROUNDS}, {times[0] * 1000:.0f} to {times[-1] * 1000:.0f} ms",
    )
    yield Figure("resident with one cluster", _run(_ONE_CLUSTER), 150, "MB", "simulator included")


def _run(program: str) -> float:
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-c", program, home],
            env={"QT_QPA_PLATFORM": "offscreen", **os.environ},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    return float(done.stdout.split()[0])
