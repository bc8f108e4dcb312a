"""Transmissions: the log of a service or a whole fleet, live, as chunks of lines.

Read through a manager's API. A stream that breaks is opened again from the last time stamp, and
lines that come twice are dropped.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Final

from otternauts_desktop.core.comms.frames import FrameReader
from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.core.errors import ClusterUnreachable, LinkLost, NothingFound, OutpostError
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.state import Service, Snapshot
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.engine import Engine
from otternauts_desktop.services.telemetry import Telemetry

REOPEN_SECONDS: Final = 1.0
SORTING_SECONDS: Final = 0.4
"""So long the beginning of a log is collected, to be shown in order of time."""
REOPEN_TAIL: Final = 100_000
"""Lines per task that a stream which broke may have missed."""
CHUNKS_WAITING: Final = 64
"""A reader that is slower than the streams makes them wait: nothing is piled up."""


class Transmissions:
    """Reads logs. Each stream takes one channel on the connection to a manager."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    async def follow(
        self,
        cluster_id: ClusterId,
        fleet: str,
        vessel: str | None = None,
        *,
        tail: int = 500,
        since: str = "",
        follow: bool = True,
    ) -> AsyncGenerator[list[LogLine], None]:
        """Lines of a service, or of all services of a fleet, in chunks as they come.

        `tail` is per task; `since` is seconds since 1970 as text. Without `follow` it ends
        with what is there, sorted by time. Raises `NothingFound` for a service or fleet that
        does not fly, and `KnownError` where the cluster can't be read at first.
        """
        snapshot = await self._telemetry.refresh(cluster_id)
        services = _services(snapshot, fleet, vessel)
        chunks: asyncio.Queue[list[LogLine] | Exception | None] = asyncio.Queue(CHUNKS_WAITING)
        readers = [
            asyncio.create_task(
                self._read(cluster_id, service, chunks, tail=tail, since=since, follow=follow),
                name=f"log of {service.name}",
            )
            for service in services
        ]
        collected: list[LogLine] = []
        ended = 0
        # What is there already comes in one block per replica: it is sorted before it is told.
        sorted_by = asyncio.get_running_loop().time() + SORTING_SECONDS if follow else None
        try:
            while ended < len(readers):
                try:
                    async with asyncio.timeout_at(sorted_by):
                        chunk = await chunks.get()
                except TimeoutError:
                    sorted_by = None
                    if collected:
                        yield _by_time(collected)
                    continue
                if isinstance(chunk, Exception):
                    raise chunk
                if chunk is None:
                    ended += 1
                elif follow and sorted_by is None:
                    yield chunk
                else:
                    collected += chunk
        finally:
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)
        if collected and (not follow or sorted_by is not None):
            yield _by_time(collected)

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

    async def _read(
        self,
        cluster_id: ClusterId,
        service: Service,
        chunks: "asyncio.Queue[list[LogLine] | Exception | None]",
        *,
        tail: int,
        since: str,
        follow: bool,
    ) -> None:
        """Feed one service's lines into the queue until it ends; None marks the end."""
        seen: dict[str, str] = {}
        """Newest time stamp of each task: each one's lines come in order, not those of several."""
        try:
            while True:
                # Lines up to here came through an earlier stream; within one, none comes twice.
                told = dict(seen)
                if told:
                    tail, since = REOPEN_TAIL, _seconds_before(max(told.values()))
                try:
                    async with self._telemetry.manager(cluster_id) as (_, engine):
                        async for lines in self._open(
                            engine, cluster_id, service, tail=tail, since=since, follow=follow
                        ):
                            new = [line for line in lines if line.time > told.get(line.task_id, "")]
                            seen |= {line.task_id: line.time for line in new}
                            if new:
                                await chunks.put(new)
                except (OutpostError, ClusterUnreachable) as error:
                    if not follow or not isinstance(error, (LinkLost, ClusterUnreachable)):
                        raise
                if not follow:
                    break
                await asyncio.sleep(REOPEN_SECONDS)
        except NothingFound:
            pass  # the service was removed: its log has ended
        except Exception as error:
            await chunks.put(error)
        await chunks.put(None)

    async def _open(
        self,
        engine: Engine,
        cluster_id: ClusterId,
        service: Service,
        *,
        tail: int,
        since: str,
        follow: bool,
    ) -> AsyncIterator[list[LogLine]]:
        """One stream of one service's log, from its opening to its end."""
        params: dict[str, str | int | bool] = {
            "stdout": True,
            "stderr": True,
            "details": True,
            "timestamps": True,
            "follow": follow,
            "tail": tail,
        }
        if since:
            params["since"] = since
        reader = FrameReader(self._namer(cluster_id))
        async for data in engine.stream(f"/services/{service.id}/logs", params):
            if lines := reader.feed(data):
                yield lines

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


def _by_time(lines: list[LogLine]) -> list[LogLine]:
    return sorted(lines, key=lambda line: line.time)


def _seconds_before(stamp: str) -> str:
    """Ten seconds before an Engine's time stamp, as the `since` of its API."""
    return str(datetime.fromisoformat(stamp[:19]).replace(tzinfo=UTC).timestamp() - 10)


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
