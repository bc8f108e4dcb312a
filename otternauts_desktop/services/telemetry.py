"""One watcher per cluster: reads the swarm, follows its events, fails over between managers.

What is observed is written here and nowhere else.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from otternauts_desktop.core.errors import (
    ClusterUnreachable,
    EngineRefused,
    KnownError,
    LinkLost,
    NothingFound,
    OutpostError,
    SwarmWithoutLeader,
)
from otternauts_desktop.core.events import ClusterLost, Event, LinkMoved, SwarmObserved
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import LinkState, Outpost
from otternauts_desktop.core.swarm.health import Health, fleet_condition
from otternauts_desktop.core.swarm.state import Snapshot, read_snapshot, without_values
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.services.bus import Bus
from otternauts_desktop.services.command_log import asks
from otternauts_desktop.services.engine import Engine, SwarmLists
from otternauts_desktop.services.links import Links
from otternauts_desktop.services.store.clusters import ClusterRecords
from otternauts_desktop.services.store.last_seen import LastSeenRecords
from otternauts_desktop.services.together import together
from otternauts_desktop.services.vigil import wakings

_log = logging.getLogger(__name__)

CALM_SECONDS: Final = 5.0
MOVING_SECONDS: Final = 1.0
SHORTEST_SECONDS: Final = 0.3
"""An event is answered by a read, but a storm of them by no more than three reads a second."""
PATIENCE_SECONDS: Final = 1.5
"""So long an outpost may take to answer before the next is asked, or its link is doubted."""
KEEP_SECONDS: Final = 30.0
"""How often at most the last snapshot is written to disk while nothing is lost."""
_TELLING: Final = (LinkState.CONNECTED, LinkState.RECONNECTING)
_HOPES: Final = {LinkState.CONNECTED: 0, LinkState.IDLE: 1, LinkState.CONNECTING: 1}
"""Whom to ask first: by the state of the connection, less is better."""


@dataclass(frozen=True, slots=True)
class Staleness:
    """How far what is shown can be trusted."""

    as_of: float
    """Wall clock of the last good read, 0.0 for never."""
    via: str
    """Name of the outpost that answered it."""
    seconds: float
    """How long that read took."""
    lost: str
    """Why the cluster can't be read now; "" while it can."""
    awaited: bool = False
    """It was not read in this run yet: no reason to worry."""


class Telemetry:
    """Snapshots of all clusters, and the watchers that renew them."""

    def __init__(
        self, bus: Bus, links: Links, clusters: ClusterRecords, last_seen: LastSeenRecords
    ) -> None:
        self._bus = bus
        self._links = links
        self._clusters = clusters
        self._last_seen = last_seen
        self._snapshots: dict[ClusterId, Snapshot] = {}
        self._staleness: dict[ClusterId, Staleness] = {}
        self._preferred: dict[ClusterId, Outpost] = {}
        self._watchers: dict[ClusterId, asyncio.Task[None]] = {}
        self._wakes: dict[ClusterId, asyncio.Event] = {}
        self._kept_at: dict[ClusterId, float] = {}
        self._vigil: asyncio.Task[None] | None = None
        self._end_listening = bus.subscribe(self._hear)

    # -- asking ------------------------------------------------------------------------------

    def snapshot(self, cluster_id: ClusterId) -> Snapshot | None:
        """What was last seen of a cluster, in this run or an earlier one."""
        if cluster_id not in self._snapshots:
            seen = self._last_seen.load(cluster_id)
            if seen is None:
                return None
            lists = json.loads(seen.document)
            self._snapshots[cluster_id] = read_snapshot(taken_at=seen.taken_at, **lists)
            waiting = tr("Not read since the start.")
            self._staleness.setdefault(
                cluster_id, Staleness(seen.taken_at, "", 0.0, waiting, awaited=True)
            )
        return self._snapshots[cluster_id]

    def staleness(self, cluster_id: ClusterId) -> Staleness:
        """How far `snapshot` can be trusted."""
        unread = Staleness(0.0, "", 0.0, tr("Not read yet."), awaited=True)
        return self._staleness.get(cluster_id, unread)

    async def refresh(self, cluster_id: ClusterId) -> Snapshot:
        """Read a cluster now, from the first manager that answers, and publish it.

        Raises `ClusterUnreachable` where none does, or the one error of its only outpost.
        """
        async with self.manager(cluster_id) as (outpost, engine):
            return await self._read(cluster_id, outpost, engine)

    @asynccontextmanager
    async def manager(self, cluster_id: ClusterId) -> AsyncIterator[tuple[Outpost, Engine]]:
        """The first outpost of a cluster that answers as a manager, and its engine.

        Starts with the one that answered last. Raises as `refresh` does. A link that dies in
        the body is dropped, so that the next caller gets another.
        """
        outpost, engine = await self._reach(cluster_id)
        try:
            yield outpost, engine
        except OutpostError as error:
            self._links.lost(outpost, error)
            self._preferred.pop(cluster_id, None)
            raise

    async def engine_of(self, cluster_id: ClusterId, node_id: str) -> Engine | None:
        """The engine of a node; None where it can't be logged in to. Raises `OutpostError`."""
        for outpost in self._clusters.outposts(cluster_id):
            if outpost.node_id == node_id:
                return await self._links.engine(outpost)
        return None

    # -- watching ----------------------------------------------------------------------------

    def watch(self, cluster_id: ClusterId) -> None:
        """Keep a cluster's snapshot fresh until `unwatch` or `close`."""
        if self._vigil is None:
            self._vigil = asyncio.create_task(self._keep_vigil(), name="vigil")
        if cluster_id not in self._watchers:
            self._wakes[cluster_id] = asyncio.Event()
            self._watchers[cluster_id] = asyncio.create_task(
                self._watch(cluster_id), name=f"watch {cluster_id}"
            )

    async def unwatch(self, cluster_id: ClusterId) -> None:
        """Stop watching, and forget what was seen of it."""
        watcher = self._watchers.pop(cluster_id, None)
        if watcher is not None:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)
        for kept in (self._snapshots, self._staleness, self._preferred, self._wakes):
            kept.pop(cluster_id, None)

    def wake(self, cluster_id: ClusterId) -> None:
        """Read soon: something is known to have changed."""
        if event := self._wakes.get(cluster_id):
            event.set()

    async def close(self) -> None:
        """End all watchers and keep what was last seen."""
        self._end_listening()
        tasks = [*self._watchers.values(), *([self._vigil] if self._vigil else [])]
        self._watchers.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_vigil(self) -> None:
        """After the machine slept, find out at once what is still connected."""
        async for _ in wakings():
            outposts = [o for cluster in self._watchers for o in self._clusters.outposts(cluster)]
            for outpost in outposts:
                if self._links.status(outpost.id).state is LinkState.RECONNECTING:
                    self._links.retry_now(outpost)
            await together(*(self._links.probe(outpost) for outpost in outposts))
            for cluster_id in self._watchers:
                self.wake(cluster_id)

    def _hear(self, event: Event) -> None:
        """A link that is back or gone: its cluster may be readable again, or through another."""
        if isinstance(event, LinkMoved) and event.status.state in _TELLING:
            self.wake(event.cluster_id)

    async def _watch(self, cluster_id: ClusterId) -> None:
        """Read, sleep, read again. Ends only by cancellation."""
        asks(tr("watcher"))
        wake = self._wakes[cluster_id]
        while True:
            before = self.staleness(cluster_id).as_of
            try:
                async with self.manager(cluster_id) as (outpost, engine):
                    await self._follow(cluster_id, outpost, engine, wake)
            except KnownError as error:
                if isinstance(error, LinkLost) and self.staleness(cluster_id).as_of > before:
                    continue  # it answered until now: perhaps another manager does
                self._report_lost(cluster_id, error)
            except Exception:
                # A bug in reading must not end the watcher without a word: say it and go on.
                _log.exception("reading cluster %s failed", cluster_id)
                self._report_lost(cluster_id, _ReadingFailed())
            wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._seconds_to_retry(cluster_id)):
                    await wake.wait()

    async def _follow(
        self, cluster_id: ClusterId, outpost: Outpost, engine: Engine, wake: asyncio.Event
    ) -> None:
        """Read again and again from one manager, sooner when an event says so."""
        listener = asyncio.create_task(self._listen(engine, wake), name=f"events {cluster_id}")
        try:
            while True:
                wake.clear()
                snapshot = await self._read(cluster_id, outpost, engine)
                await asyncio.sleep(SHORTEST_SECONDS)
                pause = MOVING_SECONDS if _moving(snapshot) else CALM_SECONDS
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause - SHORTEST_SECONDS):
                        await wake.wait()
                if listener.done():
                    # The stream ended or broke: polling alone goes on, and it is opened anew.
                    listener.exception()
                    listener = asyncio.create_task(self._listen(engine, wake))
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)

    async def _listen(self, engine: Engine, wake: asyncio.Event) -> None:
        with contextlib.suppress(KnownError):  # the reads meet the same error, and report it
            async for _ in engine.events():
                wake.set()

    async def _read(self, cluster_id: ClusterId, outpost: Outpost, engine: Engine) -> Snapshot:
        started = time.monotonic()
        lists = await self._lists(outpost, engine)
        now = time.time()
        snapshot = lists.read(taken_at=now, via=outpost.name)
        self._preferred[cluster_id] = outpost
        self._snapshots[cluster_id] = snapshot
        self._staleness[cluster_id] = Staleness(now, outpost.name, time.monotonic() - started, "")
        if now - self._kept_at.get(cluster_id, 0.0) > KEEP_SECONDS:
            self._kept_at[cluster_id] = now
            await asyncio.to_thread(self._keep, cluster_id, lists, now)
        self._bus.publish(SwarmObserved(cluster_id, snapshot))
        return snapshot

    async def _lists(self, outpost: Outpost, engine: Engine) -> SwarmLists:
        """The lists; where they don't come soon, a link that is only half open is found out."""
        reading = asyncio.ensure_future(engine.swarm_lists())
        try:
            await asyncio.wait([reading], timeout=PATIENCE_SECONDS)
            if not reading.done():
                await self._links.probe(outpost)
            return await reading
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)  # who stops us hears of no more

    def _keep(self, cluster_id: ClusterId, lists: SwarmLists, now: float) -> None:
        document = {
            "nodes": lists.nodes,
            "services": [without_values(service) for service in lists.services],
            "tasks": [_task_without_values(task) for task in lists.tasks],
            "networks": lists.networks,
            "secrets": lists.secrets,
            "configs": lists.configs,
        }
        self._last_seen.save(cluster_id, json.dumps(document), now)

    async def _reach(self, cluster_id: ClusterId) -> tuple[Outpost, Engine]:
        """Ask the outposts in turn: the connected first, of them the one that answered last.

        The first answer wins. After `PATIENCE_SECONDS` without one the next is asked, too.
        """
        outposts = list(self._clusters.outposts(cluster_id))
        if not outposts:
            raise ClusterUnreachable(
                detail=tr("The cluster has no outpost."),
                next_step=tr("Add one of its managers."),
            )
        preferred = self._preferred.get(cluster_id)
        outposts.sort(
            key=lambda o: (
                _HOPES.get(self._links.status(o.id).state, 2),
                preferred is None or o.id != preferred.id,
            )
        )
        asked: dict[asyncio.Task[Engine], Outpost] = {}
        errors: dict[str, KnownError] = {}
        try:
            while outposts or asked:
                if outposts:
                    outpost = outposts.pop(0)
                    asked[asyncio.create_task(self._ask(outpost), name=f"ask {outpost.name}")] = (
                        outpost
                    )
                done, _ = await asyncio.wait(
                    asked,
                    timeout=PATIENCE_SECONDS if outposts else None,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                for answer in done:
                    outpost = asked.pop(answer)
                    try:
                        return outpost, answer.result()
                    except (OutpostError, EngineRefused, NothingFound) as error:
                        errors[outpost.name] = error
        finally:
            for answer in asked:
                answer.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        if len(errors) == 1:
            raise next(iter(errors.values()))
        causes = (f"{name}: {error.title} {error.detail}".strip() for name, error in errors.items())
        said = " ".join(causes)
        if any(isinstance(error, SwarmWithoutLeader) for error in errors.values()):
            raise SwarmWithoutLeader(detail=said)  # whoever can't be reached: that is the matter
        raise ClusterUnreachable(detail=said, next_step=next(iter(errors.values())).next_step)

    async def _ask(self, outpost: Outpost) -> Engine:
        """Its engine, if it answers as a manager that has a leader."""
        engine = await self._links.engine(outpost)
        try:
            await engine.get("/nodes", {"filters": {"role": ["manager"]}})
        except LinkLost as error:
            self._links.lost(outpost, error)
            raise
        return engine

    def _report_lost(self, cluster_id: ClusterId, error: KnownError) -> None:
        before = self.staleness(cluster_id)
        sentence = error.text()
        if before.lost != sentence:
            self._staleness[cluster_id] = Staleness(before.as_of, before.via, 0.0, sentence)
            leaderless = isinstance(error, SwarmWithoutLeader)
            self._bus.publish(ClusterLost(cluster_id, sentence, before.as_of, leaderless))

    def _seconds_to_retry(self, cluster_id: ClusterId) -> float:
        """Until the first outpost's next planned attempt, within 1 to 30 s.

        One that is connected but could not tell (the swarm elects a leader) is asked again soon.
        """
        links = [self._links.status(o.id) for o in self._clusters.outposts(cluster_id)]
        if any(link.state is LinkState.CONNECTED for link in links):
            return MOVING_SECONDS
        planned = [link.next_try_at for link in links if link.next_try_at]
        return min(max(min(planned, default=0.0) - time.time(), 1.0), 30.0)


class _ReadingFailed(KnownError):
    title = marked("The cluster's state could not be read because of a bug in Otternauts.")
    next_step_default = marked("What is shown is stale. The program's log holds the report.")
    anchor = "bug"


def _moving(snapshot: Snapshot) -> bool:
    return any(
        fleet_condition(snapshot, services).health is Health.MOVING
        for services in snapshot.fleets.values()
    )


def _task_without_values(task: dict[str, object]) -> dict[str, object]:
    """A task's JSON fit for keeping: its copy of the spec goes, the image stays."""
    spec = task.get("Spec")
    container = spec.get("ContainerSpec") if isinstance(spec, dict) else None
    image = container.get("Image", "") if isinstance(container, dict) else ""
    return {**task, "Spec": {"ContainerSpec": {"Image": image}}}
