"""Tasks of a real swarm are moved while they are counted; what can't move is put back as it was."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core.flight import evacuation
from otternauts_desktop.core.flight.evacuation import tasks_on
from otternauts_desktop.core.flight.job import JobState
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.core.swarm.health import Health, service_condition
from otternauts_desktop.core.swarm.state import Node, Service, Snapshot
from otternauts_desktop.services import rebalancing
from tests.lab.lab import Lab
from tests.services.practice import until_async

pytestmark = [pytest.mark.lab, pytest.mark.seconds(180)]

FLEET = "leaving"
TEXT = """\
services:
  web:
    image: {image}
    healthcheck: {{test: ["CMD", "true"], interval: 1s}}
    stop_grace_period: 1s
    deploy: {{replicas: {replicas}}}
"""
IMAGE = "nginx:1.27"
OWN = "own:1"
"""An image that a test takes away from some nodes."""


class Flying:
    """A fleet that flies on the lab, counted while something is done."""

    def __init__(self, control: MissionControl, cluster_id: ClusterId, text: str) -> None:
        self.control = control
        self.cluster_id = cluster_id
        self.text = text
        self.fewest = 10_000
        """So few replicas ran at some time."""

    async def look(self) -> tuple[Snapshot, Service]:
        snapshot = await self.control.telemetry.refresh(self.cluster_id)
        return snapshot, snapshot.fleets[FLEET][0]

    async def node(self, name: str) -> Node:
        snapshot, _ = await self.look()
        return next(node for node in snapshot.nodes if node.name == name)

    async def spread(self) -> list[int]:
        """How many of its tasks each node has."""
        snapshot, web = await self.look()
        return [len(tasks_on(snapshot, web, node.id)) for node in snapshot.nodes]

    async def running(self) -> set[str]:
        """Ids of the tasks that are wanted."""
        snapshot, web = await self.look()
        return {t.id for t in snapshot.tasks_by_service[web.id] if t.desired == "running"}

    async def evacuate(self, name: str) -> None:
        node = await self.node(name)
        job_id = self.control.evacuations.evacuate(self.cluster_id, node)
        job = await self.control.jobs.wait(job_id)
        assert job.state is JobState.DONE, job.trouble

    async def bring_back(self, name: str) -> None:
        job_id = self.control.evacuations.bring_back(self.cluster_id, await self.node(name))
        assert (await self.control.jobs.wait(job_id)).state is JobState.DONE
        assert (await self.node(name)).availability == "active"

    async def is_as_launched(self) -> bool:
        """Whether all of it flies, and nothing about it was left changed."""
        snapshot, web = await self.look()
        assert not {evacuation.MARK, rebalancing.MARK} & set(web.labels)
        plan = self.control.launches.preview(self.cluster_id, FLEET, self.text, {}).plan
        assert plan.nothing_to_do
        return service_condition(snapshot, web).health is Health.HEALTHY

    @asynccontextmanager
    async def counted(self) -> AsyncIterator[None]:
        async def count() -> None:
            while True:
                snapshot, web = await self.look()
                self.fewest = min(self.fewest, service_condition(snapshot, web).running)
                await asyncio.sleep(0.05)

        counting = asyncio.create_task(count())
        try:
            yield
        finally:
            counting.cancel()
            await asyncio.gather(counting, return_exceptions=True)


@asynccontextmanager
async def flying(
    lab: Lab, tmp_path: Path, replicas: int, image: str = IMAGE, *, without: str = ""
) -> AsyncIterator[Flying]:
    """A fleet on the lab, launched while the node `without` took no tasks.

    Afterwards every node takes tasks, and nothing of it is left.
    """
    text = TEXT.format(replicas=replicas, image=image)
    async with open_mission_control(tmp_path / "home") as control:
        first = lab.nodes[0]
        login = Login(first.host, first.user, first.port, str(lab.key_file))
        outpost = await control.outposts.add(login, host_key=first.host_key)
        fleet = Flying(control, outpost.cluster_id, text)
        await control.telemetry.refresh(outpost.cluster_id)
        try:
            if without:
                first.ask("docker", "node", "update", "--availability", "pause", without)
            launch = await control.launches.launch(
                outpost.cluster_id, FLEET, text, {}, resolve_image="never"
            )
            await control.launches.wait(launch)
            if without:
                first.ask("docker", "node", "update", "--availability", "active", without)
            yield fleet
        finally:
            for node in (await control.telemetry.refresh(outpost.cluster_id)).nodes:
                if node.availability != "active":
                    await fleet.bring_back(node.name)
            await control.launches.remove(outpost.cluster_id, FLEET)


@asynccontextmanager
async def own_image(lab: Lab) -> AsyncIterator[None]:
    """An image of its own name on every node."""
    for node in lab.nodes:
        node.ask("docker", "tag", IMAGE, OWN)
    try:
        yield
    finally:
        for node in lab.nodes:
            node.run("docker", "rmi", OWN)


async def test_an_outpost_is_emptied_and_filled_again_with_no_replica_missing(
    lab: Lab, tmp_path: Path
) -> None:
    async with flying(lab, tmp_path, 6) as fleet:
        assert await fleet.spread() == [2, 2, 2]
        snapshot, web = await fleet.look()
        vega = await fleet.node("vega-1")
        stay = {t.id for t in snapshot.tasks_by_service[web.id] if t.node_id != vega.id}
        async with fleet.counted():
            await fleet.evacuate("vega-1")
            assert await fleet.spread() == [3, 3, 0]
            assert stay < await fleet.running()
            assert await fleet.is_as_launched()

            await fleet.bring_back("vega-1")
            before = await fleet.running()
            moves = fleet.control.rebalancing.preview(fleet.cluster_id)
            assert [move.target.name for move in moves] == ["vega-1"] * 2
            job_id = fleet.control.rebalancing.rebalance(fleet.cluster_id, moves)
            job = await fleet.control.jobs.wait(job_id)
            assert job.state is JobState.DONE, job.trouble
            assert await fleet.spread() == [2, 2, 2]
            assert len(before & await fleet.running()) == 4  # two moved, no other restarted
            assert await fleet.is_as_launched()
        assert fleet.fewest == 6


@pytest.mark.lab_long
async def test_a_vessel_that_can_not_start_elsewhere_goes_on_where_it_is(
    lab: Lab, tmp_path: Path
) -> None:
    async with own_image(lab), flying(lab, tmp_path, 1, OWN) as fleet:
        snapshot, web = await fleet.look()
        (task,) = [t for t in snapshot.tasks_by_service[web.id] if t.desired == "running"]
        home = snapshot.node_name(task.node_id)
        for node in lab.nodes:
            if node.name != home:
                node.ask("docker", "rmi", OWN)
        async with fleet.counted():
            node_seen = await fleet.node(home)
            job_id = fleet.control.evacuations.evacuate(fleet.cluster_id, node_seen)
            job = await fleet.control.jobs.wait(job_id)
            await until_async(fleet.is_as_launched, 20)
        assert job.state is JobState.FAILED
        assert job.trouble is not None
        assert job.trouble.anchor == "evacuation-stuck"
        assert "leaving_web" in job.trouble.detail
        assert fleet.fewest == 1
        assert task.id in await fleet.running()
        # It takes no tasks until it is brought back, which the fixture's end proves to work.
        assert (await fleet.node(home)).availability == "pause"


@pytest.mark.lab_long
async def test_a_move_that_fails_leaves_as_many_replicas_as_before(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebalancing, "MOVE_SECONDS", 8.0)
    async with own_image(lab), flying(lab, tmp_path, 6, OWN, without="vega-1") as fleet:
        await fleet.look()
        lab.node("vega-1").ask("docker", "rmi", "-f", OWN)
        moves = fleet.control.rebalancing.preview(fleet.cluster_id)
        assert moves
        async with fleet.counted():
            job_id = fleet.control.rebalancing.rebalance(fleet.cluster_id, moves)
            job = await fleet.control.jobs.wait(job_id)
            await until_async(fleet.is_as_launched, 30)
        assert job.state is JobState.FAILED
        assert job.trouble is not None
        assert job.trouble.anchor == "evacuation-stuck"
        assert fleet.fewest == 6
        assert await fleet.spread() == [3, 3, 0]
