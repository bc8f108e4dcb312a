"""Roles, labels and leaving, on a real swarm; what would harm it is refused, with the way on."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core import errors
from otternauts_desktop.core.flight.job import Job, JobState
from otternauts_desktop.core.flight.membership import Change
from otternauts_desktop.core.names import ClusterId, JobId
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.core.swarm.state import Node
from tests.lab import faults
from tests.lab.lab import Lab
from tests.lab.node import LabNode, wait_until
from tests.services.practice import until_async

pytestmark = [pytest.mark.lab, pytest.mark.seconds(300)]


@contextmanager
def put_back(lab: Lab) -> Iterator[None]:
    """Whatever happened in the block, every node is in the swarm afterwards, as it was."""
    try:
        yield
    finally:
        for node in lab.nodes:
            if not node.alive:
                node.boot()
        manager = next(n for n in lab.nodes if not n.run("docker", "node", "ls").returncode)
        for number, node in enumerate(lab.nodes):
            role = "manager" if number < lab.managers else "worker"
            if not _is_listed(manager, node):
                node.run("docker", "swarm", "leave", "--force")
                token = manager.ask("docker", "swarm", "join-token", "-q", role)
                address = ("--advertise-addr", node.host, f"{manager.host}:2377")
                node.ask("docker", "swarm", "join", "--token", token, *address)
            node.node_id = node.ask("docker", "info", "--format", "{{.Swarm.NodeID}}")
            update = ("docker", "node", "update", "--availability", "active", "--role", role)
            manager.ask(*update, node.node_id)
        for stale in set(_listed(manager)) - {node.node_id for node in lab.nodes}:
            manager.run("docker", "node", "demote", stale)
            wait_until(partial(_struck, manager, stale), "the end of a stale entry")
        wait_until(lab.ready, "a swarm with every node Ready")


def _struck(manager: LabNode, node_id: str) -> bool:
    return not manager.run("docker", "node", "rm", "--force", node_id).returncode


def _listed(manager: LabNode) -> list[str]:
    return manager.ask("docker", "node", "ls", "-q").split()


def _is_listed(manager: LabNode, node: LabNode) -> bool:
    swarm = json.loads(node.ask("docker", "info", "--format", "{{json .Swarm}}"))
    return swarm["LocalNodeState"] == "active" and swarm["NodeID"] in _listed(manager)


@asynccontextmanager
async def flying(lab: Lab, home: Path) -> AsyncIterator[tuple[MissionControl, ClusterId]]:
    """Mission control, logged in to every node of the lab."""
    async with open_mission_control(home) as control:
        for node in lab.nodes:
            login = Login(node.host, "sudoer", node.port, str(lab.key_file))
            outpost = await control.outposts.add(
                login, host_key=node.host_key, name=node.name, cluster_name="lab"
            )
            await control.telemetry.refresh(outpost.cluster_id)
        yield control, outpost.cluster_id


async def done(control: MissionControl, job_id: JobId) -> Job:
    job = await control.jobs.wait(job_id)
    assert job.trouble is None
    assert job.state is JobState.DONE
    return job


async def seen(control: MissionControl, cluster_id: ClusterId, name: str) -> Node:
    await control.telemetry.refresh(cluster_id)
    return control.membership.node(cluster_id, name)


async def test_roles_and_labels_change_while_the_swarm_is_steered_on(
    lab: Lab, tmp_path: Path
) -> None:
    with put_back(lab):
        async with flying(lab, tmp_path / "home") as (control, cluster_id):
            start, label = control.membership.start, control.membership.label
            vega = await seen(control, cluster_id, "vega-1")
            await done(control, start(cluster_id, vega, Change.PROMOTE))
            assert lab.nodes[0].ask("docker", "info", "--format", "{{.Swarm.Managers}}") == "3"
            # The one that is asked, and leads: another takes over, and is asked from then on.
            leader = next(
                n for n in (await control.telemetry.refresh(cluster_id)).nodes if n.leader
            )
            await done(control, start(cluster_id, leader, Change.DEMOTE))
            after = await control.telemetry.refresh(cluster_id)
            assert after.node_by_id[leader.id].role == "worker"
            assert after.via != leader.name
            await done(control, start(cluster_id, leader, Change.PROMOTE))
            await done(control, start(cluster_id, vega, Change.DEMOTE))

            hostile = {"-x": "$(id) `id` 'a' \"b\"; #", "zone": "a=b"}
            await done(control, label(cluster_id, vega, hostile, ["never-there"]))
            assert (await seen(control, cluster_id, "vega-1")).labels == hostile
            await done(control, label(cluster_id, vega, {}, list(hostile)))
            assert (await seen(control, cluster_id, "vega-1")).labels == {}


async def test_a_server_leaves_and_comes_again(lab: Lab, tmp_path: Path) -> None:
    with put_back(lab):
        async with flying(lab, tmp_path / "home") as (control, cluster_id):
            vega, there = await seen(control, cluster_id, "vega-1"), lab.node("vega-1")
            await done(control, control.membership.start(cluster_id, vega, Change.REMOVE))
            assert there.ask("docker", "info", "--format", "{{.Swarm.LocalNodeState}}") == (
                "inactive"
            )
            assert vega.id not in _listed(lab.nodes[0])
            assert len(control.outposts.outposts(cluster_id)) == 2
            login = Login(there.host, "sudoer", there.port, str(lab.key_file))
            again = control.onboarding.start(
                login, there.host_key, name="vega-1", cluster_name="lab"
            )
            await done(control, again)
            assert (await seen(control, cluster_id, "vega-1")).id != vega.id


async def test_a_server_that_is_gone_is_struck_off_and_no_manager_too_many(
    lab: Lab, tmp_path: Path
) -> None:
    with put_back(lab):
        async with flying(lab, tmp_path / "home") as (control, cluster_id):
            start, outlook = control.membership.start, control.membership.outlook
            vega = await seen(control, cluster_id, "vega-1")
            await done(control, start(cluster_id, vega, Change.PROMOTE))
            with faults.switched_off(lab.node("vega-1")):

                async def noticed() -> bool:
                    return not (await seen(control, cluster_id, "vega-1")).online

                await until_async(noticed, 40)
                orion = await seen(control, cluster_id, "orion-2")
                for change in (Change.DEMOTE, Change.REMOVE):
                    refusal = outlook(cluster_id, orion, change).refusal
                    assert isinstance(refusal, errors.QuorumEndangered)
                    assert "vega-1" in refusal.next_step
                with pytest.raises(errors.CannotLeave):
                    start(cluster_id, vega, Change.REMOVE)
                await done(control, start(cluster_id, vega, Change.REMOVE_DEAD))
                assert vega.id not in _listed(lab.nodes[0])
                assert "one manager" in outlook(cluster_id, orion, Change.DEMOTE).warnings[0]


@pytest.mark.lab_long
async def test_a_swarm_without_most_of_its_managers_says_so(lab: Lab, tmp_path: Path) -> None:
    with put_back(lab):
        async with flying(lab, tmp_path / "home") as (control, cluster_id):
            with faults.switched_off(lab.node("orion-2")):

                async def lost() -> bool:
                    try:
                        await control.telemetry.refresh(cluster_id)
                    except errors.KnownError as error:
                        return "Bring more than half of them back" in error.text()
                    return False

                await until_async(lost, 60)
