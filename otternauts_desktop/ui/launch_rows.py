"""The vessels of a launch as rows, with their tasks beneath and how far each of them is."""

from typing import Final

from otternauts_desktop.core.flight.plan import ChangeKind
from otternauts_desktop.core.flight.progress import (
    LaunchProgress,
    Planned,
    StepState,
    VesselProgress,
)
from otternauts_desktop.core.swarm.health import current_tasks
from otternauts_desktop.core.swarm.state import Service, Snapshot, Task
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.cluster_tree_model import replica_name
from otternauts_desktop.ui.status_marks import of_step, of_task
from otternauts_desktop.ui.times import age_of, short_image

HEADINGS: Final = (
    Heading(marked("Vessel"), 180),
    Heading(marked("Change / task state"), 0),
    Heading(marked("Progress"), 130),
    Heading(marked("Settled"), 90),
    Heading(marked("Outpost"), 110, spare=1),
    Heading(marked("Age"), 90, right=True, spare=2),
)
_TONES: Final = {StepState.DONE: "ok", StepState.RUNNING: "accent", StepState.FAILED: "bad"}
_CHANGES: Final = {
    ChangeKind.CREATE: ("+", marked("Create {what}")),
    ChangeKind.UPDATE: ("~", "{what}"),
    ChangeKind.REMOVE: ("−", marked("Remove")),
    ChangeKind.UNCHANGED: ("=", marked("Unchanged, not restarted")),
}
_STAGES: Final = (
    frozenset({"new", "allocated", "pending", "assigned", "accepted"}),
    frozenset({"preparing", "ready"}),
    frozenset({"starting"}),
)
"""What a task goes through before it runs; Docker says `starting` until it is healthy."""
_STAGE_COUNT: Final = 4


def launch_rows(progress: LaunchProgress, snapshot: Snapshot | None, now: float) -> tuple[Row, ...]:
    """A row for each vessel; its tasks as the swarm was last seen."""
    fleet = snapshot.fleets.get(progress.fleet, ()) if snapshot else ()
    services = {service.vessel: service for service in fleet}
    changes = {planned.vessel: planned for planned in progress.planned}
    rows = []
    for vessel in progress.vessels:
        service = services.get(vessel.vessel)
        tasks: tuple[Row, ...] = ()
        if snapshot is not None and service is not None:
            tasks = tuple(
                _task_row(snapshot, service, task, now) for task in current_tasks(snapshot, service)
            )
        rows.append(_vessel_row(vessel, changes.get(vessel.vessel), tasks))
    return tuple(rows)


def vessel_tones(vessel: VesselProgress) -> tuple[str, ...]:
    """One segment for each task that is wanted."""
    rest = "bad" if vessel.state is StepState.FAILED else "accent"
    if vessel.state is StepState.WAITING:
        rest = "line"
    return ("ok",) * vessel.settled + (rest,) * max(vessel.wanted - vessel.settled, 0)


def _vessel_row(vessel: VesselProgress, planned: Planned | None, tasks: tuple[Row, ...]) -> Row:
    words = ""
    if planned is not None:
        sign, form = _CHANGES[ChangeKind(planned.kind)]
        words = f"{sign} {tr(form, what=short_image(planned.words))}"
    said = "  ·  ".join(part for part in (vessel.note, words) if part)
    cells = (
        Cell(vessel.vessel, mark=of_step(vessel.state), strong=True),
        Cell(said, tone="fg2", tip=said),
        Cell(segments=vessel_tones(vessel) or ("line",)),
        Cell(
            tr("{part} of {whole}", part=vessel.settled, whole=vessel.wanted),
            tone=_TONES.get(vessel.state, "fg2"),
        ),
        Cell(),
        Cell(),
    )
    return Row(vessel.vessel, cells, tasks)


def _task_row(snapshot: Snapshot, service: Service, task: Task, now: float) -> Row:
    node = snapshot.node_by_id.get(task.node_id)
    mark = of_task(task, node_ready=node is None or node.ready)
    said = f"{tr(mark.word)}: {task.error}" if task.error else tr(mark.word)
    cells = (
        Cell(replica_name(service, task, snapshot), tone="fg2", mark=mark),
        Cell(said, tone="bad" if task.error else "fg2", tip=task.error),
        Cell(segments=_stages(task)),
        Cell(),
        Cell(snapshot.node_name(task.node_id), tone="fg2"),
        Cell(age_of(task.timestamp, now), tone="fg3", right=True),
    )
    return Row(f"slot {task.slot} {task.node_id if not task.slot else ''}", cells)


def _stages(task: Task) -> tuple[str, ...]:
    """Waiting for a place, preparing, starting, running: done, under way, or still to come."""
    if task.state in ("running", "complete"):
        return ("ok",) * _STAGE_COUNT
    for number, states in enumerate(_STAGES):
        if task.state in states:
            rest = _STAGE_COUNT - number - 1
            return ("ok",) * number + ("accent",) + ("line",) * rest
    return ("bad",) * _STAGE_COUNT
