"""What is sampled of one cluster, as tables show it: asked for when a row is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from otternauts_desktop.core.gauges.rates import Sample, Use
from otternauts_desktop.core.names import ClusterId, OutpostId
from otternauts_desktop.ui.amounts import amount, percent
from otternauts_desktop.ui.cells import Cell, Spark

if TYPE_CHECKING:
    from otternauts_desktop.services.gauge_history import GaugeHistory
    from otternauts_desktop.services.gauges import Gauges

SLOTS: Final = 60
"""Of a small chart: half an hour."""
_NOTHING: Final = Use()


@dataclass(frozen=True)
class Gauged:
    """The figures of a cluster now; without its services it has none."""

    cluster_id: ClusterId
    gauges: "Gauges | None" = None
    history: "GaugeHistory | None" = None

    @cached_property
    def tasks(self) -> Mapping[str, Use]:
        """What tasks use, by id."""
        return self.gauges.tasks(self.cluster_id) if self.gauges else {}

    @cached_property
    def services(self) -> Mapping[str, Use]:
        """What services use, by id."""
        return self.gauges.services(self.cluster_id) if self.gauges else {}

    def sample(self, outpost_id: OutpostId | None) -> Sample | None:
        """The newest of an outpost; None where there is none, or it is too old."""
        return self.gauges.fresh(outpost_id) if self.gauges and outpost_id else None

    def outpost_cells(self, outpost_id: OutpostId | None) -> tuple[Cell, Cell, Cell]:
        """Processor, memory and disk of an outpost."""
        sample = self.sample(outpost_id)
        if sample is None or outpost_id is None:
            return _UNKNOWN, _UNKNOWN, _UNKNOWN
        own, total, cores = sample.own, float(sample.memory_total), max(sample.cores, 1)
        disk = sample.disk_part
        return (
            _cell(
                percent(None if own.cpu is None else own.cpu / cores),
                self._recent("", outpost_id, "cpu"),
                float(cores),
            ),
            _cell(
                percent(None if own.memory is None or not total else own.memory / total),
                self._recent("", outpost_id, "memory"),
                total,
            ),
            Cell(percent(disk), tone="fg2", right=True, part=disk),
        )

    def service_cells(self, service_id: str) -> tuple[Cell, Cell]:
        """Processor (100 % is one core) and memory of a service."""
        return self._use_cells(self.services.get(service_id), service_id, None)

    def task_cells(self, service_id: str, task_id: str) -> tuple[Cell, Cell]:
        """The same of a task."""
        return self._use_cells(self.tasks.get(task_id), service_id, task_id)

    def _use_cells(self, use: Use | None, service_id: str, task: str | None) -> tuple[Cell, Cell]:
        if use is None:
            return _UNKNOWN, _UNKNOWN
        cpu, memory = (self._recent(service_id, task, field) for field in ("cpu", "memory"))
        return (
            _cell(percent(use.cpu), cpu, _top(cpu, 0.1)),
            _cell(amount(use.memory), memory, _top(memory, 1.0)),
        )

    def _recent(self, service_id: str, name: str | None, field: str) -> tuple[float | None, ...]:
        assert self.history is not None
        return tuple(self.history.recent(self.cluster_id, service_id, name, field, SLOTS))


NOTHING_GAUGED: Final = Gauged(ClusterId(""))
_UNKNOWN: Final = Cell("–", tone="fg3", right=True)


def _cell(text: str, figures: tuple[float | None, ...], top: float) -> Cell:
    return Cell(text, tone="fg2", right=True, spark=Spark(figures, top))


def _top(figures: tuple[float | None, ...], least: float) -> float:
    """A little more than the highest: what is steady is a line in the upper part."""
    return max([least, *(figure * 1.25 for figure in figures if figure is not None)])
