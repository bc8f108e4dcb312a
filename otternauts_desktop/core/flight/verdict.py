"""Whether a launch has converged or failed, and why, judged from what is observed.

Only tasks that the launch made, or that it left alone, count. An exit code of `docker stack
deploy` says nothing about it.
"""

from dataclasses import dataclass
from typing import Final

from otternauts_desktop.core.fleet.flight_plan import Prepared
from otternauts_desktop.core.flight.explain import explain, explained
from otternauts_desktop.core.flight.plan import Change, ChangeKind, plan
from otternauts_desktop.core.flight.progress import Cause, LaunchState, StepState, VesselProgress
from otternauts_desktop.core.swarm.health import is_running
from otternauts_desktop.core.swarm.state import Service, Snapshot, Task
from otternauts_desktop.core.words import tr

FAILURES: Final = 3
"""So many failed tasks in one slot are a crash loop, not an accident."""
REJECTIONS: Final = 2
"""A rejected task (no such image, no such mount) fails the same way each time."""
PENDING_SECONDS: Final = 15.0
"""A task that can't be placed for so long won't be."""

_BAD_UPDATES: Final = ("paused", "rollback_started", "rollback_paused", "rollback_completed")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far a launch is."""

    state: LaunchState
    """RUNNING, CONVERGED or FAILED; time is the caller's."""
    vessels: tuple[VesselProgress, ...]
    cause: Cause | None = None
    failed_task: str = ""
    """Id of the task whose log tells more, "" for none."""


def judge(
    prepared: Prepared, baseline: Snapshot, snapshot: Snapshot, since: float | None = None
) -> Verdict:
    """Compare what is wanted with what runs. `baseline` was read before the deploy.

    `since` is when it was deployed (wall clock, seconds), where that was later.
    """
    waited = snapshot.taken_at - (baseline.taken_at if since is None else since)
    changes = {change.vessel: change for change in plan(prepared, baseline).changes}
    services = {service.vessel: service for service in snapshot.fleets.get(prepared.fleet, ())}
    vessels: list[VesselProgress] = []
    failure: tuple[Cause, str] | None = None
    for vessel in prepared.data["services"]:
        service = services.get(vessel)
        if service is None:
            vessels.append(VesselProgress(vessel, 0, 1, StepState.WAITING, tr("not created yet")))
            continue
        view = _View(service, changes[vessel], baseline, snapshot, waited)
        progress, failed = view.progress()
        vessels.append(progress)
        failure = failure or failed
    if failure:
        return Verdict(LaunchState.FAILED, tuple(vessels), *failure)
    done = all(vessel.state is StepState.DONE for vessel in vessels)
    return Verdict(LaunchState.CONVERGED if done else LaunchState.RUNNING, tuple(vessels))


class _View:
    """One service, as a launch sees it."""

    def __init__(
        self,
        service: Service,
        change: Change,
        baseline: Snapshot,
        snapshot: Snapshot,
        waited: float,
    ) -> None:
        self._service = service
        self._change = change
        self._baseline = baseline
        self._snapshot = snapshot
        self._waited = waited
        # The engine forgets how the update before went when a new one comes in (swarmkit). Once it
        # says that this one is done, what was there before and runs on is as wanted: a launch that
        # failed half way through leaves tasks that the way back has no need to replace.
        before = baseline.service_by_id.get(service.id)
        moved_on = before is not None and service.version != before.version
        over = service.update_state == "completed" and moved_on
        replaced = change.kind is ChangeKind.UPDATE and change.replaces_all and not over
        self._tasks = [
            task
            for task in snapshot.tasks_by_service.get(service.id, ())
            if not (replaced and task.id in baseline.task_by_id)
        ]

    def progress(self) -> tuple[VesselProgress, tuple[Cause, str] | None]:
        service = self._service
        settled = sum(self._settled(task) for task in self._tasks)
        wanted = self._wanted()
        failed = self._failure()
        # Global services have no count of their own before the scheduler chose the nodes.
        started = wanted > 0 or service.mode != "global" or bool(self._tasks)
        moving = service.update_state in ("updating", "rollback_started")
        if failed:
            state, note = StepState.FAILED, failed[0].sentence
        elif settled >= wanted and started and not moving:
            state, note = StepState.DONE, ""
        else:
            state, note = StepState.RUNNING, self._note()
        return VesselProgress(service.vessel, min(settled, wanted), wanted, state, note), failed

    def _settled(self, task: Task) -> bool:
        if self._service.is_job:
            return task.state == "complete" and task.job_iteration == self._iteration()
        return is_running(self._snapshot, task)

    def _iteration(self) -> int:
        return max((task.job_iteration for task in self._tasks), default=0)

    def _wanted(self) -> int:
        if self._service.mode in ("replicated", "replicated-job"):
            return self._service.replicas
        ready = self._snapshot.node_by_id
        return len(
            {
                task.node_id
                for task in self._tasks
                if task.desired in ("running", "complete")
                and (node := ready.get(task.node_id)) is not None
                and node.ready
            }
        )

    def _note(self) -> str:
        """What a task that is not there yet is doing."""
        for task in self._tasks:
            if task.desired in ("running", "ready") and task.state != "running":
                return task.error or task.message or task.state
        return self._service.update_state.replace("_", " ")

    def _failure(self) -> tuple[Cause, str] | None:
        service = self._service
        ended: dict[tuple[int, str], list[Task]] = {}
        for task in self._tasks:
            if task.id in self._baseline.task_by_id:
                continue  # an old accident is not this launch's
            if task.state in ("failed", "rejected") or (
                # A container that ends with 0 and is started again and again.
                task.state == "complete" and task.desired == "shutdown" and not service.is_job
            ):
                place = (task.slot, task.node_id if task.slot == 0 else "")
                ended.setdefault(place, []).append(task)
        for tasks in ended.values():
            rejected = sum(task.state == "rejected" for task in tasks)
            gave_up = not any(
                task.desired in ("running", "ready") or (task.desired == "complete" and task.live)
                for task in self._tasks
            )
            if len(tasks) >= FAILURES or rejected >= REJECTIONS or gave_up:
                newest = max(tasks, key=lambda task: task.created_at)
                return self._cause(newest), newest.id
        if self._change.kind is not ChangeKind.UNCHANGED and service.update_state in _BAD_UPDATES:
            failed = max(
                (t for tasks in ended.values() for t in tasks),
                key=lambda task: task.created_at,
                default=None,
            )
            if failed:
                return self._cause(failed), failed.id
            words = tr("The update of {vessel} was stopped.", vessel=service.vessel)
            step = tr("Look at its tasks, correct the flight plan and launch again.")
            return Cause(service.vessel, words, step, service.update_message), ""
        for task in self._tasks:
            if task.state == "pending" and task.error and self._waited > PENDING_SECONDS:
                return self._cause(task), ""
        return None

    def _cause(self, task: Task) -> Cause:
        where = self._snapshot.node_name(task.node_id)
        explanation = explain(task.error, task.exit_code)
        return explained(self._service.vessel, where, explanation, task.error or task.message)
