"""One service: its facts, its tasks now and before, and why it does not run."""

import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.swarm.health import service_condition
from otternauts_desktop.core.swarm.state import Service, Snapshot, Task
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.cells import faded
from otternauts_desktop.ui.cluster_tree_model import ClusterSeen
from otternauts_desktop.ui.explain_panel import ExplainPanel
from otternauts_desktop.ui.fleet_rows import TASK_HEADINGS, task_row
from otternauts_desktop.ui.frames import Surface, column, rule
from otternauts_desktop.ui.gauges_panel import GaugesPanel
from otternauts_desktop.ui.page_header import PageHeader
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView
from otternauts_desktop.ui.side_split import SideSplit
from otternauts_desktop.ui.status_marks import UNREACHABLE, of_health
from otternauts_desktop.ui.times import short_image


class ServicePage(Surface):
    """Shows a service of a snapshot."""

    comms_requested = Signal(str, str)
    """Fleet and vessel."""
    fleet_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("page", parent)
        self._fleet = self._vessel = ""
        self._seen: tuple[Snapshot | None, Service | None] = (None, None)
        self.header = PageHeader("vessel")
        self.fleet_button = Button(tr("Fleet"), icon="fleet")
        self.fleet_button.clicked.connect(lambda: self.fleet_requested.emit(self._fleet))
        self.comms_button = Button(tr("Comms"), icon="comms")
        self.comms_button.clicked.connect(
            lambda: self.comms_requested.emit(self._fleet, self._vessel)
        )
        self.header.add_action(self.fleet_button)
        self.header.add_action(self.comms_button)
        self.model = RowTreeModel(TASK_HEADINGS)
        self.view = RowView(self.model, TASK_HEADINGS, tr("Tasks of this service"))
        self.explain = ExplainPanel()
        self.beside = SideSplit(self.view, self.explain, (tr("Tasks"), tr("Explain")))
        self.explain.closed.connect(self._show_whole)
        self.view.selectionModel().selectionChanged.connect(lambda *_: self._explain())
        outer = column(self)
        outer.addWidget(self.header)
        outer.addWidget(rule())
        self.gauges = GaugesPanel()
        outer.addWidget(self.gauges)
        outer.addWidget(self.beside, 1)

    def show_service(self, seen: ClusterSeen, service_id: str) -> None:
        """Show a service by its id."""
        snapshot = seen.snapshot
        service = snapshot.service_by_id.get(service_id) if snapshot else None
        for button in (self.fleet_button, self.comms_button):
            button.setVisible(service is not None and bool(service.fleet))
        if snapshot is None or service is None:
            if snapshot is None:
                self.header.show_reading(tr("Service"), seen.read_from, seen.lost)
            else:
                gone = [tr("It is not there any more.")]
                self.header.show_page(tr("Service"), UNREACHABLE, gone)
            self.model.show_rows(())
            self._seen = None, None
            self.beside.show_side(False)
            self.gauges.hide()
            return
        self.gauges.show()
        self.beside.show_side(True)
        self._fleet, self._vessel = service.fleet, service.vessel
        condition = service_condition(snapshot, service)
        mark = of_health(condition.health)
        ports = (service.spec.get("EndpointSpec") or {}).get("Ports") or []
        published = ", ".join(
            f"{port.get('PublishedPort', '?')}→{port.get('TargetPort')}" for port in ports
        )
        facts = [
            service.fleet,
            short_image(service.image),
            service.mode,
            tr("{count} running", count=condition.count),
            tr("ports {ports}", ports=published) if published else "",
        ]
        self.header.show_page(service.vessel, mark, facts)
        tasks = sorted(
            snapshot.tasks_by_service.get(service.id, ()),
            key=lambda task: task.created_at,
            reverse=True,
        )
        tasks.sort(key=lambda task: not task.live)
        now = time.time()
        rows = tuple(task_row(snapshot, service, task, now, seen.gauged) for task in tasks)
        self.model.show_rows(faded(rows) if seen.lost else rows)
        self._seen = snapshot, service
        self._explain()

    def _explain(self) -> None:
        """Show the selected task at the side, else how the service as a whole stands."""
        snapshot, service = self._seen
        if snapshot is None or service is None:
            return
        chosen = self.view.chosen_row()
        if chosen is not None and isinstance(chosen.subject, Task):
            self.explain.show_task(snapshot, service, chosen.subject)
        else:
            self.explain.show_service(snapshot, service)

    def _show_whole(self) -> None:
        self.view.clearSelection()
        self.view.setFocus()
