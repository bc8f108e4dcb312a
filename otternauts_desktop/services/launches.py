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
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from otternauts_desktop.core.errors import (
    ClusterUnreachable,
    EngineRefused,
    FlightPlanInvalid,
    KnownError,
    LaunchRefused,
    LaunchUnderWay,
    NothingFound,
    OutcomeUnknown,
    OutpostError,
    RemovalFailed,
)
from otternauts_desktop.core.events import LaunchMoved
from otternauts_desktop.core.fleet.beside import NOTHING, Beside
from otternauts_desktop.core.fleet.flight_plan import (
    PreDeploy,
    Prepared,
    SwarmObject,
    Variables,
    prepare,
)
from otternauts_desktop.core.flight.commands import (
    ResolveImage,
    meaningful_output,
    service_remove,
    stack_deploy,
    stack_remove,
)
from otternauts_desktop.core.flight.drift import Launched
from otternauts_desktop.core.flight.export import export, exported
from otternauts_desktop.core.flight.images import ImageSeen
from otternauts_desktop.core.flight.plan import ChangeKind, Plan, plan
from otternauts_desktop.core.flight.progress import (
    Cause,
    LaunchProgress,
    LaunchState,
    Step,
    StepState,
)
from otternauts_desktop.core.flight.taking_over import TakenOver, take_over
from otternauts_desktop.core.flight.things import Thing
from otternauts_desktop.core.flight.verdict import judge
from otternauts_desktop.core.names import ClusterId, LaunchId, fleet_name
from otternauts_desktop.core.secret import masked
from otternauts_desktop.core.swarm.state import Snapshot
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.bus import Bus
from otternauts_desktop.services.flight import CREATE, READ, Flight, steps, waves
from otternauts_desktop.services.links import Links
from otternauts_desktop.services.store.drafts import DraftRecords
from otternauts_desktop.services.store.launches import LaunchRecord, LaunchRecords
from otternauts_desktop.services.telemetry import Telemetry
from otternauts_desktop.services.transmissions import Transmissions

POLL_SECONDS: Final = 0.7
SETTLE_SECONDS: Final = 2.0
"""So long everything has to run before it is said to fly."""
SETTLING_SECONDS: Final = 60.0
"""So long the cluster is looked at after a deploy whose outcome is not known."""
DEPLOY_SECONDS: Final = 180.0
"""`stack deploy` asks a registry 20 s per service in vain where it can't be reached."""
CAUSE_LOG_LINES: Final = 50
_CONFLICT: Final = 409
"""Docker's words for an outcome that the exit status does not settle (swarmkit, raft)."""
_UNSETTLED: Final = (
    "error during connect",
    "DeadlineExceeded",
    "lost leader status",
    "EOF",
    "update out of sequence",
)


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


class Launches:
    """Sends flight plans to swarms and watches them fly."""

    def __init__(
        self,
        bus: Bus,
        links: Links,
        telemetry: Telemetry,
        transmissions: Transmissions,
        drafts: DraftRecords,
        records: LaunchRecords,
        key: bytes,
    ) -> None:
        self._bus = bus
        self._links = links
        self._telemetry = telemetry
        self._transmissions = transmissions
        self._drafts = drafts
        self._records = records
        self._key = key
        self._progress: dict[LaunchId, LaunchProgress] = {}
        self._tasks: dict[LaunchId, asyncio.Task[None]] = {}

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
        """A flight plan of what flies, with the values of the environment; "" for nothing."""
        snapshot = self._telemetry.snapshot(cluster_id)
        return export(snapshot, fleet) if snapshot else ""

    def side_by_side(
        self,
        cluster_id: ClusterId,
        fleet: str,
        text: str,
        variables: Variables,
        beside: Beside = NOTHING,
    ) -> tuple[str, str]:
        """What flies, and what `text` wants in the same words; values are masked in both.

        Raises as `preview` does.
        """
        prepared = self.preview(cluster_id, fleet, text, variables, beside).prepared
        snapshot = self._telemetry.snapshot(cluster_id)
        assert snapshot is not None  # or there were no preview
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
    ) -> LaunchId:
        """Start a launch and give back its id; its progress comes as `LaunchMoved`.

        `timeout` is in seconds, until converged. Raises at once, with nothing done, where the
        flight plan can't be used (`FlightPlanInvalid`) or another launch of the fleet is under
        way (`LaunchUnderWay`). What goes wrong later ends up in the progress.
        """
        started = time.monotonic()
        prepared = prepare(fleet_name(fleet), text, variables, beside)
        if errors := prepared.errors:
            first = errors[0]
            more = f" And {len(errors) - 1} more." if len(errors) > 1 else ""
            raise FlightPlanInvalid(
                detail=f"Line {first.line}: {first.message} [{first.code}]{more}",
                next_step=first.fix,
                line=first.line,
                column=first.column,
            )
        for other in self._progress.values():
            if (other.cluster_id, other.fleet, other.state.ended) == (cluster_id, fleet, False):
                raise LaunchUnderWay(
                    detail=f"It started {time.time() - other.started_at:.0f} s ago."
                )
        body = prepared.body().encode()
        launch_id = LaunchId(uuid.uuid4().hex)
        progress = LaunchProgress(
            id=launch_id,
            cluster_id=cluster_id,
            fleet=fleet,
            state=LaunchState.RUNNING,
            steps=(
                Step(
                    "Validate",
                    StepState.DONE,
                    f"{len(prepared.findings)} notes" if prepared.findings else "Nothing to note",
                    time.monotonic() - started,
                ),
                *steps(prepared),
            ),
            started_at=time.time(),
        )
        self._records.record_intent(
            launch_id,
            cluster_id,
            fleet,
            template=text,
            body_sha256=hashlib.sha256(body).hexdigest(),
            started_at=progress.started_at,
        )
        self._save(progress)
        self._tasks[launch_id] = asyncio.create_task(
            self._fly(progress, prepared, timeout, resolve_image), name=f"launch {fleet}"
        )
        return launch_id

    def progress(self, launch_id: LaunchId) -> LaunchProgress:
        """Where a launch of this run stands. Raises `NothingFound`."""
        if launch_id not in self._progress:
            raise NothingFound(detail=f"There is no launch {launch_id}.")
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
        Raises `KnownError` where that is not seen within a minute.
        """
        async with self._telemetry.manager(cluster_id) as (outpost, engine):
            with contextlib.suppress(OutcomeUnknown):  # settled by looking, below
                done = await self._links.run(outpost, stack_remove(fleet, sudo=outpost.sudo))
                if not done.ok:
                    raise RemovalFailed(detail=shown(done.stderr, limit=2000).strip())
            label = {"filters": {"label": [f"com.docker.stack.namespace={fleet}"]}}
            for _ in range(60):
                left = [*await engine.get("/tasks", label), *await engine.get("/networks", label)]
                if not left:
                    break
                await asyncio.sleep(1.0)
            else:
                raise RemovalFailed(detail=f"{len(left)} tasks and networks are still there.")
        gone = dict.fromkeys(self._records.left(cluster_id, fleet))
        self._records.record_left(cluster_id, fleet, gone)
        await self._telemetry.refresh(cluster_id)

    async def close(self) -> None:
        """Stop watching all launches, noting that their outcome was not seen."""
        tasks = [task for task in self._tasks.values() if not task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- a launch ----------------------------------------------------------------------------

    async def _fly(
        self,
        progress: LaunchProgress,
        prepared: Prepared,
        seconds: float,
        resolve_image: ResolveImage,
    ) -> None:
        flight = Flight(progress, self._save)
        try:
            await self._stages(flight, prepared, seconds, resolve_image)
        except asyncio.CancelledError:
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
            ended = flight.progress
            self._records.record_end(
                ended.id,
                state=ended.state.value,
                ended_at=ended.ended_at,
                cause=json.dumps(asdict(ended.cause)) if ended.cause else "",
            )
            self._bus.publish(LaunchMoved(ended))

    async def _stages(
        self,
        flight: Flight,
        prepared: Prepared,
        seconds: float,
        resolve_image: ResolveImage,
    ) -> None:
        cluster_id, fleet = flight.progress.cluster_id, flight.progress.fleet
        async with flight.step(READ):
            baseline = await self._telemetry.refresh(cluster_id)
            changes = plan(prepared, baseline)
            flight.set_out(changes)
            if changes.missing:
                raise _refused(changes.missing)
        if prepared.objects:
            async with flight.step(CREATE):
                made = await self._create_objects(cluster_id, prepared.objects, baseline)
                flight.note(f"{made} created" if made else "All are there already")
        for job in prepared.pre_deploy:
            async with flight.step(f"Run {job.name}"):
                await self._run_job(flight, prepared, job, resolve_image)
            if flight.progress.state.ended:
                return
        flown: list[str] = []
        for number, wave in waves(prepared):
            flown += wave
            async with flight.step(f"Deploy{number}"):
                again = [c.vessel for c in changes.changes if c.recreated and c.vessel in wave]
                if again:
                    await self._remove_services(cluster_id, fleet, again)
                body = prepared.body(wave)
                settled = await self._deploy(flight, prepared, body, resolve_image)
                # Until it is seen what is there, nothing is known of it.
                self._records.record_left(cluster_id, fleet, {vessel: {} for vessel in wave})
                flight.note("Accepted" if settled else "Outcome unclear: looking at the cluster")
            async with flight.step(f"Converge{number}"):
                part = _only(prepared, {v: prepared.data["services"][v] for v in flown})
                await self._converge(flight, part, baseline, seconds, settled=settled)
                self._record_left(cluster_id, fleet, wave)
            if flight.progress.state.ended:
                return
        gone = [c.vessel for c in changes.changes if c.kind is ChangeKind.REMOVE]
        async with flight.step("Remove what is gone"):
            if gone:
                await self._remove_services(cluster_id, fleet, gone)
            left = self._records.left(cluster_id, fleet)
            self._records.record_left(cluster_id, fleet, dict.fromkeys({*left} - {*flown}))
            flight.note(f"{len(gone)} removed" if gone else "Nothing to remove")
        flight.end(LaunchState.CONVERGED)

    def _record_left(self, cluster_id: ClusterId, fleet: str, vessels: tuple[str, ...]) -> None:
        """Keep sums of what is there now, so that a change by hand can be told later."""
        if snapshot := self._telemetry.snapshot(cluster_id):
            sums = Launched({}, self._key).left(snapshot, fleet, vessels)
            self._records.record_left(cluster_id, fleet, sums)

    async def _create_objects(
        self, cluster_id: ClusterId, objects: tuple[SwarmObject, ...], baseline: Snapshot
    ) -> int:
        """Create the configs and secrets that are not there; gives back how many those were.

        Their names carry the sums of their contents: what is there under the name is the same.
        """
        there = {("config", file.name) for file in baseline.configs}
        there |= {("secret", file.name) for file in baseline.secrets}
        missing = [made for made in objects if (made.kind, made.name) not in there]
        async with self._telemetry.manager(cluster_id) as (_, engine):
            for wanted in missing:
                document: dict[str, Any] = {
                    "Name": wanted.name,
                    "Labels": dict(wanted.labels),
                    "Data": wanted.content.reveal(),
                }
                if wanted.template_driver:
                    document["Templating"] = {"Name": wanted.template_driver}
                try:
                    await engine.post(f"/{wanted.kind}s/create", document)
                except EngineRefused as error:
                    if error.status != _CONFLICT:
                        raise
        return len(missing)

    async def _run_job(
        self, flight: Flight, prepared: Prepared, job: PreDeploy, resolve_image: ResolveImage
    ) -> None:
        """Run a one-off job to its end; ends the flight where it fails or takes too long."""
        cluster_id, fleet = flight.progress.cluster_id, flight.progress.fleet
        full = f"{fleet}_{job.name}"
        baseline = await self._telemetry.refresh(cluster_id)
        if left := [service for service in baseline.services if service.name == full]:
            # A launch that was cut off left it: it must not run twice at the same time.
            await self._remove_services(cluster_id, fleet, [job.name])
            baseline = await self._until_stopped(cluster_id, left[0].id)
        alone = _only(prepared, {job.name: job.settings})
        settled = await self._deploy(flight, prepared, prepared.job_body(job), resolve_image)
        await self._converge(flight, alone, baseline, job.timeout, settled=settled)
        await self._remove_services(cluster_id, fleet, [job.name])
        if flight.progress.state.ended:
            cause = flight.progress.cause
            if flight.progress.state is LaunchState.TIMED_OUT and cause:
                step = tr("The job was stopped. Allow it more time with `timeout:`.")
                flight.show(replace(flight.progress, cause=replace(cause, next_step=step)))
            flight.note("The job is removed again; no vessel was touched")
        else:
            flight.note("Completed")

    async def _until_stopped(self, cluster_id: ClusterId, service_id: str) -> Snapshot:
        """Wait until no task of a removed service runs any more."""
        for _ in range(60):
            snapshot = await self._telemetry.refresh(cluster_id)
            if not any(task.live for task in snapshot.tasks_by_service.get(service_id, ())):
                return snapshot
            await asyncio.sleep(1.0)
        raise RemovalFailed(detail=tr("A job of an earlier launch does not stop."))

    async def _deploy(
        self, flight: Flight, prepared: Prepared, body: str, resolve_image: ResolveImage
    ) -> bool:
        """Hand the body to Docker. Gives back whether the outcome is settled as accepted.

        Raises `LaunchRefused` where Docker said no.
        """
        cluster_id, fleet = flight.progress.cluster_id, flight.progress.fleet
        async with self._telemetry.manager(cluster_id) as (outpost, _):
            command = stack_deploy(
                fleet, body.encode(), sudo=outpost.sudo, resolve_image=resolve_image
            )
            try:
                done = await self._links.run(outpost, command, seconds=DEPLOY_SECONDS)
            except OutcomeUnknown:
                return False
        said = shown(done.stdout + done.stderr, limit=20_000)
        said = masked(meaningful_output(said), list(prepared.secrets))
        flight.show(replace(flight.progress, output=said))
        if done.ok:
            return True
        if done.exit_status < 0 or any(words in said for words in _UNSETTLED):
            return False
        refused = _last_words(said) or f"docker ended with {done.exit_status}."
        raise LaunchRefused(detail=refused)

    async def _converge(
        self,
        flight: Flight,
        prepared: Prepared,
        baseline: Snapshot,
        seconds: float,
        *,
        settled: bool,
    ) -> None:
        """Watch until the fleet flies or has failed; ends the flight in the latter case."""
        cluster_id = flight.progress.cluster_id
        deadline = time.monotonic() + seconds
        applied = settled
        steady_since: float | None = None
        applied_by = time.monotonic() + SETTLING_SECONDS
        since = time.time()
        while True:
            try:
                snapshot = await self._telemetry.refresh(cluster_id)
            except KnownError:
                # The swarm flies on without us; look again until time is up.
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(POLL_SECONDS)
                continue
            if not applied:
                left = plan(prepared, snapshot)
                applied = not any(
                    c.kind in (ChangeKind.CREATE, ChangeKind.UPDATE) for c in left.changes
                )
                if not applied and time.monotonic() > applied_by:
                    raise OutcomeUnknown(
                        detail=f"Docker has taken over only a part: still open is {left.summary}.",
                        next_step="Launch again: what is in place already stays untouched.",
                    )
            verdict = judge(prepared, baseline, snapshot, since)
            secrets = list(prepared.secrets)
            vessels = tuple(replace(v, note=masked(v.note, secrets)) for v in verdict.vessels)
            flight.show(replace(flight.progress, vessels=vessels))
            flight.note("{} of {} tasks settled".format(*flight.progress.settled))
            if verdict.state is LaunchState.FAILED:
                cause = verdict.cause
                assert cause is not None
                log = await self._last_lines(cluster_id, verdict.failed_task)
                flight.end(LaunchState.FAILED, _without_values(replace(cause, log=log), prepared))
                return
            if verdict.state is not LaunchState.CONVERGED:
                steady_since = None
            elif applied:
                # A new service object still shows the old tasks for a moment.
                steady_since = steady_since or time.monotonic()
                if time.monotonic() - steady_since >= SETTLE_SECONDS:
                    return
            if time.monotonic() > deadline:
                waiting = [v for v in vessels if v.settled < v.wanted]
                names = ", ".join(f"{v.vessel} ({v.settled} of {v.wanted})" for v in waiting)
                flight.end(
                    LaunchState.TIMED_OUT,
                    Cause(
                        waiting[0].vessel if waiting else "",
                        f"Not converged within {seconds:.0f} s: {names}.",
                        "Docker goes on trying. Look at the tasks, or allow more time.",
                        docker_said=waiting[0].note if waiting else "",
                    ),
                )
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _remove_services(self, cluster_id: ClusterId, fleet: str, vessels: list[str]) -> None:
        async with self._telemetry.manager(cluster_id) as (outpost, _):
            names = [f"{fleet}_{vessel}" for vessel in vessels]
            done = await self._links.run(outpost, service_remove(names, sudo=outpost.sudo))
        snapshot = await self._telemetry.refresh(cluster_id)
        left = {service.name for service in snapshot.services} & set(names)
        if left:
            raise RemovalFailed(detail=shown(done.stderr, limit=2000).strip())

    async def _last_lines(self, cluster_id: ClusterId, task_id: str) -> tuple[str, ...]:
        """What the failed task said last; nothing where it can't be had."""
        if not task_id:
            return ()
        try:
            lines = await self._transmissions.last_lines(cluster_id, task_id, CAUSE_LOG_LINES)
        except KnownError as error:
            return (f"(its log can't be read: {error.title} {error.detail})",)
        return tuple(shown(line.text) for line in lines)

    def _save(self, progress: LaunchProgress) -> None:
        self._progress[progress.id] = progress
        if not progress.state.ended:  # the end is published after it is stored
            self._bus.publish(LaunchMoved(progress))


def _only(prepared: Prepared, services: Mapping[str, Any]) -> Prepared:
    """`prepared` with these services alone."""
    return replace(prepared, data={**prepared.data, "services": dict(services)})


def _refused(missing: tuple[Thing, ...]) -> LaunchRefused:
    names = ", ".join(f"{thing.kind} {thing.name}" for thing in missing)
    first = missing[0]
    if first.kind == "network":
        command = f"docker network create -d overlay --attachable {first.name}"
    else:
        command = f"docker {first.kind} create {first.name} -"
    return LaunchRefused(
        detail=tr("These have to exist beforehand, and don't: {names}.", names=names),
        next_step=tr("Create it on a manager: {command}", command=command),
    )


def _without_values(cause: Cause, prepared: Prepared) -> Cause:
    """`cause` fit for the record: an image's name or a program's own words may hold a value."""
    secrets = list(prepared.secrets)
    return replace(
        cause,
        sentence=masked(cause.sentence, secrets),
        docker_said=masked(cause.docker_said, secrets),
        log=tuple(masked(line, secrets) for line in cause.log),
    )


def _last_words(said: str) -> str:
    """The part of Docker's output that says what is wrong: what is no progress line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    progress = ("Creating ", "Updating ", "Ignoring ", "Removing ")
    return " ".join(line for line in lines if not line.startswith(progress))
