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
import os, sys
from PySide6.QtCore import QTimer
from otternauts_desktop import desktop
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.ui.desk import Desk
from otternauts_desktop.ui.places import cluster_place, fleet_place

async def add(desk):
    for line in sys.argv[2:]:
        host, port, user, key, name, host_key = line.split(" ", 5)
        login = Login(host, user, int(port), key)
        added = await desk._crew.outposts.add(login, host_key=host_key, name=name)
        await desk._crew.telemetry.refresh(added.cluster_id)
    desk._crew.telemetry.watch(added.cluster_id)
    desk.go(cluster_place(added.cluster_id))
    desk.go(fleet_place(added.cluster_id, "shop"))
    QTimer.singleShot(5000, measured)

def measured():
    for line in open("/proc/self/status"):
        if line.startswith("VmRSS"):
            print(int(line.split()[1]) / 1024, flush=True)
    os._exit(0)

seated = Desk.__init__
def seat(desk, window, crew, leave):
    seated(desk, window, crew, leave)
    desk.tasks.start(add(desk))
Desk.__init__ = seat
desktop.run(home=sys.argv[1], simulate=False)
"""
_FAR_SIDE = """
import asyncio, sys
from pathlib import Path
from otternauts_desktop.simulator.practice import open_practice_cluster

async def serve():
    async with open_practice_cluster(Path(sys.argv[1])) as practice:
        for host in practice.hosts:
            words = (host.host, host.port, host.user, practice.key_file, host.name, host.host_key)
            print(*words)
        print(flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(serve())
"""


def measure() -> Iterator[Figure]:
    """Warm starts, as on a second run."""
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
    yield Figure(
        "resident with one cluster", _resident(), 150, "MB", "three outposts, three fleets"
    )


def _resident() -> float:
    """Megabytes of the window's process; the simulated servers run in another one."""
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, "-c", _FAR_SIDE, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as far_side,
    ):
        lines = far_side.stdout
        assert lines is not None
        hosts = [line.strip() for line in iter(lines.readline, "\n")]
        try:
            return _run(_ONE_CLUSTER, *hosts)
        finally:
            far_side.communicate("")


def _run(program: str, *arguments: str) -> float:
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-c", program, home, *arguments],
            env={"QT_QPA_PLATFORM": "offscreen", **os.environ},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    return float(done.stdout.split()[0])
