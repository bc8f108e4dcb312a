"""Emptying an outpost: what lives on it, where it can go, and what is lost on the way.

Swarm moves a task without a gap when its service may not use the outpost any more and starts the
new task first: only tasks that break the constraint are replaced (swarmkit, IsTaskDirty), each
once its successor runs and is healthy. Taken off again, the constraint moves nothing back.
Draining alone stops all tasks at once and starts others afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from otternauts_desktop.core.flight.live import live
from otternauts_desktop.core.flight.scheduling import Load, capacity, checks, loads, takers
from otternauts_desktop.core.swarm.health import Health, service_condition
from otternauts_desktop.core.swarm.state import Node, Service, Snapshot, Task
from otternauts_desktop.core.words import tr

MARK: Final = "otternauts.moving"
"""Label of a service that steps aside: the outpost it leaves, and its own order of updates."""
STOP_FIRST: Final = "stop-first"


class Way(StrEnum):
    """What becomes of a service's tasks on an outpost that is emptied."""

    MOVES = "moves"
    """They start elsewhere, become healthy, then stop here."""
    RESTARTS = "restarts"
    """They stop here, then start elsewhere: there is a gap."""
    STOPS = "stops"
    """No other outpost can take them: they stop until one can."""
    ENDS = "ends"
    """One runs on each outpost: this one's is not needed any more."""


@dataclass(frozen=True, slots=True)
class Departure:
    """What becomes of one service that has tasks on the outpost."""

    service: Service
    tasks: int
    way: Way
    places: tuple[str, ...]
    """Names of the outposts that could take them."""
    warnings: tuple[str, ...]
    """Sentences on what is lost or at risk."""


@dataclass(frozen=True, slots=True)
class Evacuation:
    """What emptying an outpost means, service by service."""

    node: Node
    departures: tuple[Departure, ...]

    @property
    def gapless(self) -> bool:
        """Whether nothing stops before its successor runs."""
        return all(d.way in (Way.MOVES, Way.ENDS) for d in self.departures)

    @property
    def moving(self) -> tuple[Departure, ...]:
        """The services that go to another outpost."""
        return tuple(d for d in self.departures if d.way is Way.MOVES)


def evacuation(snapshot: Snapshot, node: Node) -> Evacuation:
    """What emptying `node` would do now."""
    found = []
    for service in snapshot.services:
        here = tasks_on(snapshot, service, node.id)
        if here:
            found.append(_departure(snapshot, service, node, len(here)))
    return Evacuation(node, tuple(found))


def tasks_on(snapshot: Snapshot, service: Service, node_id: str) -> tuple[Task, ...]:
    """The tasks of a service that live on an outpost and are wanted."""
    return tuple(
        task
        for task in snapshot.tasks_by_service.get(service.id, ())
        if task.node_id == node_id and task.live and task.desired in ("running", "ready")
    )


def _departure(snapshot: Snapshot, service: Service, node: Node, tasks: int) -> Departure:
    if service.mode.startswith("global"):
        return Departure(service, tasks, Way.ENDS, (), ())
    form = live(snapshot, service)
    taken: Mapping[str, Load] = loads(snapshot, takers(snapshot), service.name, counted=True)
    places, room, refusals = [], 0, []
    for other in snapshot.nodes:
        if other.id == node.id:
            continue
        failed = next((c for c in checks(other, form, taken[other.id]) if not c.passed), None)
        if failed is None:
            places.append(other.name)
            room += capacity(other, form, taken[other.id])
        else:
            refusals.append(f"{other.name}: {failed.reason}")
    warnings = []
    data = local_data(service)
    if data:
        warnings.append(tr("Its data in {places} stay on this outpost.", places=", ".join(data)))
    if room < tasks:
        warnings.append(
            tr("No other outpost can take it: it stops until one can.")
            if not room
            else tr("There is room for {room} of its {tasks} tasks only.", room=room, tasks=tasks)
        )
        warnings += refusals
        return Departure(service, tasks, Way.STOPS, tuple(places), tuple(warnings))
    if data or service.is_job:
        if service.is_job:
            warnings.append(tr("It is a job: it begins anew elsewhere."))
        return Departure(service, tasks, Way.RESTARTS, tuple(places), tuple(warnings))
    if service.replicas == 1:
        warnings.append(tr("It has one replica: two of it run for a moment."))
    if not has_health_check(service):
        warnings.append(tr("It has no health check: it counts as ready once it has started."))
    return Departure(service, tasks, Way.MOVES, tuple(places), tuple(warnings))


def local_data(service: Service) -> tuple[str, ...]:
    """Where in its containers a service keeps data that lie on the outpost's own disk."""
    found = []
    for mount in _container(service).get("Mounts") or []:
        driver = ((mount.get("VolumeOptions") or {}).get("DriverConfig") or {}).get("Name")
        bound = mount.get("Type") == "bind" and not mount.get("ReadOnly")
        kept = mount.get("Type") == "volume" and driver in (None, "", "local")
        if bound or kept:
            found.append(str(mount.get("Target", "")))
    return tuple(found)


def has_health_check(service: Service) -> bool:
    """Whether the service itself has one; its image may have one that is not seen here."""
    test = (_container(service).get("Healthcheck") or {}).get("Test") or ["NONE"]
    return bool(test[0] != "NONE")


def step_aside(service: Service, node_id: str) -> tuple[str, ...]:
    """Flags of `docker service update` that make a service leave an outpost without a gap."""
    order = str((service.spec.get("UpdateConfig") or {}).get("Order") or STOP_FIRST)
    return (
        *("--constraint-add", f"node.id!={node_id}"),
        *("--update-order", "start-first"),
        *("--label-add", f"{MARK}={node_id}.{order}"),
    )


def settle(service: Service) -> tuple[str, ...]:
    """Flags that make a service that stepped aside as it was; none for one that did not."""
    node_id, _, order = service.labels.get(MARK, "").partition(".")
    if not node_id:
        return ()
    return (
        *("--constraint-rm", f"node.id!={node_id}"),
        *("--update-order", order or STOP_FIRST),
        *("--label-rm", MARK),
    )


def stepping_aside(snapshot: Snapshot, node_id: str) -> tuple[Service, ...]:
    """The services that stepped aside from an outpost, and were not settled yet."""
    return tuple(s for s in snapshot.services if s.labels.get(MARK, "").startswith(f"{node_id}."))


def has_left(snapshot: Snapshot, service: Service, node_id: str) -> bool:
    """Whether a service has left an outpost, and flies elsewhere as wanted."""
    whole = service_condition(snapshot, service).health is Health.HEALTHY
    return whole and not tasks_on(snapshot, service, node_id)


def _container(service: Service) -> Mapping[str, Any]:
    template = service.spec.get("TaskTemplate") or {}
    container: Mapping[str, Any] = template.get("ContainerSpec") or {}
    return container
