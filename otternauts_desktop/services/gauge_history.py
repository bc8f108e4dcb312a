"""The past of the gauges: samples become series, kept finely for 24 hours and coarsely for 30 days.

Of a task there are fine slots alone; of an outpost coarse ones as well, and of all tasks of a
service on one outpost. What a service uses is the sum of those. Only the window keeps a history:
it samples all the time, and there is one of it.
"""

import asyncio
import logging
import time
from typing import Final

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.events import Event, SamplesTaken
from otternauts_desktop.core.gauges.rates import Use, together
from otternauts_desktop.core.gauges.series import (
    COARSE,
    FIELDS,
    FINE,
    Block,
    Grain,
    Subject,
    figures_of,
    slots_of,
)
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.services.bus import Bus
from otternauts_desktop.services.store.clusters import ClusterRecords
from otternauts_desktop.services.store.samples import SampleRecords
from otternauts_desktop.services.telemetry import Telemetry

_log = logging.getLogger(__name__)

SAVE_SECONDS: Final = 600.0
"""So much a program that is killed may lose."""
_SAVES_TO_PRUNE: Final = 6

Series = dict[str, list[float | None]]
"""Figures by field (`FIELDS`), slot by slot; None is a gap."""
_Group = tuple[ClusterId, str]
"""The outposts of a cluster ("" as service), or the tasks of a service."""


class GaugeHistory:
    """Keeps the series of all samples, and tells them."""

    def __init__(
        self, bus: Bus, clusters: ClusterRecords, telemetry: Telemetry, records: SampleRecords
    ) -> None:
        self._bus = bus
        self._clusters = clusters
        self._telemetry = telemetry
        self._records = records
        self._memory: dict[Grain, dict[_Group, dict[str, list[Block]]]] = {FINE: {}, COARSE: {}}
        """The newest blocks by subject, oldest first; the last of them grows."""
        self._changed: dict[tuple[Grain, Subject, int], Block] = {}
        self._keeper: asyncio.Task[None] | None = None

    # -- asking ------------------------------------------------------------------------------

    def recent(
        self, cluster_id: ClusterId, service_id: str, name: str | None, field: str, count: int
    ) -> list[float | None]:
        """The last `count` fine slots up to now of an outpost (service "") or a task; without a
        name of a service. Fewer than an hour's."""
        named = self._memory[FINE].get((cluster_id, service_id), {})
        now = time.time()
        since = now - (count - 1) * FINE.step
        blocks = [
            block
            for other, several in named.items()
            if name in (None, other)
            for block in several
            if block.start + FINE.span > since
        ]
        return slots_of(blocks, field, FINE, since, now)

    async def series(
        self,
        grain: Grain,
        cluster_id: ClusterId,
        service_id: str,
        name: str | None,
        since: float,
        until: float,
    ) -> Series:
        """The slots between two moments, of the same subjects. Raises `DatabaseDamaged`."""
        named = self._memory[grain].get((cluster_id, service_id), {})
        newest = {
            (other, block.start): block
            for other, several in named.items()
            if name in (None, other)
            for block in several
        }

        def read() -> Series:
            kept = self._records.load(
                grain, since, until, cluster_id=cluster_id, service_id=service_id, name=name
            )
            blocks = {
                (s.name, block.start): block for s, several in kept.items() for block in several
            }
            every = (blocks | newest).values()
            return {field: slots_of(every, field, grain, since, until) for field in FIELDS}

        return await asyncio.to_thread(read)

    # -- keeping -----------------------------------------------------------------------------

    def start(self) -> None:
        """Keep what is sampled from now on, until `close`."""
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep(), name="gauge history")

    async def close(self) -> None:
        """Keep what is not kept yet, and end."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            await self._save()

    async def _keep(self) -> None:
        now = time.time()
        loads = ((FINE, now - FINE.span), (COARSE, now))
        try:
            await asyncio.to_thread(self._records.prepare)
            for grain, since in loads:
                for subject, blocks in (
                    await asyncio.to_thread(self._records.load, grain, since, now)
                ).items():
                    self._of(grain, subject).extend(blocks)
        except KnownError as error:
            _log.warning("the past of the gauges can't be read: %s", error.text())
        end = self._bus.subscribe(self._hear)
        saves = 0
        try:
            while True:
                if saves % _SAVES_TO_PRUNE == 0:
                    await self._prune()
                await asyncio.sleep(SAVE_SECONDS)
                await self._save()
                saves += 1
        finally:
            end()

    def _of(self, grain: Grain, subject: Subject) -> list[Block]:
        group = self._memory[grain].setdefault((subject.cluster_id, subject.service_id), {})
        return group.setdefault(subject.name, [])

    def _hear(self, event: Event) -> None:
        if isinstance(event, SamplesTaken):
            self._add(event)

    def _add(self, event: SamplesTaken) -> None:
        cluster_id, sample = event.cluster_id, event.sample
        outpost = Subject(cluster_id, "", event.outpost_id)
        figures = figures_of(sample.own, sample.disk_used or None)
        self._grow(FINE, outpost, sample.taken_at, figures)
        self._grow(COARSE, outpost, sample.taken_at, figures)
        snapshot = self._telemetry.snapshot(cluster_id)
        by_service: dict[str, list[Use]] = {}
        for task_id, use in event.tasks.items():
            task = snapshot.task_by_id.get(task_id) if snapshot else None
            if task is not None:
                by_service.setdefault(task.service_id, []).append(use)
                subject = Subject(cluster_id, task.service_id, task_id)
                self._grow(FINE, subject, sample.taken_at, figures_of(use))
        for service_id, uses in by_service.items():
            subject = Subject(cluster_id, service_id, event.outpost_id)
            self._grow(COARSE, subject, sample.taken_at, figures_of(together(uses)))

    def _grow(self, grain: Grain, subject: Subject, at: float, figures: list[float | None]) -> None:
        blocks, start = self._of(grain, subject), grain.start(at)
        if not blocks or blocks[-1].start < start:
            blocks.append(Block(grain, start))
        if blocks[-1].start == start:  # else the clock was set back: until it has caught up, a gap
            blocks[-1].add(at, figures)
            self._changed[grain, subject, start] = blocks[-1]

    async def _save(self) -> None:
        """Write what has changed, and forget what is old enough to be read from the file."""
        changed, self._changed = self._changed, {}

        def write() -> None:
            self._records.save(
                [
                    (subject, grain.step, start, block.packed())
                    for (grain, subject, start), block in changed.items()
                ]
            )

        try:
            await asyncio.to_thread(write)
        except KnownError as error:
            _log.warning("samples could not be kept: %s", error.text())
        now = time.time()
        for grain, oldest in ((FINE, FINE.start(now) - FINE.span), (COARSE, COARSE.start(now))):
            for group in self._memory[grain].values():
                for name, blocks in list(group.items()):
                    group[name] = [block for block in blocks if block.start >= oldest]
                    if not group[name]:
                        del group[name]

    async def _prune(self) -> None:
        clusters = {cluster.id for cluster in self._clusters.all()}
        try:
            await asyncio.to_thread(self._records.prune, time.time(), clusters)
        except KnownError as error:
            _log.warning("old samples could not be let go of: %s", error.text())
