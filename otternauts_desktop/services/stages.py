"""The stages of a launch: read, create, run jobs, deploy wave by wave, watch, remove what is gone.

Neither an exit code nor a lost link decides the outcome, only what is then observed; what is no
longer in the plan is removed last, as a step of its own.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from otternauts_desktop.core.errors import (
    ClusterUnreachable,
    EngineRefused,
    KnownError,
    LaunchRefused,
    NothingFound,
    OutcomeUnknown,
    OutpostError,
    RemovalFailed,
)
from otternauts_desktop.core.fleet.flight_plan import (
    PreDeploy,
    Prepared,
    SwarmObject,
)
from otternauts_desktop.core.flight.commands import (
    Logins,
    ResolveImage,
    meaningful_output,
    service_remove,
    stack_deploy,
)
from otternauts_desktop.core.flight.drift import Launched
from otternauts_desktop.core.flight.former import outlived
from otternauts_desktop.core.flight.images import ImageSeen
from otternauts_desktop.core.flight.live import familiar
from otternauts_desktop.core.flight.logins import docker_config
from otternauts_desktop.core.flight.pins import (
    flown,
    for_launch,
    images_of,
    images_to_pin,
    jobs_left_alone,
    unreached,
)
from otternauts_desktop.core.flight.plan import ChangeKind, plan
from otternauts_desktop.core.flight.progress import (
    Cause,
    LaunchState,
)
from otternauts_desktop.core.flight.remains import Remains, read_remains, with_remains
from otternauts_desktop.core.flight.things import Thing
from otternauts_desktop.core.flight.verdict import judge
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import masked
from otternauts_desktop.core.swarm.state import LAUNCH_LABEL, Snapshot, Task
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.services.flight import CREATE, PIN, READ, REMOVE, Flight, running, waves
from otternauts_desktop.services.links import Links
from otternauts_desktop.services.registries import Registries
from otternauts_desktop.services.registry_logins import RegistryLogins
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
REMAINS_SECONDS: Final = 8.0
_KEPT: Final = marked("{image}: its registry tells no digest, the one it flies with is kept")
_BY_TAG: Final = marked("{image}: its registry tells no digest, its tag is taken as it is")
_CONFLICT: Final = 409
"""Docker's words for an outcome that the exit status does not settle (swarmkit, raft)."""
_UNSETTLED: Final = (
    "error during connect",
    "DeadlineExceeded",
    "lost leader status",
    "does not have a leader",
    "EOF",
    "update out of sequence",
)
_UNREACHED: Final = (OutcomeUnknown, OutpostError, ClusterUnreachable)
"""After these another manager is tried: the one that was asked is gone, or a leader is."""
_T = TypeVar("_T")


class Stages:
    """Takes a flight through them. It holds nothing between two flights."""

    def __init__(
        self,
        links: Links,
        telemetry: Telemetry,
        transmissions: Transmissions,
        registries: Registries,
        logins: RegistryLogins,
        records: LaunchRecords,
        key: bytes,
    ) -> None:
        self._links = links
        self._telemetry = telemetry
        self._transmissions = transmissions
        self._registries = registries
        self._logins = logins
        self._records = records
        self._key = key

    async def fly(
        self,
        flight: Flight,
        prepared: Prepared,
        record: LaunchRecord,
    ) -> None:
        """Go through all stages that are left."""
        cluster_id, fleet = flight.progress.cluster_id, flight.progress.fleet
        async with flight.step(tr(READ)):
            flight.baseline = baseline = await self._telemetry.refresh(cluster_id)
            changes = plan(prepared, baseline)
            flight.set_out(changes)
            if changes.missing:
                raise _refused(changes.missing)
        async with flight.step(tr(PIN)):
            # A vault that is locked is told of here, before anything is done.
            await self._logins.access(cluster_id, images_of(prepared))
            sent, resolve_image = await self._pinned(flight, prepared, baseline, record)
            stay = jobs_left_alone(changes, sent, baseline)
        if prepared.objects:
            async with flight.step(tr(CREATE)):
                made = await _held(
                    lambda: self._create_objects(cluster_id, prepared.objects, baseline)
                )
                flight.note(
                    tr("{made} created", made=made) if made else tr("All are there already")
                )
        for job, sent_job in zip(prepared.pre_deploy, sent.pre_deploy, strict=True):
            async with flight.step(running(job)):
                body = sent.job_body(sent_job)
                await self._run_job(flight, prepared, job, body, resolve_image)
            if flight.progress.state.ended:
                return
        flown: list[str] = []
        for deploying, converging, wave in waves(prepared):
            flown += wave
            async with flight.step(deploying):
                again = [c.vessel for c in changes.changes if c.recreated and c.vessel in wave]
                if again:
                    await self._remove_services(cluster_id, fleet, again)
                moved = [vessel for vessel in wave if vessel not in stay]
                body, part = sent.body(moved), _of(prepared, moved)
                settled = not moved or await self._deploy(flight, part, body, resolve_image)
                # Until it is seen what is there, nothing is known of it.
                self._records.record_left(cluster_id, fleet, {vessel: {} for vessel in wave})
            async with flight.step(converging):
                part = _of(prepared, flown)
                await self._converge(flight, part, baseline, record.seconds, settled=settled)
                self._record_left(cluster_id, fleet, wave)
            if flight.progress.state.ended:
                return
        gone = [c.vessel for c in changes.changes if c.kind is ChangeKind.REMOVE]
        async with flight.step(tr(REMOVE)):
            if gone:
                await self._remove_services(cluster_id, fleet, gone)
            left = self._records.left(cluster_id, fleet)
            self._records.record_left(cluster_id, fleet, dict.fromkeys({*left} - {*flown}))
            old = await self._remove_outlived(cluster_id, fleet)
            removed = tr("{number} removed", number=len(gone) + old)
            flight.note(removed if gone or old else tr("Nothing to remove"))
        flight.end(LaunchState.CONVERGED)

    async def _pinned(
        self, flight: Flight, prepared: Prepared, baseline: Snapshot, record: LaunchRecord
    ) -> tuple[Prepared, ResolveImage]:
        """What is sent, and whether Docker may ask the registries once more.

        It may where all have just answered: it then learns what an image's platforms are. One
        that does not answer would cost it 20 s for each service (measured); the digest that is
        known is kept then, else the tag is taken as it is.
        """
        progress, resolve_image = flight.progress, record.resolve_image
        images = images_to_pin(prepared)
        known = flown(baseline, progress.fleet)
        pins = {image: known[familiar(image)] for image in images if familiar(image) in known}
        kept = self._records.pins(progress.id)
        asked = [i for i in images if resolve_image == "always" or i not in pins]
        told: Mapping[str, ImageSeen] = {}
        if resolve_image != "never":
            told = await self._registries.ask(progress.cluster_id, asked)
        pins |= {image: seen.digest for image, seen in told.items() if seen.digest}
        vessels = {v: str(of.get("image", "")) for v, of in prepared.data["services"].items()}
        if record.returns_to:  # the digests of that version, and no others
            pins = {}
        pins |= {vessels[vessel]: kept[vessel] for vessel in vessels if vessel in kept}
        self._records.record_pins(
            progress.id, {vessel: pins[image] for vessel, image in vessels.items() if image in pins}
        )
        words = [tr("{part} of {whole} images pinned", part=len(pins), whole=len(images))]
        for image in asked:
            if image in vessels.values() and image in pins and record.returns_to:
                continue
            if resolve_image != "never" and not (image in told and told[image].digest):
                form = _KEPT if image in pins else _BY_TAG
                words.append(tr(form, image=masked(image, list(prepared.secrets))))
        flight.note(". ".join(words))
        may_ask = told and all(image in told and told[image].digest for image in images)
        return for_launch(prepared, progress.id, pins), "always" if may_ask else "never"

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

    async def _remove_outlived(self, cluster_id: ClusterId, fleet: str) -> int:
        """Remove former versions of configs and secrets that nobody goes back to."""
        removed = 0
        async with self._telemetry.manager(cluster_id) as (_, engine):
            for kind, file in outlived(await self._telemetry.refresh(cluster_id), fleet):
                with contextlib.suppress(EngineRefused, NothingFound):  # used after all, or gone
                    await engine.delete(f"/{kind}s/{file.id}")
                    removed += 1
        return removed

    async def _run_job(
        self,
        flight: Flight,
        prepared: Prepared,
        job: PreDeploy,
        body: str,
        resolve_image: ResolveImage,
    ) -> None:
        """Run a one-off job to its end; ends the flight where it fails or takes too long."""
        cluster_id, fleet = flight.progress.cluster_id, flight.progress.fleet
        full = f"{fleet}_{job.name}"
        baseline = await self._look(cluster_id)
        left = [service for service in baseline.services if service.name == full]
        begun = any(s.labels.get(LAUNCH_LABEL) == flight.progress.id for s in left)
        if job.name in self._records.jobs_done(flight.progress.id):
            if left:
                await self._remove_services(cluster_id, fleet, [job.name])
            flight.note(tr("Completed"))
            return
        if begun:  # before this launch was cut off: to be watched, not to be run again
            baseline = _without(baseline, left[0].id)
        elif left:
            # A launch that was cut off left it: it must not run twice at the same time.
            await self._remove_services(cluster_id, fleet, [job.name])
            baseline = await self._until_stopped(cluster_id, left[0].id)
        alone = _only(prepared, {job.name: job.settings})
        settled = begun or await self._deploy(flight, alone, body, resolve_image)
        await self._converge(flight, alone, baseline, job.timeout, settled=settled)
        if not flight.progress.state.ended:
            self._records.record_job_done(flight.progress.id, job.name)
        await self._remove_services(cluster_id, fleet, [job.name])
        if flight.progress.state.ended:
            cause = flight.progress.cause
            if flight.progress.state is LaunchState.TIMED_OUT and cause:
                step = tr("The job was stopped. Allow it more time with `timeout:`.")
                flight.show(replace(flight.progress, cause=replace(cause, next_step=step)))
            flight.note(tr("The job is removed again; no vessel was touched"))
        else:
            flight.note(tr("Completed"))

    async def _until_stopped(self, cluster_id: ClusterId, service_id: str) -> Snapshot:
        """Wait until no task of a removed service runs any more."""
        for _ in range(60):
            snapshot = await self._look(cluster_id)
            if not any(task.live for task in snapshot.tasks_by_service.get(service_id, ())):
                return snapshot
            await asyncio.sleep(1.0)
        raise RemovalFailed(detail=tr("A job of an earlier launch does not stop."))

    async def _deploy(
        self, flight: Flight, prepared: Prepared, body: str, resolve_image: ResolveImage
    ) -> bool:
        """Have Docker take over the body. Gives back whether that is settled.

        Where its manager goes away meanwhile another one is given the body anew: it is a state to
        bring about, so nothing is done twice. Raises `LaunchRefused` where Docker said no.
        """
        until = time.monotonic() + SETTLING_SECONDS
        while not await _held(lambda: self._send(flight, prepared, body, resolve_image)):
            flight.note(tr("Outcome unclear: looking at the cluster"))
            await asyncio.sleep(POLL_SECONDS)
            seen = await self._look(flight.progress.cluster_id)
            if not unreached(seen, flight.progress.fleet, prepared, flight.progress.id):
                flight.note(tr("Accepted, as the cluster shows; no answer came"))
                return True
            if time.monotonic() > until:
                return False
        flight.note(tr("Accepted"))
        return True

    async def _send(
        self, flight: Flight, prepared: Prepared, body: str, resolve_image: ResolveImage
    ) -> bool:
        """Hand the body to Docker. Gives back whether it was accepted; if not it is not known.

        Raises `LaunchRefused` where Docker said no.
        """
        cluster_id, fleet = flight.progress.cluster_id, flight.progress.fleet
        access = await self._logins.access(cluster_id, images_of(prepared))
        async with self._telemetry.manager(cluster_id) as (outpost, _):
            command = stack_deploy(
                fleet,
                body.encode(),
                sudo=outpost.sudo,
                resolve_image=resolve_image,
                logins=Logins(docker_config(access), secrets.token_hex(16)) if access else None,
            )
            try:
                done = await self._links.run(outpost, command, seconds=DEPLOY_SECONDS)
            except OutcomeUnknown:
                return False
        said = shown(done.stdout + done.stderr, limit=20_000)
        hidden = [*prepared.secrets, *(of.password for of in access)]
        said = masked(meaningful_output(said), hidden)
        flight.show(replace(flight.progress, output=said))
        if done.ok:
            return True
        if done.exit_status < 0 or any(words in said for words in _UNSETTLED):
            return False
        refused = _last_words(said) or tr("docker ended with {code}.", code=done.exit_status)
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
                left = unreached(snapshot, flight.progress.fleet, prepared, flight.progress.id)
                applied = not left
                if left and time.monotonic() > applied_by:
                    raise OutcomeUnknown(
                        detail=tr(
                            "Docker has taken over only a part: still open is {rest}.",
                            rest=", ".join(left),
                        ),
                        next_step=tr("Launch again: what is in place already stays untouched."),
                    )
            verdict = judge(prepared, baseline, snapshot, since)
            secrets = list(prepared.secrets)
            vessels = tuple(replace(v, note=masked(v.note, secrets)) for v in verdict.vessels)
            flight.show(replace(flight.progress, vessels=vessels))
            reached, wanted = flight.progress.settled
            flight.note(tr("{settled} of {wanted} tasks settled", settled=reached, wanted=wanted))
            if verdict.state is LaunchState.FAILED:
                cause = verdict.cause
                assert cause is not None
                log = await self._last_lines(cluster_id, verdict.failed_task)
                cause = replace(cause, log=log)
                if task := snapshot.task_by_id.get(verdict.failed_task):
                    remains = await self._remains(cluster_id, task)
                    cause = with_remains(cause, snapshot.node_name(task.node_id), remains)
                flight.end(LaunchState.FAILED, _without_values(cause, prepared))
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
                names = ", ".join(
                    tr(
                        "{vessel} ({part} of {whole})",
                        vessel=v.vessel,
                        part=v.settled,
                        whole=v.wanted,
                    )
                    for v in waiting
                )
                flight.end(
                    LaunchState.TIMED_OUT,
                    Cause(
                        waiting[0].vessel if waiting else "",
                        tr(
                            "Not converged within {seconds} s: {names}.",
                            seconds=round(seconds),
                            names=names,
                        ),
                        tr("Docker goes on trying. Look at the tasks, or allow more time."),
                        docker_said=waiting[0].note if waiting else "",
                    ),
                )
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _remove_services(self, cluster_id: ClusterId, fleet: str, vessels: list[str]) -> None:
        await _held(lambda: self._remove(cluster_id, fleet, vessels))

    async def _remove(self, cluster_id: ClusterId, fleet: str, vessels: list[str]) -> None:
        async with self._telemetry.manager(cluster_id) as (outpost, _):
            names = [f"{fleet}_{vessel}" for vessel in vessels]
            done = await self._links.run(outpost, service_remove(names, sudo=outpost.sudo))
        snapshot = await self._telemetry.refresh(cluster_id)
        left = {service.name for service in snapshot.services} & set(names)
        if left:
            raise RemovalFailed(detail=shown(done.stderr, limit=2000).strip())

    async def _look(self, cluster_id: ClusterId) -> Snapshot:
        return await _held(lambda: self._telemetry.refresh(cluster_id))

    async def _last_lines(self, cluster_id: ClusterId, task_id: str) -> tuple[str, ...]:
        """What the failed task said last; nothing where it can't be had."""
        if not task_id:
            return ()
        try:
            lines = await self._transmissions.last_lines(cluster_id, task_id, CAUSE_LOG_LINES)
        except KnownError as error:
            why = f"{error.title} {error.detail}"
            return (tr("(its log can't be read: {why})", why=why),)
        return tuple(shown(line.text) for line in lines)

    async def _remains(self, cluster_id: ClusterId, task: Task) -> Remains:
        """What its container tells; nothing where that, or its outpost, can't be asked."""
        with contextlib.suppress(KnownError, TimeoutError):
            async with asyncio.timeout(REMAINS_SECONDS):
                engine = await self._telemetry.engine_of(cluster_id, task.node_id)
                if engine is not None and task.container_id:
                    return read_remains(await engine.get(f"/containers/{task.container_id}/json"))
        return Remains()


async def _held(act: Callable[[], Awaitable[_T]]) -> _T:
    """Do what may be done again, until there is a manager that can: a swarm may elect a leader."""
    until = time.monotonic() + SETTLING_SECONDS
    while True:
        try:
            return await act()
        except _UNREACHED:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(POLL_SECONDS)


def _of(prepared: Prepared, vessels: Sequence[str]) -> Prepared:
    """`prepared` with these of its vessels alone."""
    return _only(prepared, {vessel: prepared.data["services"][vessel] for vessel in vessels})


def _only(prepared: Prepared, services: Mapping[str, Any]) -> Prepared:
    """`prepared` with these services alone."""
    return replace(prepared, data={**prepared.data, "services": dict(services)})


def _without(snapshot: Snapshot, service_id: str) -> Snapshot:
    """`snapshot` from before that service was made."""
    return replace(
        snapshot,
        services=tuple(s for s in snapshot.services if s.id != service_id),
        tasks=tuple(t for t in snapshot.tasks if t.service_id != service_id),
    )


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
