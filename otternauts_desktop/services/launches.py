"""Launches: preview, send, watch until converged or failed, and say the cause.

The order matters (each line was bought with a failed experiment): intent is committed before
any effect; everything is resolved and checked on this side; the body goes through stdin and its
sum is verified before it is used; neither an exit code nor a lost link decides the outcome, only
what is then observed; what is no longer in the plan is removed last, as a step of its own.
"""

import asyncio
import contextlib
import hashlib
import json
import time
import uuid
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Final

from otternauts_desktop.core.errors import (
    ClusterUnreachable,
    FlightPlanInvalid,
    KnownError,
    LaunchUnderWay,
    NothingFound,
    OutcomeUnknown,
    OutpostError,
    RemovalFailed,
)
from otternauts_desktop.core.events import LaunchMoved
from otternauts_desktop.core.fleet.beside import NOTHING, Beside
from otternauts_desktop.core.fleet.flight_plan import (
    Prepared,
    Variables,
    prepare,
)
from otternauts_desktop.core.flight.commands import (
    ResolveImage,
    stack_remove,
)
from otternauts_desktop.core.flight.drift import Launched
from otternauts_desktop.core.flight.export import export, exported
from otternauts_desktop.core.flight.images import ImageSeen
from otternauts_desktop.core.flight.live import digest
from otternauts_desktop.core.flight.plan import Plan, plan
from otternauts_desktop.core.flight.progress import (
    Cause,
    LaunchProgress,
    LaunchState,
    Step,
    StepState,
)
from otternauts_desktop.core.flight.taking_over import TakenOver, take_over
from otternauts_desktop.core.kept_errors import VaultLocked
from otternauts_desktop.core.names import ClusterId, LaunchId, fleet_name
from otternauts_desktop.core.swarm.domains import domains_in
from otternauts_desktop.core.swarm.state import Snapshot
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import tr, trn
from otternauts_desktop.services.bus import Bus
from otternauts_desktop.services.flight import LOCK, Flight, steps
from otternauts_desktop.services.git import commit_of
from otternauts_desktop.services.links import Links
from otternauts_desktop.services.locks import Held, Locks, operator
from otternauts_desktop.services.removal import left_of
from otternauts_desktop.services.stages import Stages
from otternauts_desktop.services.store.drafts import DraftRecords
from otternauts_desktop.services.store.jobs import Runner
from otternauts_desktop.services.store.launches import LaunchRecord, LaunchRecords
from otternauts_desktop.services.telemetry import Telemetry
from otternauts_desktop.services.values import Values
from otternauts_desktop.services.versions import Versions

GO_ON_SECONDS: Final = 24 * 3600.0
"""After so long others may have changed the fleet meanwhile: then a person decides."""
RETURN_SECONDS: Final = 300.0
"""So long the way back has at least, however short the launch was to be that failed."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a launch would do. Nothing was written to make it."""

    prepared: Prepared
    plan: Plan
    old_text: str
    """The flight plan last launched from here, "" where there is none."""
    new_text: str

    @property
    def images(self) -> tuple[str, ...]:
        """The images of all its vessels, as it names them."""
        found = (service.get("image", "") for service in self.prepared.data["services"].values())
        return tuple(dict.fromkeys(found))

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains that it wants certificates for."""
        services = self.prepared.data["services"].values()
        return domains_in((service.get("deploy") or {}).get("labels") or {} for service in services)


Version = LaunchRecord
"""A launch of a fleet, as its history has it."""


class Launches:
    """Sends flight plans to swarms and watches them fly."""

    def __init__(
        self,
        bus: Bus,
        links: Links,
        telemetry: Telemetry,
        stages: Stages,
        versions: Versions,
        drafts: DraftRecords,
        records: LaunchRecords,
        runner: Runner,
        key: bytes,
    ) -> None:
        self._bus = bus
        self._links = links
        self._telemetry = telemetry
        self._drafts = drafts
        self._records = records
        self._runner = runner
        self._key = key
        self._locks = Locks(telemetry, records)
        self._stages = stages
        self._versions = versions
        self._progress: dict[LaunchId, LaunchProgress] = {}
        self._tasks: dict[LaunchId, asyncio.Task[None]] = {}
        self._return_on_failure: set[LaunchId] = set()
        self._returns: dict[LaunchId, LaunchId] = {}
        self._closing = False

    # -- drafts ------------------------------------------------------------------------------

    def draft(self, cluster_id: ClusterId, fleet: str) -> str:
        """The text being edited: the draft, else what was last launched from here, else ""."""
        text = self._drafts.load(cluster_id, fleet)
        return self.launched_text(cluster_id, fleet) if text is None else text

    def launched_text(self, cluster_id: ClusterId, fleet: str) -> str:
        """The flight plan last launched from here, variables unresolved; "" if none was."""
        history = self._records.history(cluster_id, fleet)
        return history[0].template if history else ""

    def history(self, cluster_id: ClusterId, fleet: str) -> tuple[LaunchRecord, ...]:
        """All launches of a fleet from here, newest first."""
        return self._records.history(cluster_id, fleet)

    def save_draft(self, cluster_id: ClusterId, fleet: str, text: str) -> None:
        """Keep the text being edited."""
        self._drafts.save(cluster_id, fleet_name(fleet), text)

    def remove_draft(self, cluster_id: ClusterId, fleet: str) -> str:
        """Forget what was being edited; gives back its text, for `save_draft` to undo it."""
        text = self.draft(cluster_id, fleet)
        self._drafts.remove(cluster_id, fleet)
        return text

    def drafted_fleets(self, cluster_id: ClusterId) -> tuple[str, ...]:
        """Names of fleets that have a draft here, flying or not."""
        return self._drafts.fleets(cluster_id)

    # -- looking ahead -----------------------------------------------------------------------

    def preview(
        self,
        cluster_id: ClusterId,
        fleet: str,
        text: str,
        variables: Variables,
        beside: Beside = NOTHING,
        images: Mapping[str, ImageSeen] | None = None,
    ) -> Preview:
        """What launching `text` would change, against what was last seen of the cluster.

        `beside` holds the files that the flight plan takes (`plan_files.read_beside`), `images`
        what registries say (`Registries.ask`) where the launch pins images to their digests.

        Raises `FlightPlanInvalid` and its kin, or `ClusterUnreachable` where nothing has been
        seen yet.
        """
        prepared = prepare(fleet_name(fleet), text, variables, beside)
        snapshot = self._telemetry.snapshot(cluster_id)
        if snapshot is None:
            raise ClusterUnreachable(detail=self._telemetry.staleness(cluster_id).lost)
        # With errors in the file there is nothing to compare.
        launched = Launched(self._records.left(cluster_id, fleet), self._key)
        changes = Plan(()) if prepared.errors else plan(prepared, snapshot, images, launched)
        return Preview(prepared, changes, self.launched_text(cluster_id, fleet), text)

    def rebuilt(self, cluster_id: ClusterId, fleet: str) -> str:
        """A flight plan of what flies, with the values of the environment; "" for nothing.

        Raises `ClusterUnreachable` where it is only known from before, without them.
        """
        return export(self._with_values(cluster_id, fleet), fleet)

    def _with_values(self, cluster_id: ClusterId, fleet: str) -> Snapshot:
        snapshot = self._telemetry.snapshot(cluster_id)
        if snapshot is None or not all(s.has_values for s in snapshot.fleets.get(fleet, ())):
            raise ClusterUnreachable(detail=self._telemetry.staleness(cluster_id).lost)
        return snapshot

    def side_by_side(
        self,
        cluster_id: ClusterId,
        fleet: str,
        text: str,
        variables: Variables,
        beside: Beside = NOTHING,
    ) -> tuple[str, str]:
        """What flies, and what `text` wants in the same words; values are masked in both.

        Raises as `preview` and `rebuilt` do.
        """
        prepared = self.preview(cluster_id, fleet, text, variables, beside).prepared
        snapshot = self._with_values(cluster_id, fleet)
        told = text + prepared.shown()
        return export(snapshot, fleet, beside=told), exported(prepared, snapshot, told)

    def take_over(
        self,
        cluster_id: ClusterId,
        fleet: str,
        text: str,
        variables: Variables,
        beside: Beside = NOTHING,
        vessel: str = "",
    ) -> TakenOver:
        """`text` with what was changed in the swarm since the last launch, of one vessel or all.

        Nothing is kept of it here. Raises as `preview` does.
        """
        planned = self.preview(cluster_id, fleet, text, variables, beside).plan
        snapshot = self._telemetry.snapshot(cluster_id)
        assert snapshot is not None  # or there were no preview

        def ready(new: str) -> Prepared:
            return prepare(fleet, new, variables, beside)

        return take_over(text, ready, snapshot, planned, vessel)

    # -- doing -------------------------------------------------------------------------------

    async def launch(
        self,
        cluster_id: ClusterId,
        fleet: str,
        text: str,
        variables: Variables,
        beside: Beside = NOTHING,
        *,
        timeout: float = 300.0,  # noqa: ASYNC109 - of the launch, which goes on after this call
        resolve_image: ResolveImage = "always",
        return_on_failure: bool = False,
    ) -> LaunchId:
        """Start a launch and give back its id; its progress comes as `LaunchMoved`.

        `timeout` is in seconds, until converged. Raises at once, with nothing done, where the
        flight plan can't be used (`FlightPlanInvalid`) or another launch of the fleet is under
        way (`LaunchUnderWay`). What goes wrong later ends up in the progress. Where a launch that
        meant the same was cut off, that one goes on. With `return_on_failure` the fleet is brought
        back to what it was before where the launch fails or times out: by a launch of its own,
        which `return_of` names then.
        """
        started = time.monotonic()
        prepared = _ready(fleet, text, variables, beside)
        self._runner.begin()
        for other in self._records.unended():
            if (other.cluster_id, other.fleet) != (cluster_id, fleet):
                continue
            if not self._runner.is_dead(other.runner):
                seconds = round(time.time() - other.started_at)
                raise LaunchUnderWay(detail=tr("It started {seconds} s ago.", seconds=seconds))
            same = other.body_sha256 == _sum(prepared) and not other.returns_to
            if same and self._records.take(other, self._runner.id):
                self._start(other, prepared, time.monotonic() - started)
                return other.id
            self._end_cut_off(other)
        record = self._record(cluster_id, fleet, text, prepared, timeout, resolve_image)
        record = replace(record, git_commit=await commit_of(beside.directory))
        record = replace(record, version=self._records.record_intent(record))
        if return_on_failure:
            self._return_on_failure.add(record.id)
        self._start(record, prepared, time.monotonic() - started)
        return record.id

    # -- return to base ----------------------------------------------------------------------

    def version(self, cluster_id: ClusterId, fleet: str, version: int = 0) -> LaunchRecord:
        """A launch by its version; 0 for the newest before the last one that flew.

        Raises `NothingFound`.
        """
        history = self._records.history(cluster_id, fleet)
        flew = LaunchState.CONVERGED.value
        for record in history[0 if version else 1 :]:
            if record.version == version or (not version and record.state == flew):
                return record
        if version:
            raise NothingFound(detail=tr("There is no version {number}.", number=version))
        raise NothingFound(detail=tr("No earlier version of {fleet} has flown.", fleet=fleet))

    def pins(self, launch_id: LaunchId) -> Mapping[str, str]:
        """The digests of a launch, by vessel."""
        return self._records.pins(launch_id)

    def preview_return(
        self, record: LaunchRecord, variables: Variables, beside: Beside = NOTHING
    ) -> Preview:
        """What returning to a version would change. Raises as `preview` does."""
        prepared = prepare(record.fleet, record.template, variables, beside)
        images = {
            str(prepared.data["services"][vessel]["image"]): ImageSeen(digest)
            for vessel, digest in self._records.pins(record.id).items()
            if vessel in prepared.data["services"]
        }
        where = record.cluster_id, record.fleet
        shown = self.preview(*where, record.template, variables, beside, images)
        return replace(shown, plan=replace(shown.plan, jobs=()))

    def return_to(
        self,
        record: LaunchRecord,
        variables: Variables,
        beside: Beside = NOTHING,
        *,
        seconds: float = 300.0,
    ) -> LaunchId:
        """Start a launch of a former version with its digests; no job of it runs again.

        Values of variables and files beside the flight plan are those given. Raises as `launch`.
        """
        prepared = _ready(record.fleet, record.template, variables, beside)
        return self._return(record, replace(prepared, pre_deploy=()), seconds, {})

    def return_of(self, launch_id: LaunchId) -> LaunchId | None:
        """The launch that brings back what was there before a failed one."""
        return self._returns.get(launch_id)

    def _return_from(self, flight: Flight, failed: LaunchRecord, prepared: Prepared) -> None:
        """Bring back what was there before `failed`, as it was: from the swarm, not from a file."""
        fleet, baseline = failed.fleet, flight.baseline
        if baseline is None or fleet not in baseline.fleets:
            return
        history = self._records.history(failed.cluster_id, fleet)
        before = next((r for r in history if r.started_at < failed.started_at), failed)
        was = prepare(fleet, export(baseline, fleet), {})
        if was.errors:
            words = was.errors[0].message
            raise FlightPlanInvalid(detail=words)
        # Values stand in it as they are: what masks them stays what masked them before.
        was = replace(was, secrets=prepared.secrets)
        pins = {s.vessel: digest(s.image) for s in baseline.fleets[fleet] if "@" in s.image}
        seconds = max(failed.seconds, RETURN_SECONDS)
        self._returns[failed.id] = self._return(before, was, seconds, pins)

    def _return(
        self,
        base: LaunchRecord,
        prepared: Prepared,
        seconds: float,
        pins: Mapping[str, str],
    ) -> LaunchId:
        self._runner.begin()
        record = self._record(
            base.cluster_id, base.fleet, base.template, prepared, seconds, "always"
        )
        record = replace(record, returns_to=base.version, rendered=base.rendered)
        self._records.record_intent(record, pins or self._records.pins(base.id))
        self._start(record, prepared, 0.0)
        return record.id

    def _record(
        self,
        cluster_id: ClusterId,
        fleet: str,
        text: str,
        prepared: Prepared,
        seconds: float,
        resolve_image: ResolveImage,
    ) -> LaunchRecord:
        return LaunchRecord(
            id=LaunchId(uuid.uuid4().hex),
            cluster_id=cluster_id,
            fleet=fleet,
            version=0,
            template=text,
            body_sha256=_sum(prepared),
            state=LaunchState.RUNNING.value,
            started_at=time.time(),
            runner=self._runner.id,
            seconds=seconds,
            resolve_image=resolve_image,
            rendered=prepared.shown(),
            operator=operator(),
        )

    # -- going on ----------------------------------------------------------------------------

    async def go_on(self, cluster_ids: Collection[ClusterId], kept: Values) -> None:
        """Go on with the launches to these clusters that the end of the program cut off.

        A launch that took other values than those `kept`, or files beside its flight plan, can't
        go on by itself, nor does one that is old. Its outcome is said to be unknown.
        """
        for record in self.cut_off():
            if record.cluster_id not in cluster_ids:
                continue
            started = time.monotonic()
            values: Variables = {}
            with contextlib.suppress(VaultLocked):
                values = await kept.of(record.cluster_id, record.fleet)
            prepared = await asyncio.to_thread(_as_meant, record, values)
            newest = self._records.history(record.cluster_id, record.fleet)[0]
            old = newest.id != record.id or time.time() - record.started_at > GO_ON_SECONDS
            if prepared is None or old:
                self._end_cut_off(record)
                await self._release(record)
                continue
            self._runner.begin()
            if self._records.take(record, self._runner.id):
                self._start(record, prepared, time.monotonic() - started)

    def cut_off(self) -> tuple[LaunchRecord, ...]:
        """The launches that the end of the program cut off, oldest first."""
        return tuple(r for r in self._records.unended() if self._runner.is_dead(r.runner))

    def progress(self, launch_id: LaunchId) -> LaunchProgress:
        """Where a launch of this run stands. Raises `NothingFound`."""
        if launch_id not in self._progress:
            raise NothingFound(detail=tr("There is no launch {id}.", id=launch_id))
        return self._progress[launch_id]

    def under_way(self) -> tuple[LaunchProgress, ...]:
        """The launches that have not ended yet."""
        return tuple(p for p in self._progress.values() if not p.state.ended)

    async def wait(self, launch_id: LaunchId) -> LaunchProgress:
        """Wait until a launch has ended."""
        task = self._tasks.get(launch_id)
        if task is not None:
            await asyncio.wait({task})
        return self.progress(launch_id)

    def cancel(self, launch_id: LaunchId) -> None:
        """Stop watching a launch. What Docker was told already goes on; nothing is undone."""
        if task := self._tasks.get(launch_id):
            task.cancel()

    async def remove(self, cluster_id: ClusterId, fleet: str) -> None:
        """Stop a fleet: its services, networks, configs and secrets go, its volumes stay.

        Returns when all tasks and networks are gone, because a launch before that fails.
        Raises `FleetLocked` while somebody launches it, `KnownError` where it is not seen to be
        gone within two minutes.
        """
        removal = LaunchId(uuid.uuid4().hex)
        await self._locks.take(cluster_id, fleet, removal)
        try:
            await self._remove(cluster_id, fleet)
        finally:
            with contextlib.suppress(KnownError):
                await self._locks.release(cluster_id, fleet, removal)
        await self._telemetry.refresh(cluster_id)

    async def _remove(self, cluster_id: ClusterId, fleet: str) -> None:
        async with self._telemetry.manager(cluster_id) as (outpost, engine):
            with contextlib.suppress(OutcomeUnknown):  # settled by looking, below
                done = await self._links.run(outpost, stack_remove(fleet, sudo=outpost.sudo))
                if not done.ok:
                    raise RemovalFailed(detail=shown(done.stderr, limit=2000).strip())
            if words := await left_of(engine, fleet):
                raise RemovalFailed(detail=words)
            await self._versions.forget(cluster_id, fleet)
        gone = dict.fromkeys(self._records.left(cluster_id, fleet))
        self._records.record_left(cluster_id, fleet, gone)

    async def lock(self, cluster_id: ClusterId, fleet: str) -> Held | None:
        """Who has a fleet locked to launch it. Raises where the cluster can't be reached."""
        return await self._locks.held(cluster_id, fleet)

    async def break_lock(self, cluster_id: ClusterId, held: Held) -> None:
        """Take away a lock that its holder will not release; never one that came after it."""
        await self._locks.remove(cluster_id, held.lock)

    async def close(self) -> None:
        """Stop watching all launches; they go on in the next run of the program."""
        self._closing = True
        tasks = [task for task in self._tasks.values() if not task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._runner.end()

    # -- a launch ----------------------------------------------------------------------------

    def _start(self, record: LaunchRecord, prepared: Prepared, validated: float) -> None:
        """Fly in a task of its own. The flight plan was validated in so many seconds."""
        notes = len(prepared.findings)
        words = trn("{number} note", "{number} notes", notes) if notes else tr("Nothing to note")
        progress = LaunchProgress(
            id=record.id,
            cluster_id=record.cluster_id,
            fleet=record.fleet,
            state=LaunchState.RUNNING,
            steps=(Step(tr("Validate"), StepState.DONE, words, validated), *steps(prepared)),
            started_at=record.started_at,
        )
        self._save(progress)
        flight = Flight(progress, self._save)
        self._tasks[record.id] = asyncio.create_task(
            self._fly(flight, prepared, record), name=f"launch {record.fleet}"
        )

    def _end_cut_off(self, record: LaunchRecord) -> None:
        """Say of a launch that was cut off, and can't go on, what is true."""
        ended = LaunchProgress(
            id=record.id,
            cluster_id=record.cluster_id,
            fleet=record.fleet,
            state=LaunchState.UNKNOWN,
            steps=(),
            started_at=record.started_at,
            ended_at=time.time(),
            cause=Cause(
                "",
                tr("Otternauts ended before this launch did."),
                tr("Launch again: what is in place already stays untouched."),
            ),
        )
        self._save(ended)
        self._record_end(ended)

    def _record_end(self, ended: LaunchProgress) -> None:
        self._write_end(ended)
        self._bus.publish(LaunchMoved(ended))

    def _write_end(self, ended: LaunchProgress) -> None:
        self._records.record_end(
            ended.id,
            state=ended.state.value,
            ended_at=ended.ended_at,
            cause=json.dumps(asdict(ended.cause)) if ended.cause else "",
        )

    async def _fly(self, flight: Flight, prepared: Prepared, record: LaunchRecord) -> None:
        try:
            async with flight.step(tr(LOCK)):
                await self._locks.take(record.cluster_id, record.fleet, record.id)
                # Nobody else launches it now: what others launched before has its version.
                await self._versions.take_over(record.cluster_id, record.fleet)
            await self._stages.fly(flight, prepared, record)
        except asyncio.CancelledError:
            if not self._closing:
                flight.end(LaunchState.CANCELLED)
            raise
        except KnownError as error:
            unknown = isinstance(error, (OutcomeUnknown, ClusterUnreachable, OutpostError))
            flight.end(
                LaunchState.UNKNOWN if unknown and flight.reached_docker else LaunchState.FAILED,
                Cause("", f"{error.title} {error.detail}".strip(), error.next_step),
            )
        except BaseException:
            flight.end(LaunchState.UNKNOWN)
            raise
        finally:
            if flight.progress.state.ended:
                self._write_end(flight.progress)
                if flight.reached_docker:
                    with contextlib.suppress(KnownError):  # the next launch from here keeps it
                        await self._versions.keep(record.cluster_id, record.fleet)
                await self._release(record)
                self._bus.publish(LaunchMoved(flight.progress))
            failed = flight.progress.state in (LaunchState.FAILED, LaunchState.TIMED_OUT)
            if failed and record.id in self._return_on_failure and flight.reached_docker:
                self._return_from(flight, record, prepared)

    async def _release(self, record: LaunchRecord) -> None:
        """Free the fleet. Where that fails now, the next launch from here takes the lock away."""
        with contextlib.suppress(KnownError):
            await self._locks.release(record.cluster_id, record.fleet, record.id)

    def _save(self, progress: LaunchProgress) -> None:
        self._progress[progress.id] = progress
        if not progress.state.ended:  # the end is published after it is stored
            self._bus.publish(LaunchMoved(progress))


def _ready(fleet: str, text: str, variables: Variables, beside: Beside) -> Prepared:
    """A flight plan that can be sent. Raises `FlightPlanInvalid` and its kin."""
    prepared = prepare(fleet_name(fleet), text, variables, beside)
    if errors := prepared.errors:
        first = errors[0]
        message = f"{first.message} [{first.code}]"
        words = tr("Line {line}: {message}", line=first.line, message=message)
        if more := len(errors) - 1:
            words += " " + trn("And {number} more.", "And {number} more.", more)
        raise FlightPlanInvalid(
            detail=words, next_step=first.fix, line=first.line, column=first.column
        )
    return prepared


def _sum(prepared: Prepared) -> str:
    return hashlib.sha256(prepared.body().encode()).hexdigest()


def _as_meant(record: LaunchRecord, values: Variables) -> Prepared | None:
    """What a launch sent, from what is kept of it; None where that is not enough."""
    try:
        prepared = prepare(record.fleet, record.template, values)
    except KnownError:
        return None
    return prepared if not prepared.errors and _sum(prepared) == record.body_sha256 else None
