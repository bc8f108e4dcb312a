"""Alerts: looks at every cluster that is watched, keeps what lasts, and tells of it on the bus.

All of it is in the database, so that a later run tells nothing twice and forgets nothing. Of
several programs on one data directory (the window, `otternauts alert watch`) one looks; the
others show what it found.
"""

import asyncio
import contextlib
import json
import logging
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from otternauts_desktop.core.alerts.alert import UNTIL_CLEAR, Alert, AlertKind
from otternauts_desktop.core.alerts.crashes import Crashes
from otternauts_desktop.core.alerts.quiet import Quiet, quiet
from otternauts_desktop.core.alerts.rules import Rule, Rules, checked
from otternauts_desktop.core.alerts.signs import (
    Launched,
    Shield,
    images,
    judged,
    of_images,
    of_launches,
    of_samples,
    of_shields,
    of_silence,
    of_swarm,
)
from otternauts_desktop.core.alerts.steps import Outcome, look
from otternauts_desktop.core.errors import NothingFound
from otternauts_desktop.core.events import (
    AlertsMoved,
    ClusterLost,
    ClustersChanged,
    Event,
    JobMoved,
    LaunchedElsewhere,
    LaunchMoved,
    SamplesTaken,
    SwarmObserved,
)
from otternauts_desktop.core.flight.images import ImageSeen
from otternauts_desktop.core.flight.job import Job
from otternauts_desktop.core.gauges.rates import Sample
from otternauts_desktop.core.names import ClusterId, OutpostId
from otternauts_desktop.core.swarm.domains import domains
from otternauts_desktop.core.swarm.state import Snapshot
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.bus import Bus
from otternauts_desktop.services.command_log import asks
from otternauts_desktop.services.courier import Courier
from otternauts_desktop.services.jobs import Jobs
from otternauts_desktop.services.launches import Launches
from otternauts_desktop.services.registries import Registries
from otternauts_desktop.services.shields import expiry
from otternauts_desktop.services.store.alerts import AlertRecords
from otternauts_desktop.services.store.clusters import ClusterRecords
from otternauts_desktop.services.store.launches import LaunchRecords
from otternauts_desktop.services.store.lock import FileLock
from otternauts_desktop.services.store.settings import SettingRecords

_log = logging.getLogger(__name__)

TICK_SECONDS: Final = 5.0
"""How often a cluster is looked at that can't be read, and the lock is asked for."""
READ_SECONDS: Final = 30.0
"""So old may be what is known of what other programs wrote: rules, jobs, launches."""
FIRST_EXAMINATION: Final = 20.0
"""Seconds after the start: the window has better things to do before."""
EXAMINE_SECONDS: Final = 600.0
"""How often it is asked which examinations are due."""
SHIELDS_SECONDS: Final = 6 * 3600.0
IMAGES_SECONDS: Final = 12 * 3600.0
"""Handshakes with the domains, and questions to registries, are made so seldom."""


@dataclass(frozen=True)
class _Written:
    """What the database has on a cluster: an idle program does not ask it at every look."""

    at: float
    """Monotonic clock."""
    rules: Rules
    jobs: tuple[Job, ...]
    launching: frozenset[str]
    """Fleets that some program launches now."""
    launched: tuple[Launched, ...]
    names: Mapping[OutpostId, str]


@dataclass
class _Watched:
    """What is remembered of a cluster between two looks."""

    snapshot: Snapshot | None = None
    lost: ClusterLost | None = None
    looked_at: float = 0.0
    """Monotonic clock; 0.0 for never."""
    crashes: Crashes = field(default_factory=Crashes)
    quiet: Quiet = field(default_factory=Quiet)
    samples: dict[OutpostId, Sample] = field(default_factory=dict)
    written: _Written | None = None
    calm: bool = False
    """Nothing is pending or active, so that nothing can be cleared."""
    shields: tuple[Shield, ...] | None = None
    shields_at: float = 0.0
    images: Mapping[str, ImageSeen] | None = None


class Alerts:
    """Begins with `begin`; asking, snoozing and rules work without."""

    def __init__(
        self,
        home: Path,
        bus: Bus,
        clusters: ClusterRecords,
        launches: Launches,
        launch_records: LaunchRecords,
        jobs: Jobs,
        registries: Registries,
        settings: SettingRecords,
        courier: Courier,
        records: AlertRecords,
    ) -> None:
        self._lock = FileLock(home / "alerts.lock")
        self._bus = bus
        self._clusters = clusters
        self._launches = launches
        self._launch_records = launch_records
        self._jobs = jobs
        self._registries = registries
        self._settings = settings
        self._courier = courier
        self._records = records
        self._watched: dict[ClusterId, _Watched] = {}
        self._due: set[ClusterId] = set()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._end_listening: Callable[[], None] | None = None

    # -- asking ------------------------------------------------------------------------------

    def active(self) -> tuple[Alert, ...]:
        """What holds now in all clusters, newest first; also what is snoozed."""
        return self._records.active()

    def history(self, limit: int = 200) -> tuple[Alert, ...]:
        """What is over, newest first."""
        return self._records.history(limit)

    def rules(self, cluster_id: ClusterId) -> Rules:
        """The rules of a cluster."""
        return self._records.rules(cluster_id)

    # -- changing ----------------------------------------------------------------------------

    async def snooze(self, alert_id: str, seconds: float | None) -> Alert:
        """Tell nothing of an alert for some seconds; None: for as long as it lasts, 0: not at all.

        `alert_id` may be the beginning of one. Raises `NothingFound`.
        """
        found = [a for a in self.active() if alert_id and a.id.startswith(alert_id)]
        if len(found) != 1:
            raise NothingFound(detail=tr('There is no alert "{id}".', id=alert_id))
        until = UNTIL_CLEAR if seconds is None else time.time() + seconds if seconds else 0.0
        await asyncio.to_thread(self._records.snooze, found[0].id, until)
        self._bus.publish(AlertsMoved(found[0].cluster_id))
        return replace(found[0], snoozed_until=until)

    async def put_rule(self, cluster_id: ClusterId, rule: Rule) -> None:
        """Keep a rule from now on. Raises `ValueUnusable`."""
        await asyncio.to_thread(self._records.put_rule, cluster_id, checked(rule))
        if watched := self._watched.get(cluster_id):
            watched.written = None
            self._due.add(cluster_id)
        self._wake.set()
        self._bus.publish(AlertsMoved(cluster_id))

    # -- looking -----------------------------------------------------------------------------

    def begin(self) -> None:
        """Look at all clusters that are watched, until `close`."""
        if self._end_listening is None:
            self._end_listening = self._bus.subscribe(self._hear)
            self._tasks = [
                asyncio.create_task(self._look_on(), name="alerts"),
                asyncio.create_task(self._examine_on(), name="alerts, now and then"),
            ]

    async def close(self) -> None:
        """End looking."""
        if self._end_listening is None:
            return
        self._end_listening()
        self._end_listening = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self._courier.close()
        self._lock.release()

    def _hear(self, event: Event) -> None:
        match event:
            case SwarmObserved():
                watched = self._of(event.cluster_id)
                watched.snapshot, watched.lost = event.snapshot, None
            case ClusterLost():
                self._of(event.cluster_id).lost = event
            case SamplesTaken():
                self._of(event.cluster_id).samples[event.outpost_id] = event.sample
            case LaunchedElsewhere():
                self._of(event.cluster_id).written = None
            case LaunchMoved():
                watched, fleet = self._of(event.progress.cluster_id), event.progress.fleet
                known = watched.written is not None and fleet in watched.written.launching
                if event.progress.state.ended or not known:
                    watched.written = None
            case JobMoved():
                if busy := self._watched.get(ClusterId(event.job.lane)):
                    busy.written = None
                return
            case ClustersChanged():
                for one in self._watched.values():
                    one.written = None
                return
            case _:
                return
        self._wake.set()

    def _of(self, cluster_id: ClusterId) -> _Watched:
        self._due.add(cluster_id)
        return self._watched.setdefault(cluster_id, _Watched())

    async def _look_on(self) -> None:
        asks(tr("alerts"))
        while not await asyncio.to_thread(self._lock.take):
            await self._follow()
        self._courier.begin()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._wake.wait()
            self._wake.clear()
            due = self._due | {of for of, watched in self._watched.items() if watched.lost}
            self._due = set()
            for cluster_id in due:
                try:
                    await self._look(cluster_id)
                except Exception:
                    # A bug in looking at one must not end it for all without a word.
                    _log.exception("looking at cluster %s failed", cluster_id)

    async def _follow(self) -> None:
        """Another program looks: show what it has found."""
        before = await asyncio.to_thread(self.active)
        await asyncio.sleep(TICK_SECONDS)
        after = await asyncio.to_thread(self.active)
        for cluster_id in {a.cluster_id for a in set_apart(before, after)}:
            self._bus.publish(AlertsMoved(cluster_id))

    async def _look(self, cluster_id: ClusterId) -> None:
        watched = self._of(cluster_id)
        self._due.discard(cluster_id)
        now, clock = time.time(), time.monotonic()
        elapsed = clock - watched.looked_at if watched.looked_at else 0.0
        watched.looked_at = clock
        outcome = await asyncio.to_thread(self._step, cluster_id, watched, elapsed, now)
        if outcome.news or any(alert.raised_at for alert in outcome.changed):
            self._bus.publish(AlertsMoved(cluster_id, outcome.news))

    def _step(
        self, cluster_id: ClusterId, watched: _Watched, elapsed: float, now: float
    ) -> Outcome:
        written = watched.written
        if written is None or watched.looked_at - written.at > READ_SECONDS:
            written = watched.written = self._read(cluster_id, watched.looked_at)
        rules = written.rules
        signs = list(of_launches(written.launched, rules, now))
        kinds = {AlertKind.LAUNCH}
        snapshot = watched.snapshot
        if watched.lost is not None:
            leaderless = watched.lost.leaderless
            signs += of_silence(watched.lost.sentence, leaderless=leaderless)
            kinds |= {AlertKind.CLUSTER, *([AlertKind.QUORUM] if leaderless else [])}
        elif snapshot is not None:
            watched.crashes = watched.crashes.after(snapshot)
            watched.quiet = quiet(snapshot, written.jobs, written.launching, watched.quiet)
            signs += of_swarm(snapshot, rules, watched.crashes, watched.quiet)
            kinds |= judged(snapshot)
            if watched.images is not None:
                signs += of_images(snapshot, watched.images)
                kinds.add(AlertKind.IMAGE)
        if watched.samples:
            taken = watched.samples
            named = {o: (name, taken[o]) for o, name in written.names.items() if o in taken}
            signs += of_samples(named, rules)
            kinds |= {AlertKind.DISK, AlertKind.CLOCK}
        if watched.shields is not None:
            signs += of_shields(watched.shields, rules, now)
            kinds.add(AlertKind.CERTIFICATE)
        kinds |= {kind for kind, rule in rules.items() if not rule.enabled}
        if watched.calm and not signs:
            return Outcome()
        outcome = self._records.step(
            cluster_id,
            lambda alerts: look(
                alerts,
                signs,
                kinds,
                rules,
                cluster_id=cluster_id,
                elapsed=elapsed,
                now=now,
                new_id=lambda: uuid.uuid4().hex,
            ),
            now,
        )
        watched.calm = outcome.left == 0
        return outcome

    def _read(self, cluster_id: ClusterId, clock: float) -> _Written:
        return _Written(
            clock,
            self._records.rules(cluster_id),
            tuple(job for job in self._jobs.all() if job.lane == cluster_id),
            frozenset(self._launching(cluster_id)),
            tuple(self._launched(cluster_id)),
            {outpost.id: outpost.name for outpost in self._clusters.outposts(cluster_id)},
        )

    def _launched(self, cluster_id: ClusterId) -> Iterable[Launched]:
        for record in self._launch_records.newest(cluster_id):
            said = json.loads(record.cause)["sentence"] if record.cause else ""
            yield Launched(record.fleet, record.version, record.state, record.ended_at, said)

    def _launching(self, cluster_id: ClusterId) -> set[str]:
        """Fleets that some program launches now."""
        unended = [r for r in self._launch_records.unended() if r.cluster_id == cluster_id]
        cut_off = {record.id for record in self._launches.cut_off()} if unended else set()
        return {record.fleet for record in unended if record.id not in cut_off}

    # -- now and then ------------------------------------------------------------------------

    async def _examine_on(self) -> None:
        asks(tr("alerts"))
        await asyncio.sleep(FIRST_EXAMINATION)
        while True:
            for cluster_id in tuple(self._watched):
                try:
                    await self.examine(cluster_id)
                except Exception:
                    _log.exception("examining cluster %s failed", cluster_id)
            await asyncio.sleep(EXAMINE_SECONDS)

    async def examine(self, cluster_id: ClusterId) -> None:
        """Look at certificates, and for newer images, where that is wanted and due."""
        watched = self._of(cluster_id)
        snapshot = watched.snapshot
        practice = any(c.id == cluster_id and c.simulated for c in self._clusters.all())
        if snapshot is None or watched.lost is not None or practice:
            return
        rules = await asyncio.to_thread(self._records.rules, cluster_id)
        now = time.time()
        if rules[AlertKind.CERTIFICATE].enabled and now - watched.shields_at > SHIELDS_SECONDS:
            watched.shields_at = now
            watched.shields = tuple(await self._shields(snapshot))
        asked = f"alerts.images_asked.{cluster_id}"
        before = self._settings.get(asked)
        due = not isinstance(before, float) or now - before > IMAGES_SECONDS
        if rules[AlertKind.IMAGE].enabled and due:
            self._settings.put(asked, now)
            watched.images = await self._registries.ask(cluster_id, images(snapshot))
        self._due.add(cluster_id)
        self._wake.set()

    async def _shields(self, snapshot: Snapshot) -> list[Shield]:
        """Certificates of all domains that show one; the others are not known."""
        found = []
        for fleet, services in snapshot.fleets.items():
            for domain in domains(services):
                expires_at = await expiry(domain)
                if expires_at is not None:
                    found.append(Shield(shown(domain), shown(fleet), expires_at))
        return found


def set_apart(before: Iterable[Alert], after: Iterable[Alert]) -> list[Alert]:
    """Alerts that are in one of two lists only, or not the same in both."""
    first, second = list(before), list(after)
    return [a for a in first if a not in second] + [a for a in second if a not in first]
