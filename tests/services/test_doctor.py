"""The network doctor: each way between outposts is tried, what is out of reach is said."""

from contextlib import aclosing
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.errors import NothingFound
from otternauts_desktop.core.flight.doctor import Examination
from otternauts_desktop.core.flight.preflight import CheckState
from otternauts_desktop.core.names import ClusterId
from tests.services.practice import flying

pytestmark = pytest.mark.seconds(60)


async def examined(control: MissionControl, cluster_id: ClusterId) -> list[Examination]:
    steps = control.doctor.examine(cluster_id)
    async with aclosing(steps):
        return [step async for step in steps]


async def test_each_way_is_tried_both_ways_and_told_as_it_finishes(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        steps = await examined(control, cluster_id)
        assert [len(step.ways) for step in steps] == [0, 1, 2, 3, 4, 5, 6]
        seen = steps[-1]
        assert seen.finished
        assert [patient.name for patient in seen.patients] == ["orion-1", "orion-2", "vega-1"]
        assert set(seen.ways) == {(a, b) for a in range(3) for b in range(3) if a != b}
        assert {tuple(check.key for check in way.checks) for way in seen.ways.values()} == {
            (
                *("port-2377-tcp", "port-7946-tcp", "port-7946-udp", "port-4789-udp"),
                "full-4789-udp",
            )
        }
        assert seen.state is CheckState.PASSED


async def test_an_outpost_that_is_out_of_reach_is_named_and_the_others_are_tried(
    tmp_path: Path,
) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        await practice.host("orion-2").stop()
        seen = (await examined(control, cluster_id))[-1]
        assert "orion-2" not in [p.name for p in seen.patients if not p.trouble]
        assert set(seen.ways) == {(0, 2), (2, 0)}
        assert seen.finished
        assert seen.state is CheckState.FAILED


async def test_a_node_without_a_login_is_said_to_be_one(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        vega = control.outposts.outposts(cluster_id)[2]
        await control.outposts.remove_outpost(vega)
        seen = (await examined(control, cluster_id))[-1]
        assert (seen.patients[2].name, bool(seen.patients[2].trouble)) == ("vega-1", True)
        assert len(seen.ways) == 2


async def test_what_does_not_arrive_at_one_is_found_at_the_ways_to_it(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        practice.host("vega-1").server.up = False
        seen = (await examined(control, cluster_id))[-1]
        failed = {way for way, tried in seen.ways.items() if tried.state is CheckState.FAILED}
        assert failed == {(0, 2), (1, 2)}
        checks = {check.key: check for check in seen.ways[0, 2].checks}
        assert checks["port-2377-tcp"].state is CheckState.WARNED  # it is a worker
        assert checks["port-4789-udp"].seen == "0 of 60 packets arrived"
        assert "-s 10.20.0.11 -p udp --dport 4789" in checks["port-4789-udp"].fix


async def test_there_is_nothing_to_look_at_without_outposts(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, _):
        with pytest.raises(NothingFound):
            await examined(control, ClusterId("none"))
