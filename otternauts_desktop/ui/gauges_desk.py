"""The wires to the charts: what is in view is sampled more often, and its past is read."""

import time
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject

from otternauts_desktop.core.gauges.series import Grain
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.health import service_condition
from otternauts_desktop.ui.cluster_tree_model import ClusterSeen
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.gauges_panel import GaugesPanel, Past
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.outpost_page import OutpostPage
from otternauts_desktop.ui.places import PlaceKind
from otternauts_desktop.ui.service_page import ServicePage
from otternauts_desktop.ui.tasks import Tasks

READ_SECONDS: Final = 10.0
"""The charts in view are drawn anew so often at most."""
_WITH_FIGURES: Final = (PlaceKind.CLUSTER, PlaceKind.OUTPOST, PlaceKind.FLEET, PlaceKind.SERVICE)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the charts show: a subject, and how far back."""

    cluster_id: ClusterId
    service_id: str
    name: str | None
    seconds: int
    grain: Grain


class GaugesDesk(QObject):
    """`show` is called whenever the page in front is filled; everything follows from that."""

    def __init__(
        self,
        window: MainWindow,
        crew: Crew,
        tasks: Tasks,
        outposts: OutpostPage,
        services: ServicePage,
    ) -> None:
        super().__init__(window)
        self._window, self._crew, self._tasks = window, crew, tasks
        self._outposts, self._services = outposts, services
        self._shown: _Asked | None = None
        self._read_at = 0.0
        for page in (outposts, services):
            page.gauges.range_chosen.connect(self._show_again)

    def show(self, seen: ClusterSeen) -> None:
        """Have what is in view sampled more often, and draw its charts anew where it is time."""
        place = self._window.place
        in_view = self._window.isVisible() and not self._window.isMinimized()
        looked_at = in_view and place.kind in _WITH_FIGURES
        self._crew.gauges.look_at({seen.cluster.id} if looked_at else ())
        if not in_view:
            return
        panel = self._panel()
        asked = self._asked(seen, panel) if panel else None
        now = time.monotonic()
        if panel is None or asked is None:
            self._shown = None
        elif asked != self._shown or now - self._read_at >= READ_SECONDS:
            self._shown, self._read_at = asked, now
            self._tasks.start(self._read(seen, panel, asked), key="charts")

    def _show_again(self) -> None:
        cluster = self._crew.cluster(self._window.place.cluster_id)
        if cluster is not None:
            self.show(self._crew.seen(cluster))

    def _panel(self) -> GaugesPanel | None:
        kind = self._window.place.kind
        if kind is PlaceKind.OUTPOST:
            return self._outposts.gauges
        return self._services.gauges if kind is PlaceKind.SERVICE else None

    def _asked(self, seen: ClusterSeen, panel: GaugesPanel) -> _Asked | None:
        place, cluster_id = self._window.place, seen.cluster.id
        if place.kind is PlaceKind.SERVICE:
            return _Asked(cluster_id, place.name, None, panel.seconds, panel.grain)
        outpost = seen.outpost_of(place.name)
        if outpost is None:
            return None
        return _Asked(cluster_id, "", outpost.id, panel.seconds, panel.grain)

    async def _read(self, seen: ClusterSeen, panel: GaugesPanel, asked: _Asked) -> None:
        now, step = time.time(), asked.grain.step
        since = (now - asked.seconds) // step * step
        series = await self._crew.gauge_history.series(
            asked.grain, asked.cluster_id, asked.service_id, asked.name, since, now
        )
        sample = seen.gauged.sample(seen.outpost_id(asked.name))
        if asked.service_id:
            cpu_limit, memory_limit = _limits(seen, asked.service_id)
            past = Past(series, since, asked.grain, cpu_limit=cpu_limit, memory_limit=memory_limit)
        elif sample is None:
            past = Past(series, since, asked.grain)
        else:
            past = Past(
                series,
                since,
                asked.grain,
                cores=float(max(sample.cores, 1)),
                memory_limit=float(sample.memory_total),
                disk_total=float(sample.disk_total) or None,
            )
        panel.show_past(past)


def _limits(seen: ClusterSeen, service_id: str) -> tuple[float | None, float | None]:
    """Cores and bytes that the running tasks of a service may use together."""
    snapshot = seen.snapshot
    service = snapshot.service_by_id.get(service_id) if snapshot else None
    if snapshot is None or service is None:
        return None, None
    running = service_condition(snapshot, service).running
    resources = (service.spec.get("TaskTemplate") or {}).get("Resources") or {}
    limits = resources.get("Limits") or {}
    cores, memory = limits.get("NanoCPUs", 0) / 1e9, limits.get("MemoryBytes", 0)
    return cores * running or None, float(memory * running) or None
