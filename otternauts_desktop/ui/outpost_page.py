"""One outpost: what it is, the truth about the connection to it, and the tasks it runs."""

import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.swarm.cluster import Outpost
from otternauts_desktop.core.swarm.state import Snapshot
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.cells import Row, faded
from otternauts_desktop.ui.cluster_tree_model import ClusterSeen, role_of
from otternauts_desktop.ui.connection import Connection
from otternauts_desktop.ui.fleet_rows import TASK_HEADINGS, task_row
from otternauts_desktop.ui.frames import Surface, column, row, rule
from otternauts_desktop.ui.gauged import Gauged
from otternauts_desktop.ui.gauges_panel import GaugesPanel
from otternauts_desktop.ui.labels import Label, MarkLabel
from otternauts_desktop.ui.page_header import PageHeader
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView
from otternauts_desktop.ui.status_marks import STOPPED, UNREACHABLE, WAITING, of_node
from otternauts_desktop.ui.times import gigabytes


class OutpostPage(Surface):
    """Shows a node of the swarm; `outpost` is how it is reached, where it can be."""

    add_requested = Signal()
    forget_requested = Signal()
    action_requested = Signal(str)
    """The id of an entry of the registry."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("page", parent)
        self.header = PageHeader("outpost")
        self.add_button = Button(tr("Log in to it…"), icon="plus")
        self.add_button.clicked.connect(self.add_requested)
        self.forget_button = Button(tr("Forget"), kind="ghost")
        self.forget_button.clicked.connect(self.forget_requested)
        self.evacuate_button = Button(tr("Evacuate…"))
        self.evacuate_button.clicked.connect(lambda: self.action_requested.emit("outpost.evacuate"))
        self.return_button = Button(tr("Bring back"), icon="return")
        self.return_button.clicked.connect(lambda: self.action_requested.emit("outpost.return"))
        self.header.add_action(self.forget_button)
        self.header.add_action(self.evacuate_button)
        self.header.add_action(self.return_button)
        self.header.add_action(self.add_button)
        self._link_mark = MarkLabel(WAITING)
        self.link_text = Label(size=12, tone="fg2", wrap=True, selectable=True)
        link = row(margins=(16, 8, 16, 8), spacing=8)
        link.addWidget(self._link_mark)
        link.addWidget(self.link_text, 1)
        self._node_id = ""
        self.gauges = GaugesPanel(with_space=True)
        self.model = RowTreeModel(TASK_HEADINGS)
        self.view = RowView(self.model, TASK_HEADINGS, tr("Tasks on this outpost"))
        outer = column(self)
        outer.addWidget(self.header)
        outer.addWidget(rule())
        outer.addLayout(link)
        outer.addWidget(rule(soft=True))
        outer.addWidget(self.gauges)
        outer.addWidget(self.view, 1)

    def show_outpost(self, seen: ClusterSeen, node_id: str) -> None:
        """Show a node by its id."""
        outpost = seen.outpost_of(node_id)
        self.forget_button.setVisible(outpost is not None)
        self.gauges.setVisible(outpost is not None)
        self._show_link(outpost, seen.link_to(node_id))
        before, self._node_id = self._node_id, node_id
        snapshot = seen.snapshot
        node = snapshot.node_by_id.get(node_id) if snapshot else None
        self.add_button.setVisible(outpost is None and node is not None)
        self.evacuate_button.setVisible(node is not None and node.availability != "drain")
        self.return_button.setVisible(node is not None and node.availability != "active")
        if snapshot is None or node is None:
            if snapshot is None:
                name = outpost.name if outpost else node_id
                self.header.show_reading(name, seen.read_from, seen.lost)
            else:
                self._show_gone(outpost, self.header.title.text() if before == node_id else node_id)
            self.model.show_rows(())
            return
        facts = [
            tr(role_of(node)),
            node.address,
            tr("Docker {engine}", engine=node.engine),
            tr("{cpus} CPUs", cpus=f"{node.cpus:g}"),
            gigabytes(node.memory),
            f"{node.os}/{node.arch}",
            ", ".join(f"{key}={value}" for key, value in sorted(node.labels.items())),
        ]
        name = seen.name_of(node)
        if name != node.name:
            facts.insert(0, tr("Host name {name}", name=node.name))
        self.header.show_page(name, UNREACHABLE if seen.lost else of_node(node), facts)
        rows = _rows(snapshot, node_id, seen.gauged)
        self.model.show_rows(faded(rows) if seen.lost else rows)

    def _show_gone(self, outpost: Outpost | None, name: str) -> None:
        """It left the swarm. `name` is what it was called, which only this page still knows."""
        gone = [tr("It is no longer part of the swarm.")]
        name = outpost.name if outpost else name
        self.header.show_page(name, STOPPED, gone, state=tr("Gone"))
        if outpost is None:
            self._link_mark.show_mark(WAITING)
            self.link_text.setText(tr("Otternauts no longer logs in to it."))

    def _show_link(self, outpost: Outpost | None, link: Connection | None) -> None:
        if outpost is None or link is None:
            self._link_mark.show_mark(WAITING)
            self.link_text.setText(
                tr(
                    "Otternauts does not log in to this outpost; "
                    "what is shown comes from a manager."
                )
            )
            return
        self._link_mark.show_mark(link.mark)
        words = (f"{link.mark.word}: {outpost.login}", link.retry, link.reason)
        self.link_text.setText(" ".join(part for part in words if part))


def _rows(snapshot: Snapshot, node_id: str, gauged: Gauged) -> tuple[Row, ...]:
    now = time.time()
    tasks = [task for task in snapshot.tasks if task.node_id == node_id]
    tasks.sort(key=lambda task: (not task.live, _name(snapshot, task.service_id), task.slot))
    return tuple(
        task_row(snapshot, snapshot.service_by_id.get(task.service_id), task, now, gauged)
        for task in tasks[:500]
    )


def _name(snapshot: Snapshot, service_id: str) -> str:
    service = snapshot.service_by_id.get(service_id)
    return service.name if service else ""
