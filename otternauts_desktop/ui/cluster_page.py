"""A cluster at a glance: how it stands, its outposts and its fleets."""

import time
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from otternauts_desktop.core.flight.ingress import ingress_seen
from otternauts_desktop.core.swarm.domains import domains
from otternauts_desktop.core.swarm.health import Health, fleet_condition, node_health
from otternauts_desktop.core.swarm.quorum import quorum
from otternauts_desktop.core.swarm.state import Service, Snapshot
from otternauts_desktop.core.words import marked, tr, trn
from otternauts_desktop.ui.amounts import percent
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.cells import Cell, Heading, Row, faded
from otternauts_desktop.ui.cluster_tree_model import ClusterSeen, count_tone, fleet_names, role_of
from otternauts_desktop.ui.frames import Card, Surface, column, row, rule, scrolled
from otternauts_desktop.ui.ingress_card import IngressCard
from otternauts_desktop.ui.labels import SEMIBOLD, Label, MarkLabel
from otternauts_desktop.ui.page_header import PageHeader
from otternauts_desktop.ui.places import fleet_place, outpost_place
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView
from otternauts_desktop.ui.status_marks import (
    DEGRADED,
    DRAIN,
    HEALTHY,
    UNREACHABLE,
    WAITING,
    WARNING,
    Mark,
    of_health,
    of_node,
)
from otternauts_desktop.ui.times import age_of

_OUTPOSTS: Final = (
    Heading(marked("Outpost"), 0),
    Heading(marked("State"), 120),
    Heading(marked("Address"), 150, spare=2),
    Heading(marked("Docker"), 100, spare=3),
    Heading(marked("CPU"), 150, right=True),
    Heading(marked("Memory"), 150, right=True),
    Heading(marked("Disk"), 130, right=True, spare=1),
    Heading(marked("Tasks"), 90, right=True),
)
_FLEETS: Final = (
    Heading(marked("Fleet"), 0),
    Heading(marked("Status"), 120),
    Heading(marked("Replicas"), 180),
    Heading(marked("Domain"), 220, spare=3),
    Heading(marked("Vessels"), 90, right=True, spare=2),
    Heading(marked("Changed"), 140, right=True, spare=1),
)


class _HealthCell(QWidget):
    """One figure of the strip at the top."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = MarkLabel(WAITING, size=12)
        self.number = Label(size=18, weight=SEMIBOLD)
        self.note = Label(size=12, tone="fg2")
        head = row(spacing=8)
        head.addWidget(self._mark)
        head.addWidget(Label(title, size=12, tone="fg3"))
        head.addStretch(1)
        body = row(spacing=8)
        body.addWidget(self.number)
        body.addWidget(self.note, 1)
        outer = column(self, margins=(16, 10, 16, 10), spacing=2)
        outer.addLayout(head)
        outer.addLayout(body)

    def show_mark(self, mark: Mark) -> None:
        self._mark.show_mark(mark)

    def show_figure(self, mark: Mark, number: str, note: str = "") -> None:
        self._mark.show_mark(mark)
        self.number.setText(number)
        self.note.setText(note)


class ClusterPage(Surface):
    """Mission control of one cluster."""

    place_chosen = Signal(object)
    new_fleet_requested = Signal()
    add_outpost_requested = Signal()
    action_requested = Signal(str)
    """The id of an entry of the registry."""
    remove_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("page", parent)
        self.header = PageHeader("cluster")
        launch = Button(tr("New fleet…"), icon="launch")
        launch.clicked.connect(self.new_fleet_requested)
        forget = Button(tr("Forget cluster…"), kind="ghost")
        forget.clicked.connect(self.remove_requested)
        doctor = Button(tr("Network doctor…"), kind="ghost")
        doctor.clicked.connect(lambda: self.action_requested.emit("cluster.doctor"))
        self.header.add_action(forget)
        self.header.add_action(doctor)
        self.header.add_action(launch)

        self.strip = Surface("card")
        cells = row(self.strip)
        self._outposts = _HealthCell(tr("Outposts"))
        self._quorum = _HealthCell(tr("Manager quorum"))
        self._fleets = _HealthCell(tr("Fleets"))
        self._replicas = _HealthCell(tr("Replicas"))
        self._load = _HealthCell(tr("Cluster load"))
        figures = (self._outposts, self._quorum, self._fleets, self._replicas, self._load)
        for number, cell in enumerate(figures):
            if number:
                cells.addWidget(rule(vertical=True))
            cells.addWidget(cell, 1)

        self._warning = Surface("notice-warn")
        self.warning = Label(wrap=True, selectable=True)
        warning_line = row(self._warning, margins=(12, 8, 12, 8), spacing=10)
        warning_line.addWidget(MarkLabel(WARNING, size=16))
        warning_line.addWidget(self.warning, 1)
        self._warning.hide()

        self.outpost_model = RowTreeModel(_OUTPOSTS)
        self.outpost_view = RowView(
            self.outpost_model, _OUTPOSTS, tr("Outposts"), surface="panel", fit=True
        )
        self.fleet_model = RowTreeModel(_FLEETS)
        self.fleet_view = RowView(
            self.fleet_model, _FLEETS, tr("Fleets"), surface="panel", fit=True
        )
        for view in (self.outpost_view, self.fleet_view):
            view.opened.connect(lambda opened: self.place_chosen.emit(opened.subject))
        self._outpost_card = Card(tr("Outposts"))
        even = Button(tr("Rebalance…"), icon="swap", kind="ghost", size="small")
        even.clicked.connect(lambda: self.action_requested.emit("cluster.rebalance"))
        self._outpost_card.add_action(even)
        storage = Button(tr("Storage…"), icon="disk", kind="ghost", size="small")
        storage.clicked.connect(lambda: self.action_requested.emit("cluster.storage"))
        self._outpost_card.add_action(storage)
        add = Button(tr("Add outpost…"), icon="plus", kind="ghost", size="small")
        add.clicked.connect(self.add_outpost_requested)
        self._outpost_card.add_action(add)
        self._outpost_card.body.addWidget(self.outpost_view)
        self._fleet_card = Card(tr("Fleets"))
        self._fleet_card.body.addWidget(self.fleet_view)

        self.ingress = IngressCard()

        self._known = QWidget()
        body = column(self._known, margins=(16, 16, 16, 16), spacing=16)
        body.addWidget(self.strip)
        body.addWidget(self._warning)
        for card in (self._outpost_card, self._fleet_card, self.ingress):
            card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        body.addWidget(self._outpost_card, 1)
        body.addWidget(self._fleet_card, 1)
        body.addWidget(self.ingress)
        body.addStretch(0)
        outer = column(self)
        outer.addWidget(self.header)
        outer.addWidget(rule())
        outer.addWidget(scrolled(self._known), 1)

    def show_cluster(self, seen: ClusterSeen) -> None:
        """Show what is known of a cluster now."""
        snapshot = seen.snapshot
        self._known.setVisible(snapshot is not None)
        if snapshot is None:
            self.header.show_reading(seen.cluster.name, seen.read_from, seen.lost)
            self.outpost_model.show_rows(())
            self.fleet_model.show_rows(())
            return
        conditions = {n: fleet_condition(snapshot, s) for n, s in snapshot.fleets.items()}
        bad = [c for c in conditions.values() if c.health in (Health.FAILED, Health.DEGRADED)]
        state, word = (HEALTHY, "")
        if bad:
            state = DEGRADED
            word = trn("{number} fleet degraded", "{number} fleets degraded", len(bad))
        leader = next((seen.name_of(n) for n in snapshot.nodes if n.leader), tr("none"))
        outposts = trn("{number} outpost", "{number} outposts", len(snapshot.nodes))
        facts = [f"Docker Swarm, {outposts}", tr("Leader {leader}", leader=leader)]
        self.header.show_page(seen.cluster.name, state, facts, state=word)
        self._show_figures(snapshot)
        self._show_load(seen)
        self.ingress.show_ingress(ingress_seen(snapshot))
        if seen.lost:
            for figure in (
                *(self._outposts, self._quorum, self._fleets, self._replicas),
                self._load,
            ):
                figure.show_mark(UNREACHABLE)
        outposts_now, fleets_now = _outpost_rows(seen, snapshot), _fleet_rows(seen, snapshot)
        self.outpost_model.show_rows(faded(outposts_now) if seen.lost else outposts_now)
        self.fleet_model.show_rows(faded(fleets_now) if seen.lost else fleets_now)
        self._outpost_card.caption.setText(outposts)
        fleets = trn("{number} fleet", "{number} fleets", len(conditions))
        vessels = trn("{number} vessel", "{number} vessels", len(snapshot.services))
        self._fleet_card.caption.setText(f"{fleets}, {vessels}")

    def _show_figures(self, snapshot: Snapshot) -> None:
        nodes = snapshot.nodes
        up = [node for node in nodes if node_health(node) is not Health.UNREACHABLE]
        drained = sum(node.availability != "active" for node in up)
        mark = HEALTHY if len(up) == len(nodes) else DEGRADED
        note = tr("{drained} drained", drained=drained) if drained else ""
        self._outposts.show_figure(mark, _part(len(up), len(nodes)), note)
        managers = quorum(nodes)
        spare = managers.spare
        mark = HEALTHY if spare > 0 else WARNING if spare == 0 else DEGRADED
        if spare > 0:
            words = tr("can lose {number}", number=spare)
        else:
            words = tr("can lose none") if spare == 0 else tr("lost")
        self._quorum.show_figure(mark, _part(managers.reachable, managers.managers), words)
        self.warning.setText(managers.warning)
        self._warning.setVisible(bool(managers.warning))
        conditions = [fleet_condition(snapshot, s) for s in snapshot.fleets.values()]
        well = sum(c.health not in (Health.FAILED, Health.DEGRADED) for c in conditions)
        mark = HEALTHY if well == len(conditions) else DEGRADED
        self._fleets.show_figure(mark, _part(well, len(conditions)))
        running = sum(c.running for c in conditions)
        wanted = sum(c.wanted for c in conditions)
        mark = HEALTHY if running >= wanted else DEGRADED
        self._replicas.show_figure(mark, _part(running, wanted))

    def _show_load(self, seen: ClusterSeen) -> None:
        """What its outposts use together, as far as they were sampled."""
        samples = [s for o in seen.outposts if (s := seen.gauged.sample(o.id)) is not None]
        cores, memory = sum(s.cores for s in samples), sum(s.memory_total for s in samples)
        busy = sum(s.own.cpu or 0.0 for s in samples)
        used = sum(s.own.memory or 0.0 for s in samples)
        known = [s for s in samples if s.own.cpu is not None]
        self._load.show_figure(
            HEALTHY if samples else WAITING,
            tr("{part} CPU", part=percent(busy / cores if known and cores else None)),
            tr("{part} memory", part=percent(used / memory)) if memory else "",
        )


def _outpost_rows(seen: ClusterSeen, snapshot: Snapshot) -> tuple[Row, ...]:
    tasks: dict[str, int] = {}
    for task in snapshot.tasks:
        if task.state == "running" and task.desired == "running":
            tasks[task.node_id] = tasks.get(task.node_id, 0) + 1
    rows = []
    for node in snapshot.nodes:
        mark = of_node(node)
        quiet = "fg3" if mark == DRAIN else "fg2"
        outpost = seen.outpost_of(node.id)
        rows.append(
            Row(
                node.id,
                (
                    Cell(seen.name_of(node), mark=mark, strong=True, badge=role_of(node)),
                    Cell(mark.word, tone=quiet),
                    Cell(node.address, tone=quiet, mono=True),
                    Cell(node.engine, tone=quiet),
                    *seen.gauged.outpost_cells(outpost.id if outpost else None),
                    Cell(str(tasks.get(node.id, 0)), right=True),
                ),
                subject=outpost_place(seen.cluster.id, node.id),
            )
        )
    return tuple(rows)


def _fleet_rows(seen: ClusterSeen, snapshot: Snapshot) -> tuple[Row, ...]:
    rows = []
    for name in fleet_names(seen):
        place = fleet_place(seen.cluster.id, name)
        services = snapshot.fleets.get(name)
        if not services:
            cells = (Cell(name, mark=WAITING, strong=True), Cell(tr("Draft"), tone="fg3"))
            rows.append(Row(name, cells, subject=place))
            continue
        condition = fleet_condition(snapshot, services)
        mark, tone = of_health(condition.health), count_tone(condition)
        rows.append(
            Row(
                name,
                (
                    Cell(name, mark=mark, strong=True),
                    Cell(mark.word, tone="bad" if tone == "bad" else "fg2"),
                    Cell(
                        condition.count,
                        tone="fg1" if tone == "fg2" else tone,
                        pips=(condition.running, condition.wanted),
                        pips_tone="ok" if tone == "fg2" else tone,
                    ),
                    _domain_cell(services),
                    Cell(str(len(services)), tone="fg2", right=True),
                    Cell(_changed(services), tone="fg2", right=True),
                ),
                subject=place,
            )
        )
    return tuple(rows)


def _domain_cell(services: tuple[Service, ...]) -> Cell:
    """The first of its domains, and how many more there are."""
    found = domains(services)
    if not found:
        return Cell()
    note = f"+{len(found) - 1}" if found[1:] else ""
    return Cell(found[0], tone="fg2", icon="globe", note=note, tip=", ".join(found))


def _changed(services: tuple[Service, ...]) -> str:
    """When Docker last took over a change of one of its services."""
    newest = max(service.updated_at for service in services)
    old = age_of(newest, time.time())
    return tr("{age} ago", age=old) if old else ""


def _part(part: int, whole: int) -> str:
    return tr("{part} of {whole}", part=part, whole=whole)
