"""An outpost is emptied without a gap, brought back, and what can't move is told beforehand."""

import asyncio
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.errors import NothingFound
from otternauts_desktop.core.flight.evacuation import MARK, Way, evacuation, tasks_on
from otternauts_desktop.core.flight.job import JobState
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.health import Health, service_condition
from otternauts_desktop.core.swarm.state import Service, Snapshot
from tests.services.practice import flying, until_async

pytestmark = pytest.mark.seconds(90)

FLEET = """\
services:
  web:
    image: nginx:1.27
    healthcheck: {test: [CMD, "true"], interval: 1s}
    deploy: {replicas: 3}
  db:
    image: postgres:16
    volumes: [data:/var/lib/postgresql/data]
    deploy:
      placement: {constraints: ["node.hostname == vega-1"]}
  files:
    image: nginx:1.27
    volumes: [files:/srv]
    deploy:
      placement: {constraints: ["node.role == worker"]}
  agent:
    image: busybox:1.35
    command: sleep 100000
    deploy: {mode: global}
volumes:
  data:
  files:
"""


async def launched(control: MissionControl, cluster_id: ClusterId, text: str = FLEET) -> None:
    launch = await control.launches.launch(cluster_id, "depot", text, {})
    await control.launches.wait(launch)
    await control.telemetry.refresh(cluster_id)


def changed(control: MissionControl, cluster_id: ClusterId) -> list[object]:
    """Settings that are no longer what they were launched with."""
    plan = control.launches.preview(cluster_id, "depot", FLEET, {}).plan
    return [(c.vessel, field) for c in plan.changes for field in c.fields]


def service(snapshot: Snapshot, name: str) -> Service:
    return next(s for s in snapshot.services if s.name == name)


async def test_what_an_evacuation_means_is_told_beforehand(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        await launched(control, cluster_id)
        node = control.membership.node(cluster_id, "vega-1")
        preview = control.evacuations.preview(cluster_id, node)
        shop = {d.service.vessel: d for d in preview.departures if d.service.fleet == "depot"}
        assert shop["web"].way is Way.MOVES
        assert shop["web"].places == ("orion-1", "orion-2")
        assert shop["web"].warnings == ()
        assert shop["db"].way is Way.STOPS
        assert "/var/lib/postgresql/data" in shop["db"].warnings[0]
        assert any("node.hostname == vega-1" in warning for warning in shop["db"].warnings)
        assert shop["agent"].way is Way.ENDS
        assert not preview.gapless
        with pytest.raises(NothingFound, match="orion-1"):
            control.membership.node(cluster_id, "nowhere")


async def test_it_is_emptied_without_a_gap_and_nothing_else_restarts(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        await launched(control, cluster_id)
        before = await control.telemetry.refresh(cluster_id)
        node = control.membership.node(cluster_id, "vega-1")
        web = service(before, "depot_web")
        stay = {t.id for t in before.tasks_by_service[web.id] if t.node_id != node.id}
        fewest: list[int] = []

        async def watch() -> None:
            while True:
                now = await control.telemetry.refresh(cluster_id)
                fewest.append(service_condition(now, service(now, "depot_web")).running)
                await asyncio.sleep(0.05)

        watching = asyncio.create_task(watch())
        job = await control.jobs.wait(control.evacuations.evacuate(cluster_id, node))
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        assert job.trouble is None
        assert job.state is JobState.DONE
        assert min(fewest) == 3
        after = await control.telemetry.refresh(cluster_id)
        assert after.node_by_id[node.id].availability == "drain"
        assert evacuation(after, after.node_by_id[node.id]).departures == ()
        now = service(after, "depot_web")
        running = [t for t in after.tasks_by_service[now.id] if t.desired == "running"]
        assert stay <= {t.id for t in running}
        assert MARK not in now.labels
        assert changed(control, cluster_id) == []

        back = await control.jobs.wait(control.evacuations.bring_back(cluster_id, node))
        assert back.state is JobState.DONE

        async def db_is_back() -> bool:
            seen = await control.telemetry.refresh(cluster_id)
            return service_condition(seen, service(seen, "depot_db")).health is Health.HEALTHY

        await until_async(db_is_back, 20)


async def test_where_nobody_can_take_them_it_is_said_and_the_drain_stops_them(
    tmp_path: Path,
) -> None:
    text = "services:\n  web:\n    image: nginx:1.27\n    deploy: {replicas: 3}\n"
    async with flying(tmp_path) as (control, practice, cluster_id):
        await launched(control, cluster_id, text)
        node = control.membership.node(cluster_id, "vega-1")
        for other in ("orion-1", "orion-2"):
            practice_node = practice.swarm.nodes[practice.host(other).node_id]
            practice_node.availability = "pause"
        await control.telemetry.refresh(cluster_id)
        preview = control.evacuations.preview(cluster_id, node)
        ways = {d.service.name: d.way for d in preview.departures}
        assert ways["depot_web"] is Way.STOPS
        job = await control.jobs.wait(control.evacuations.evacuate(cluster_id, node))
        after = await control.telemetry.refresh(cluster_id)
        assert job.state is JobState.DONE
        assert tasks_on(after, service(after, "depot_web"), node.id) == ()


async def test_an_interrupted_one_is_settled_by_bringing_the_outpost_back(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        await launched(control, cluster_id)
        node = control.membership.node(cluster_id, "vega-1")
        job_id = control.evacuations.evacuate(cluster_id, node)

        async def stepped_aside() -> bool:
            seen = await control.telemetry.refresh(cluster_id)
            return any(MARK in s.labels for s in seen.services)

        await until_async(stepped_aside, 20)
        await control.jobs.cancel(job_id)
        await control.jobs.wait(control.evacuations.bring_back(cluster_id, node))
        after = await control.telemetry.refresh(cluster_id)
        assert not any(MARK in s.labels for s in after.services)
        assert after.node_by_id[node.id].availability == "active"
        assert changed(control, cluster_id) == []
