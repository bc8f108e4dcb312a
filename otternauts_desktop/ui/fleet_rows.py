"""Services and tasks as rows: the tables of the fleet, outpost and service pages."""

from typing import Final

from otternauts_desktop.core.swarm.health import (
    Health,
    current_tasks,
    service_condition,
)
from otternauts_desktop.core.swarm.state import Service, Snapshot, Task
from otternauts_desktop.core.words import marked
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.cluster_tree_model import count_tone, replica_name
from otternauts_desktop.ui.gauged import Gauged
from otternauts_desktop.ui.status_marks import STOPPED, Mark, of_health, of_task
from otternauts_desktop.ui.times import age_of, short_image

FLEET_HEADINGS: Final = (
    Heading(marked("Vessel / task"), 220),
    Heading(marked("Image"), 0),
    Heading(marked("Replicas"), 170),
    Heading(marked("Outpost"), 130),
    Heading(marked("CPU"), 130, right=True, spare=3),
    Heading(marked("Memory"), 150, right=True, spare=2),
    Heading(marked("Age"), 90, right=True, spare=1),
)
TASK_HEADINGS: Final = (
    Heading(marked("Task"), 200),
    Heading(marked("State"), 130),
    Heading(marked("Outpost"), 130),
    Heading(marked("CPU"), 130, right=True, spare=3),
    Heading(marked("Memory"), 150, right=True, spare=2),
    Heading(marked("Note"), 0),
    Heading(marked("Age"), 90, right=True, spare=1),
)
_PIP_TONES: Final = {Health.FAILED: "bad", Health.DEGRADED: "bad", Health.MOVING: "accent"}


def service_row(snapshot: Snapshot, service: Service, now: float, gauged: Gauged) -> Row:
    """One vessel with its current tasks beneath."""
    condition = service_condition(snapshot, service)
    tone = count_tone(condition)
    cells = (
        Cell(service.vessel, mark=of_health(condition.health), strong=True, tip=service.name),
        Cell(short_image(service.image), tone="fg2", tip=service.image),
        Cell(
            condition.count,
            tone="fg1" if tone == "fg2" else tone,
            pips=(condition.running, condition.wanted),
            pips_tone=_PIP_TONES.get(condition.health, "ok"),
        ),
        Cell(service.mode if service.mode != "replicated" else "", tone="fg3"),
        *gauged.service_cells(service.id),
        Cell(age_of(service.created_at, now), tone="fg2", right=True),
    )
    children = tuple(
        _task_under(snapshot, service, task, now, gauged)
        for task in current_tasks(snapshot, service)
    )
    return Row(service.id, cells, children, service)


def _task_under(
    snapshot: Snapshot, service: Service, task: Task, now: float, gauged: Gauged
) -> Row:
    mark = _mark(snapshot, task)
    cells = (
        Cell(replica_name(service, task, snapshot), tone="fg2", mark=mark),
        Cell(task.error or _message(task), tone="bad" if task.error else "fg3", tip=task.error),
        Cell(mark.word, tone="fg2"),
        Cell(snapshot.node_name(task.node_id), tone="fg2"),
        *gauged.task_cells(task.service_id, task.id),
        Cell(age_of(task.timestamp, now), tone="fg3", right=True),
    )
    return Row(f"slot {task.slot} {task.node_id if not task.slot else ''}", cells, (), task)


def task_row(
    snapshot: Snapshot, service: Service | None, task: Task, now: float, gauged: Gauged
) -> Row:
    """One task on its own line, old ones included."""
    mark = _mark(snapshot, task)
    name = replica_name(service, task, snapshot) if service else task.id[:12]
    if service and service.fleet:
        name = f"{service.fleet}/{name}"
    quiet = mark == STOPPED
    cells = (
        Cell(name, tone="fg3" if quiet else "fg1", mark=mark, tip=f"{name} ({task.id})"),
        Cell(mark.word, tone="fg3" if quiet else "fg2"),
        Cell(snapshot.node_name(task.node_id), tone="fg2"),
        *gauged.task_cells(task.service_id, task.id),
        Cell(task.error or _message(task), tone="bad" if task.error else "fg3", tip=task.error),
        Cell(age_of(task.timestamp, now), tone="fg3", right=True),
    )
    return Row(task.id, cells, (), task)


def _mark(snapshot: Snapshot, task: Task) -> Mark:
    node = snapshot.node_by_id.get(task.node_id)
    return of_task(task, node_ready=node is None or node.ready)


def _message(task: Task) -> str:
    """Docker's message where it says more than the state does."""
    return "" if task.message in (task.state, "started", "") else task.message
