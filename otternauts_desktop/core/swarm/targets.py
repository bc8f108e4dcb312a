"""What a person points at for a shell or a port: an outpost, or a running task of a service."""

from collections.abc import Sequence
from dataclasses import dataclass

from otternauts_desktop.core.errors import NothingFound
from otternauts_desktop.core.swarm.state import Service, Snapshot, Task
from otternauts_desktop.core.words import tr


@dataclass(frozen=True, slots=True)
class Target:
    """An outpost by its name here, or one of a service's tasks."""

    outpost: str = ""
    service_id: str = ""
    place: str = ""
    """A replica's number, or a node's name in a global service; "" for any that runs."""
    words: str = ""
    """As a person says it: `vega-1`, `shop/web`, `shop/web.2`."""


def read_target(text: str, snapshot: Snapshot, outposts: Sequence[str]) -> Target:
    """What `vega-1`, `shop/web`, `shop/web.2` or a service's full name stands for.

    Raises `NothingFound`, saying what there is.
    """
    if text in outposts:
        return Target(outpost=text, words=text)
    name, dot, place = text.rpartition(".")
    for wanted, at in ((text, ""), (name, place)) if dot else ((text, ""),):
        service = _service(snapshot, wanted)
        if service is not None:
            return Target(service_id=service.id, place=at, words=text)
    raise NothingFound(
        detail=tr(
            'There is no outpost and no service "{name}". There are: {names}.',
            name=text,
            names=", ".join([*outposts, *(_words(service) for service in snapshot.services)]),
        )
    )


def target_of(service: Service, place: str = "") -> Target:
    """A service's task as a target."""
    words = _words(service)
    return Target(service_id=service.id, place=place, words=f"{words}.{place}" if place else words)


def running_tasks(snapshot: Snapshot, service_id: str) -> tuple[Task, ...]:
    """The tasks of a service that have a container which runs, by replica."""
    return tuple(
        task
        for task in snapshot.tasks_by_service.get(service_id, ())
        if task.state == "running" and task.desired == "running" and task.container_id
    )


def place_of(snapshot: Snapshot, task: Task) -> str:
    """What tells a task from others of its service: its number, or its node's name."""
    return str(task.slot) if task.slot else snapshot.node_name(task.node_id)


def running_task(snapshot: Snapshot, target: Target) -> Task:
    """The task that is meant. Raises `NothingFound` where it does not run now."""
    for task in running_tasks(snapshot, target.service_id):
        if target.place in ("", place_of(snapshot, task)):
            return task
    raise NothingFound(
        detail=tr("No task of {target} runs now.", target=target.words),
        next_step=tr("See why: otternauts explain {target}", target=target.words),
    )


def _service(snapshot: Snapshot, name: str) -> Service | None:
    return next((s for s in snapshot.services if name in (s.name, _words(s))), None)


def _words(service: Service) -> str:
    return f"{service.fleet}/{service.vessel}" if service.fleet else service.name
