"""A fleet: overview of its vessels, its flight plan, and its newest launch."""

import time
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from otternauts_desktop.core.flight.progress import LaunchProgress
from otternauts_desktop.core.swarm.health import fleet_condition
from otternauts_desktop.core.swarm.state import Service, Snapshot, Task
from otternauts_desktop.core.words import marked, tr, trn
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.cells import Row, faded
from otternauts_desktop.ui.cluster_tree_model import DRAFT, ClusterSeen
from otternauts_desktop.ui.explain_panel import ExplainPanel
from otternauts_desktop.ui.fleet_rows import FLEET_HEADINGS, service_row
from otternauts_desktop.ui.flight_plan_tab import FlightPlanTab
from otternauts_desktop.ui.frames import Surface, column, row, rule
from otternauts_desktop.ui.history_tab import HistoryTab
from otternauts_desktop.ui.labels import MEDIUM, Label
from otternauts_desktop.ui.launch_tab import LaunchTab
from otternauts_desktop.ui.page_header import PageHeader
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView
from otternauts_desktop.ui.side_split import SideSplit
from otternauts_desktop.ui.status_marks import of_health, of_launch
from otternauts_desktop.ui.theme import theme

TABS: Final = (marked("Overview"), marked("Flight plan"), marked("Launch"), marked("History"))
OVERVIEW, PLAN, LAUNCH, HISTORY = range(4)


class FleetPage(Surface):
    """Shows one fleet at a time."""

    comms_requested = Signal(str)
    """A vessel's name, "" for the whole fleet."""
    service_chosen = Signal(str)
    remove_requested = Signal()
    launch_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("page", parent)
        self.fleet = ""
        self._snapshot: Snapshot | None = None
        self.header = PageHeader("fleet")
        self.remove_button = Button(tr("Remove…"), kind="ghost")
        self.remove_button.clicked.connect(self.remove_requested)
        self.comms_button = Button(tr("Comms"), icon="comms")
        self.comms_button.clicked.connect(lambda: self.comms_requested.emit(""))
        self.launch_button = Button(tr("Launch…"), icon="launch")
        self.launch_button.clicked.connect(self.launch_requested)
        for button in (self.remove_button, self.comms_button, self.launch_button):
            self.header.add_action(button)

        self.tabs = QTabBar()
        self.tabs.setAccessibleName(tr("Views of this fleet"))
        self.tabs.setDocumentMode(True)
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for name in TABS:
            self.tabs.addTab(tr(name))
        tab_line = row(margins=(8, 0, 8, 0))
        tab_line.addWidget(self.tabs)
        tab_line.addStretch(1)

        self.model = RowTreeModel(FLEET_HEADINGS)
        self.view = RowView(self.model, FLEET_HEADINGS, tr("Vessels and tasks"), tree=True)
        self.view.opened.connect(self._opened)
        self.model.rowsInserted.connect(lambda *_: self.view.expandToDepth(0))
        self._empty = Label(
            tr("No fleet of this name flies yet. Write its flight plan and launch it."),
            tone="fg2",
            wrap=True,
        )
        overview = QWidget()
        inside = column(overview)
        self._empty.setContentsMargins(16, 16, 16, 16)
        inside.addWidget(self._empty)
        self.explain = ExplainPanel()
        self.beside = SideSplit(self.view, self.explain, (tr("Vessels"), tr("Explain")))
        self.beside.show_side(False)
        inside.addWidget(self.beside, 1)
        self.explain.closed.connect(self._close_explain)
        self.view.selectionModel().selectionChanged.connect(lambda *_: self._explain())
        self.plan_tab = FlightPlanTab()
        self.launch_tab = LaunchTab()
        self.launch_tab.edit_requested.connect(self._edit)
        self.launch_tab.launch_requested.connect(self.launch_requested)
        self.stack = QStackedWidget()
        self.history_tab = HistoryTab()
        for page in (overview, self.plan_tab, self.launch_tab, self.history_tab):
            self.stack.addWidget(page)
        self.tabs.currentChanged.connect(self.stack.setCurrentIndex)

        outer = column(self)
        outer.addWidget(self.header)
        outer.addLayout(tab_line)
        outer.addWidget(rule())
        outer.addWidget(self.stack, 1)
        self._set_fonts()
        theme().changed.connect(self._set_fonts)

    def show_tab(self, number: int) -> None:
        """Bring a tab to the front."""
        self.tabs.setCurrentIndex(number)

    def show_fleet(
        self, seen: ClusterSeen, fleet: str, launch: LaunchProgress | None, *, drafted: bool
    ) -> None:
        """Show what is known of a fleet now."""
        self.fleet = fleet
        snapshot = seen.snapshot
        services: tuple[Service, ...] = snapshot.fleets.get(fleet, ()) if snapshot else ()
        facts = [seen.cluster.name]
        if snapshot is not None and services:
            condition = fleet_condition(snapshot, services)
            mark = of_health(condition.health)
            facts += [
                trn("{number} vessel", "{number} vessels", len(services)),
                tr("{count} tasks running", count=condition.count),
            ]
        else:
            mark = DRAFT
        if launch is not None and not launch.state.ended:
            mark = of_launch(launch.state)
        if drafted:
            facts.append(tr("Draft kept here"))
        if snapshot is None:
            self.header.show_reading(fleet, seen.read_from, seen.lost)
        else:
            self.header.show_page(fleet, mark, facts)
        now = time.time()
        if snapshot is not None:
            rows = tuple(service_row(snapshot, s, now, seen.gauged) for s in services)
            self.model.show_rows(faded(rows) if seen.lost else rows)
        self._empty.setVisible(snapshot is not None and not services)
        self.beside.setVisible(bool(services))
        self._snapshot = snapshot
        self._explain()
        self.comms_button.setEnabled(bool(services))
        self.remove_button.setVisible(bool(services) or drafted)
        self.tabs.setTabVisible(LAUNCH, launch is not None)
        self.launch_tab.show_launch(launch, snapshot)

    def _explain(self) -> None:
        """Show at the side what is selected, by what is known of it now."""
        chosen, snapshot = self.view.chosen_row(), self._snapshot
        subject = chosen.subject if chosen else None
        if snapshot is None or not isinstance(subject, (Service, Task)):
            self.beside.show_side(False)
            return
        if isinstance(subject, Service):
            self.explain.show_service(snapshot, subject)
        elif service := snapshot.service_by_id.get(subject.service_id):
            self.explain.show_task(snapshot, service, subject)
        self.beside.show_side(True)

    def _edit(self) -> None:
        self.show_tab(PLAN)
        self.plan_tab.editor.setFocus()

    def _close_explain(self) -> None:
        self.view.clearSelection()
        self.view.setFocus()

    def _opened(self, opened: Row) -> None:
        if isinstance(opened.subject, Service):
            self.service_chosen.emit(opened.subject.id)

    def _set_fonts(self) -> None:
        self.tabs.setFont(theme().ui_font(13, MEDIUM))
