"""What can go wrong on the way to a swarm and its shields: message, cause and the way on.

docs/testing.md lists every row of the failure tables with its test; these are the rows that have
none elsewhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from otternauts_desktop.app import open_mission_control
from otternauts_desktop.core.errors import ChallengeFailed, DomainElsewhere
from otternauts_desktop.core.fleet.traefik import FLEET, LABEL, IngressSettings
from otternauts_desktop.core.flight.job import JobState
from tests.lab import faults
from tests.lab.lab import Lab
from tests.lab.node import LabNode
from tests.lab.test_elsewhere import adopted
from tests.lab.test_onboarding import add, bare, login

pytestmark = [pytest.mark.lab, pytest.mark.seconds(300)]

DAEMON = "/etc/docker/daemon.json"


@contextmanager
def refusing_swarms(node: LabNode) -> Iterator[None]:
    """Docker is set up in a way that can be part of no swarm."""
    node.ask("mkdir", "-p", "/etc/docker")
    node.ask("tee", DAEMON, stdin=b'{"live-restore": true}')
    node.stop_docker()
    node.start_docker()
    try:
        yield
    finally:
        node.ask("rm", DAEMON)
        node.stop_docker()
        node.start_docker()


@pytest.mark.lab_long
async def test_a_swarm_that_can_not_be_made_or_joined_is_told_in_dockers_words(
    lab: Lab, tmp_path: Path
) -> None:
    manager = lab.nodes[0]
    async with open_mission_control(tmp_path) as control:
        with bare(lab) as node:
            with refusing_swarms(node):
                job = await add(control, lab, node, "fresh")
                assert job.trouble
                assert job.trouble.anchor == "swarm-init-failed"
                assert job.trouble.title == "Swarm initialization failed."
                assert "live-restore" in job.trouble.detail
                await control.outposts.add(
                    login(lab, manager), host_key=manager.host_key, cluster_name="lab"
                )
                joining = await add(control, lab, node, "lab")
                assert joining.trouble
                assert joining.trouble.anchor == "swarm-join-failed"
                assert joining.trouble.title == "Could not join swarm."
                assert "2377, 7946, 4789/udp" in joining.trouble.next_step
                assert "live-restore" in joining.trouble.detail
            again = await control.jobs.wait(control.jobs.resume(joining.id))
            assert again.state is JobState.DONE, again.trouble


@pytest.mark.lab_long
async def test_a_closed_port_is_named_before_the_join_which_goes_on_once_it_is_open(
    lab: Lab, tmp_path: Path
) -> None:
    manager = lab.nodes[0]
    async with open_mission_control(tmp_path) as control:
        await control.outposts.add(
            login(lab, manager), host_key=manager.host_key, cluster_name="lab"
        )
        with bare(lab) as node:
            with faults.dropping(manager, "tcp", 2377, node):
                job = await add(control, lab, node, "lab")
            assert job.trouble
            assert job.trouble.anchor == "preflight-failed"
            assert "2377/tcp" in job.trouble.detail
            assert "2377" in job.trouble.next_step
            again = await control.jobs.wait(control.jobs.resume(job.id))
            assert again.state is JobState.DONE, again.trouble


@pytest.mark.lab_long
async def test_an_ingress_that_does_not_fly_says_why(lab: Lab, tmp_path: Path) -> None:
    settings = IngressSettings("crew@example.com", ports="host")
    async with adopted(lab, tmp_path) as (control, cluster_id):
        try:
            job = await control.jobs.wait(
                control.ingress.launch(cluster_id, settings, resolve_image="never")
            )
            assert job.trouble
            assert job.trouble.anchor == "ingress-failed"
            assert job.trouble.title == "Ingress deployment failed."
            assert "Failed to pull image traefik" in job.trouble.detail
            assert job.state is JobState.FAILED, "it can be resumed"
        finally:
            await control.launches.remove(cluster_id, FLEET)
            lab.nodes[0].run("docker", "network", "rm", "traefik-public")
            for node in lab.nodes:
                lab.nodes[0].run("docker", "node", "update", "--label-rm", LABEL, node.node_id)


async def test_a_domain_that_leads_nowhere_or_to_a_closed_port_is_told_before_the_launch(
    lab: Lab, tmp_path: Path
) -> None:
    closed = lab.nodes[0].host
    async with adopted(lab, tmp_path) as (control, cluster_id):
        troubles = await control.ingress.shields(cluster_id, ["nosuch.invalid", closed])
    nowhere, shut = troubles["nosuch.invalid"], troubles[closed]
    assert isinstance(nowhere, DomainElsewhere)
    assert nowhere.title == "Cannot obtain a certificate: DNS does not resolve to a cluster node."
    assert "nosuch.invalid" in nowhere.detail
    assert "A and AAAA records" in nowhere.next_step
    assert isinstance(shut, ChallengeFailed)
    assert shut.title == "Cannot obtain a certificate: HTTP challenge failed."
    assert "does not answer on port 80" in shut.detail
    assert "Ensure port 80 is accessible from the internet" in shut.next_step
