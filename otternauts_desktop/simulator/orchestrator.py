"""What a manager does so that the tasks become what the services ask for.

`orchestrate` may be called at any time: where nothing is to be done, it does nothing.
"""

from collections import Counter
from itertools import count
from math import inf
from typing import Final

from otternauts_desktop.simulator.records import Json, Service, Task, stamp
from otternauts_desktop.simulator.scheduler import constraints_met, eligible
from otternauts_desktop.simulator.state import SwarmState

SECOND: Final = 1_000_000_000
DEFAULT_RESTART_DELAY: Final = 5 * SECOND
DEFAULT_MONITOR: Final = 5 * SECOND
_UNDER_WAY: Final = ("updating", "rollback_started")


def orchestrate(state: SwarmState) -> None:
    """One round over all services."""
    for service in list(state.services.values()):
        for task in state.tasks_of(service):
            if task.wanted and task.terminal and not (service.is_job and task.exit_code == 0):
                _restart(state, service, task)
        if service.is_job:
            _fill_job(state, service)
            continue
        if service.per_node:
            _fill_global(state, service)
        else:
            _fill_replicated(state, service)
        _roll(state, service)


def _restart(state: SwarmState, service: Service, ended: Task) -> None:
    """A task has ended by itself: put another in its place, if its policy says so."""
    ended.desired = "shutdown"
    place = service.place(ended)
    if ended.id in service.rolled.values() and ended.state in ("failed", "rejected"):
        service.failures.add(ended.id)
    node = state.nodes.get(ended.node_id)
    if service.per_node and (node is None or not eligible(node, service.template)):
        return
    if service.is_job and ended.iteration != service.iteration:
        return
    policy = service.template.get("RestartPolicy") or {}
    condition = policy.get("Condition") or "any"
    attempts = service.restarts.setdefault(place, [])
    window = policy.get("Window", 0) / SECOND
    recent = [at for at in attempts if not window or state.now - at < window]
    most = policy.get("MaxAttempts", 0)
    wanted = condition == "any" or (condition == "on-failure" and ended.state != "complete")
    if not wanted or (most and len(recent) >= most):
        service.given_up.add(place)
        return
    if most:
        attempts.append(state.now)
    delay = policy.get("Delay", DEFAULT_RESTART_DELAY) / SECOND * state.pace.waiting
    state.create_task(
        service,
        slot=ended.slot,
        node_id=ended.node_id if service.per_node else "",
        release_at=state.now + delay,
        ousts=ended.ousts,
    )


def _live(state: SwarmState, service: Service) -> dict[str, list[Task]]:
    """The tasks that are wanted, by place."""
    live: dict[str, list[Task]] = {}
    for task in state.tasks_of(service):
        if task.wanted:
            live.setdefault(service.place(task), []).append(task)
    return live


def _fill_replicated(state: SwarmState, service: Service) -> None:
    """As many slots as replicas."""
    taken = set(_live(state, service)) | service.given_up
    for slot in count(1):
        if len(taken) >= service.replicas:
            break
        if str(slot) not in taken:
            taken.add(str(slot))
            state.create_task(service, slot=slot)
    for place in _surplus(state, service, taken):
        service.given_up.discard(place)
        for task in state.tasks_of(service):
            if service.place(task) == place:
                state.stop_task(task, "remove")


def _surplus(state: SwarmState, service: Service, places: set[str]) -> list[str]:
    """The slots that are too many: those that run nothing, then from where it has the most."""
    nodes = {
        place: tasks[0].node_id if tasks[0].state == "running" else ""
        for place, tasks in _live(state, service).items()
    }
    left, surplus = set(places), []
    while len(left) > service.replicas:
        counts = Counter(nodes.get(place, "") for place in left)
        gone = max(left, key=lambda p: (not nodes.get(p), counts[nodes.get(p, "")], int(p)))
        left.remove(gone)
        surplus.append(gone)
    return surplus


def _fill_global(state: SwarmState, service: Service) -> None:
    """One task on each node that will have it."""
    live = _live(state, service)
    for node in state.nodes.values():
        fits = eligible(node, service.template)
        if fits and node.id not in live and node.id not in service.given_up:
            state.create_task(service, node_id=node.id)
        # A paused node keeps what it has.
        stays = fits or node.availability == "pause"
        for task in () if stays else live.get(node.id, ()):
            state.stop_task(task)


def _fill_job(state: SwarmState, service: Service) -> None:
    """Run what is not complete yet, no more at once than allowed."""
    done, busy = set(service.given_up), 0
    for task in state.tasks_of(service):
        if task.iteration != service.iteration:
            if task.wanted and not task.terminal:
                state.stop_task(task, "remove")
        elif task.wanted:
            done.add(service.place(task))
            busy += not task.terminal
    if service.per_node:
        for node in state.nodes.values():
            if node.id not in done and eligible(node, service.template):
                state.create_task(service, node_id=node.id)
        return
    most = int(service.spec["Mode"]["ReplicatedJob"].get("MaxConcurrent") or service.replicas)
    for slot in range(service.replicas):
        if str(slot) not in done and busy < most:
            state.create_task(service, slot=slot)
            busy += 1


# -- rolling updates ---------------------------------------------------------------------------


def _roll(state: SwarmState, service: Service) -> None:
    """Replace tasks of an older spec, a few at a time."""
    service.check_at = inf
    stage = _stage(service)
    if stage in ("paused", "rollback_paused"):
        return
    live = _live(state, service)
    clean = {
        place for place, tasks in live.items() if any(_is_clean(state, service, t) for t in tasks)
    }
    dirty = [tasks[0] for place, tasks in live.items() if place not in clean]
    if stage not in _UNDER_WAY:
        if not dirty:
            return
        service.rolled.clear()
        service.failures.clear()
        _say(state, service, "updating", "update in progress", begins=True)
    config = _config(service)
    if service.failures and len(service.failures) > config.get("MaxFailureRatio", 0) * len(live):
        if _fail(state, service, config):
            return
        config = _config(service)
    _replace_some(state, service, config, dirty)


def _is_clean(state: SwarmState, service: Service, task: Task) -> bool:
    if task.endpoint_spec != service.endpoint_spec:
        return False
    if task.spec == service.template:
        return True
    # Other constraints alone replace no task whose node meets them (swarmkit, IsTaskDirty).
    node = state.nodes.get(task.node_id)
    same = {**task.spec, "Placement": None} == {**service.template, "Placement": None}
    return same and node is not None and constraints_met(node, service.template)


def _config(service: Service) -> Json:
    rolling_back = _stage(service).startswith("rollback")
    return service.spec.get("RollbackConfig" if rolling_back else "UpdateConfig") or {}


def _stage(service: Service) -> str:
    return str(service.update["State"]) if service.update else ""


def _fail(state: SwarmState, service: Service, config: Json) -> bool:
    """Do what is to be done about a failed update; gives back whether it has come to a stop."""
    task_id = min(service.failures)
    words = f"due to failure or early termination of task {task_id}"
    action = config.get("FailureAction") or "pause"
    if _stage(service) == "rollback_started":
        if action != "continue":
            _say(state, service, "rollback_paused", f"rollback paused {words}")
        return action != "continue"
    if action == "pause":
        _say(state, service, "paused", f"update paused {words}")
        return True
    if action == "rollback" and service.previous is not None:
        service.spec, service.previous = service.previous, None
        service.rolled.clear()
        service.failures.clear()
        _say(state, service, "rollback_started", f"update rolled back {words}", begins=True)
        state.publish("service", "update", service.id, name=service.name)
        service.check_at = state.now
        return True
    return False


def _replace_some(state: SwarmState, service: Service, config: Json, dirty: list[Task]) -> None:
    delay = config.get("Delay", 0) / SECOND * state.pace.waiting
    busy, last_start = 0, 0.0
    for task_id in service.rolled.values():
        task = state.tasks.get(task_id)
        if task is None or task.terminal:
            continue
        last_start = max(last_start, task.started)
        if task.state != "running":
            busy += 1
        elif dirty and task.started + delay > state.now:
            busy += 1
            service.check_at = min(service.check_at, task.started + delay)
    parallelism = config.get("Parallelism", 1) or len(dirty)
    for old in sorted(dirty, key=lambda t: (t.slot, t.node_id))[: max(0, parallelism - busy)]:
        node_id = old.node_id if service.per_node else ""
        if config.get("Order") == "start-first":
            new = state.create_task(service, slot=old.slot, node_id=node_id, ousts=old.id)
        else:
            state.stop_task(old)
            new = state.create_task(service, slot=old.slot, node_id=node_id, waits_for=old.id)
        service.rolled[service.place(new)] = new.id
        busy += 1
    if dirty or busy:
        return
    monitor = (config.get("Monitor") or DEFAULT_MONITOR) / SECOND * state.pace.waiting
    if state.now >= last_start + monitor:
        back = _stage(service) == "rollback_started"
        _say(
            state,
            service,
            "rollback_completed" if back else "completed",
            "rollback completed" if back else "update completed",
        )
    else:
        service.check_at = last_start + monitor


def _say(
    state: SwarmState, service: Service, stage: str, message: str, *, begins: bool = False
) -> None:
    """Move the UpdateStatus, and let listeners know."""
    before = service.update or {}
    started = stamp(state.now) if begins else before.get("StartedAt", stamp(state.now))
    service.update = {"State": stage, "StartedAt": started, "Message": message}
    if stage in ("completed", "rollback_completed"):
        service.update["CompletedAt"] = stamp(state.now)
    service.version, service.updated = state.bump(), state.now
    attributes = {"name": service.name, "updatestate__new": stage}
    if before:
        attributes["updatestate__old"] = before["State"]
    state.publish("service", "update", service.id, **attributes)
