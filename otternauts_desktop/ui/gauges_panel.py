"""The charts of an outpost or a service, and how far back they reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from otternauts_desktop.core.gauges.series import COARSE, FINE, Grain
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.amounts import amount, percent, rate
from otternauts_desktop.ui.buttons import Segments
from otternauts_desktop.ui.frames import Surface, column, row, rule
from otternauts_desktop.ui.labels import SEMIBOLD, Label
from otternauts_desktop.ui.theme import theme
from otternauts_desktop.ui.time_chart import Curve, Plot, TimeChart

_HOUR: Final = 3600
_RANGES: Final = (
    (marked("1 h"), _HOUR, FINE),
    (marked("6 h"), 6 * _HOUR, FINE),
    (marked("24 h"), 24 * _HOUR, FINE),
    (marked("7 d"), 7 * 24 * _HOUR, COARSE),
    (marked("30 d"), 30 * 24 * _HOUR, COARSE),
)
_LEAST: Final = 210
"""Pixels that a chart needs to be read."""


@dataclass(frozen=True)
class Past:
    """What charts show of one subject."""

    series: Mapping[str, list[float | None]]
    """By field, as `GaugeHistory.series` gives it."""
    since: float
    """Of the first slot."""
    grain: Grain
    cores: float = 1.0
    """What 100 % of its processor is."""
    cpu_limit: float | None = None
    """In cores."""
    memory_limit: float | None = None
    """Bytes."""
    disk_total: float | None = None
    """Bytes."""


class GaugesPanel(Surface):
    """Charts side by side, or below each other where there is no room."""

    range_chosen = Signal()

    def __init__(self, parent: QWidget | None = None, *, with_space: bool = False) -> None:
        """`with_space` adds the chart of how full the disk is."""
        super().__init__("page", parent)
        self.ranges = Segments([tr(name) for name, _, _ in _RANGES], tr("How far back"))
        self.ranges.chosen.connect(lambda _: self.range_chosen.emit())
        self.note = Label(size=12, tone="fg3")
        head = row(margins=(16, 6, 16, 0), spacing=10)
        head.addWidget(Label(tr("Telemetry"), weight=SEMIBOLD))
        head.addWidget(self.note)
        head.addStretch(1)
        head.addWidget(self.ranges)
        self.cpu = TimeChart(tr("Processor"), percent)
        self.memory = TimeChart(tr("Memory"), amount)
        self.network = TimeChart(tr("Network"), rate)
        self.disk = TimeChart(tr("Disk"), rate)
        self.space = TimeChart(tr("Disk space"), amount)
        self._charts = [self.cpu, self.memory, self.network, self.disk]
        if with_space:
            self._charts.append(self.space)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(4, 0, 4, 4)
        self._grid.setSpacing(0)
        self._columns = 0
        outer = column(self)
        outer.addLayout(head)
        outer.addLayout(self._grid)
        outer.addWidget(rule())
        self._arrange()

    @property
    def seconds(self) -> int:
        """How far back the charts reach."""
        return _RANGES[self.ranges.current][1]

    @property
    def grain(self) -> Grain:
        """The slots that fit that."""
        return _RANGES[self.ranges.current][2]

    def show_past(self, past: Past) -> None:
        """Fill all charts."""
        series, since, step = past.series, past.since, float(past.grain.step)
        cpu = [None if f is None else f / past.cores for f in series["cpu"]]
        limit = past.cpu_limit / past.cores if past.cpu_limit else None
        self.cpu.show_plot(
            Plot((Curve(tr("Processor"), "accent", cpu),), since, step, limit, whole=0.05)
        )
        memory = Curve(tr("Memory"), "accent", series["memory"])
        self.memory.show_plot(Plot((memory,), since, step, past.memory_limit))
        for chart, first, second in (
            (self.network, (tr("In"), "received"), (tr("Out"), "sent")),
            (self.disk, (tr("Read"), "read"), (tr("Written"), "written")),
        ):
            curves = tuple(
                Curve(name, tone, series[field])
                for (name, field), tone in zip((first, second), ("accent", "r2"), strict=True)
            )
            chart.show_plot(Plot(curves, since, step, whole=1000.0))
        space = Curve(tr("Disk space"), "accent", series["disk"])
        self.space.show_plot(Plot((space,), since, step, past.disk_total))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        count = len(self._charts)
        fits = self.width() // theme().px(_LEAST) >= count
        columns = count if fits else (count + 1) // 2
        if columns == self._columns:
            return
        self._columns = columns
        for number, chart in enumerate(self._charts):
            self._grid.addWidget(chart, number // columns, number % columns)
        for number in range(count):
            self._grid.setColumnStretch(number, 1 if number < columns else 0)
