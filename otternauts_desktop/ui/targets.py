"""What the palette can reach: every action that can be done now, every object of every cluster."""

from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.actions import Actions
from otternauts_desktop.ui.cluster_tree_model import fleet_names
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.finding import Target
from otternauts_desktop.ui.places import Place, PlaceKind

_MARK = "go "


def targets(actions: Actions, crew: Crew) -> list[Target]:
    """Actions first, then clusters, outposts, fleets and services."""
    found = [
        Target(entry.id, entry.title, tr(entry.menu), "enter", keys=entry.keys)
        for entry in actions.all()
        if entry.in_menu and entry.available()
    ]
    for cluster in crew.outposts.clusters():
        seen = crew.seen(cluster)
        found.append(
            Target(_id(PlaceKind.CLUSTER, cluster.id, ""), cluster.name, tr("Cluster"), "cluster")
        )
        snapshot = seen.snapshot
        for node in snapshot.nodes if snapshot else ():
            place = _id(PlaceKind.OUTPOST, cluster.id, node.id)
            found.append(Target(place, seen.name_of(node), tr("Outpost"), "outpost", cluster.name))
        for fleet in fleet_names(seen):
            place = _id(PlaceKind.FLEET, cluster.id, fleet)
            found.append(Target(place, fleet, tr("Fleet"), "fleet", cluster.name))
        for service in snapshot.services if snapshot else ():
            place = _id(PlaceKind.SERVICE, cluster.id, service.id)
            name = f"{service.fleet}/{service.vessel}" if service.fleet else service.name
            found.append(Target(place, name, tr("Service"), "vessel", cluster.name))
    return found


def place_of(target_id: str) -> Place | None:
    """The place that a target stands for; None for an action."""
    if not target_id.startswith(_MARK):
        return None
    kind, cluster_id, name = target_id.removeprefix(_MARK).split(" ", 2)
    if kind not in list(PlaceKind):
        return None
    return Place(PlaceKind(kind), ClusterId(cluster_id), name)


def place_text(place: Place) -> str:
    """What `place_of` reads."""
    return _id(place.kind, place.cluster_id, place.name)


def _id(kind: PlaceKind, cluster_id: str, name: str) -> str:
    return f"{_MARK}{kind.value} {cluster_id} {name}"
