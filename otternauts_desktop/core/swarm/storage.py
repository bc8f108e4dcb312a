"""What lies on one outpost's disk, read from the Engine's `/system/df`: images, containers,
volumes, build cache. Whether any of it may go is decided in `core/flight/cleaning.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from otternauts_desktop.core.swarm.state import STACK_LABEL
from otternauts_desktop.core.untrusted import shown

Json = Mapping[str, Any]

_NONE: Final = ("<none>:<none>", "<none>@<none>")


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image on an outpost. Sizes are bytes."""

    id: str
    """`sha256:...` of its configuration."""
    tags: tuple[str, ...]
    digests: tuple[str, ...]
    """`name@sha256:...`: by what it can be pulled again. Empty for one built or loaded there."""
    size: int
    shared: int
    """Of `size`, what other images have too: it stays when this one goes."""

    @property
    def name(self) -> str:
        """A tag, else the beginning of a digest, else that of its id."""
        if self.tags:
            return self.tags[0]
        name, at, digest = next(iter(self.digests), "").partition("@sha256:")
        return f"{name}{at}{digest[:12]}" if at else self.id.removeprefix("sha256:")[:12]

    @property
    def own(self) -> int:
        """What its removal frees."""
        return max(self.size - max(self.shared, 0), 0)


@dataclass(frozen=True, slots=True)
class StoredContainer:
    """A container on an outpost, running or not."""

    id: str
    name: str
    image_id: str
    state: str
    """`running`, `exited`, `created`, `dead`, `paused`, `restarting`, `removing`."""
    size: int
    """Of its own writable layer, bytes."""
    task_id: str
    """The swarm's task that it belongs to, "" for one that somebody started otherwise."""
    volumes: tuple[str, ...]

    @property
    def stopped(self) -> bool:
        """Whether it has ended, and could be removed without force."""
        return self.state in ("exited", "dead")


@dataclass(frozen=True, slots=True)
class StoredVolume:
    """A volume on an outpost."""

    name: str
    driver: str
    size: int
    """Bytes; -1 where the driver does not tell."""
    links: int
    """How many containers there have it, the stopped ones among them; -1 where not known."""
    fleet: str
    remote: bool
    """Whether its data lie elsewhere: another driver than `local`, or a mount of the network."""


@dataclass(frozen=True, slots=True)
class CacheRecord:
    """A piece of build cache."""

    id: str
    words: str
    size: int
    in_use: bool


@dataclass(frozen=True, slots=True)
class Disk:
    """All that Docker keeps on one outpost."""

    node_id: str
    outpost: str
    images: tuple[StoredImage, ...] = ()
    containers: tuple[StoredContainer, ...] = ()
    volumes: tuple[StoredVolume, ...] = ()
    cache: tuple[CacheRecord, ...] = ()
    layers: int = 0
    """Bytes of all images together, each layer counted once."""
    trouble: str = ""
    """Why it could not be read; then all else is empty."""

    @property
    def container_bytes(self) -> int:
        """Of the writable layers of all containers."""
        return sum(container.size for container in self.containers)

    @property
    def volume_bytes(self) -> int:
        """Of all volumes whose size is known."""
        return sum(max(volume.size, 0) for volume in self.volumes)

    @property
    def cache_bytes(self) -> int:
        """Of all build cache."""
        return sum(record.size for record in self.cache)

    @property
    def total(self) -> int:
        """All that Docker takes on the outpost, bytes."""
        return self.layers + self.container_bytes + self.volume_bytes + self.cache_bytes


def read_disk(node_id: str, outpost: str, df: Json) -> Disk:
    """The Engine's answer to `GET /system/df`, up to API 1.51."""
    return Disk(
        node_id,
        outpost,
        images=tuple(map(_image, df.get("Images") or ())),
        containers=tuple(map(_container, df.get("Containers") or ())),
        volumes=tuple(sorted(map(_volume, df.get("Volumes") or ()), key=lambda v: v.name)),
        cache=tuple(_record(raw) for raw in df.get("BuildCache") or () if not raw.get("Shared")),
        layers=int(df.get("LayersSize") or 0),
    )


def _image(raw: Json) -> StoredImage:
    return StoredImage(
        id=str(raw["Id"]),
        tags=_names(raw.get("RepoTags")),
        digests=_names(raw.get("RepoDigests")),
        size=int(raw.get("Size") or 0),
        shared=int(raw.get("SharedSize") or 0),
    )


def _names(names: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(shown(name) for name in names or () if name not in _NONE)


def _container(raw: Json) -> StoredContainer:
    mounts = raw.get("Mounts") or ()
    return StoredContainer(
        id=str(raw["Id"]),
        name=shown(next(iter(raw.get("Names") or ()), raw["Id"][:12])).removeprefix("/"),
        image_id=str(raw.get("ImageID", "")),
        state=str(raw.get("State", "")),
        size=int(raw.get("SizeRw") or 0),
        task_id=str((raw.get("Labels") or {}).get("com.docker.swarm.task.id", "")),
        volumes=tuple(str(m.get("Name", "")) for m in mounts if m.get("Type") == "volume"),
    )


def _volume(raw: Json) -> StoredVolume:
    usage, driver = raw.get("UsageData") or {}, str(raw.get("Driver", ""))
    options = raw.get("Options") or {}
    return StoredVolume(
        name=shown(raw["Name"]),
        driver=shown(driver),
        size=int(usage.get("Size", -1)),
        links=int(usage.get("RefCount", -1)),
        fleet=shown((raw.get("Labels") or {}).get(STACK_LABEL, "")),
        remote=driver != "local" or str(options.get("type", "")) in ("nfs", "nfs4", "cifs"),
    )


def _record(raw: Json) -> CacheRecord:
    return CacheRecord(
        id=str(raw["ID"]),
        words=shown(raw.get("Description") or raw.get("Type") or "", limit=200),
        size=int(raw.get("Size") or 0),
        in_use=bool(raw.get("InUse")),
    )
