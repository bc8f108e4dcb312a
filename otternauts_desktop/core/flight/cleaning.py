"""What may go from the outposts' disks, and what stays and why.

What flies stays, and so does what the last versions of every fleet need: a return to base must
not wait for a registry, nor fail because of one. What can't be had again goes only where it was
chosen by its name: volumes, containers that are not the swarm's, images that no registry has.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from otternauts_desktop.core.flight.evacuation import local_data
from otternauts_desktop.core.flight.live import digest, familiar, live
from otternauts_desktop.core.flight.scheduling import satisfies
from otternauts_desktop.core.secret import MASK
from otternauts_desktop.core.swarm.state import Service, Snapshot
from otternauts_desktop.core.swarm.storage import Disk, StoredContainer, StoredImage, StoredVolume
from otternauts_desktop.core.words import marked, tr

VERSIONS_KEPT: Final = 3


class Kind(StrEnum):
    """Kinds of things on a disk, in the order in which they are removed."""

    CONTAINER = "container"
    IMAGE = "image"
    CACHE = "build-cache"
    VOLUME = "volume"


WORDS: Final = {
    Kind.CONTAINER: marked("Stopped container"),
    Kind.IMAGE: marked("Image"),
    Kind.CACHE: marked("Build cache"),
    Kind.VOLUME: marked("Volume"),
}


@dataclass(frozen=True, slots=True)
class Version:
    """A launch that may be returned to: the images of its vessels, and the digests it sent."""

    fleet: str
    number: int
    images: Mapping[str, str]
    """By vessel, as they were written; values of variables are masked."""
    pins: Mapping[str, str]
    """Digests by vessel."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on an outpost's disk, and what is to become of it."""

    node_id: str
    outpost: str
    kind: Kind
    id: str
    """What the Engine calls it."""
    name: str
    size: int
    """Bytes that its removal frees; -1 where nobody knows."""
    goes: bool
    reason: str
    """Why it stays or goes, in a sentence."""
    by_name: bool = False
    """Whether it may go only where it is chosen: it can't be had again."""

    @property
    def key(self) -> str:
        """What tells it from all others of a cluster."""
        return f"{self.node_id} {self.kind} {self.id}"


@dataclass(frozen=True, slots=True)
class CleaningPlan:
    """What a cleaning would remove, and what it would leave."""

    disks: tuple[Disk, ...]
    items: tuple[Item, ...]
    """By outpost, then in the order of removal."""
    kept_versions: int

    @property
    def going(self) -> tuple[Item, ...]:
        """What would be removed."""
        return tuple(item for item in self.items if item.goes)

    @property
    def freed(self) -> int:
        """Bytes at least: layers that only images which go have in common come on top."""
        return sum(max(item.size, 0) for item in self.going)

    def choosing(self, keys: Iterable[str]) -> "CleaningPlan":
        """The same where these go, too, of those that go by name only."""
        chosen = set(keys)
        items = (replace(i, goes=True) if i.by_name and i.key in chosen else i for i in self.items)
        return replace(self, items=tuple(items))

    def only(self, kinds: Iterable[Kind]) -> "CleaningPlan":
        """The same where of other kinds nothing goes."""
        wanted = set(kinds)
        items = (
            i
            if i.kind in wanted or not i.goes
            else replace(i, goes=False, reason=tr("Its kind was left out."))
            for i in self.items
        )
        return replace(self, items=tuple(items))


def cleaning(
    snapshot: Snapshot, disks: Sequence[Disk], versions: Sequence[Version], kept: int
) -> CleaningPlan:
    """What may go now. `versions` are those of every fleet that are to be kept."""
    needed = _Needed(snapshot, versions)
    told = _last_words(snapshot)
    items = (item for disk in disks for item in _items(snapshot, disk, needed, told))
    return CleaningPlan(tuple(disks), tuple(items), kept)


class _Needed:
    """Images that stay, by what they can be recognised by, with the reason."""

    def __init__(self, snapshot: Snapshot, versions: Sequence[Version]) -> None:
        self._reasons: dict[str, str] = {}
        self._masked: list[tuple[re.Pattern[str], str]] = []
        for service in snapshot.services:
            self._add(service.image, tr("{service} flies with it.", service=service.name))
        for service in snapshot.services:
            if service.former:
                words = tr("A rollback of {service} needs it.", service=service.name)
                self._add(service.former.image, words)
        for task in snapshot.tasks:
            if task.live:
                self._add(task.image, tr("A task is under way with it."))
        for version in versions:
            words = tr("Version {number} of {fleet}.", number=version.number, fleet=version.fleet)
            for pinned in version.pins.values():
                self._reasons.setdefault(pinned, words)
            for vessel, image in version.images.items():
                if vessel in version.pins:
                    continue
                if digest(image):
                    self._reasons.setdefault(digest(image), words)
                elif MASK in image:
                    # What stands there is not known here: whatever it may have been stays.
                    parts = map(re.escape, familiar(image).split(MASK))
                    self._masked.append((re.compile(".*".join(parts)), words))
                else:
                    self._reasons.setdefault(familiar(image), words)

    def _add(self, image: str, words: str) -> None:
        self._reasons.setdefault(digest(image) or familiar(image), words)

    def reason(self, image: StoredImage) -> str:
        """Why an image stays, "" where nothing needs it."""
        names = [familiar(tag) for tag in image.tags]
        for sign in (*map(digest, image.digests), *names, image.id):
            if sign in self._reasons:
                return self._reasons[sign]
        for pattern, words in self._masked:
            if any(pattern.fullmatch(name) for name in names):
                return words
        return ""


def _last_words(snapshot: Snapshot) -> frozenset[str]:
    """The tasks whose containers hold what explains why a place failed last."""
    newest: dict[tuple[str, int, str], str] = {}
    for tasks in snapshot.tasks_by_service.values():
        for task in tasks:  # newest first
            if not task.live:
                place = (task.service_id, task.slot, "" if task.slot else task.node_id)
                newest.setdefault(place, task.id)
    return frozenset(newest.values())


def recent(states: Iterable[str], count: int) -> int:
    """How many of a fleet's launches, newest first, are kept: back to the `count`-th that flew."""
    flown = taken = 0
    for state in states:
        if flown >= count:
            break
        taken += 1
        flown += state == "converged"
    return taken


def _items(snapshot: Snapshot, disk: Disk, needed: _Needed, told: frozenset[str]) -> Iterator[Item]:
    containers = [_of_container(snapshot, disk, c, told) for c in disk.containers if c.stopped]
    yield from containers
    gone = {item.id for item in containers if item.goes}
    users: dict[str, StoredContainer] = {}
    for container in disk.containers:
        if container.id not in gone:
            users.setdefault(container.image_id, container)
    for image in sorted(disk.images, key=lambda i: i.own, reverse=True):
        yield _of_image(disk, image, needed.reason(image), users.get(image.id))
    for record in disk.cache:
        words = tr("A build uses it now.") if record.in_use else tr("Builds can make it again.")
        yield Item(
            *(disk.node_id, disk.outpost, Kind.CACHE, record.id),
            record.words or record.id[:12],
            record.size,
            goes=not record.in_use,
            reason=words,
        )
    for volume in disk.volumes:
        yield _of_volume(snapshot, disk, volume)


def _of_container(
    snapshot: Snapshot, disk: Disk, container: StoredContainer, told: frozenset[str]
) -> Item:
    by_name = not container.task_id
    task = snapshot.task_by_id.get(container.task_id)
    if by_name:
        goes, words = False, tr("It is not the swarm's; what it has written would be lost.")
    elif task is not None and task.live:
        goes, words = False, tr("Its task is under way.")
    elif container.task_id in told:
        goes, words = False, tr("The last words of a task that ended are read from it.")
    else:
        goes, words = True, tr("Its task has ended, and a later one has taken its place.")
    return Item(
        *(disk.node_id, disk.outpost, Kind.CONTAINER, container.id, container.name),
        container.size,
        goes,
        words,
        by_name,
    )


def _of_image(disk: Disk, image: StoredImage, reason: str, user: StoredContainer | None) -> Item:
    by_name = False
    if user is not None:
        goes, words = False, reason or tr("The container {name} has it.", name=user.name)
    elif reason:
        goes, words = False, reason
    elif image.digests or not image.tags:
        goes, words = True, tr("Nothing needs it.")
        if not image.digests:
            words = tr("A leftover without a name.")
    else:
        by_name, goes = True, False
        words = tr("Nothing needs it, but no registry is known to have it.")
    return Item(
        disk.node_id,
        disk.outpost,
        Kind.IMAGE,
        image.id,
        image.name,
        image.own,
        goes,
        words,
        by_name,
    )


def _of_volume(snapshot: Snapshot, disk: Disk, volume: StoredVolume) -> Item:
    services = [service.name for service in mounting(snapshot, volume.name)]
    users = [c.name for c in disk.containers if volume.name in c.volumes]
    if services:
        by_name, words = False, tr("Mounted by {services}.", services=", ".join(services))
    elif users or volume.links > 0:
        by_name = False
        words = tr("The container {name} has it.", name=", ".join(users) or "?")
    else:
        by_name, words = True, tr("Nothing mounts it now. Its data would be lost for ever.")
    return Item(
        *(disk.node_id, disk.outpost, Kind.VOLUME, volume.name, volume.name),
        volume.size,
        False,
        words,
        by_name,
    )


# -- volumes -------------------------------------------------------------------------------------


def mounting(snapshot: Snapshot, volume: str) -> tuple[Service, ...]:
    """The services whose tasks mount a volume of that name."""
    return tuple(s for s in snapshot.services if any(m.get("Source") == volume for m in _mounts(s)))


@dataclass(frozen=True, slots=True)
class Wandering:
    """A service with data on an outpost's own disk, which may start on another one."""

    service: Service
    targets: tuple[str, ...]
    """Where in its containers the data lie."""
    places: tuple[str, ...]
    """Names of the outposts that Swarm may put it on."""

    @property
    def words(self) -> str:
        """What that means."""
        return tr(
            "{service} keeps data in {targets} on the outpost that it runs on, and may start on "
            "any of {places}: elsewhere it would find none of them.",
            service=self.service.name,
            targets=", ".join(self.targets),
            places=", ".join(self.places),
        )


def wandering(snapshot: Snapshot) -> tuple[Wandering, ...]:
    """The services with local data that are not pinned to one outpost. Global ones are at home
    everywhere."""
    found = []
    for service in snapshot.services:
        targets = local_data(service)
        if not targets or service.mode.startswith("global"):
            continue
        form = live(snapshot, service)
        places = tuple(node.name for node in snapshot.nodes if satisfies(node, form))
        if len(places) > 1:
            found.append(Wandering(service, targets, places))
    return tuple(found)


def _mounts(service: Service) -> Sequence[Mapping[str, Any]]:
    container = (service.spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}
    return [m for m in container.get("Mounts") or () if m.get("Type") == "volume"]
