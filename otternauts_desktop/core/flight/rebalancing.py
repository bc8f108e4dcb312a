"""Evening out the outposts of a cluster: which tasks would move, and how Swarm is made to do it.

Swarm moves nothing by itself when an outpost returns. Two ways move tasks without a gap and
without restarting others: a service that has two tasks more on one outpost than on another gets
as many more for a moment (new ones go where it has the fewest, and surplus ones are taken from
where it has the most); one that sits alone on a full outpost steps aside.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from otternauts_desktop.core.flight.evacuation import local_data, tasks_on
from otternauts_desktop.core.flight.live import live
from otternauts_desktop.core.flight.scheduling import capacity, checks, loads, takers
from otternauts_desktop.core.swarm.health import Health, service_condition
from otternauts_desktop.core.swarm.state import Node, Service, Snapshot

MOST_MOVES: Final = 50
_WANTED: Final = ("running", "ready")


@dataclass(frozen=True, slots=True)
class Move:
    """One task that would move. Swarm has the last word on where it goes."""

    service: Service
    source: Node
    target: Node
    spread: bool
    """Whether its service has more tasks on `source` than on `target`; else it steps aside."""


def rebalancing(snapshot: Snapshot) -> tuple[Move, ...]:
    """The moves that even out the cluster, in their order; none where it is even.

    Services with data on an outpost's disk, unhealthy ones and jobs stay where they are.
    """
    movable = [s for s in snapshot.services if _is_movable(snapshot, s)]
    room = {service.id: _room(snapshot, service) for service in movable}
    counts = {service.id: dict(spread(snapshot, service)) for service in movable}
    totals = {
        node.id: sum(len(tasks_on(snapshot, s, node.id)) for s in snapshot.services)
        for node in snapshot.nodes
    }
    moves: list[Move] = []
    ways: dict[str, bool] = {}
    while len(moves) < MOST_MOVES:
        best: tuple[int, int, Move] | None = None
        for service in movable:
            mine, free = counts[service.id], room[service.id]
            for source in snapshot.nodes:
                for target in snapshot.nodes:
                    if not mine[source.id] or free.get(target.id, 0) < 1:
                        continue
                    over = mine[source.id] - mine[target.id]
                    fuller = totals[source.id] - totals[target.id]
                    surplus = over >= 2
                    lone = mine[source.id] == 1 and not mine[target.id] and fuller >= 2
                    if not (surplus or lone) or ways.get(service.id, surplus) != surplus:
                        continue
                    if not surplus and service.id in ways:
                        continue  # it steps aside from one outpost at a time
                    found = (over if surplus else 0, fuller)
                    if best is None or found > best[:2]:
                        best = (*found, Move(service, source, target, surplus))
        if best is None:
            break
        move = best[2]
        moves.append(move)
        ways[move.service.id] = move.spread
        for node, by in ((move.source, -1), (move.target, 1)):
            counts[move.service.id][node.id] += by
            totals[node.id] += by
        room[move.service.id][move.target.id] -= 1
    return tuple(moves)


def node_of_stuck(snapshot: Snapshot, service: Service) -> str:
    """The id of an outpost where tasks of a service are to run and none does; "" for none."""
    wanted = [t for t in snapshot.tasks_by_service.get(service.id, ()) if t.desired in _WANTED]
    well = {task.node_id for task in wanted if task.state == "running"}
    return next((t.node_id for t in wanted if t.node_id and t.node_id not in well), "")


def spread(snapshot: Snapshot, service: Service) -> Mapping[str, int]:
    """How many tasks of a service live on each outpost, by ids."""
    return {node.id: len(tasks_on(snapshot, service, node.id)) for node in snapshot.nodes}


def _is_movable(snapshot: Snapshot, service: Service) -> bool:
    healthy = service_condition(snapshot, service).health is Health.HEALTHY
    return service.mode == "replicated" and healthy and not local_data(service)


def _room(snapshot: Snapshot, service: Service) -> dict[str, int]:
    """How many more tasks of a service each outpost could take, by ids; what can't is left out."""
    form = live(snapshot, service)
    load = loads(snapshot, takers(snapshot), service.name, counted=True)
    return {
        node.id: capacity(node, form, load[node.id])
        for node in snapshot.nodes
        if all(check.passed for check in checks(node, form, load[node.id]))
    }
