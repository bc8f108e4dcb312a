"""What a simulated server's Docker keeps on its disk: images, containers, volumes, build cache.

Images and volumes come with the tasks that run there; what lay there before is its history.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from otternauts_desktop.simulator.queries import EngineError, Query, read_filters
from otternauts_desktop.simulator.records import STACK_LABEL, Json, Task, new_id, stamp

MB: Final = 1_000_000


@dataclass(slots=True)
class Image:
    """An image on a server."""

    id: str
    tags: list[str]
    digests: list[str]
    size: int


@dataclass(slots=True)
class Volume:
    """A volume on a server."""

    name: str
    fleet: str
    created: float
    size: int


@dataclass(slots=True)
class Container:
    """A container that is not the swarm's, and has ended."""

    id: str
    name: str
    image: str
    size: int


@dataclass(slots=True)
class Storage:
    """One server's disk, as Docker sees it."""

    images: dict[str, Image] = field(default_factory=dict)
    volumes: dict[str, Volume] = field(default_factory=dict)
    containers: dict[str, Container] = field(default_factory=dict)
    cache: dict[str, Json] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    """Containers of ended tasks that were removed."""

    # -- what gets there -----------------------------------------------------------------------

    def pull(self, reference: str) -> Image:
        """Have an image, as a task or a person pulls it."""
        tag, _, digest = reference.partition("@")
        found = self.find(reference)
        if found is None:
            sum_ = hashlib.sha256(tag.encode()).hexdigest()
            found = Image(f"sha256:{sum_}", [], [], (40 + int(sum_[:2], 16)) * MB)
            self.images[found.id] = found
        # As Docker does: what is pulled by its digest gets no tag.
        bare = tag.rpartition(":")[0] if ":" in tag.rpartition("/")[2] else tag
        name = f"{bare}@{digest}" if digest else tag
        names = found.digests if digest else found.tags
        if name not in names:
            names.append(name)
        return found

    def build(self, tag: str, size: int) -> None:
        """Have an image that no registry has; "" for one without a name."""
        image = Image(f"sha256:{hashlib.sha256(new_id().encode()).hexdigest()}", [], [], size)
        image.tags = [tag] if tag else []
        self.images[image.id] = image

    def keep_cache(self, words: str, size: int) -> None:
        """Have a piece of build cache."""
        record = {"ID": new_id(), "Type": "regular", "Description": words, "Size": size}
        self.cache[str(record["ID"])] = {**record, "InUse": False, "Shared": False}

    def end_container(self, name: str, image: str, size: int) -> None:
        """Have a container that somebody started by hand, and that has ended."""
        id_ = hashlib.sha256(name.encode()).hexdigest()
        self.containers[id_] = Container(id_, name, self.pull(image).id, size)

    def catch_up(self, tasks: Iterable[Task], now: float) -> None:
        """Have what the tasks on this server brought with them."""
        for task in tasks:
            self.pull(task.image)
            labels = task.spec["ContainerSpec"].get("Labels") or {}
            for name in _volumes(task):
                if name not in self.volumes:
                    size = (20 + int(hashlib.sha256(name.encode()).hexdigest()[:2], 16)) * MB
                    self.volumes[name] = Volume(name, labels.get(STACK_LABEL, ""), now, size)

    # -- what is asked -------------------------------------------------------------------------

    def find(self, reference: str) -> Image | None:
        """An image by its id, a tag or a digest."""
        if reference in self.images:
            return self.images[reference]
        tag, _, digest = reference.partition("@")
        for image in self.images.values():
            if reference in (*image.tags, *image.digests):
                return image
            if digest and any(d.endswith(f"@{digest}") for d in image.digests):
                return image
        sum_ = f"sha256:{hashlib.sha256(tag.encode()).hexdigest()}"
        return self.images.get(sum_)

    def usage(self, tasks: list[Task], name_of: Callable[[Task], str]) -> Json:
        """The answer to `GET /system/df`."""
        containers = [*self._of_tasks(tasks, name_of), *self._ended()]
        used = [container["ImageID"] for container in containers]
        mounted = [m["Name"] for container in containers for m in container["Mounts"]]
        return {
            "LayersSize": sum(image.size for image in self.images.values()),
            "Images": [
                {
                    "Id": image.id,
                    "RepoTags": image.tags,
                    "RepoDigests": image.digests,
                    "Size": image.size,
                    "SharedSize": 0,
                    "Containers": used.count(image.id),
                }
                for image in self.images.values()
            ],
            "Containers": containers,
            "Volumes": [
                {
                    "Name": volume.name,
                    "Driver": "local",
                    "Scope": "local",
                    "Options": None,
                    "Labels": {STACK_LABEL: volume.fleet} if volume.fleet else None,
                    "CreatedAt": stamp(volume.created),
                    "UsageData": {"Size": volume.size, "RefCount": mounted.count(volume.name)},
                }
                for volume in self.volumes.values()
            ],
            "BuildCache": list(self.cache.values()),
        }

    def inspect_image(self, reference: str) -> Json:
        """The answer to `GET /images/ID/json`."""
        image = self._image(reference)
        return {
            "Id": image.id,
            "RepoTags": image.tags,
            "RepoDigests": image.digests,
            "Size": image.size,
        }

    # -- what is removed -----------------------------------------------------------------------

    def remove_image(self, reference: str, tasks: list[Task]) -> list[Json]:
        """Take away an image or one of its names. Raises `EngineError` where it is in use."""
        image = self._image(reference)
        names = [*image.tags, *image.digests]
        short = image.id.removeprefix("sha256:")[:12]
        if reference in names and len(names) > 1:
            (image.tags if reference in image.tags else image.digests).remove(reference)
            return [{"Untagged": reference}]
        for task in tasks:
            if self.find(task.image) is image:
                running = task.state == "running"
                how = "cannot be forced" if running else "must be forced"
                kind = "running" if running else "stopped"
                words = f"image is being used by {kind} container {task.container_id[:12]}"
                raise EngineError(409, f"conflict: unable to delete {short} ({how}) - {words}")
        repositories = {n.partition("@")[0].rpartition(":")[0] or n for n in image.tags}
        if len(repositories) > 1:
            words = f"conflict: unable to delete {short} (must be forced) - image is referenced in "
            raise EngineError(409, f"{words}multiple repositories")
        for container in self.containers.values():
            if container.image == image.id:
                words = f"image is being used by stopped container {container.id[:12]}"
                raise EngineError(
                    409, f"conflict: unable to delete {short} (must be forced) - {words}"
                )
        del self.images[image.id]
        return [*({"Untagged": name} for name in names), {"Deleted": image.id}]

    def remove_container(self, task: Task | None, reference: str) -> None:
        """Take away a container that has ended."""
        if task is None:
            if self.containers.pop(reference, None) is None:
                raise EngineError(404, f"No such container: {reference}")
            return
        if task.state == "running":
            words = f'cannot remove container "/{task.id}": container is running: stop the '
            raise EngineError(409, f"{words}container before removing or force remove")
        self.removed.add(task.container_id)

    def remove_volume(self, name: str, tasks: list[Task]) -> None:
        """Take away a volume that no container has."""
        if name not in self.volumes:
            raise EngineError(404, f"get {name}: no such volume")
        if users := [t.container_id for t in tasks if name in _volumes(t)]:
            raise EngineError(409, f"remove {name}: volume is in use - [{', '.join(users)}]")
        del self.volumes[name]

    def prune_cache(self, query: Query) -> Json:
        """The answer to `POST /build/prune` for one record by its id."""
        asked = read_filters(query).get("id", set(self.cache))
        gone = [id_ for id_ in self.cache if id_ in asked]
        freed = sum(int(self.cache.pop(id_)["Size"]) for id_ in gone)
        return {"CachesDeleted": gone or None, "SpaceReclaimed": freed}

    # -- inside --------------------------------------------------------------------------------

    def _image(self, reference: str) -> Image:
        image = self.find(reference)
        if image is None:
            raise EngineError(404, f"No such image: {reference}")
        return image

    def _of_tasks(self, tasks: list[Task], name_of: Callable[[Task], str]) -> list[Json]:
        return [
            {
                "Id": task.container_id,
                "Names": [f"/{name_of(task)}"],
                "Image": task.image,
                "ImageID": self.pull(task.image).id,
                "SizeRw": 4096,
                "State": "running" if task.state == "running" else "exited",
                "Labels": {"com.docker.swarm.task.id": task.id},
                "Mounts": [{"Type": "volume", "Name": name} for name in _volumes(task)],
            }
            for task in tasks
        ]

    def _ended(self) -> list[Json]:
        return [
            {
                "Id": container.id,
                "Names": [f"/{container.name}"],
                "Image": container.image,
                "ImageID": container.image,
                "SizeRw": container.size,
                "State": "exited",
                "Labels": {},
                "Mounts": [],
            }
            for container in self.containers.values()
        ]


def _volumes(task: Task) -> list[str]:
    mounts = task.spec["ContainerSpec"].get("Mounts") or []
    return [m["Source"] for m in mounts if m.get("Type") == "volume" and m.get("Source")]
