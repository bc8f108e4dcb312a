"""The plan by meaning: what a launch would create, change, restart and remove."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from otternauts_desktop.core.fleet.flight_plan import PreDeploy, Prepared
from otternauts_desktop.core.flight.drift import Launched
from otternauts_desktop.core.flight.images import ImageSeen
from otternauts_desktop.core.flight.live import digest, live
from otternauts_desktop.core.flight.placement import Room, Wish, rooms
from otternauts_desktop.core.flight.scheduling import satisfies
from otternauts_desktop.core.flight.settings import (
    VALUED,
    FieldChange,
    FieldKind,
    differences,
    only_placement,
    without_values,
)
from otternauts_desktop.core.flight.things import Fate, Thing, things
from otternauts_desktop.core.flight.wanted import Form, wanted
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.health import Health, service_condition
from otternauts_desktop.core.swarm.state import Service, Snapshot, Task
from otternauts_desktop.core.words import tr, trn


class ChangeKind(StrEnum):
    """What a launch does with a vessel."""

    CREATE = "create"
    UPDATE = "update"
    REMOVE = "remove"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one vessel, and to how many of its tasks."""

    vessel: str
    kind: ChangeKind
    fields: tuple[FieldChange, ...] = ()
    restarts: int = 0
    """Running tasks that are replaced."""
    starts: int = 0
    """Tasks that come beside or after those that run now."""
    stops: int = 0
    """Running tasks that end and are not replaced."""
    order: str = "stop-first"
    """Of replacing: `stop-first` or `start-first`."""
    parallelism: int = 1
    """How many tasks are replaced at once; 0 for all."""
    delay: str = ""
    """Pause between them, as `10s`; "" for none."""
    recreated: bool = False
    """Docker can't change the mode of a service: it is removed and made anew."""
    is_job: bool = False
    drifted: bool = False
    """Whether it was made, removed or changed since the last launch from here."""
    digest: str = ""
    """The image's as it runs, `sha256:...`; "" where Docker was given none."""
    new_digest: str = ""
    """The one it gets; "" where it gets none, or it was not asked for."""
    form: Form | None = field(default=None, repr=False)
    """What is wanted, secrets resolved: never shown. None where it is removed."""

    @property
    def replaces_all(self) -> bool:
        """Whether no task of before counts any more once it is done."""
        return self.is_job or (bool(self.restarts) and not only_placement(self.fields))

    @property
    def drift(self) -> str:
        """What was done to it since the last launch from here, in a sentence; "" for nothing."""
        if not self.drifted:
            return ""
        if self.kind is ChangeKind.CREATE:
            return tr("It was removed since the last launch from here.")
        if self.kind is ChangeKind.REMOVE:
            return tr("It was made since the last launch from here.")
        return trn(
            "{number} setting was changed since the last launch from here.",
            "{number} settings were changed since the last launch from here.",
            sum(change.drifted for change in self.fields),
        )

    @property
    def effect(self) -> str:
        """What it means for running tasks, in a sentence."""
        match self.kind:
            case ChangeKind.CREATE:
                return _starting(self)
            case ChangeKind.REMOVE:
                return trn(
                    "{number} task stops. No volumes are deleted.",
                    "{number} tasks stop. No volumes are deleted.",
                    self.stops,
                )
            case ChangeKind.UNCHANGED:
                return tr("No restart.")
        if self.recreated:
            return tr("Its mode can't be changed in place: all tasks stop, then it is made anew.")
        if self.is_job:
            return tr("The job runs again.")
        parts = [_rolling(self)] if self.restarts else []
        if self.starts:
            parts.append(trn("{number} task is added", "{number} tasks are added", self.starts))
        if self.stops:
            parts.append(trn("{number} task is removed", "{number} tasks are removed", self.stops))
        if not self.restarts:
            parts.append(tr("no task is restarted"))
        text = ", ".join(parts)
        return f"{text[:1].upper()}{text[1:]}."


@dataclass(frozen=True, slots=True)
class Plan:
    """All vessels, changed or not, in order of their names, and the things around them."""

    changes: tuple[Change, ...]
    things: tuple[Thing, ...] = ()
    rooms: tuple[Room, ...] = ()
    """Where the tasks of created and changed vessels could go."""
    jobs: tuple[PreDeploy, ...] = ()
    """What runs to its end before any vessel is touched, in every launch."""
    waves: tuple[tuple[str, ...], ...] = ()
    """The order of launch: each wave flies before the next one starts."""
    unpinned: tuple[tuple[str, str], ...] = ()
    """Images whose digest no registry tells, and why: their tags are taken as they are."""
    values_compared: bool = True
    """False where values of the environment and commands of what is there are not known."""

    @property
    def nothing_to_do(self) -> bool:
        """Whether a launch would change nothing at all."""
        unchanged = all(change.kind is ChangeKind.UNCHANGED for change in self.changes)
        return unchanged and not self.named(Fate.CREATED) and not self.jobs

    @property
    def steps(self) -> tuple[str, ...]:
        """What a launch does, one after the other, in sentences; () where all goes at once."""
        if not self.jobs and len(self.waves) < 2:
            return ()
        steps = []
        if made := [*self.named(Fate.CREATED, "config"), *self.named(Fate.CREATED, "secret")]:
            steps.append(tr("Create {names}.", names=", ".join(made)))
        steps += [
            tr("Run {name} to its end, within {seconds} s.", name=job.name, seconds=job.timeout)
            for job in self.jobs
        ]
        steps += [
            tr("Launch {names}, and wait until all fly.", names=", ".join(wave))
            for wave in self.waves
        ]
        if gone := self.vessels(ChangeKind.REMOVE):
            steps.append(tr("Remove {names}.", names=", ".join(gone)))
        return tuple(steps)

    @property
    def drifted(self) -> tuple[Change, ...]:
        """Vessels that were changed since the last launch from here, which this overwrites."""
        return tuple(change for change in self.changes if change.drifted)

    @property
    def new_networks(self) -> tuple[str, ...]:
        """Names of the networks that a launch makes."""
        return self.named(Fate.CREATED, "network")

    @property
    def missing(self) -> tuple[Thing, ...]:
        """What has to be there beforehand and is not."""
        return tuple(thing for thing in self.things if thing.fate is Fate.MISSING)

    def named(self, fate: Fate, kind: str = "") -> tuple[str, ...]:
        """Names of the things that have this fate."""
        return tuple(t.name for t in self.things if t.fate is fate and kind in ("", t.kind))

    def vessels(self, *kinds: ChangeKind) -> tuple[str, ...]:
        """The vessels that change in one of these ways."""
        return tuple(change.vessel for change in self.changes if change.kind in kinds)

    @property
    def summary(self) -> str:
        """`1 to create, 2 to update (1 restarting), 1 to remove`, in one line."""
        if self.nothing_to_do:
            return tr("nothing to change")
        create, update, remove = (
            [change for change in self.changes if change.kind is kind]
            for kind in (ChangeKind.CREATE, ChangeKind.UPDATE, ChangeKind.REMOVE)
        )
        parts = []
        if create:
            parts.append(trn("{number} to create", "{number} to create", len(create)))
        if update:
            restarting = sum(bool(change.restarts or change.recreated) for change in update)
            words = trn("{number} to update", "{number} to update", len(update))
            if restarting:
                words += " " + trn("({number} restarting)", "({number} restarting)", restarting)
            parts.append(words)
        if remove:
            parts.append(trn("{number} to remove", "{number} to remove", len(remove)))
        if networks := self.new_networks:
            parts.append(trn("{number} new network", "{number} new networks", len(networks)))
        others = len(self.named(Fate.CREATED)) - len(networks)
        if others:
            parts.append(
                trn("{number} new config or secret", "{number} new configs or secrets", others)
            )
        if self.jobs:
            parts.append(trn("{number} job to run", "{number} jobs to run", len(self.jobs)))
        return ", ".join(parts)


def plan(
    prepared: Prepared,
    snapshot: Snapshot,
    images: Mapping[str, ImageSeen] | None = None,
    launched: Launched | None = None,
) -> Plan:
    """Compare what is wanted with what is there.

    `images` is what registries say of images now, by their texts, where the launch pins them: a
    digest that has moved on replaces tasks, one that can't be had now is kept. `launched` is
    what the last launch left, None where there was none.
    """
    launched = launched or Launched({}, b"")
    images = images or {}
    there = {service.vessel: service for service in snapshot.fleets.get(prepared.fleet, ())}
    had = {vessel: live(snapshot, service) for vessel, service in there.items()}
    has = {
        vessel: wanted(prepared.fleet, prepared.data, vessel)
        for vessel in prepared.data["services"]
    }
    secrets = list(prepared.secrets)
    changes = []
    for vessel in sorted({*has, *there}):
        service = there.get(vessel)
        if vessel not in has:
            assert service is not None
            stops = len(_running(snapshot, service))
            changes.append(
                Change(
                    vessel,
                    ChangeKind.REMOVE,
                    stops=stops,
                    is_job=service.is_job,
                    drifted=bool(launched.sums) and vessel not in launched.sums,
                )
            )
            continue
        if service is None:
            made = _created(snapshot, vessel, has[vessel], secrets, images)
            changes.append(replace(made, drifted=bool(launched.sums.get(vessel))))
        else:
            changes.append(
                _updated(snapshot, service, had[vessel], has[vessel], secrets, images, launched)
            )
    tags = {c.form["image"] for c in changes if c.form and not c.new_digest} & {*images}
    return Plan(
        tuple(changes),
        tuple(things(prepared, snapshot, had.values(), has.values())),
        rooms(
            filter(None, map(_wish, changes)),
            prepared.fleet,
            snapshot,
            {image: seen.platforms for image, seen in images.items()},
        ),
        prepared.pre_deploy,
        prepared.waves,
        tuple((image, images[image].trouble) for image in sorted(tags) if images[image].trouble),
        all(service.has_values for service in there.values()),
    )


def _wish(change: Change) -> Wish | None:
    """Which of its tasks need a place; None where none does."""
    form = change.form
    if form is None or not (change.restarts or change.starts):
        return None
    if change.kind is ChangeKind.CREATE or change.recreated or change.is_job:
        return Wish(change.vessel, form, change.starts, beside_own=False)
    moves = change.restarts and only_placement(change.fields)
    if change.restarts and change.order == "start-first" and not moves:
        batch = min(change.restarts, change.parallelism or change.restarts)
        return Wish(change.vessel, form, change.starts + batch, beside_own=True)
    stay = not change.restarts or bool(moves)
    return Wish(change.vessel, form, change.restarts + change.starts, beside_own=stay)


def _created(
    snapshot: Snapshot,
    vessel: str,
    form: Form,
    secrets: list[Secret],
    images: Mapping[str, ImageSeen],
) -> Change:
    seen = images.get(str(form.get("image")), ImageSeen())
    return Change(
        vessel,
        ChangeKind.CREATE,
        fields=tuple(
            field
            for field in differences({}, form, secrets)
            if field.field in _SAID_OF_NEW and field.new != "replicated"
        ),
        starts=_count(snapshot, form),
        is_job=_is_job(form),
        new_digest=seen.digest,
        form=form,
    )


_DIGEST: Final = len("sha256:") + 12
"""So much of a digest is shown."""
_SAID_OF_NEW: Final = frozenset({"image", "deploy.mode", "deploy.replicas", "ports", "volumes"})


def _updated(
    snapshot: Snapshot,
    service: Service,
    old: Form,
    form: Form,
    secrets: list[Secret],
    images: Mapping[str, ImageSeen],
    launched: Launched,
) -> Change:
    drifted = launched.changed(service.vessel, old)
    if service.has_values:
        fields = differences(old, form, secrets, drifted)
    else:
        drifted = frozenset(place for place in drifted if place[0] not in VALUED)
        fields = differences(without_values(old), without_values(form), secrets, drifted)
    has, seen = digest(service.image), images.get(str(form.get("image")))
    same = old.get("image") == form.get("image")
    becomes = (seen.digest if seen else "") or (has if same else "")
    if same and becomes != has:
        fields = (_pin(has, becomes), *fields)
    if not fields:
        # Docker runs a job again whenever it is given it. One that has run, or does, is left alone.
        failed = service.is_job and service_condition(snapshot, service).health is Health.FAILED
        return Change(
            service.vessel,
            ChangeKind.UPDATE if failed else ChangeKind.UNCHANGED,
            starts=_count(snapshot, form) if failed else 0,
            is_job=service.is_job,
            digest=has,
            new_digest=becomes,
            form=form,
        )
    running = _running(snapshot, service)
    count = _count(snapshot, form)
    policy = form["deploy"].get("update_config") or {}
    recreated = any(change.field == "deploy.mode" for change in fields)
    stays = min(len(running), count)
    if recreated or _is_job(form):
        restarts, starts, stops = 0, count, len(running)
    elif form["deploy"]["mode"] == "global":
        fit = {node.id for node in snapshot.nodes if node.usable and satisfies(node, form)}
        on = {task.node_id for task in running}
        stays, starts, stops = len(on & fit), len(fit - on), len(on - fit)
        restarts = stays if _dirty(fields) and not only_placement(fields) else 0
    else:
        restarts = stays if _dirty(fields) else 0
        if only_placement(fields):
            nodes = snapshot.node_by_id
            moving = [
                t
                for t in running
                if (node := nodes.get(t.node_id)) is None or not satisfies(node, form)
            ]
            restarts = min(len(moving), count)
        starts, stops = max(0, count - len(running)), max(0, len(running) - count)
    return Change(
        service.vessel,
        ChangeKind.UPDATE,
        fields,
        restarts,
        starts,
        stops,
        order=policy.get("order", "stop-first"),
        parallelism=policy.get("parallelism", 1),
        delay=policy.get("delay", ""),
        recreated=recreated,
        is_job=_is_job(form),
        drifted=any(change.drifted for change in fields),
        digest=has,
        new_digest=becomes,
        form=form,
    )


def rolling_back(snapshot: Snapshot, service: Service) -> Plan | None:
    """What Docker's own rollback of a service would change; None where it has no former state."""
    if service.former is None:
        return None
    form = live(snapshot, service.former)
    images = {str(form.get("image")): ImageSeen(digest(service.former.image))}
    untouched = Launched({}, b"")
    change = _updated(snapshot, service, live(snapshot, service), form, [], images, untouched)
    return Plan((change,))


def _pin(old: str, new: str) -> FieldChange:
    """Another digest of the same image's text."""
    kind = FieldKind.CHANGED if old and new else FieldKind.ADDED if new else FieldKind.REMOVED
    return FieldChange("image", "digest", kind, old[:_DIGEST], new[:_DIGEST])


def _dirty(fields: tuple[FieldChange, ...]) -> bool:
    return any(change.restarts for change in fields)


def _is_job(form: Form) -> bool:
    return str(form["deploy"]["mode"]).endswith("-job")


def _count(snapshot: Snapshot, form: Form) -> int:
    """How many tasks it shall have; for global modes on the outposts as they are now."""
    if form["deploy"]["mode"].startswith("replicated"):
        return int(form["deploy"]["replicas"])
    return sum(node.usable and satisfies(node, form) for node in snapshot.nodes)


def _running(snapshot: Snapshot, service: Service) -> tuple[Task, ...]:
    """The tasks that are meant to be there, one a replica or outpost."""
    seen: set[tuple[int, str]] = set()
    found = []
    for task in snapshot.tasks_by_service.get(service.id, ()):
        place = (task.slot, task.node_id if task.slot == 0 else "")
        if task.desired in ("running", "ready") and task.live and place not in seen:
            seen.add(place)
            found.append(task)
    return tuple(found)


def _rolling(change: Change) -> str:
    """`2 tasks restart one after another, new one first, 10s apart`."""
    count, at_once = change.restarts, change.parallelism
    if count == 1:
        words = tr("1 task restarts")
    elif at_once == 0 or at_once >= count:
        words = tr("{number} tasks restart all at once", number=count)
    elif at_once == 1:
        words = tr("{number} tasks restart one after another", number=count)
    else:
        words = tr("{number} tasks restart, {many} at a time", number=count, many=at_once)
    if change.order == "start-first":
        words += ", " + tr("new one first")
    if change.delay and count > 1:
        words += ", " + tr("{time} apart", time=change.delay)
    return words


def _starting(change: Change) -> str:
    if change.is_job:
        return tr("The job runs once.") if change.starts == 1 else _runs(change.starts)
    return trn("{number} task starts.", "{number} tasks start.", change.starts)


def _runs(number: int) -> str:
    return trn("The job runs {number} time.", "The job runs {number} times.", number)
