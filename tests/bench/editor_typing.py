"""Typing in a flight plan of 2,000 lines: key to painted, key to findings, longest stall."""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.bench.figure import Figure

KEYS, ROUNDS = 150, 8
_SERVICE: Final = """\
  web{n}:
    image: ghcr.io/acme/shop:1.5.{n}  # the shop
    deploy:
      replicas: 3
      update_config:
        order: start-first
    environment:
      DATABASE_URL: postgres://db:5432/shop
      API_KEY: ${{API_KEY}}
      GREETING: "to be # or not"
    volumes:
      - data:/var/lib/shop
    ports:
      - "127.0.0.1:80{n}:80"
    depends_on:
      web{n}: {{condition: service_started}}
"""
TEXT: Final = (
    "services:\n" + "".join(_SERVICE.format(n=n) for n in range(124)) + "volumes:\n  data:\n"
)
"""1,987 lines, with an error in every service."""
READY: Final = TEXT.replace("127.0.0.1:80", "8")
"""The same without errors, so that its preview is made and shown, too: 124 new services."""


def measure() -> Iterator[Figure]:
    """Sit in the real window on a temporary data directory and type."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from otternauts_desktop.desktop import SWITCH_SECONDS
    from otternauts_desktop.ui.event_loop import OneTimerLoop
    from otternauts_desktop.ui.theme import theme

    sys.setswitchinterval(SWITCH_SECONDS)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme().apply(app)
    loop = OneTimerLoop(app)
    asyncio.set_event_loop(loop)
    with loop, tempfile.TemporaryDirectory() as home:
        for kind, text in (("with errors", TEXT), ("ready to launch", READY)):
            where = Path(home) / kind.split()[0]
            painted, told, stalls = loop.run_until_complete(_typed(where, text))
            yield from _figures(kind, painted, told, stalls)
    asyncio.set_event_loop(None)


def _figures(
    kind: str, painted: list[float], told: list[float], stalls: list[float]
) -> Iterator[Figure]:
    lines = TEXT.count("\n")
    ordered = sorted(painted)
    for name, value in (
        ("median", statistics.median(painted)),
        ("99th of 100", ordered[len(ordered) * 99 // 100]),
    ):
        yield Figure(f"key to painted in {lines:,} lines {kind} ({name})", value * 1000, 8, "ms")
    worst = f"worst of {ROUNDS}, {_middle(told)}"
    yield Figure(f"key to findings, {kind}", max(told) * 1000, 300, "ms", worst)
    yield Figure(
        f"longest stall of the window while typing, {kind}",
        max(stalls) * 1000,
        50,
        "ms",
        _middle(stalls),
    )


async def _typed(home: Path, text: str) -> tuple[list[float], list[float], list[float]]:
    from PySide6.QtCore import QEvent, Qt, QTimer
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from otternauts_desktop.app import settle
    from otternauts_desktop.core.names import ClusterId, LaunchId
    from otternauts_desktop.core.secret import Secret
    from otternauts_desktop.core.swarm.cluster import Cluster
    from otternauts_desktop.services.store.launches import LaunchRecord
    from otternauts_desktop.ui.places import fleet_place
    from tests.ui.acme import snapshot
    from tests.ui.seated import seated

    painted: list[float] = []
    told: list[float] = []
    async with seated(home) as (window, desk, control):
        cluster = Cluster(ClusterId("c"), "acme-prod", "swarm")
        control._clusters.add(cluster)
        control.records.record_intent(
            LaunchRecord(LaunchId("l"), cluster.id, "shop", 0, text, "", "converged", 0.0)
        )
        control.telemetry._snapshots[cluster.id] = snapshot()
        desk.fleets.plans.given.give((cluster.id, "shop"), {"API_KEY": Secret("k")})
        settle()
        desk.go(fleet_place(cluster.id, "shop", "plan"))
        plan = desk.fleet_page.plan_tab
        editor = plan.editor
        lines = text.splitlines()
        line = next(n for n in range(1000, len(lines)) if "DATABASE_URL" in lines[n])
        editor.go_to(line + 1, len(lines[line]) + 1)
        await asyncio.sleep(1.0)
        stalls = _Stalls()
        watch = QTimer()
        watch.setTimerType(Qt.TimerType.PreciseTimer)
        watch.timeout.connect(stalls.turn)
        watch.start(1)
        for number in range(KEYS):
            key = Qt.Key.Key_X if number % 8 else Qt.Key.Key_Backspace
            started = time.perf_counter()
            QTest.keyClick(editor, key)
            QApplication.sendPostedEvents(window, QEvent.Type.UpdateRequest.value)
            painted.append(time.perf_counter() - started)
            await asyncio.sleep(0.05 if number % 10 else 0.4)
        for _ in range(ROUNDS):
            await asyncio.sleep(0.9)
            before = plan.reading
            started = time.perf_counter()
            QTest.keyClick(editor, Qt.Key.Key_Y)
            while plan.reading is before:
                await asyncio.sleep(0.001)
            QApplication.sendPostedEvents(window, QEvent.Type.UpdateRequest.value)
            told.append(time.perf_counter() - started)
        await asyncio.sleep(0.5)
        watch.stop()
    return painted, told, stalls.gaps


class _Stalls:
    """How long the event loop takes from one turn to the next."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self._last = time.perf_counter()

    def turn(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self._last = now


def _middle(values: list[float]) -> str:
    return f"median {statistics.median(values) * 1000:.1f} ms"
