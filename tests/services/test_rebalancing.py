"""After an outpost came back, tasks are evened out over all of them without a gap."""

from pathlib import Path

import pytest

from otternauts_desktop.core.flight.evacuation import tasks_on
from otternauts_desktop.core.flight.job import JobState
from otternauts_desktop.core.swarm.health import service_condition
from tests.services.practice import flying

pytestmark = pytest.mark.seconds(90)

TEXT = """\
services:
  web:
    image: nginx:1.27
    deploy: {replicas: 6}
"""


async def test_an_outpost_that_came_back_gets_its_share(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        for fleet in ("shop", "blog", "monitoring"):
            await control.launches.remove(cluster_id, fleet)
        await control.launches.wait(await control.launches.launch(cluster_id, "depot", TEXT, {}))
        await control.telemetry.refresh(cluster_id)
        node = control.membership.node(cluster_id, "vega-1")
        await control.jobs.wait(control.evacuations.evacuate(cluster_id, node))
        await control.jobs.wait(control.evacuations.bring_back(cluster_id, node))
        before = await control.telemetry.refresh(cluster_id)
        web = before.fleets["depot"][0]
        assert [len(tasks_on(before, web, n.id)) for n in before.nodes] == [3, 3, 0]

        moves = control.rebalancing.preview(cluster_id)
        assert {(m.service.name, m.source.name, m.target.name) for m in moves} == {
            ("depot_web", "orion-1", "vega-1"),
            ("depot_web", "orion-2", "vega-1"),
        }
        job = await control.jobs.wait(control.rebalancing.rebalance(cluster_id, moves))
        assert job.trouble is None
        assert job.state is JobState.DONE
        after = await control.telemetry.refresh(cluster_id)
        now = after.fleets["depot"][0]
        assert [len(tasks_on(after, now, n.id)) for n in after.nodes] == [2, 2, 2]
        assert service_condition(after, now).count == "6/6"
        assert control.rebalancing.preview(cluster_id) == ()
        assert control.launches.preview(cluster_id, "depot", TEXT, {}).plan.nothing_to_do
        ran = {t.id for t in before.tasks_by_service[web.id] if t.desired == "running"}
        runs = {t.id for t in after.tasks_by_service[now.id] if t.desired == "running"}
        assert len(ran & runs) == 4  # only two were moved
