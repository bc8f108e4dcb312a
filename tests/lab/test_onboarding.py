"""A bare server becomes an outpost: joins a swarm, or makes one; nothing is done twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core.flight.job import Job, JobState
from otternauts_desktop.core.swarm.cluster import Login
from tests.lab import faults
from tests.lab.lab import Lab
from tests.lab.node import LabNode, wait_until

pytestmark = [pytest.mark.lab, pytest.mark.seconds(300)]


@contextmanager
def bare(lab: Lab) -> Iterator[LabNode]:
    """The lab's worker, out of its swarm; it is in it again afterwards."""
    node, manager = lab.node("vega-1"), lab.nodes[0]
    old = node.node_id

    def left() -> bool:
        return b"Down" in manager.run("docker", "node", "ls").stdout

    node.ask("docker", "swarm", "leave")
    wait_until(left, "the worker's leaving")
    manager.ask("docker", "node", "rm", old)
    try:
        yield node
    finally:
        state = node.ask("docker", "info", "--format", "{{.Swarm.LocalNodeState}}")
        if (
            state == "active"
            and node.ask("docker", "info", "--format", "{{.Swarm.ControlAvailable}}") == "true"
        ):
            node.ask("docker", "swarm", "leave", "--force")
            state = "inactive"
        if state != "active":
            token = manager.ask("docker", "swarm", "join-token", "-q", "worker")
            address = ("--advertise-addr", node.host, f"{manager.host}:2377")
            node.ask("docker", "swarm", "join", "--token", token, *address)
        node.node_id = node.ask("docker", "info", "--format", "{{.Swarm.NodeID}}")
        wait_until(lab.ready, "a swarm with every node Ready")


def login(lab: Lab, node: LabNode) -> Login:
    return Login(node.host, "sudoer", node.port, str(lab.key_file))


async def add(control: MissionControl, lab: Lab, node: LabNode, cluster: str) -> Job:
    job_id = control.onboarding.start(
        login(lab, node), node.host_key, name=node.name, cluster_name=cluster
    )
    return await control.jobs.wait(job_id)


async def test_a_bare_server_joins_and_the_second_time_nothing_is_done(
    lab: Lab, tmp_path: Path
) -> None:
    manager = lab.nodes[0]
    async with open_mission_control(tmp_path) as control:
        with bare(lab) as node:
            await control.outposts.add(
                login(lab, manager), host_key=manager.host_key, cluster_name="lab"
            )
            job = await add(control, lab, node, "lab")
            assert job.state is JobState.DONE, job.trouble
            joined = node.ask("docker", "info", "--format", "{{.Swarm.NodeID}}")
            again = await add(control, lab, node, "lab")
            assert again.state is JobState.DONE, again.trouble
            assert node.ask("docker", "info", "--format", "{{.Swarm.NodeID}}") == joined
            cluster = control.outposts.cluster_named("lab")
            known = control.outposts.outposts(cluster.id)
            assert [o.node_id for o in known] == [manager.node_id, joined]
            token = manager.ask("docker", "swarm", "join-token", "-q", "worker")
    assert token.encode() not in (tmp_path / "mission_control.db").read_bytes()


async def test_a_swarm_is_made_and_left_for_another_after_a_question(
    lab: Lab, tmp_path: Path
) -> None:
    manager = lab.nodes[0]
    with bare(lab) as node:
        async with open_mission_control(tmp_path / "one") as control:
            made = await add(control, lab, node, "solo")
            assert made.state is JobState.DONE, made.trouble
            assert control.outposts.cluster_named("solo")
        async with open_mission_control(tmp_path / "two") as control:
            await control.outposts.add(
                login(lab, manager), host_key=manager.host_key, cluster_name="lab"
            )
            asked = await add(control, lab, node, "lab")
            assert asked.state is JobState.WAITING
            joined = await control.jobs.wait(control.jobs.answer(asked.id, "leave"))
            assert joined.state is JobState.DONE, joined.trouble


async def test_what_stands_in_the_way_is_said_before_anything_is_done(
    lab: Lab, tmp_path: Path
) -> None:
    node = lab.node("vega-1")
    async with open_mission_control(tmp_path) as control:
        job_id = control.onboarding.start(
            Login(node.host, "passworded", node.port, str(lab.key_file)), node.host_key
        )
        job = await control.jobs.wait(job_id)
        assert job.trouble
        assert job.trouble.anchor == "preflight-failed"
        assert "/etc/sudoers.d/otternauts" in job.trouble.next_step


async def test_a_docker_that_can_not_be_installed_is_told(lab: Lab, tmp_path: Path) -> None:
    node = lab.node("vega-1")
    async with open_mission_control(tmp_path) as control:
        with faults.without_docker(node):
            job = await add(control, lab, node, "lab")
        assert job.trouble
        assert job.trouble.anchor == "docker-install-failed"
