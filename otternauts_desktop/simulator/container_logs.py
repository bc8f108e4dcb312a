"""Logs as the Engine streams them: multiplexed frames with time stamps and details."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

from otternauts_desktop.simulator.process import KEPT_LINES
from otternauts_desktop.simulator.queries import EngineError, Query, is_true, seconds
from otternauts_desktop.simulator.records import Task, stamp

FRAME_LIMIT: Final = 16_384
LOOK_SECONDS: Final = 0.1
SWARM_LABELS: Final = (
    "com.docker.swarm.node.id={0.node_id},com.docker.swarm.service.id={0.service_id},"
    "com.docker.swarm.task.id={0.id} "
)


@dataclass(frozen=True, slots=True)
class LogRequest:
    """What is asked of a log."""

    stdout: bool
    stderr: bool
    timestamps: bool
    details: bool
    follow: bool
    tail: int | None
    """Lines per task, None for all."""
    since: float
    until: float
    swarm_labels: bool
    """Whether `details` tell node, service and task, as a manager does."""


def request_of(query: Query, *, container: bool) -> LogRequest:
    """What a query asks of the log of a container, or of a service or task through a manager.

    Raises `EngineError`.
    """
    tail = query.get("tail", "all")
    request = LogRequest(
        stdout=is_true(query.get("stdout", "")),
        stderr=is_true(query.get("stderr", "")),
        timestamps=is_true(query.get("timestamps", "")),
        details=is_true(query.get("details", "")),
        follow=is_true(query.get("follow", "")),
        tail=int(tail) if tail.isdecimal() else None,
        since=seconds(query.get("since", "")),
        # A manager ignores `until`.
        until=(seconds(query.get("until", "")) or inf) if container else inf,
        swarm_labels=not container,
    )
    if not (request.stdout or request.stderr):
        raise EngineError(500, "Bad parameters: you must choose at least one stream")
    return request


async def frames(
    tasks: Callable[[], Sequence[Task]],
    is_over: Callable[[], bool],
    now: Callable[[], float],
    clock_off: Callable[[str], float],
    request: LogRequest,
) -> AsyncIterator[bytes]:
    """The logs of tasks, each one's block after the other, then what they go on to say.

    `tasks` is asked again and again while following: new ones join. `clock_off` tells by how
    much a node's clock is ahead. b"" means that nothing was said for a while. Without `follow`
    it ends with what is there, else when `is_over` says that nothing more can come.
    """
    said: dict[str, int] = {}
    first_look = True
    while True:
        over, until = is_over(), now()
        data = bytearray()
        for task in tasks():
            count = task.said(until)
            if task.id not in said:
                oldest = max(0, count - KEPT_LINES)
                tail = request.tail if first_look else None
                said[task.id] = oldest if tail is None else max(oldest, count - tail)
            for frame in _frames(task, said[task.id], count, clock_off(task.node_id), request):
                data += frame
            said[task.id] = count
        if data:
            yield bytes(data)
        if not request.follow or over:
            return
        first_look = False
        yield b""
        await asyncio.sleep(LOOK_SECONDS)


def _frames(
    task: Task, first: int, last: int, clock_off: float, request: LogRequest
) -> Iterator[bytes]:
    if task.program is None:
        return
    for line in task.program.lines(first, last, task.started):
        at = task.started + line.at + clock_off
        if not request.since <= at <= request.until or not (
            request.stderr if line.stderr else request.stdout
        ):
            continue
        head = f"{stamp(at)} " if request.timestamps else ""
        if request.details:
            head += SWARM_LABELS.format(task) if request.swarm_labels else " "
        text = line.text.encode() + b"\n"
        for start in range(0, len(text), FRAME_LIMIT):
            payload = head.encode() + text[start : start + FRAME_LIMIT]
            yield bytes((2 if line.stderr else 1, 0, 0, 0)) + len(payload).to_bytes(4) + payload
