"""Looking at the outposts' disks, and removing what a plan has shown: a durable job.

Each thing is removed by its id and without force, so that Docker refuses what came into use in
between; what the plan did not show is not touched. Before an outpost is cleaned it is looked at
again: what is needed by then stays.
"""

import asyncio
import json
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from otternauts_desktop.core.errors import (
    CleaningUnfinished,
    EngineRefused,
    FlightPlanInvalid,
    FlightPlanTooLarge,
    KnownError,
    NothingFound,
)
from otternauts_desktop.core.fleet.compose import parse
from otternauts_desktop.core.flight.cleaning import (
    CleaningPlan,
    Item,
    Kind,
    Version,
    cleaning,
    recent,
)
from otternauts_desktop.core.names import ClusterId, JobId
from otternauts_desktop.core.swarm.state import Node, Snapshot
from otternauts_desktop.core.swarm.storage import Disk, read_disk
from otternauts_desktop.core.words import marked, tr, trn
from otternauts_desktop.services.engine import Engine
from otternauts_desktop.services.jobs import Jobs, JobStep, Work
from otternauts_desktop.services.store.launches import LaunchRecord, LaunchRecords
from otternauts_desktop.services.telemetry import Telemetry
from otternauts_desktop.services.together import together
from otternauts_desktop.services.versions import Versions

CLEAN: Final = "cluster.clean"
DISK_SECONDS: Final = 180.0
"""The Engine walks through every volume to tell its size."""
REMOVAL_SECONDS: Final = 120.0


class Cleaning:
    """Tells what lies on the outposts' disks, and cleans them."""

    def __init__(
        self, telemetry: Telemetry, versions: Versions, records: LaunchRecords, jobs: Jobs
    ) -> None:
        self._telemetry = telemetry
        self._versions = versions
        self._records = records
        self._jobs = jobs
        jobs.register(CLEAN, lambda job: (_Remove(self),))

    async def plan(
        self, cluster_id: ClusterId, kept: int, *, node_id: str = "", disks: Sequence[Disk] = ()
    ) -> CleaningPlan:
        """What may go from all outposts (or from one), where `kept` versions of each fleet stay.

        `disks` are those of an earlier look, which takes long: they are not looked at again then.
        An outpost that can't be read is in it with its trouble. Raises as `Telemetry.refresh`.
        """
        snapshot = await self._telemetry.refresh(cluster_id)
        for fleet in snapshot.fleets:
            await self._versions.take_over(cluster_id, fleet)
        versions = await asyncio.to_thread(self._kept, cluster_id, snapshot, kept)
        nodes = [node for node in snapshot.nodes if node_id in ("", node.id)]
        disks = disks or await together(*(self._disk(cluster_id, node) for node in nodes))
        return cleaning(snapshot, disks, versions, kept)

    def start(self, cluster_id: ClusterId, plan: CleaningPlan) -> JobId:
        """Start the job that removes what goes by this plan, and nothing else."""
        nodes = {item.node_id: item.outpost for item in plan.going}
        going = [[item.node_id, item.kind.value, item.id] for item in plan.going]
        arguments = {
            "cluster": cluster_id,
            "kept": str(plan.kept_versions),
            "nodes": json.dumps(nodes),
            "going": json.dumps(going),
        }
        return self._jobs.start(CLEAN, tr("Clean the outposts"), cluster_id, arguments)

    async def engine(self, cluster_id: ClusterId, node_id: str) -> Engine:
        """The engine of a node. Raises `OutpostError`, `NothingFound` where nobody logs in."""
        engine = await self._telemetry.engine_of(cluster_id, node_id)
        if engine is None:
            words = tr("Otternauts does not log in to this outpost. Log in to it to look.")
            raise NothingFound(detail=words)
        return engine

    async def _disk(self, cluster_id: ClusterId, node: Node) -> Disk:
        try:
            engine = await self.engine(cluster_id, node.id)
            answer = await engine.get("/system/df", seconds=DISK_SECONDS)
        except KnownError as error:
            return Disk(node.id, node.name, trouble=error.text())
        return read_disk(node.id, node.name, answer)

    def _kept(self, cluster_id: ClusterId, snapshot: Snapshot, kept: int) -> tuple[Version, ...]:
        found = []
        for fleet in snapshot.fleets:
            history = self._records.history(cluster_id, fleet)
            for record in history[: recent((r.state for r in history), kept)]:
                pins = self._records.pins(record.id)
                found.append(Version(fleet, record.version, _images(record), pins))
        return tuple(found)


def _images(record: LaunchRecord) -> dict[str, str]:
    """The images of a version's vessels; none where it can't be read any more."""
    try:
        data = parse(record.rendered).data
    except (FlightPlanInvalid, FlightPlanTooLarge):
        return {}
    services = data.get("services") if isinstance(data, dict) else None
    if not isinstance(services, dict):
        return {}
    return {
        str(vessel): str(settings["image"])
        for vessel, settings in services.items()
        if isinstance(settings, dict) and settings.get("image")
    }


class _Remove(JobStep):
    """Cleans all outposts at the same time. What is done with is kept, outpost by outpost."""

    name: ClassVar[str] = marked("Remove what nothing needs")
    remains: ClassVar[str] = marked("What was removed is gone; the rest stays.")

    def __init__(self, cleaning: Cleaning) -> None:
        self._cleaning = cleaning

    async def is_so(self, work: Work) -> str:
        nodes, cleaned = _nodes(work), _cleaned(work)
        if {*nodes} - {*cleaned}:
            return ""
        number = sum(removed for removed, _ in cleaned.values())
        size = sum(freed for _, freed in cleaned.values())
        return trn(
            "{number} thing removed, {size:.1f} MB",
            "{number} things removed, {size:.1f} MB",
            number,
            size=size / 1e6,
        )

    async def do(self, work: Work) -> None:
        nodes, cleaned = _nodes(work), _cleaned(work)
        left = [node_id for node_id in nodes if node_id not in cleaned]
        troubles = await together(*(self._clean(work, node_id) for node_id in left))
        said = [f"{nodes[n]}: {t}" for n, t in zip(left, troubles, strict=True) if t]
        if said:
            raise CleaningUnfinished(detail=" ".join(said))

    async def _clean(self, work: Work, node_id: str) -> str:
        """Clean one outpost; gives why that was not possible."""
        cluster_id, outpost = ClusterId(work.argument("cluster")), _nodes(work)[node_id]
        wanted = {(kind, id_) for node, kind, id_ in _going(work) if node == node_id}
        try:
            engine = await self._cleaning.engine(cluster_id, node_id)
            now = await self._cleaning.plan(cluster_id, int(work.argument("kept")), node_id=node_id)
            if trouble := next((disk.trouble for disk in now.disks if disk.trouble), ""):
                return trouble
            shown = [item for item in now.items if (item.kind.value, item.id) in wanted]
            for item in shown:
                if not (item.goes or item.by_name):
                    work.say(_stays(item, item.reason))
            going = [item for item in shown if item.goes or item.by_name]
            gone = [i for i in await self._remove_cache(engine, going) if i is not None]
            rest = [item for item in going if item.kind is not Kind.CACHE]
            for number, item in enumerate(rest, 1):
                part = tr("{number} of {count}", number=number, count=len(rest))
                work.note(f"{outpost}: {part}")
                try:
                    await _remove(engine, item)
                except NothingFound:
                    continue  # somebody else was faster, or an earlier run of this job
                except EngineRefused as error:
                    work.say(_stays(item, error.detail))
                    continue
                gone.append(item)
                work.say(tr("{outpost}: {name} is removed", outpost=outpost, name=item.name))
        except KnownError as error:
            return error.text()
        freed = sum(max(item.size, 0) for item in gone)
        work.keep(cleaned=json.dumps({**_cleaned(work), node_id: [len(gone), freed]}))
        return ""

    async def _remove_cache(self, engine: Engine, going: Sequence[Item]) -> list[Item]:
        """Prune records one by one, in rounds: one that others stand on goes after them."""
        gone, left = list[Item](), [item for item in going if item.kind is Kind.CACHE]
        while left:
            before = len(left)
            for item in tuple(left):
                params: dict[str, Any] = {"all": True, "filters": {"id": [item.id]}}
                answer = await engine.post("/build/prune", {}, params, seconds=REMOVAL_SECONDS)
                if item.id in ((answer or {}).get("CachesDeleted") or ()):
                    left.remove(item)
                    gone.append(item)
            if len(left) == before:
                break
        return gone


async def _remove(engine: Engine, item: Item) -> None:
    """Remove one thing without force. Raises `EngineRefused` where Docker keeps it."""
    if item.kind is Kind.CONTAINER:
        await engine.delete(f"/containers/{item.id}", seconds=REMOVAL_SECONDS)
    elif item.kind is Kind.VOLUME:
        await engine.delete(f"/volumes/{item.id}", seconds=REMOVAL_SECONDS)
    else:
        for reference in _references(item.id, await engine.get(f"/images/{item.id}/json")):
            await engine.delete(f"/images/{reference}", seconds=REMOVAL_SECONDS)


def _references(image_id: str, image: dict[str, Any]) -> Sequence[str]:
    """What has to be deleted for an image to go: its id, or one name after the other.

    Docker takes the id only where all names are of one repository (moby, image_delete.go).
    """
    tags, digests = image.get("RepoTags") or [], image.get("RepoDigests") or []
    repositories = {tag.rpartition(":")[0] for tag in tags} | {d.partition("@")[0] for d in digests}
    if len(tags) <= 1 and len(repositories) <= 1:
        return [image_id]
    tagged = {tag.rpartition(":")[0] for tag in tags}
    # A repository's digests go with the last of its tags.
    return [*tags, *(d for d in digests if d.partition("@")[0] not in tagged)]


def _stays(item: Item, reason: str) -> str:
    words = marked("{outpost}: {name} stays. {reason}")
    return tr(words, outpost=item.outpost, name=item.name, reason=reason)


def _nodes(work: Work) -> dict[str, str]:
    nodes: dict[str, str] = json.loads(work.argument("nodes"))
    return nodes


def _going(work: Work) -> list[list[str]]:
    """Node, kind and id of each thing that is to go."""
    going: list[list[str]] = json.loads(work.argument("going"))
    return going


def _cleaned(work: Work) -> dict[str, list[int]]:
    """How many things were removed, and their bytes, by the nodes that are done."""
    cleaned: dict[str, list[int]] = json.loads(work.kept("cleaned") or "{}")
    return cleaned
