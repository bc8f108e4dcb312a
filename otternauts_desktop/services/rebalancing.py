"""Evening out the outposts of a cluster: a durable job that moves tasks without a gap."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import ClassVar, Final

from otternauts_desktop.core.errors import ClusterUnreachable, EvacuationStuck
from otternauts_desktop.core.flight.evacuation import has_left, settle, step_aside
from otternauts_desktop.core.flight.rebalancing import Move, node_of_stuck, rebalancing, spread
from otternauts_desktop.core.names import ClusterId, JobId
from otternauts_desktop.core.swarm.health import Health, service_condition
from otternauts_desktop.core.swarm.state import Service, Snapshot
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.services.evacuations import MOVE_SECONDS, POLL_SECONDS, SwarmTools
from otternauts_desktop.services.jobs import Jobs, JobStep, Work
from otternauts_desktop.services.links import Links
from otternauts_desktop.services.telemetry import Telemetry

REBALANCE: Final = "cluster.rebalance"
MARK: Final = "otternauts.replicas"
"""Label of a service that has more replicas for a moment: how many it is to have."""


class Rebalancing:
    """Shows what would move, and moves it."""

    def __init__(self, links: Links, telemetry: Telemetry, jobs: Jobs) -> None:
        self._telemetry = telemetry
        self._jobs = jobs
        tools = SwarmTools(links, telemetry)
        jobs.register(REBALANCE, lambda job: (_MoveAll(tools),))

    def preview(self, cluster_id: ClusterId) -> tuple[Move, ...]:
        """What would move, against what was last seen. Raises `ClusterUnreachable`."""
        snapshot = self._telemetry.snapshot(cluster_id)
        if snapshot is None:
            raise ClusterUnreachable(detail=self._telemetry.staleness(cluster_id).lost)
        return rebalancing(snapshot)

    def rebalance(self, cluster_id: ClusterId, moves: tuple[Move, ...]) -> JobId:
        """Start the job that makes these moves."""
        more: dict[str, int] = {}
        for move in moves:
            if move.spread:
                more[move.service.id] = more.get(move.service.id, 0) + 1
        work = [["more", service_id, str(count)] for service_id, count in more.items()]
        work += [["aside", m.service.id, m.source.id] for m in moves if not m.spread]
        arguments = {"cluster": cluster_id, "moves": json.dumps(work)}
        return self._jobs.start(REBALANCE, tr("Rebalance"), cluster_id, arguments)


class _MoveAll(JobStep):
    name: ClassVar[str] = marked("Start elsewhere, then stop here")

    def __init__(self, tools: SwarmTools) -> None:
        self._tools = tools

    async def is_so(self, work: Work) -> str:
        left = json.loads(work.argument("moves"))[int(work.kept("made") or 0) :]
        return "" if left else tr("The outposts are evened out")

    async def do(self, work: Work) -> None:
        moves = json.loads(work.argument("moves"))
        for number in range(int(work.kept("made") or 0), len(moves)):
            way, service_id, detail = moves[number]
            service = (await self._tools.cluster(work)).service_by_id.get(service_id)
            if service is not None:
                work.note(
                    tr(
                        "{service} ({number} of {count})",
                        service=service.name,
                        number=number + 1,
                        count=len(moves),
                    )
                )
                await (self._more if way == "more" else self._aside)(work, service, detail)
            work.keep(made=str(number + 1))

    async def _more(self, work: Work, service: Service, count: str) -> None:
        """Give it more replicas until they run, then as many as it had."""
        had = int(service.labels.get(MARK, service.replicas))
        before = spread(await self._tools.cluster(work), service)
        more = ("--replicas", str(had + int(count)), "--label-add", f"{MARK}={had}")
        await self._tools.update_service(work, service, more)
        reason = await self._until(work, service, had + int(count), _flies)
        if reason:
            await self._start_elsewhere(work, service, had + int(count))
        snapshot = await self._tools.cluster(work)
        now = snapshot.service_by_id.get(service.id, service)
        as_it_was = ("--replicas", str(had), "--label-rm", MARK, *settle(now))
        await self._tools.update_service(work, service, as_it_was)
        reason = reason or await self._until(work, service, had, _flies)
        if not reason and spread(await self._tools.cluster(work), service) == before:
            reason = tr("Its new tasks did not run on the emptier outposts.")
        self._told(work, service, reason)

    async def _start_elsewhere(self, work: Work, service: Service, replicas: int) -> None:
        """Let the surplus that does not start run where the others do, before it is taken away.

        Swarm takes it from where there is most, whether that runs or not (swarmkit, replicated
        orchestrator, slotsByIndex): else it would stop tasks that run and keep those that don't.
        """
        snapshot = await self._tools.cluster(work)
        if stuck := node_of_stuck(snapshot, service):
            now = snapshot.service_by_id.get(service.id, service)
            await self._tools.update_service(work, now, step_aside(now, stuck))
        await self._until(work, service, replicas, _flies)

    async def _aside(self, work: Work, service: Service, node_id: str) -> None:
        if not settle(service):
            await self._tools.update_service(work, service, step_aside(service, node_id))
        replicas = service.replicas
        reason = await self._until(work, service, replicas, lambda s, v: has_left(s, v, node_id))
        now = (await self._tools.cluster(work)).service_by_id.get(service.id)
        if now is not None:
            await self._tools.update_service(work, now, settle(now))
        self._told(work, service, reason)

    async def _until(
        self,
        work: Work,
        service: Service,
        replicas: int,
        holds: Callable[[Snapshot, Service], bool],
    ) -> str:
        """Wait until a service with so many replicas is as wanted; gives why it is not."""
        until = time.monotonic() + MOVE_SECONDS
        while time.monotonic() < until:
            snapshot = await self._tools.cluster(work)
            now = snapshot.service_by_id.get(service.id)
            if now is None or (now.replicas == replicas and holds(snapshot, now)):
                return ""
            if now.update_state in ("paused", "rollback_paused"):
                return now.update_message
            await asyncio.sleep(POLL_SECONDS)
        return tr("It did not run elsewhere within {seconds:.0f} s.", seconds=MOVE_SECONDS)

    def _told(self, work: Work, service: Service, reason: str) -> None:
        if reason:
            raise EvacuationStuck(detail=f"{service.name}: {reason}")
        work.say(tr("{service} flies elsewhere", service=service.name))


def _flies(snapshot: Snapshot, service: Service) -> bool:
    return service_condition(snapshot, service).health is Health.HEALTHY
