"""The ingress of the practice cluster: launched once, upgraded, and never in another's way."""

from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.errors import (
    CertificatesUnusable,
    IngressSettingsUnusable,
    IngressThere,
    NothingFound,
)
from otternauts_desktop.core.fleet.traefik import LABEL, IngressSettings
from otternauts_desktop.core.flight.ingress import IngressSeen, ingress_seen
from otternauts_desktop.core.flight.job import JobState
from otternauts_desktop.core.flight.progress import StepState
from otternauts_desktop.core.names import ClusterId
from tests.services.practice import flying, until_async

pytestmark = pytest.mark.seconds(60)

MAIL = IngressSettings("crew@example.com")


async def seen(control: MissionControl, cluster_id: ClusterId) -> IngressSeen:
    return ingress_seen(await control.telemetry.refresh(cluster_id))


async def test_it_is_launched_with_its_network_and_pinned_to_one_outpost(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        job = await control.jobs.wait(control.ingress.launch(cluster_id, MAIL))
        assert job.trouble is None
        assert job.state is JobState.DONE
        found = await seen(control, cluster_id)
        assert found.condition is not None
        assert found.condition.count == "1/1"
        assert [node.name for node in found.pinned] == ["orion-1"]
        assert found.network
        assert found.settings == MAIL
        snapshot = await control.telemetry.refresh(cluster_id)
        assert found.service is not None
        tasks = snapshot.tasks_by_service[found.service.id]
        assert {snapshot.node_name(task.node_id) for task in tasks} == {"orion-1"}

        ids = [task.id for task in tasks]
        again = await control.jobs.wait(control.ingress.launch(cluster_id, MAIL))
        assert [step.state for step in again.steps] == [StepState.DONE] * 3
        snapshot = await control.telemetry.refresh(cluster_id)
        assert [task.id for task in snapshot.tasks_by_service[found.service.id]] == ids


async def test_it_moves_to_the_outpost_that_is_chosen(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        await control.jobs.wait(control.ingress.launch(cluster_id, MAIL))
        job_id = control.ingress.launch(cluster_id, MAIL, outpost="orion-2")
        assert (await control.jobs.wait(job_id)).state is JobState.DONE
        snapshot = await control.telemetry.refresh(cluster_id)
        labelled = [node.name for node in snapshot.nodes if node.labels.get(LABEL)]
        assert labelled == ["orion-2"]


async def test_an_upgrade_keeps_all_settings(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        with pytest.raises(NothingFound):
            control.ingress.upgrade(cluster_id, "traefik:v3.8")
        settings = IngressSettings("crew@example.com", ports="ingress")
        await control.jobs.wait(control.ingress.launch(cluster_id, settings))
        await control.telemetry.refresh(cluster_id)
        job = await control.jobs.wait(control.ingress.upgrade(cluster_id, "traefik:v3.8"))
        assert job.state is JobState.DONE
        found = await seen(control, cluster_id)
        assert found.settings == IngressSettings(
            "crew@example.com", ports="ingress", image="traefik:v3.8"
        )


async def test_a_worker_an_unknown_outpost_and_a_subnet_in_use_are_refused(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        with pytest.raises(IngressSettingsUnusable, match="worker"):
            control.ingress.launch(cluster_id, MAIL, outpost="vega-1")
        with pytest.raises(NothingFound, match="orion-1"):
            control.ingress.launch(cluster_id, MAIL, outpost="nowhere")
        node = (await control.telemetry.refresh(cluster_id)).nodes[0]
        network = f"{node.address.rpartition('.')[0].rpartition('.')[0]}.0.0/16"
        with pytest.raises(IngressSettingsUnusable, match=node.address):
            control.ingress.launch(cluster_id, IngressSettings("a@b.example", subnet=network))
        assert control.jobs.all() == ()


async def test_another_traefik_is_not_disturbed(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        text = "services:\n  edge:\n    image: traefik:v2.11\n"
        await control.launches.wait(await control.launches.launch(cluster_id, "old", text, {}))
        found = await seen(control, cluster_id)
        assert (found.foreign, found.old) == (("old_edge",), ("old_edge",))
        with pytest.raises(IngressThere, match="old_edge"):
            control.ingress.launch(cluster_id, MAIL)


async def test_certificates_are_backed_up_and_put_back_through_stdin_alone(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        await control.jobs.wait(control.ingress.launch(cluster_id, MAIL))
        with pytest.raises(CertificatesUnusable):
            await control.ingress.backup(cluster_id)  # none was issued yet
        with pytest.raises(CertificatesUnusable):
            await control.ingress.restore(cluster_id, b"not json")
        kept = b'{"letsencrypt": {"Certificates": [{"key": "PRIVATE"}]}}\n'
        before = (await seen(control, cluster_id)).service
        await control.ingress.restore(cluster_id, kept)
        assert before is not None
        assert any(f.endswith("acme.json") for _, f in practice.swarm.contents)

        async def back() -> bool:
            found = await seen(control, cluster_id)
            new = found.service is not None and found.service.version > before.version
            return new and found.condition is not None and found.condition.count == "1/1"

        await until_async(back, 20)
        assert await control.ingress.backup(cluster_id) == kept
        said = [entry.command for entry in control.command_log.entries()]
        assert not any("PRIVATE" in command for command in said)
