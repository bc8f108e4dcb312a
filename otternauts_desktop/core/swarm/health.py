"""Health told truthfully: "2 of 3 running", job-aware, dead nodes' tasks not counted.

`ServiceStatus.RunningTasks` is wrong while a node is down, so tasks are counted here:
desired running, state running, on a node that is ready.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from otternauts_desktop.core.swarm.state import Node, Service, Snapshot, Task


class Health(StrEnum):
    """State of a vessel, a fleet or an outpost, as shown; worst comes last."""

    HEALTHY = "healthy"
    DONE = "done"
    STOPPED = "stopped"
    DRAINED = "drained"
    MOVING = "in progress"
    DEGRADED = "degraded"
    UNREACHABLE = "unreachable"
    FAILED = "failed"


_SEVERITY = {health: rank for rank, health in enumerate(Health)}


@dataclass(frozen=True, slots=True)
class Condition:
    """How a service or fleet stands: `running` of `wanted` tasks, and what that amounts to."""

    health: Health
    running: int
    wanted: int

    @property
    def count(self) -> str:
        """`2/3`, as in tables and the tree."""
        return f"{self.running}/{self.wanted}"


def current_tasks(snapshot: Snapshot, service: Service) -> tuple[Task, ...]:
    """The newest task of each slot (or node, for global services): what the service is now."""
    seen: set[tuple[int, str]] = set()
    current = []
    for task in snapshot.tasks_by_service.get(service.id, ()):
        place = (task.slot, task.node_id if task.slot == 0 else "")
        if place not in seen and task.desired != "remove":
            seen.add(place)
            current.append(task)
    return tuple(current)


def is_running(snapshot: Snapshot, task: Task) -> bool:
    """Whether a task runs for sure: its last report may stem from a node that died since."""
    node = snapshot.node_by_id.get(task.node_id)
    return task.desired == "running" and task.state == "running" and node is not None and node.ready


def service_condition(snapshot: Snapshot, service: Service) -> Condition:
    """How one service stands."""
    tasks = snapshot.tasks_by_service.get(service.id, ())
    if service.is_job:
        return _job_condition(snapshot, service, tasks)
    running = sum(is_running(snapshot, task) for task in tasks)
    wanted = _wanted(snapshot, service, tasks)
    if service.update_state in ("paused", "rollback_paused"):
        health = Health.FAILED
    elif running >= wanted and service.update_state not in ("updating", "rollback_started"):
        health = Health.HEALTHY if wanted else Health.STOPPED
    elif _failing(snapshot, service):
        health = Health.FAILED if running == 0 else Health.DEGRADED
    else:
        health = Health.MOVING
    return Condition(health, running, wanted)


def fleet_condition(snapshot: Snapshot, services: Iterable[Service]) -> Condition:
    """How a fleet stands: the sums of its services, and the worst of their states."""
    conditions = [service_condition(snapshot, service) for service in services]
    running = sum(c.running for c in conditions)
    wanted = sum(c.wanted for c in conditions)
    worst = max((c.health for c in conditions), key=_SEVERITY.__getitem__, default=Health.STOPPED)
    if worst is Health.FAILED and running:
        worst = Health.DEGRADED
    if worst in (Health.STOPPED, Health.DONE) and running:
        worst = Health.HEALTHY  # a job that is done, or a vessel at 0, beside ones that fly
    return Condition(worst, running, wanted)


def node_health(node: Node) -> Health:
    """How an outpost stands in the swarm."""
    if not node.online:
        return Health.UNREACHABLE
    return Health.HEALTHY if node.availability == "active" else Health.DRAINED


def _wanted(snapshot: Snapshot, service: Service, tasks: tuple[Task, ...]) -> int:
    if service.mode != "global":
        return service.replicas
    # One per node the scheduler chose; the Engine's own DesiredTasks counts dead nodes.
    return len(
        {
            t.node_id
            for t in tasks
            if t.desired == "running" and (n := snapshot.node_by_id.get(t.node_id)) and n.ready
        }
    )


def _failing(snapshot: Snapshot, service: Service) -> bool:
    """A slot's newest ended task failed, or its live task can't be placed."""
    for current in current_tasks(snapshot, service):
        if current.state == "pending" and current.error:
            return True
        ended = [
            t
            for t in snapshot.tasks_by_service[service.id]
            if t.slot == current.slot and not t.live and (t.slot or t.node_id == current.node_id)
        ]
        if current.state != "running" and any(t.state in ("failed", "rejected") for t in ended):
            return True
        node = snapshot.node_by_id.get(current.node_id)
        if current.state == "running" and (node is None or not node.ready):
            return True
    return False


def _job_condition(snapshot: Snapshot, service: Service, tasks: tuple[Task, ...]) -> Condition:
    newest = max((t.job_iteration for t in tasks), default=0)
    tasks = tuple(t for t in tasks if t.job_iteration == newest)
    complete = sum(t.state == "complete" for t in tasks)
    wanted = service.replicas or len({t.node_id for t in tasks})
    if complete >= wanted:
        return Condition(Health.DONE, complete, wanted)
    failed = any(t.state in ("failed", "rejected") for t in tasks)
    moving = any(t.live for t in tasks)
    health = Health.FAILED if failed and not moving else Health.MOVING
    return Condition(health, complete, wanted)
