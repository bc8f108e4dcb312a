"""A day of samples of 10 outposts and 200 tasks: how large their file gets, how long a chart takes.

The day is lived through in memory with a clock of its own, at the period of the program, with
figures as restless as real ones; it is kept as the program keeps it.
"""

import asyncio
import math
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from otternauts_desktop.core.events import SamplesTaken
from otternauts_desktop.core.gauges.rates import Sample, Use
from otternauts_desktop.core.gauges.series import COARSE, FIELDS, FINE
from otternauts_desktop.core.names import ClusterId, OutpostId
from otternauts_desktop.core.swarm.cluster import Cluster
from otternauts_desktop.core.swarm.state import Snapshot, Task
from otternauts_desktop.services import gauge_history
from otternauts_desktop.services.bus import Bus
from otternauts_desktop.services.gauge_history import GaugeHistory
from otternauts_desktop.services.store.samples import SampleRecords
from tests.bench.figure import Figure

OUTPOSTS, TASKS, SERVICES = 10, 200, 50
CLUSTER = ClusterId("0123456789abcdef0123456789abcdef0123")
MB = 1_000_000
_DAY, _SAVES = 86_400, 600
_REDRAWS = 60


class _Clock:
    """The time that the history believes it is."""

    now = 1_750_000_000.0 // _DAY * _DAY


def measure() -> Iterator[Figure]:
    """Live through a day and a bit, then measure."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "samples.db"
        yield from asyncio.run(_measured(path))


async def _measured(path: Path) -> list[Figure]:
    tasks = [f"{number:025}" for number in range(TASKS)]
    told = _Told(tasks)
    records = SampleRecords(path)
    history = GaugeHistory(Bus(), told, told, records)  # type: ignore[arg-type]
    setattr(gauge_history, "time", told)  # noqa: B010 - a module's, for as long as this runs
    try:
        records.prepare()
        took = []
        for second in range(0, _DAY + 3600, 30):
            told.now = _Clock.now + second
            for number in range(OUTPOSTS):
                event = _event(number, told.now, tasks)
                started = time.process_time()
                history._hear(event)
                took.append(time.process_time() - started)
            if second % _SAVES == 0:
                await history._save()
            if second % 3600 == 0:
                await history._prune()
        await history._save()
        size = _size(path)
        coarse = sum(
            len(block.packed())
            for blocks in records.load(COARSE, _Clock.now, _Clock.now).values()
            for block in blocks
        )
        started = time.perf_counter()
        await history.series(FINE, CLUSTER, _service(0), None, told.now - _DAY, told.now)
        service = time.perf_counter() - started
        series = await history.series(
            FINE, CLUSTER, "", OutpostId("outpost-0"), told.now - _DAY, told.now
        )
    finally:
        setattr(gauge_history, "time", time)  # noqa: B010
    month = size + 29 * coarse
    return [
        Figure(
            f"file after a day of {OUTPOSTS} outposts and {TASKS} tasks",
            size / MB,
            20,
            "MB",
            f"after 30 days {month / MB:.1f} MB, and never above 67 MB",
        ),
        Figure(
            "taking in a sample of an outpost with 20 tasks, 99th of 100",
            statistics.quantiles(took, n=100)[98] * 1000,
            5,
            "ms",
        ),
        Figure("reading a day of a service with 4 tasks, in a thread", service * 1000, 500, "ms"),
        _redraw(series, told.now),
    ]


def _redraw(series: dict[str, list[float | None]], now: float) -> Figure:
    """New figures, a day of them, into all five charts, painted."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from otternauts_desktop.app import settle
    from otternauts_desktop.ui.gauges_panel import GaugesPanel, Past
    from otternauts_desktop.ui.theme import theme

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme().apply(app)
    panel = GaugesPanel(with_space=True)
    panel.resize(1176, 190)
    panel.show()
    panel.grab()
    settle()  # as the program does once it is seated
    worst = []
    for number in range(_REDRAWS):
        moved = {name: figures[number:] + figures[:number] for name, figures in series.items()}
        past = Past(moved, now - _DAY + number * 30, FINE, 4.0, None, 8e9, 8e10)
        panel.show_past(past)  # its words and figures, in a turn of the loop of their own
        for chart in panel._charts:
            started = time.process_time()  # of this program: others may be at work, too
            chart.grab()
            worst.append(time.process_time() - started)
    assert all(len(figures) == _DAY // FINE.step + 1 for figures in series.values())
    assert set(series) == set(FIELDS)
    return Figure(
        "a chart with a day of points, drawn anew",
        max(worst) * 1000,
        16,
        "ms",
        f"worst of {len(worst)}, median {statistics.median(worst) * 1000:.1f} ms",
    )


class _Told:
    """Clusters, snapshots and the time, as the history asks for them."""

    def __init__(self, tasks: list[str]) -> None:
        self.now = _Clock.now
        made = tuple(
            Task(
                *(name, _service(number), "", number, "running", "running", "", "", None),
                *("", "", ""),
            )
            for number, name in enumerate(tasks)
        )
        self._snapshot = Snapshot((), (), made, (), 0.0)

    def time(self) -> float:
        return self.now

    def snapshot(self, cluster_id: ClusterId) -> Snapshot:
        return self._snapshot

    def all(self) -> tuple[Cluster, ...]:
        return (Cluster(CLUSTER, "acme", "s"),)


def _service(number: int) -> str:
    return f"service{number % SERVICES:018}"


def _event(number: int, at: float, tasks: list[str]) -> SamplesTaken:
    here = tasks[number::OUTPOSTS]
    sample = Sample(
        taken_at=at + number,
        seconds=30.0,
        skew=0.0,
        uptime=1.0,
        load=(0.0, 0.0, 0.0),
        cores=4,
        own=_use(number, at),
        memory_total=8 * 10**9,
        disk_used=int(3e10 + at % _DAY * 1e4),
        disk_total=8 * 10**10,
        containers={},
    )
    uses = {name: _use(100 + index * 7 + number, at) for index, name in enumerate(here)}
    return SamplesTaken(CLUSTER, OutpostId(f"outpost-{number}"), sample, uses)


def _use(seed: int, at: float) -> Use:
    chance = random.Random(seed * 1_000_003 + int(at))
    day = 1 + 0.5 * math.sin(math.tau * (at / _DAY + seed / 10))

    def noisy(mean: float, part: float) -> float:
        return mean * day * math.exp(chance.gauss(0, part))

    return Use(
        noisy(0.05 + seed % 5 * 0.1, 0.3),
        (1 + seed % 7) * 5e7 * (1 + 0.05 * math.sin(at / 1000 + seed) + chance.gauss(0, 0.003)),
        noisy(30_000, 0.4),
        noisy(20_000, 0.4),
        max(noisy(5_000, 1.0) - 8_000, 0.0),
        noisy(15_000, 0.6),
    )


def _size(path: Path) -> int:
    """With its log, as it lies on the disk."""
    return sum(file.stat().st_size for file in path.parent.iterdir())
