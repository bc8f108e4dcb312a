"""The navigator's model: clusters, their outposts and fleets, services and tasks.

It is given whole snapshots and shows what changed in them; see `row_tree` for how.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from PySide6.QtCore import QModelIndex, QObject

from otternauts_desktop.core.names import OutpostId
from otternauts_desktop.core.swarm.cluster import Cluster, Outpost
from otternauts_desktop.core.swarm.health import (
    Condition,
    Health,
    current_tasks,
    fleet_condition,
    node_health,
    service_condition,
)
from otternauts_desktop.core.swarm.state import Node, Service, Snapshot, Task
from otternauts_desktop.core.words import marked, tr, trn
from otternauts_desktop.ui.cells import LEADER, MANAGER, SIMULATED, WORKER, Cell, Heading, Row
from otternauts_desktop.ui.connection import CONNECTED, Connection
from otternauts_desktop.ui.gauged import NOTHING_GAUGED, Gauged
from otternauts_desktop.ui.places import (
    Place,
    PlaceKind,
    cluster_place,
    fleet_place,
    outpost_place,
    service_place,
)
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.status_marks import (
    DRAIN,
    HEALTHY,
    STOPPED,
    UNREACHABLE,
    WAITING,
    Mark,
    of_health,
    of_node,
    of_task,
)

DRAFT: Final = Mark("status-wait", "idle", marked("Draft, not launched"))
_TROUBLED: Final = frozenset({Health.FAILED, Health.DEGRADED})


@dataclass(frozen=True, slots=True)
class ClusterSeen:
    """A cluster with all that is known of it now."""

    cluster: Cluster
    snapshot: Snapshot | None = None
    """What was last seen, None for nothing yet."""
    lost: str = ""
    """Why it can't be read now; "" while it can."""
    outposts: tuple[Outpost, ...] = ()
    drafts: tuple[str, ...] = ()
    """Fleets that have a draft here, flying or not."""
    connection: Connection = CONNECTED
    """The truth about the connection to the cluster as a whole."""
    links: Mapping[OutpostId, Connection] = field(default_factory=dict)
    """The same for each of its outposts."""
    gauged: Gauged = NOTHING_GAUGED
    """What is sampled of it."""

    def outpost_of(self, node_id: str) -> Outpost | None:
        """How a node of the swarm is reached, None where nobody logs in to it."""
        return next((o for o in self.outposts if o.node_id == node_id), None)

    def outpost_id(self, name: str | None) -> OutpostId | None:
        """An outpost's id as such, None where it is none of this cluster."""
        return next((o.id for o in self.outposts if o.id == name), None)

    def name_of(self, node: Node) -> str:
        """Our name of a node; its host name where nobody logs in to it."""
        outpost = self.outpost_of(node.id)
        return outpost.name if outpost else node.name

    def name_of_id(self, node_id: str) -> str:
        """The same by the node's id; the start of that where the node is gone."""
        node = self.snapshot.node_by_id.get(node_id) if self.snapshot else None
        return self.name_of(node) if node else node_id[:12]

    def link_to(self, node_id: str) -> Connection | None:
        """The connection to a node of the swarm, None where nobody logs in to it."""
        outpost = self.outpost_of(node_id)
        return self.links.get(outpost.id) if outpost else None

    @property
    def read_from(self) -> str:
        """The outpost that is asked first."""
        return self.outposts[0].name if self.outposts else self.cluster.name


def role_of(node: Node) -> str:
    """Leader, Manager or Worker."""
    if node.leader:
        return LEADER
    return MANAGER if node.role == "manager" else WORKER


def count_tone(condition: Condition) -> str:
    """How the count of running tasks is coloured."""
    if condition.health in _TROUBLED:
        return "bad"
    return "accent" if condition.health is Health.MOVING else "fg2"


def replica_name(service: Service, task: Task, snapshot: Snapshot) -> str:
    """`web.2`, or the outpost's name after the vessel's for a global service."""
    return f"{service.vessel}.{task.slot or snapshot.node_name(task.node_id)}"


def fleet_names(seen: ClusterSeen) -> tuple[str, ...]:
    """Fleets that fly and fleets that are only drafted, sorted."""
    flying = seen.snapshot.fleets if seen.snapshot else {}
    return tuple(sorted({*flying, *seen.drafts}))


def cluster_row(seen: ClusterSeen) -> Row:
    """The whole branch of one cluster."""
    cluster, snapshot = seen.cluster, seen.snapshot
    groups = [_outposts_row(seen)]
    fleets = tuple(_fleet_row(seen, fleet) for fleet in fleet_names(seen))
    groups.append(_group("fleets", tr("Fleets"), "fleet", fleets))
    if snapshot is not None:
        loose = [service for service in snapshot.services if not service.fleet]
        if loose:
            rows = tuple(_service_row(seen, snapshot, service) for service in loose)
            groups.append(_group("services", tr("Services of no fleet"), "box", rows))
    return Row(cluster.id, (_cluster_cell(seen),), tuple(groups), cluster_place(cluster.id))


def _outposts_row(seen: ClusterSeen) -> Row:
    if seen.snapshot is None:
        rows = _waiting_outposts(seen)
    else:
        rows = tuple(_node_row(seen, node) for node in seen.snapshot.nodes)
    return _group("outposts", tr("Outposts"), "outpost", rows)


def _cluster_cell(seen: ClusterSeen) -> Cell:
    cluster = seen.cluster
    return Cell(
        cluster.name,
        icon="sim" if cluster.simulated else "cluster",
        strong=True,
        badge=SIMULATED if cluster.simulated else "",
        **_cluster_state(seen),  # type: ignore[arg-type]  # a few fields by name, below
    )


def troubles(snapshot: Snapshot) -> int:
    """How many fleets and outposts are not as they should be."""
    fleets = sum(
        fleet_condition(snapshot, services).health in _TROUBLED
        for services in snapshot.fleets.values()
    )
    return fleets + sum(node_health(node) is Health.UNREACHABLE for node in snapshot.nodes)


def _cluster_state(seen: ClusterSeen) -> dict[str, object]:
    connection = seen.connection
    if not connection.well:
        note = connection.soon or connection.mark.word
        tone = "fg2" if seen.lost else "fg1"
        return {"tone": tone, "count_mark": connection.mark, "note": note, "tip": connection.text}
    if seen.snapshot is None:
        return {"count_mark": WAITING, "tip": tr("Not read yet")}
    number = troubles(seen.snapshot)
    if not number:
        return {"count_mark": HEALTHY}
    return {
        "count_mark": of_health(Health.DEGRADED),
        "count": str(number),
        "count_tone": "bad",
        "tip": trn(
            "{number} of its fleets and outposts needs attention",
            "{number} of its fleets and outposts need attention",
            number,
        ),
    }


def _group(key: str, title: str, icon: str, rows: tuple[Row, ...]) -> Row:
    cell = Cell(title, tone="fg2", icon=icon, count=str(len(rows)), count_tone="fg3")
    return Row(key, (cell,), rows)


def _waiting_outposts(seen: ClusterSeen) -> tuple[Row, ...]:
    rows = []
    for outpost in seen.outposts:
        link = seen.links.get(outpost.id, CONNECTED)
        note, tip = ("", tr("Not read yet")) if link.well else (link.mark.word, link.reason)
        mark = UNREACHABLE if seen.lost else WAITING
        rows.append(Row(outpost.id, (Cell(outpost.name, mark=mark, note=note, tip=tip),)))
    return tuple(rows)


def _node_row(seen: ClusterSeen, node: Node) -> Row:
    mark = of_node(node)
    note = mark.word if mark == DRAIN or not node.ready else ""
    tip = f"{node.name}: {mark.word}, {tr(role_of(node))}, {node.address}"
    badge, link = role_of(node), seen.link_to(node.id)
    if link is not None and not link.well:  # there is no room for its role beside that
        badge, note, tip = "", link.mark.word, f"{tip}\n{link.mark.word}. {link.reason}"
    cell = Cell(
        seen.name_of(node),
        mark=UNREACHABLE if seen.lost else mark,
        badge=badge,
        note=note,
        tip=tip,
    )
    return Row(node.id, (cell,), subject=outpost_place(seen.cluster.id, node.id))


def _fleet_row(seen: ClusterSeen, fleet: str) -> Row:
    place = fleet_place(seen.cluster.id, fleet)
    snapshot = seen.snapshot
    services: tuple[Service, ...] = snapshot.fleets.get(fleet, ()) if snapshot else ()
    if snapshot is None or not services:
        cell = Cell(fleet, mark=DRAFT, note=tr("Draft"), tip=tr("Drafted here, not launched yet"))
        return Row(_fleet_key(fleet), (cell,), subject=place)
    condition = fleet_condition(snapshot, services)
    cell = _counted(fleet, condition, lost=seen.lost)
    rows = tuple(_service_row(seen, snapshot, service) for service in services)
    return Row(_fleet_key(fleet), (cell,), rows, place)


def _fleet_key(fleet: str) -> str:
    return f"fleet {fleet}"


def _service_row(seen: ClusterSeen, snapshot: Snapshot, service: Service) -> Row:
    cell = _counted(service.vessel, service_condition(snapshot, service), lost=seen.lost)
    tasks = tuple(
        _task_row(seen, snapshot, service, task) for task in current_tasks(snapshot, service)
    )
    return Row(service.id, (cell,), tasks, service_place(seen.cluster.id, service.id))


def _counted(name: str, condition: Condition, *, lost: str) -> Cell:
    mark = of_health(condition.health)
    return Cell(
        name,
        mark=UNREACHABLE if lost else mark,
        count=condition.count,
        count_tone="fg3" if lost else count_tone(condition),
        tip=tr(
            "{name}: {word}, {running} of {wanted} running",
            name=name,
            word=mark.word,
            running=condition.running,
            wanted=condition.wanted,
        ),
    )


def _task_row(seen: ClusterSeen, snapshot: Snapshot, service: Service, task: Task) -> Row:
    node = snapshot.node_by_id.get(task.node_id)
    mark = of_task(task, node_ready=node is None or node.ready)
    name = replica_name(service, task, snapshot)
    cell = Cell(
        name,
        tone="fg3" if mark == STOPPED else "fg2",
        mark=UNREACHABLE if seen.lost else mark,
        note=snapshot.node_name(task.node_id) if task.slot else "",
        tip=f"{name}: {mark.word}. {task.error}".rstrip(". "),
    )
    # By its slot, not by its id: a replaced task is the same place in the tree.
    key = f"slot {task.slot}" if task.slot else f"node {task.node_id}"
    return Row(key, (cell,), subject=service_place(seen.cluster.id, service.id))


class ClusterTreeModel(RowTreeModel):
    """All clusters as a tree of one column."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__((Heading(marked("Clusters")),), parent)
        self._rows: dict[str, Row] = {}

    def show_clusters(self, clusters: Sequence[ClusterSeen]) -> None:
        """Take over all clusters, in this order."""
        self._rows = {seen.cluster.id: cluster_row(seen) for seen in clusters}
        self.show_rows(tuple(self._rows.values()))

    def show_cluster(self, seen: ClusterSeen) -> None:
        """Take over what changed in one cluster; one that is not in the tree is ignored."""
        if seen.cluster.id in self._rows:
            self._rows[seen.cluster.id] = cluster_row(seen)
            self.show_rows(tuple(self._rows.values()))

    def show_connection(self, seen: ClusterSeen) -> None:
        """Take over only what is true about its connections: they may move each second."""
        if row := self._rows.get(seen.cluster.id):
            groups = (_outposts_row(seen), *row.children[1:])
            self._rows[seen.cluster.id] = replace(
                row, cells=(_cluster_cell(seen),), children=groups
            )
            self.show_rows(tuple(self._rows.values()))

    def index_of(self, place: Place) -> QModelIndex:
        """Where a place stands in the tree; invalid where it does not."""
        for path in _paths(place, self._rows.values()):
            index = self.find(*path)
            if index.isValid():
                return index
        return QModelIndex()


def _paths(place: Place, clusters: Iterable[Row]) -> Iterable[tuple[str, ...]]:
    if place.kind in (PlaceKind.CLUSTER, PlaceKind.DOCTOR, PlaceKind.STORAGE):
        yield (place.cluster_id,)
    elif place.kind is PlaceKind.OUTPOST:
        yield (place.cluster_id, "outposts", place.name)
    elif place.kind is PlaceKind.FLEET:
        yield (place.cluster_id, "fleets", _fleet_key(place.name))
    elif place.kind is PlaceKind.SERVICE:
        yield (place.cluster_id, "services", place.name)
        for cluster in clusters:
            if cluster.key == place.cluster_id:
                fleets = next((g.children for g in cluster.children if g.key == "fleets"), ())
                for fleet in fleets:
                    yield (place.cluster_id, "fleets", fleet.key, place.name)
