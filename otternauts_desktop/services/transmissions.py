"""Transmissions: the logs of a service or a whole fleet, merged by time, as chunks of lines.

Each task's log is read from the outpost that runs it, all at the same time, and from a manager
where that outpost can't be logged in to. Tasks that have ended are read, too, as long as their
containers are there; tasks that come later join in. What can't be had is told by a line that is a
`note`.
"""

import asyncio
import contextlib
import math
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Final

from otternauts_desktop.core.comms.frames import FrameReader
from otternauts_desktop.core.comms.line import LogLine, Speaker
from otternauts_desktop.core.comms.merge import HOLD_SECONDS
from otternauts_desktop.core.errors import KnownError, NothingFound
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.state import Service, Snapshot, Task
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.command_log import asks
from otternauts_desktop.services.log_reading import Reading
from otternauts_desktop.services.task_log import TaskLog
from otternauts_desktop.services.telemetry import Telemetry

PAST_SECONDS: Final = 10.0
"""So long at most what is said now waits for the past of all logs to be read."""
NEWCOMER_SECONDS: Final = 1.0
"""And for that of a task that came later."""
LOOK_SECONDS: Final = 0.1
"""How soon lines that waited for others are looked at again."""
FRESH_SECONDS: Final = 2.0
"""So old the swarm's tasks as last seen may be while a log is followed."""
MOST_AT_ONCE: Final = 5_000
"""Lines in one chunk."""


class Transmissions:
    """Reads logs. Each is a stream of its own on the connection to its outpost."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    async def follow(
        self,
        cluster_id: ClusterId,
        fleet: str,
        vessel: str | None = None,
        *,
        replica: int | None = None,
        tail: int | None = 500,
        since: str = "",
        until: str = "",
        follow: bool = True,
    ) -> AsyncGenerator[list[LogLine], None]:
        """Lines of a service, or of all services of a fleet, in chunks and in order of time.

        Begins with the last `tail` lines of all together (None: all there are), of those between
        the stamps `since` and `until`. Without `follow` it ends there. Raises `NothingFound` for
        a service or fleet that does not fly, and `KnownError` where the cluster can't be read at
        first. What goes missing later is told by notes.
        """
        snapshot = await self._telemetry.refresh(cluster_id)
        _services(snapshot, fleet, vessel)
        reading = Reading(
            self._telemetry, cluster_id, tail=tail, since=since, until=until, follows=follow
        )
        await reading.open()
        logs: dict[str, asyncio.Task[None]] = {}
        wanted = _Wanted(fleet, vessel, replica)
        wait = PAST_SECONDS if follow else math.inf
        _start(reading, logs, wanted, snapshot, time.monotonic() + wait)
        past_ends = time.monotonic() + wait
        last: deque[LogLine] | None = deque(maxlen=tail) if tail is not None else None
        watcher = asyncio.create_task(
            self._watch(reading, cluster_id, logs, wanted), name=f"tasks of {fleet}"
        )
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await reading.moved.wait()
                reading.moved.clear()
                over = not follow and all(log.done() for log in logs.values())
                lines = reading.merge.take(time.monotonic())
                reading.room.set()
                for log in [watcher, *logs.values()]:
                    if log.done():
                        log.result()  # raises what is a bug
                if reading.past_is_read:  # what was read of it waits a moment for the rest
                    past_ends = min(past_ends, time.monotonic() + HOLD_SECONDS + LOOK_SECONDS)
                if last is not None:
                    last.extend(line for line in lines if not line.note)
                    if not over and time.monotonic() < past_ends:
                        lines = [line for line in lines if line.note]
                    else:
                        lines = _by_time([*last, *(line for line in lines if line.note)])
                        last = None
                for at in range(0, len(lines), MOST_AT_ONCE):
                    yield lines[at : at + MOST_AT_ONCE]
                if over or (watcher.done() and all(log.done() for log in logs.values())):
                    return
        finally:
            for running in [watcher, *logs.values()]:
                running.cancel()
            await asyncio.gather(watcher, *logs.values(), return_exceptions=True)
            await reading.close()

    async def last_lines(self, cluster_id: ClusterId, task_id: str, count: int) -> list[LogLine]:
        """The last `count` lines that one task wrote, oldest first."""
        async with self._telemetry.manager(cluster_id) as (_, engine):
            reader = FrameReader(self._namer(cluster_id))
            params = {"stdout": True, "stderr": True, "details": True, "timestamps": True}
            lines: list[LogLine] = []
            async with asyncio.timeout(10):
                async for data in engine.stream(
                    f"/tasks/{task_id}/logs", {**params, "tail": count}
                ):
                    lines += reader.feed(data)
        return _by_time(lines)[-count:]

    async def _watch(
        self,
        reading: Reading,
        cluster_id: ClusterId,
        logs: dict[str, asyncio.Task[None]],
        wanted: "_Wanted",
    ) -> None:
        """Read the tasks that come while it is followed; ends when the service or fleet has."""
        asks(tr("comms"))
        while reading.follows:
            snapshot = self._telemetry.snapshot(cluster_id)
            if snapshot is None or time.time() - snapshot.taken_at > FRESH_SECONDS:
                with contextlib.suppress(KnownError):  # each log tells itself what it can't read
                    snapshot = await self._telemetry.refresh(cluster_id)
            if snapshot is not None:
                if not wanted.services(snapshot):
                    return
                _start(reading, logs, wanted, snapshot, time.monotonic() + NEWCOMER_SECONDS)
            await asyncio.sleep(0.5)

    def _namer(self, cluster_id: ClusterId) -> Callable[[str], tuple[str, int]]:
        """Tells vessel and replica number of a task, as last seen; a new task has no number yet."""

        def name(task_id: str) -> tuple[str, int]:
            snapshot = self._telemetry.snapshot(cluster_id)
            task = snapshot.task_by_id.get(task_id) if snapshot else None
            service = snapshot.service_by_id.get(task.service_id) if snapshot and task else None
            if task is None or service is None:
                self._telemetry.wake(cluster_id)
                return "", 0
            return service.vessel, task.slot

        return name


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Whose logs."""

    fleet: str
    vessel: str | None
    replica: int | None

    def services(self, snapshot: Snapshot) -> list[Service]:
        services = snapshot.fleets.get(self.fleet, ())
        return [service for service in services if self.vessel in (None, service.vessel)]


def _start(
    reading: Reading,
    logs: dict[str, asyncio.Task[None]],
    wanted: _Wanted,
    snapshot: Snapshot,
    wait_until: float,
) -> None:
    """Begin with the logs of tasks that have a container and are not read yet."""
    for service in wanted.services(snapshot):
        for task in snapshot.tasks_by_service[service.id]:
            if task.id in logs or not task.container_id or wanted.replica not in (None, task.slot):
                continue
            speaker = Speaker(service.vessel, task.slot, task.id, task.node_id)
            reading.begin(task, speaker, wait_until)
            logs[task.id] = asyncio.create_task(
                _run(reading, task, speaker), name=f"log of {service.name} {task.id}"
            )


async def _run(reading: Reading, task: Task, speaker: Speaker) -> None:
    asks(tr("comms"))
    try:
        await TaskLog(reading, task, speaker).run()
    finally:
        reading.end(task)


def _by_time(lines: list[LogLine]) -> list[LogLine]:
    return sorted(lines, key=lambda line: line.time)


def _services(snapshot: Snapshot, fleet: str, vessel: str | None) -> tuple[Service, ...]:
    """The services meant. Raises `NothingFound`, naming what there is."""
    services = snapshot.fleets.get(fleet)
    if services is None:
        names = ", ".join(snapshot.fleets) or tr("none")
        raise NothingFound(
            detail=tr('No fleet "{fleet}" flies here. Flying: {names}.', fleet=fleet, names=names)
        )
    if vessel is None:
        return services
    chosen = tuple(service for service in services if service.vessel == vessel)
    if not chosen:
        names = ", ".join(service.vessel for service in services)
        raise NothingFound(
            detail=tr(
                'Fleet "{fleet}" has no vessel "{vessel}". It has: {names}.',
                fleet=fleet,
                vessel=vessel,
                names=names,
            )
        )
    return chosen
