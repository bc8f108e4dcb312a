"""Gauges: what outposts, services and tasks use, sampled over the open connections.

One short command per outpost and period, and nothing else. The samples are published as
`SamplesTaken`; the newest are kept here for whoever asks.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final
from zlib import crc32

from otternauts_desktop.core.errors import EngineRefused, KnownError, NoFigures
from otternauts_desktop.core.events import ClustersChanged, Event, LinkMoved, SamplesTaken
from otternauts_desktop.core.gauges.rates import LONGEST_SPAN, Sample, Use, sample_of, together
from otternauts_desktop.core.gauges.reading import Reading, ask_gauges, read_gauges
from otternauts_desktop.core.names import ClusterId, OutpostId
from otternauts_desktop.core.swarm.cluster import LinkState, Outpost
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.bus import Bus
from otternauts_desktop.services.command_log import asks
from otternauts_desktop.services.links import Links
from otternauts_desktop.services.store.clusters import ClusterRecords
from otternauts_desktop.services.telemetry import Telemetry

_log = logging.getLogger(__name__)

CALM_SECONDS: Final = 30.0
IN_VIEW_SECONDS: Final = 10.0
"""The period of a cluster whose figures somebody looks at."""
LEAST_SECONDS: Final = 2.0
"""Averages over less say nothing."""
ANSWER_SECONDS: Final = 10.0
_USUAL_ROOT: Final = "/var/lib/docker"
_NO_TASKS: Final[Mapping[str, Use]] = MappingProxyType({})


class Gauges:
    """The newest samples of all outposts, and what takes them."""

    def __init__(
        self, bus: Bus, links: Links, clusters: ClusterRecords, telemetry: Telemetry
    ) -> None:
        self._bus = bus
        self._links = links
        self._clusters = clusters
        self._telemetry = telemetry
        self._samples: dict[OutpostId, Sample] = {}
        self._tasks: dict[OutpostId, Mapping[str, Use]] = {}
        self._readings: dict[OutpostId, Reading] = {}
        self._roots: dict[OutpostId, str] = {}
        self._samplers: dict[Outpost, asyncio.Task[None]] = {}
        self._wakes: dict[Outpost, asyncio.Event] = {}
        self._in_view: Collection[ClusterId] = ()
        self._end_listening = bus.subscribe(self._hear)
        self._started = False

    # -- asking ------------------------------------------------------------------------------

    def latest(self, outpost_id: OutpostId) -> Sample | None:
        """The newest sample of an outpost in this run, however old (see its `taken_at`)."""
        return self._samples.get(outpost_id)

    def fresh(self, outpost_id: OutpostId) -> Sample | None:
        """The same, None where it is too old to be told as what is now."""
        sample = self._samples.get(outpost_id)
        return sample if sample and time.time() - sample.taken_at <= LONGEST_SPAN else None

    def tasks(self, cluster_id: ClusterId) -> dict[str, Use]:
        """What the tasks of a cluster use now, by task id, where that was sampled of late."""
        return {
            task: use
            for outpost in self._clusters.outposts(cluster_id)
            if self.fresh(outpost.id)
            for task, use in self._tasks.get(outpost.id, _NO_TASKS).items()
        }

    def services(self, cluster_id: ClusterId) -> dict[str, Use]:
        """What the services of a cluster use, by service id: the sum of their sampled tasks."""
        snapshot = self._telemetry.snapshot(cluster_id)
        uses: dict[str, list[Use]] = {}
        for task_id, use in self.tasks(cluster_id).items():
            task = snapshot.task_by_id.get(task_id) if snapshot else None
            if task is not None:
                uses.setdefault(task.service_id, []).append(use)
        return {service: together(several) for service, several in uses.items()}

    async def take(self, outpost: Outpost) -> Sample:
        """Sample an outpost now and publish it. Rates are since the reading before it.

        Raises `OutpostError` or `OutcomeUnknown` where it does not answer, and `NoFigures`.
        """
        root = await self._root(outpost)
        asked = time.time()
        done = await self._links.run(outpost, ask_gauges(root), seconds=ANSWER_SECONDS)
        answered = time.time()
        reading = read_gauges(done.stdout)
        if not (reading.boot and reading.uptime):
            raise NoFigures(detail=shown(done.stderr or done.stdout, limit=300).strip())
        sample = sample_of(self._readings.get(outpost.id), reading, asked, answered)
        snapshot = self._telemetry.snapshot(outpost.cluster_id)
        tasks = {
            task.id: sample.containers[task.container_id]
            for task in (snapshot.tasks if snapshot else ())
            if task.container_id in sample.containers
        }
        self._readings[outpost.id] = reading
        self._samples[outpost.id], self._tasks[outpost.id] = sample, tasks
        self._bus.publish(SamplesTaken(outpost.cluster_id, outpost.id, sample, tasks))
        return sample

    # -- sampling ----------------------------------------------------------------------------

    def start(self) -> None:
        """Sample all outposts from now on, those that are added later too, until `close`."""
        self._started = True
        self._follow_clusters()

    def look_at(self, clusters: Collection[ClusterId]) -> None:
        """Sample these clusters more often, as somebody looks at them; all others calmly."""
        newly = set(clusters) - set(self._in_view)
        self._in_view = frozenset(clusters)
        for outpost, wake in self._wakes.items():
            if outpost.cluster_id in newly:
                wake.set()

    async def close(self) -> None:
        """End the sampling."""
        self._end_listening()
        samplers = list(self._samplers.values())
        self._samplers.clear()
        for sampler in samplers:
            sampler.cancel()
        await asyncio.gather(*samplers, return_exceptions=True)

    def _hear(self, event: Event) -> None:
        if not self._started:
            return
        if isinstance(event, ClustersChanged):
            self._follow_clusters()
        elif isinstance(event, LinkMoved) and event.status.state is LinkState.CONNECTED:
            for outpost, wake in self._wakes.items():
                if outpost.id == event.outpost_id:
                    wake.set()

    def _follow_clusters(self) -> None:
        """One sampler per outpost as it is known now: one that is reached anew gets a new one."""
        known = {o for c in self._clusters.all() for o in self._clusters.outposts(c.id)}
        for outpost in self._samplers.keys() - known:
            self._samplers.pop(outpost).cancel()
            self._wakes.pop(outpost)
            for kept in (self._samples, self._tasks, self._readings, self._roots):
                kept.pop(outpost.id, None)
        for outpost in known - self._samplers.keys():
            self._wakes[outpost] = asyncio.Event()
            self._samplers[outpost] = asyncio.create_task(
                self._sample(outpost, self._wakes[outpost]), name=f"gauges of {outpost.name}"
            )

    async def _sample(self, outpost: Outpost, wake: asyncio.Event) -> None:
        """Sample, sleep, sample again. Ends only by cancellation."""
        asks(tr("gauges"))
        while True:
            wake.clear()
            try:
                # What is wrong with it is told by its connection's status; here it is a gap.
                with contextlib.suppress(KnownError):
                    await self.take(outpost)
            except Exception:
                # A bug in reading one answer must not end the sampling without a word.
                _log.exception("sampling %s failed", outpost.name)
            await asyncio.sleep(LEAST_SECONDS)
            viewed = outpost.cluster_id in self._in_view
            period = IN_VIEW_SECONDS if viewed else CALM_SECONDS
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds_to_next(period, outpost.id, time.time())):
                    await wake.wait()

    async def _root(self, outpost: Outpost) -> str:
        """Where its Docker keeps its data: asked once per run."""
        if outpost.id not in self._roots:
            engine = await self._links.engine(outpost)
            try:
                info = await engine.get("/info")
            except EngineRefused:
                return _USUAL_ROOT
            self._roots[outpost.id] = str(info.get("DockerRootDir") or _USUAL_ROOT)
        return self._roots[outpost.id]


def seconds_to_next(period: float, outpost_id: OutpostId, now: float) -> float:
    """Until its next turn in a fixed rhythm of the clock.

    Each outpost has its own, so that they don't all come at once; and away from the edges of the
    slots that series are made of, so that a late answer leaves none of them empty.
    """
    share = crc32(outpost_id.encode()) / 2**32
    return period - (now - period * (0.25 + share / 2)) % period
