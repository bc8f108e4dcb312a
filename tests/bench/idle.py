"""What the whole program takes while nothing happens: one connected cluster, seconds on end.

The flight simulator's swarm is in a process of its own, behind a way that counts bytes.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from otternauts_desktop.app import open_mission_control
from otternauts_desktop.core.swarm.cluster import Login
from tests.bench.figure import Figure

SETTLED_AFTER, MEASURED = 25.0, 64.0
_TICKS = os.sysconf("SC_CLK_TCK")


def measure() -> Iterator[Figure]:
    """Seat the window before a far side, shown and minimised."""
    with tempfile.TemporaryDirectory() as folder:
        far_side = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.idle_far_side", f"{folder}/far side"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert far_side.stdout is not None
            told = json.loads(far_side.stdout.readline())
            for state in ("shown", "minimised"):
                home = Path(folder) / state
                asyncio.run(_adopt(home, told))
                yield from _watched(home, state, far_side)
        finally:
            far_side.communicate()


async def _adopt(home: Path, told: dict[str, dict[str, str]]) -> None:
    async with open_mission_control(home) as control:
        for name, way in told.items():
            login = Login("127.0.0.1", way["user"], int(way["port"]), way["key_file"])
            added = await control.outposts.add(login, host_key=way["host_key"], name=name)
            await control.telemetry.refresh(added.cluster_id)  # or its workers are strangers


def _watched(home: Path, state: str, far_side: "subprocess.Popen[str]") -> Iterator[Figure]:
    window = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.idle_window", str(home), state],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    try:
        time.sleep(SETTLED_AFTER)
        before, came = _seconds(window.pid), _counted(far_side)
        started = time.monotonic()
        time.sleep(MEASURED)
        took = _seconds(window.pid) - before
        passed = time.monotonic() - started
        sent = _counted(far_side) - came
        assert window.poll() is None, "the window has ended"
    finally:
        window.terminate()
        window.wait()
    yield Figure(
        f"processor of the idle program, one cluster of three outposts connected, {state}",
        took / passed * 100,
        1.0,
        "%",
        f"{took:.2f} s of {passed:.0f} s",
    )
    yield Figure(f"its traffic, both ways, {state}", sent / passed / 1000, 10.0, "kB/s")


def _seconds(pid: int) -> float:
    """Of the processor, that a process has taken so far."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / _TICKS


def _counted(far_side: "subprocess.Popen[str]") -> int:
    assert far_side.stdin is not None
    assert far_side.stdout is not None
    far_side.stdin.write("count\n")
    far_side.stdin.flush()
    return int(far_side.stdout.readline())
