"""What is under way on purpose: nothing of it is an alarm."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from otternauts_desktop.core.flight.evacuation import stepping_aside, tasks_on
from otternauts_desktop.core.flight.job import Job, JobState
from otternauts_desktop.core.swarm.state import Snapshot

_WORKING: Final = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Services and nodes, by id, that somebody is working on."""

    services: frozenset[str] = frozenset()
    nodes: frozenset[str] = frozenset()


def quiet(
    snapshot: Snapshot,
    jobs: Iterable[Job],
    launching: Iterable[str],
    before: Quiet,
) -> Quiet:
    """What jobs of a cluster, and launches of these fleets, move now.

    A service that an evacuation has moved stays quiet until it ends: `before` is what was quiet
    at the look before.
    """
    fleets = set(launching)
    services = {service.id for service in snapshot.services if service.fleet in fleets}
    nodes: set[str] = set()
    for job in jobs:
        if job.state not in _WORKING:
            continue
        if node_id := job.arguments.get("node", ""):
            nodes.add(node_id)
            services.update(s.id for s in stepping_aside(snapshot, node_id))
            services.update(s.id for s in snapshot.services if tasks_on(snapshot, s, node_id))
        if moves := job.arguments.get("moves", ""):
            services.update(service_id for _, service_id, _ in json.loads(moves))
    if nodes:
        services |= before.services
    return Quiet(frozenset(services), frozenset(nodes))
