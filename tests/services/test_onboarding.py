"""Servers beside the practice cluster become outposts, or are told what stands in the way."""

from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.flight.job import Job, JobState
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.services import crossing
from otternauts_desktop.simulator.practice import Practice
from tests.services.practice import flying, until

pytestmark = pytest.mark.seconds(60)


@pytest.fixture(autouse=True)
def _packets_are_counted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crossing, "SETTLE_SECONDS", 0.0)


async def add(
    control: MissionControl,
    practice: Practice,
    name: str,
    *,
    cluster: str = "practice",
    role: str = "worker",
) -> Job:
    host = practice.host(name)
    login = Login(host.host, host.user, host.port, str(practice.key_file))
    job_id = control.onboarding.start(
        login, host.host_key, name=name, cluster_name=cluster, role=role
    )
    return await control.jobs.wait(job_id)


def known(control: MissionControl, cluster_id: ClusterId) -> list[str]:
    return [outpost.name for outpost in control.outposts.outposts(cluster_id)]


async def test_a_server_without_docker_joins_and_the_second_time_nothing_is_done(
    tmp_path: Path,
) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        job = await add(control, practice, "bare-1")
        assert job.state is JobState.DONE, job.trouble
        assert known(control, cluster_id) == ["orion-1", "orion-2", "vega-1", "bare-1"]
        snapshot = await control.telemetry.refresh(cluster_id)
        (node,) = [node for node in snapshot.nodes if node.name == "bare-1"]
        assert (node.role, node.ready) == ("worker", True)
        said = "\n".join(line for _, line in control.jobs.lines(job.id))
        assert "apt-get -y -qq install docker-ce" in said
        assert "Open, tried in 6 directions" in said
        again = await add(control, practice, "bare-1")
        assert again.state is JobState.DONE, again.trouble
        assert practice.host("bare-1").server.deeds == ["install docker", "swarm join as worker"]


async def test_three_bare_servers_become_a_swarm_of_managers(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, _):
        made = await add(control, practice, "bare-1", cluster="fresh")
        assert made.state is JobState.DONE, made.trouble
        second = await add(control, practice, "bare-2", cluster="fresh", role="manager")
        assert second.state is JobState.DONE, second.trouble
        asked = await add(control, practice, "foreign-1", cluster="fresh", role="manager")
        assert asked.state is JobState.WAITING
        third = await control.jobs.wait(control.jobs.answer(asked.id, "leave"))
        assert third.state is JobState.DONE, third.trouble
        cluster = control.outposts.cluster_named("fresh")
        snapshot = await control.telemetry.refresh(cluster.id)
        assert {node.name: node.role for node in snapshot.nodes} == dict.fromkeys(
            ("bare-1", "bare-2", "foreign-1"), "manager"
        )
        assert practice.host("foreign-1").server.deeds == ["swarm leave", "swarm join as manager"]


async def test_a_docker_that_can_not_be_installed_is_told_and_tried_again(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, _):
        job = await add(control, practice, "island-1")
        assert job.trouble
        assert job.trouble.anchor == "docker-install-failed"
        said = [line for _, line in control.jobs.lines(job.id)]
        assert "curl: (6) Could not resolve host: get.docker.com" in said
        practice.host("island-1").server.online = True
        again = await control.jobs.wait(control.jobs.resume(job.id))
        assert again.state is JobState.DONE, again.trouble


@pytest.mark.parametrize("deed", ["install docker", "swarm join as worker"])
async def test_what_was_done_without_an_answer_is_not_done_twice(tmp_path: Path, deed: str) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        host = practice.host("bare-1")
        host.fall_silent_after(deed)
        login = Login(host.host, host.user, host.port, str(practice.key_file))
        job_id = control.onboarding.start(
            login, host.host_key, name="bare-1", cluster_name="practice"
        )
        await until(lambda: deed in host.server.deeds)
        await host.mend()
        job = await control.jobs.wait(job_id)
        if job.state is not JobState.DONE:
            job = await control.jobs.wait(control.jobs.resume(job_id))
        assert job.state is JobState.DONE, job.trouble
        assert host.server.deeds == ["install docker", "swarm join as worker"]
        assert known(control, cluster_id)[-1] == "bare-1"


async def test_a_docker_that_is_too_old_is_upgraded_after_a_question(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        asked = await add(control, practice, "old-1")
        assert asked.question
        assert "20.10.24" in asked.question.text
        assert practice.host("old-1").server.deeds == []
        kept = await control.jobs.wait(control.jobs.answer(asked.id, "stay"))
        assert kept.trouble
        assert kept.trouble.anchor == "preflight-failed"
        again = await add(control, practice, "old-1")
        done = await control.jobs.wait(control.jobs.answer(again.id, "upgrade"))
        assert done.state is JobState.DONE, done.trouble
        assert practice.host("old-1").server.deeds == ["install docker", "swarm join as worker"]
        assert known(control, cluster_id)[-1] == "old-1"


async def test_a_network_that_loses_large_packets_is_said_and_joined_all_the_same(
    tmp_path: Path,
) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        job = await add(control, practice, "narrow-1")
        assert job.state is JobState.DONE, job.trouble
        said = "\n".join(line for _, line in control.jobs.lines(job.id))
        assert "Full packets, 4789/udp: orion-1 → narrow-1: 0 of 60 packets arrived" in said
        assert known(control, cluster_id)[-1] == "narrow-1"


async def test_a_cluster_forgotten_meanwhile_is_not_made_anew(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        asked = await add(control, practice, "foreign-1")
        assert asked.state is JobState.WAITING
        await control.outposts.remove_cluster(cluster_id)
        ended = await control.jobs.wait(control.jobs.answer(asked.id, "leave"))
        assert ended.trouble
        assert "practice was forgotten" in ended.trouble.detail
        assert practice.host("foreign-1").server.deeds == []


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("full-1", "Disk space: 2.0 GB free, 5 GB needed"),
        ("guarded-1", "Passwordless sudo: sudo: a password is required"),
        ("walled-1", "Port 4789/udp: orion-1 → walled-1: 0 of 60 packets arrived"),
    ],
)
async def test_what_stands_in_the_way_is_said_and_nothing_is_done(
    tmp_path: Path, name: str, check: str
) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        job = await add(control, practice, name)
        assert job.state is not JobState.DONE
        assert job.trouble
        assert job.trouble.anchor == "preflight-failed"
        assert job.trouble.detail.startswith(check)
        assert practice.host(name).server.deeds == []
        assert name not in known(control, cluster_id)
