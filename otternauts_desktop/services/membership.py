"""An outpost's part in its swarm: its role, its labels, and leaving it. Durable jobs.

What would harm the swarm is refused when a job is asked for, and once more, after a fresh look,
in the moment before it is done.
"""

import asyncio
import json
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, Final

from otternauts_desktop.core.errors import (
    BadName,
    ClusterUnreachable,
    NothingFound,
    OutpostOffline,
)
from otternauts_desktop.core.flight.commands import Command, node_remove, swarm_leave
from otternauts_desktop.core.flight.job import Job
from otternauts_desktop.core.flight.membership import Change, Outlook, outlook
from otternauts_desktop.core.names import ClusterId, JobId
from otternauts_desktop.core.swarm.cluster import Outpost
from otternauts_desktop.core.swarm.state import Node, Snapshot
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.services.engine import refusal
from otternauts_desktop.services.evacuations import POLL_SECONDS, Drain, SwarmTools, emptying
from otternauts_desktop.services.jobs import Jobs, JobStep, Work
from otternauts_desktop.services.links import Links
from otternauts_desktop.services.outposts import Outposts
from otternauts_desktop.services.telemetry import Telemetry

LABEL: Final = "outpost.label"
SETTLING_SECONDS: Final = 60.0
"""So long a server may take to take up its new role, or the swarm to notice that it has left."""


class Membership:
    """Changes what outposts are in their swarms, and says beforehand what that would mean."""

    def __init__(self, links: Links, telemetry: Telemetry, outposts: Outposts, jobs: Jobs) -> None:
        self._telemetry = telemetry
        self._outposts = outposts
        self._jobs = jobs
        tools = _Tools(links, telemetry, outposts)
        for change, kinds in _STEPS.items():
            steps = tuple(kind(tools) for kind in kinds)
            jobs.register(f"outpost.{change}", partial(_whatever_job, steps))
        jobs.register(LABEL, lambda job: (_Label(tools),))

    def node(self, cluster_id: ClusterId, name: str) -> Node:
        """The node that is meant: by its id, by our name of it, or by its own host name.

        Of several with one host name it is the one that is ready. Raises `NothingFound`, or
        `ClusterUnreachable`.
        """
        snapshot = self._seen(cluster_id)
        ours = self._names(cluster_id)
        found = [n for n in snapshot.nodes if name in (n.id, ours.get(n.id))]
        found = found or [n for n in snapshot.nodes if name == n.name]
        found = [n for n in found if n.ready] or found
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(f"{node.id} ({node.state})" for node in found)
            raise NothingFound(
                detail=tr('There are several outposts "{name}": {ids}.', name=name, ids=ids),
                next_step=tr("Say which one by its id."),
            )
        names = ", ".join(ours.get(node.id, node.name) for node in snapshot.nodes)
        raise NothingFound(
            detail=tr('There is no outpost "{name}". There are: {names}.', name=name, names=names)
        )

    def outlook(self, cluster_id: ClusterId, node: Node, change: Change) -> Outlook:
        """What a change would mean, against what was last seen; told with our name of the node.

        Raises `ClusterUnreachable`, or `NothingFound` where the node is gone.
        """
        snapshot = self._seen(cluster_id)
        ours = self._names(cluster_id)
        now = snapshot.node_by_id.get(node.id)
        if now is None:
            raise NothingFound(detail=tr("The outpost is no part of the swarm any more."))
        now = replace(now, name=ours.get(now.id, now.name))
        return outlook(snapshot, now, change, ours)

    def start(self, cluster_id: ClusterId, node: Node, change: Change) -> JobId:
        """Start the job that makes a change. Raises what refuses it: see `outlook`."""
        seen = self.outlook(cluster_id, node, change)
        if seen.refusal is not None:
            raise seen.refusal
        arguments = {"cluster": cluster_id, "node": node.id}
        title = tr(_TITLES[change], outpost=seen.node.name)
        return self._jobs.start(f"outpost.{change}", title, cluster_id, arguments)

    def label(
        self, cluster_id: ClusterId, node: Node, add: Mapping[str, str], remove: Collection[str]
    ) -> JobId:
        """Start the job that gives labels and takes labels. Raises `BadName`."""
        for name in (*add, *remove):
            if not name or name != shown(name) or any(c.isspace() or c == "=" for c in name):
                raise BadName(detail=tr('"{name}" is no name of a label.', name=shown(name)))
        arguments = {
            "cluster": cluster_id,
            "node": node.id,
            "add": json.dumps(dict(add)),
            "remove": json.dumps(sorted(remove)),
        }
        name = self._names(cluster_id).get(node.id, node.name)
        title = tr("Label {outpost}", outpost=name)
        return self._jobs.start(LABEL, title, cluster_id, arguments)

    def _names(self, cluster_id: ClusterId) -> dict[str, str]:
        """Our names of the nodes that we log in to, by their ids."""
        return {o.node_id: o.name for o in self._outposts.outposts(cluster_id)}

    def _seen(self, cluster_id: ClusterId) -> Snapshot:
        snapshot = self._telemetry.snapshot(cluster_id)
        if snapshot is None:
            raise ClusterUnreachable(detail=self._telemetry.staleness(cluster_id).lost)
        return snapshot


class _Tools(SwarmTools):
    """What the steps have in common: the swarm, and the server that leaves it."""

    def __init__(self, links: Links, telemetry: Telemetry, outposts: Outposts) -> None:
        super().__init__(links, telemetry)
        self._links = links
        self.outposts = outposts

    async def find(self, work: Work) -> tuple[Snapshot, Node | None]:
        """The cluster now, and the outpost; None where it is no part of it any more."""
        snapshot = await self.cluster(work)
        return snapshot, snapshot.node_by_id.get(work.argument("node"))

    async def guard(self, work: Work, change: Change) -> None:
        """Raise what refuses a change, as things are once a new leader knows its servers."""
        snapshot, node = await self.look(work)
        until = time.monotonic() + SETTLING_SECONDS
        while _unheard(snapshot) and time.monotonic() < until:
            work.note(tr("Waits until the swarm's new leader has heard of its servers"))
            await asyncio.sleep(POLL_SECONDS)
            snapshot, node = await self.look(work)
        known = self.outposts.outposts(ClusterId(work.argument("cluster")))
        refused = outlook(snapshot, node, change, [o.node_id for o in known]).refusal
        if refused is not None:
            raise refused

    def record(self, work: Work) -> Outpost | None:
        """How the server is reached; None where that was forgotten."""
        known = self.outposts.outposts(ClusterId(work.argument("cluster")))
        return next((o for o in known if o.node_id == work.argument("node")), None)

    async def swarm_there(self, work: Work) -> dict[str, Any]:
        """What the server's own Docker says of its swarm. Raises `NothingFound`."""
        engine = await self._links.engine(self._reached(work))
        info = await engine.get("/info")
        return dict(info.get("Swarm") or {})

    async def run_there(self, work: Work, command: Command) -> None:
        """Run a command on the server itself."""
        outpost = self._reached(work)
        argv = ("sudo", "-n", *command.argv) if outpost.sudo else command.argv
        done = await self._links.run(outpost, replace(command, argv=argv))
        if not done.ok:
            raise refusal(shown(done.stderr, limit=2000).strip())

    def _reached(self, work: Work) -> Outpost:
        outpost = self.record(work)
        if outpost is None:
            raise NothingFound(detail=tr("This outpost was forgotten."))
        return outpost


class _Step(JobStep):
    def __init__(self, tools: _Tools) -> None:
        self.tools = tools


class _Promote(_Step):
    name: ClassVar[str] = marked("Promote")
    remains: ClassVar[str] = marked("The outpost stays a manager.")
    patience: ClassVar[float] = SETTLING_SECONDS

    async def is_so(self, work: Work) -> str:
        _, node = await self.tools.look(work)
        manages = node.role == "manager" and node.votes and node.reachable
        return tr("It is a manager") if manages else ""

    async def do(self, work: Work) -> None:
        await self.tools.guard(work, Change.PROMOTE)
        await self.tools.update_node(work, "--role", "manager")


class _Demote(_Step):
    name: ClassVar[str] = marked("Demote")
    remains: ClassVar[str] = marked("The outpost stays a worker.")
    patience: ClassVar[float] = SETTLING_SECONDS

    async def is_so(self, work: Work) -> str:
        _, node = await self.tools.find(work)
        return tr("It is no manager") if node is None or not _manages(node) else ""

    async def do(self, work: Work) -> None:
        await self.tools.guard(work, Change.DEMOTE)
        _, node = await self.tools.look(work)
        work.keep(online="yes" if node.online else "")
        await self.tools.update_node(work, "--role", "worker")


class _HeardOf(_Step):
    """The end of a demotion: until then the swarm takes the server for one that is offline."""

    name: ClassVar[str] = marked("Go on as a worker")

    async def is_so(self, work: Work) -> str:
        snapshot, node = await self.tools.find(work)
        if _unheard(snapshot):
            return ""
        if node is None or not work.kept("online"):
            return tr("It is offline, as it was before")
        return tr("The swarm hears of it") if node.online else ""

    async def do(self, work: Work) -> None:
        until = time.monotonic() + SETTLING_SECONDS
        while not await self.is_so(work):
            if time.monotonic() > until:
                raise OutpostOffline(
                    detail=tr(
                        "It is a worker, but the swarm has not heard of it for {seconds:.0f} s.",
                        seconds=SETTLING_SECONDS,
                    ),
                    next_step=tr("Look on the server whether Docker runs, then resume the job."),
                )
            work.note(tr("Waits until the swarm hears of it again"))
            await asyncio.sleep(POLL_SECONDS)


class _Label(_Step):
    name: ClassVar[str] = marked("Labels")
    remains: ClassVar[str] = marked("The labels stay as they are now.")

    async def is_so(self, work: Work) -> str:
        add, remove = self._wanted(work)
        _, node = await self.tools.look(work)
        there = all(node.labels.get(name) == value for name, value in add.items())
        gone = not any(name in node.labels for name in remove)
        return tr("Its labels are as wanted") if there and gone else ""

    async def do(self, work: Work) -> None:
        add, remove = self._wanted(work)
        _, node = await self.tools.look(work)
        flags = [word for item in add.items() for word in ("--label-add", "=".join(item))]
        # Docker refuses to take away a label that is not there.
        flags += [w for name in remove if name in node.labels for w in ("--label-rm", name)]
        await self.tools.update_node(work, *flags)

    def _wanted(self, work: Work) -> tuple[dict[str, str], list[str]]:
        return json.loads(work.argument("add")), json.loads(work.argument("remove"))


class _Empty(_Step):
    """Evacuates it, and is so as well once it has left."""

    name: ClassVar[str] = marked("Start elsewhere, then stop here")
    remains: ClassVar[str] = marked("The outpost is drained.")
    patience: ClassVar[float] = SETTLING_SECONDS

    async def is_so(self, work: Work) -> str:
        _, node = await self.tools.find(work)
        return await Drain(self.tools).is_so(work) if node else _gone()

    async def do(self, work: Work) -> None:
        await self.tools.guard(work, Change.REMOVE)
        for step in emptying(self.tools):
            if not await step.is_so(work):
                await step.do(work)


class _Leave(_Step):
    name: ClassVar[str] = marked("Leave the swarm")
    remains: ClassVar[str] = marked("The server has left the swarm.")

    async def is_so(self, work: Work) -> str:
        _, node = await self.tools.find(work)
        if node is None:
            return _gone()
        state = (await self.tools.swarm_there(work)).get("LocalNodeState")
        return tr("The server is in no swarm") if state == "inactive" else ""

    async def do(self, work: Work) -> None:
        until = time.monotonic() + SETTLING_SECONDS
        while (await self.tools.swarm_there(work)).get("ControlAvailable"):
            if time.monotonic() > until:  # Docker says why in its own words
                break
            work.note(tr("Waits until the server knows that it is no manager any more"))
            await asyncio.sleep(POLL_SECONDS)
        await self.tools.run_there(work, swarm_leave(sudo=False))


class _Strike(_Step):
    """Takes it off the swarm's list; with `force` although nobody knows how the server is."""

    name: ClassVar[str] = marked("Strike it off the swarm")
    remains: ClassVar[str] = marked("The server is no part of the swarm any more.")
    force: ClassVar[bool] = False

    async def is_so(self, work: Work) -> str:
        _, node = await self.tools.find(work)
        return _gone() if node is None else ""

    async def do(self, work: Work) -> None:
        await self._until_down(work)
        if self.force:
            await self.tools.guard(work, Change.REMOVE_DEAD)
        await self.tools.run(work, node_remove(work.argument("node"), force=self.force, sudo=False))

    async def _until_down(self, work: Work) -> None:
        """The swarm takes a server that is gone for ready until it misses its heartbeats."""
        until = time.monotonic() + SETTLING_SECONDS
        while time.monotonic() < until:
            _, node = await self.tools.find(work)
            if node is None or not node.ready:
                return
            work.note(tr("Waits until the swarm has noticed that the server is gone"))
            await asyncio.sleep(POLL_SECONDS)


class _StrikeDead(_Strike):
    force: ClassVar[bool] = True


class _Forget(_Step):
    name: ClassVar[str] = marked("Forget the outpost here")

    async def is_so(self, work: Work) -> str:
        return "" if self.tools.record(work) else tr("It is forgotten")

    async def do(self, work: Work) -> None:
        outpost = self.tools.record(work)
        if outpost is not None:
            await self.tools.outposts.remove_outpost(outpost)


_STEPS: Final[Mapping[Change, Sequence[type[_Step] | type[Drain]]]] = {
    Change.PROMOTE: (_Promote,),
    Change.DEMOTE: (_Demote, _HeardOf),
    Change.DRAIN: (Drain,),
    Change.REMOVE: (_Empty, _Demote, _Leave, _Strike, _Forget),
    Change.REMOVE_DEAD: (_Demote, _StrikeDead, _Forget),
}
_TITLES: Final[Mapping[Change, str]] = {
    Change.PROMOTE: marked("Promote {outpost}"),
    Change.DEMOTE: marked("Demote {outpost}"),
    Change.DRAIN: marked("Drain {outpost}"),
    Change.REMOVE: marked("Remove {outpost} from its swarm"),
    Change.REMOVE_DEAD: marked("Remove {outpost}, which is gone, from its swarm"),
}


def _whatever_job(steps: Sequence[JobStep], _: Job) -> Sequence[JobStep]:
    return steps


def _manages(node: Node) -> bool:
    """Whether it is a manager, or still one of those whose votes count."""
    return node.role == "manager" or node.votes


def _unheard(snapshot: Snapshot) -> bool:
    return any(node.unheard for node in snapshot.nodes)


def _gone() -> str:
    return tr("It is no part of the swarm any more")
