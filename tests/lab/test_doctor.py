"""The network doctor on a real swarm: what a firewall swallows one way is found, in that way alone.

The swarm goes on undisturbed: the same tasks run afterwards, and every node is Ready.
"""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core.flight.doctor import Examination, Way
from otternauts_desktop.core.flight.preflight import CheckState
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Login
from tests.lab.faults import dropping, narrow, silent
from tests.lab.lab import Lab

pytestmark = [pytest.mark.lab, pytest.mark.seconds(240)]


@asynccontextmanager
async def all_outposts(lab: Lab, tmp_path: Path) -> AsyncIterator[tuple[MissionControl, ClusterId]]:
    """Mission control with a login to each node."""
    async with open_mission_control(tmp_path / "home") as control:
        cluster_id = ClusterId("")
        for node in lab.nodes:
            login = Login(node.host, node.user, node.port, str(lab.key_file))
            added = await control.outposts.add(login, host_key=node.host_key, name=node.name)
            cluster_id = added.cluster_id
            await control.telemetry.refresh(cluster_id)
        yield control, cluster_id


async def examined(control: MissionControl, cluster_id: ClusterId) -> Examination:
    steps = control.doctor.examine(cluster_id)
    async with aclosing(steps):
        return [step async for step in steps][-1]


def bad(seen: Examination) -> dict[tuple[str, str], Way]:
    """The ways that did not pass, by the names of their ends."""
    return {
        (seen.patients[source].name, seen.patients[target].name): way
        for (source, target), way in seen.ways.items()
        if way.state is not CheckState.PASSED
    }


async def test_a_healthy_swarm_passes_and_goes_on_undisturbed(lab: Lab, tmp_path: Path) -> None:
    async with all_outposts(lab, tmp_path) as (control, cluster_id):
        before = await control.telemetry.refresh(cluster_id)
        seen = await examined(control, cluster_id)
        assert bad(seen) == {}
        assert len(seen.ways) == 6
        assert [p.address for p in seen.patients] == [node.host for node in lab.nodes]
        after = await control.telemetry.refresh(cluster_id)
        assert {task.id for task in after.tasks} == {task.id for task in before.tasks}
        assert all(node.ready for node in after.nodes)


@pytest.mark.parametrize(("protocol", "port"), [("udp", 4789), ("tcp", 7946)])
async def test_a_port_that_is_shut_one_way_is_found_with_the_command_that_opens_it(
    lab: Lab, tmp_path: Path, protocol: str, port: int
) -> None:
    target, source = lab.node("orion-2"), lab.node("vega-1")
    async with all_outposts(lab, tmp_path) as (control, cluster_id):
        with dropping(target, protocol, port, source):
            seen = await examined(control, cluster_id)
            ways = bad(seen)
            assert set(ways) == {("vega-1", "orion-2")}
            checks = ways["vega-1", "orion-2"].checks
            (shut,) = [check for check in checks if check.state is not CheckState.PASSED]
            assert shut.key == f"port-{port}-{protocol}"
            assert shut.state is CheckState.FAILED
            # The command itself mends it: it stands before the rule that drops.
            target.ask("sh", "-c", shut.fix)
            try:
                assert bad(await examined(control, cluster_id)) == {}
            finally:
                target.ask("sh", "-c", shut.fix.replace("-I INPUT", "-D INPUT"))


async def test_a_way_on_which_only_small_packets_pass_is_found(lab: Lab, tmp_path: Path) -> None:
    async with all_outposts(lab, tmp_path) as (control, cluster_id):
        with narrow(lab.node("vega-1"), 1400, lab.node("orion-1")):
            ways = bad(await examined(control, cluster_id))
        assert set(ways) == {("orion-1", "vega-1")}
        (lost,) = [c for c in ways["orion-1", "vega-1"].checks if c.state is CheckState.FAILED]
        assert lost.key == "full-4789-udp"
        assert "com.docker.network.driver.mtu" in lost.advice


async def test_an_outpost_that_does_not_answer_is_said_to_be_so(lab: Lab, tmp_path: Path) -> None:
    async with all_outposts(lab, tmp_path) as (control, cluster_id):
        with silent(lab.node("vega-1")):
            seen = await examined(control, cluster_id)
        assert [bool(patient.trouble) for patient in seen.patients] == [False, False, True]
        assert len(seen.ways) == 2
