"""An outpost of a real swarm is emptied while a service on it is counted, and brought back."""

import asyncio
from pathlib import Path

import pytest

from otternauts_desktop.app import open_mission_control
from otternauts_desktop.core.flight.evacuation import MARK, tasks_on
from otternauts_desktop.core.flight.job import JobState
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.core.swarm.health import service_condition
from tests.lab.lab import Lab

pytestmark = [pytest.mark.lab, pytest.mark.seconds(120)]

FLEET = "leaving"
TEXT = """\
services:
  web:
    image: nginx:1.27
    healthcheck: {test: ["CMD", "true"], interval: 1s}
    stop_grace_period: 1s
    deploy: {replicas: 3}
"""


async def test_an_outpost_is_emptied_with_no_replica_missing(lab: Lab, tmp_path: Path) -> None:
    async with open_mission_control(tmp_path / "home") as control:
        first = lab.nodes[0]
        login = Login(first.host, first.user, first.port, str(lab.key_file))
        outpost = await control.outposts.add(login, host_key=first.host_key)
        cluster_id = outpost.cluster_id
        await control.telemetry.refresh(cluster_id)
        try:
            launch = await control.launches.launch(
                cluster_id, FLEET, TEXT, {}, resolve_image="never"
            )
            await control.launches.wait(launch)
            before = await control.telemetry.refresh(cluster_id)
            node = control.membership.node(cluster_id, "vega-1")
            web = before.fleets[FLEET][0]
            stay = {t.id for t in before.tasks_by_service[web.id] if t.node_id != node.id}
            assert len(stay) == 2
            fewest: list[int] = []

            async def count() -> None:
                while True:
                    now = await control.telemetry.refresh(cluster_id)
                    fewest.append(service_condition(now, now.fleets[FLEET][0]).running)
                    await asyncio.sleep(0.05)

            counting = asyncio.create_task(count())
            job = await control.jobs.wait(control.evacuations.evacuate(cluster_id, node))
            counting.cancel()
            await asyncio.gather(counting, return_exceptions=True)
            assert job.trouble is None
            assert job.state is JobState.DONE
            assert min(fewest) == 3
            after = await control.telemetry.refresh(cluster_id)
            now = after.fleets[FLEET][0]
            running = {t.id for t in after.tasks_by_service[now.id] if t.desired == "running"}
            assert stay < running
            assert tasks_on(after, now, node.id) == ()
            assert MARK not in now.labels
            assert control.launches.preview(cluster_id, FLEET, TEXT, {}).plan.nothing_to_do
        finally:
            node = control.membership.node(cluster_id, "vega-1")
            back = await control.jobs.wait(control.evacuations.bring_back(cluster_id, node))
            await control.launches.remove(cluster_id, FLEET)
        assert back.state is JobState.DONE
        seen = await control.telemetry.refresh(cluster_id)
        assert seen.node_by_id[node.id].availability == "active"
