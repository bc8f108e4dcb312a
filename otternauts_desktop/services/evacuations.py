"""Emptying an outpost without downtime, and bringing it back: durable jobs."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Final

from otternauts_desktop.core.errors import (
    ClusterUnreachable,
    EvacuationStuck,
    NothingFound,
)
from otternauts_desktop.core.flight.commands import Command, node_update, service_update
from otternauts_desktop.core.flight.evacuation import (
    Evacuation,
    evacuation,
    has_left,
    settle,
    step_aside,
    stepping_aside,
)
from otternauts_desktop.core.flight.job import Job
from otternauts_desktop.core.names import ClusterId, JobId
from otternauts_desktop.core.swarm.state import Node, Service, Snapshot
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.services.engine import refusal
from otternauts_desktop.services.jobs import Jobs, JobStep, Work
from otternauts_desktop.services.links import Links
from otternauts_desktop.services.telemetry import Telemetry

EVACUATE: Final = "outpost.evacuate"
RETURN: Final = "outpost.return"
MOVE_SECONDS: Final = 300.0
"""So long one service may take to run elsewhere."""
POLL_SECONDS: Final = 0.5


class Evacuations:
    """Empties outposts and brings them back."""

    def __init__(self, links: Links, telemetry: Telemetry, jobs: Jobs) -> None:
        self._telemetry = telemetry
        self._jobs = jobs
        tools = SwarmTools(links, telemetry)
        jobs.register(EVACUATE, lambda job: emptying(tools))
        jobs.register(RETURN, lambda job: _returning(tools, job))

    def preview(self, cluster_id: ClusterId, node: Node) -> Evacuation:
        """What emptying it would do, against what was last seen."""
        return evacuation(self._seen(cluster_id), node)

    def evacuate(self, cluster_id: ClusterId, node: Node) -> JobId:
        """Start the job that empties an outpost, and drains it once it is empty.

        What can't move without a gap is stopped by the drain: ask the person first.
        """
        title = tr("Evacuate {outpost}", outpost=node.name)
        arguments = {"cluster": cluster_id, "node": node.id}
        return self._jobs.start(EVACUATE, title, cluster_id, arguments)

    def bring_back(self, cluster_id: ClusterId, node: Node) -> JobId:
        """Start the job that lets an outpost take tasks again. Swarm moves none back by itself."""
        title = tr("Bring {outpost} back", outpost=node.name)
        arguments = {"cluster": cluster_id, "node": node.id}
        return self._jobs.start(RETURN, title, cluster_id, arguments)

    def _seen(self, cluster_id: ClusterId) -> Snapshot:
        snapshot = self._telemetry.snapshot(cluster_id)
        if snapshot is None:
            raise ClusterUnreachable(detail=self._telemetry.staleness(cluster_id).lost)
        return snapshot


class SwarmTools:
    """What steps have in common: a look at the cluster of their job, commands to its manager."""

    def __init__(self, links: Links, telemetry: Telemetry) -> None:
        self._links = links
        self._telemetry = telemetry

    async def cluster(self, work: Work) -> Snapshot:
        """The cluster now."""
        return await self._telemetry.refresh(ClusterId(work.argument("cluster")))

    async def look(self, work: Work) -> tuple[Snapshot, Node]:
        """The cluster now, and the outpost that the job is about. Raises `NothingFound`."""
        snapshot = await self.cluster(work)
        node = snapshot.node_by_id.get(work.argument("node"))
        if node is None:
            raise NothingFound(detail=tr("The outpost is no part of the swarm any more."))
        return snapshot, node

    async def update_node(self, work: Work, *flags: str) -> None:
        """Change the outpost that the job is about."""
        await self.run(work, node_update(work.argument("node"), flags, sudo=False))

    async def update_service(self, work: Work, service: Service, flags: Sequence[str]) -> None:
        """Change a service, where there are flags."""
        if flags:
            await self.run(work, service_update(service.id, flags, sudo=False))

    async def run(self, work: Work, command: Command) -> None:
        """Run a command on a manager. Raises `refusal` of what Docker says."""
        async with self._telemetry.manager(ClusterId(work.argument("cluster"))) as (outpost, _):
            argv = ("sudo", "-n", *command.argv) if outpost.sudo else command.argv
            done = await self._links.run(outpost, replace(command, argv=argv))
        if not done.ok:
            raise refusal(shown(done.stderr, limit=2000).strip())


def emptying(tools: SwarmTools) -> Sequence[JobStep]:
    """The steps that empty the outpost that the job is about."""
    return (_Pause(tools), _Move(tools), Drain(tools))


def _returning(tools: SwarmTools, job: Job) -> Sequence[JobStep]:
    return (_Settle(tools), _Activate(tools))


class _Step(JobStep):
    def __init__(self, tools: SwarmTools) -> None:
        self.tools = tools


class _Pause(_Step):
    name: ClassVar[str] = marked("Take no new tasks")
    remains: ClassVar[str] = marked("The outpost takes no new tasks until it is brought back.")

    async def is_so(self, work: Work) -> str:
        _, node = await self.tools.look(work)
        return "" if node.availability == "active" else tr("It takes no new tasks")

    async def do(self, work: Work) -> None:
        await self.tools.update_node(work, "--availability", "pause")


class _Move(_Step):
    name: ClassVar[str] = marked("Start elsewhere, then stop here")

    async def is_so(self, work: Work) -> str:
        snapshot, node = await self.tools.look(work)
        left = evacuation(snapshot, node).moving or stepping_aside(snapshot, node.id)
        return "" if left else tr("Nothing is left that can move without a gap")

    async def do(self, work: Work) -> None:
        snapshot, node = await self.tools.look(work)
        moving = [departure.service for departure in evacuation(snapshot, node).moving]
        ids = {service.id for service in moving}
        moving += [s for s in stepping_aside(snapshot, node.id) if s.id not in ids]
        for number, service in enumerate(moving, 1):
            work.note(
                tr(
                    "{service} ({number} of {count})",
                    service=service.name,
                    number=number,
                    count=len(moving),
                )
            )
            await self._move(work, service)

    async def _move(self, work: Work, service: Service) -> None:
        if not settle(service):
            node_id = work.argument("node")
            await self.tools.update_service(work, service, step_aside(service, node_id))
        reason = await self._until_left(work, service)
        snapshot, _ = await self.tools.look(work)
        now = snapshot.service_by_id.get(service.id)
        if now is not None:
            await self.tools.update_service(work, now, settle(now))
        if reason:
            raise EvacuationStuck(detail=f"{service.name}: {reason}")
        work.say(tr("{service} flies elsewhere", service=service.name))

    async def _until_left(self, work: Work, service: Service) -> str:
        """Wait until it flies elsewhere; gives why it does not."""
        until = time.monotonic() + MOVE_SECONDS
        while time.monotonic() < until:
            snapshot, node = await self.tools.look(work)
            now = snapshot.service_by_id.get(service.id)
            if now is None or has_left(snapshot, now, node.id):
                return ""
            if now.update_state in ("paused", "rollback_paused") or not settle(now):
                return now.update_message or tr("The update was taken back.")
            await asyncio.sleep(POLL_SECONDS)
        return tr("It did not run elsewhere within {seconds:.0f} s.", seconds=MOVE_SECONDS)


class Drain(_Step):
    """Stops what is left on the outpost, at once."""

    name: ClassVar[str] = marked("Drain")
    remains: ClassVar[str] = marked("The outpost is drained.")
    patience: ClassVar[float] = 60.0

    async def is_so(self, work: Work) -> str:
        """What is so already, in words; "" while tasks are left on it."""
        snapshot, node = await self.tools.look(work)
        living = any(t.live and t.node_id == node.id for t in snapshot.tasks)
        return tr("It is empty") if node.availability == "drain" and not living else ""

    async def do(self, work: Work) -> None:
        """Drain it, and wait until its tasks have ended."""
        await self.tools.update_node(work, "--availability", "drain")


class _Settle(_Step):
    name: ClassVar[str] = marked("Take back what kept vessels away")

    async def is_so(self, work: Work) -> str:
        snapshot, node = await self.tools.look(work)
        return "" if stepping_aside(snapshot, node.id) else tr("Nothing keeps them away")

    async def do(self, work: Work) -> None:
        snapshot, node = await self.tools.look(work)
        for service in stepping_aside(snapshot, node.id):
            await self.tools.update_service(work, service, settle(service))


class _Activate(_Step):
    name: ClassVar[str] = marked("Take tasks again")

    async def is_so(self, work: Work) -> str:
        _, node = await self.tools.look(work)
        return tr("It takes tasks") if node.availability == "active" else ""

    async def do(self, work: Work) -> None:
        await self.tools.update_node(work, "--availability", "active")
