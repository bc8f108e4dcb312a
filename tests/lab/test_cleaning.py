"""Images pile up on a real swarm and are removed; what flies, or may be returned to, stays."""

from pathlib import Path

import pytest

from otternauts_desktop.app import open_mission_control
from otternauts_desktop.core.flight.cleaning import Kind
from otternauts_desktop.core.flight.job import JobState
from otternauts_desktop.core.swarm.cluster import Login
from tests.lab.lab import Lab

pytestmark = [pytest.mark.lab_long, pytest.mark.lab, pytest.mark.seconds(180)]

TEXT = """\
services:
  web:
    image: piling:{tag}
    command: sleep 100000
    stop_grace_period: 1s
    deploy: {{placement: {{constraints: ["node.hostname == vega-1"]}}}}
"""


async def test_what_the_last_versions_need_stays_and_the_rest_goes(
    lab: Lab, tmp_path: Path
) -> None:
    vega = lab.node("vega-1")
    before = set(vega.ask("docker", "images", "-aq", "--no-trunc").split())
    async with open_mission_control(tmp_path / "home") as control:
        for node in lab.nodes:
            login = Login(node.host, node.user, node.port, str(lab.key_file))
            outpost = await control.outposts.add(login, host_key=node.host_key)
            await control.telemetry.refresh(outpost.cluster_id)
        cluster_id = outpost.cluster_id
        try:
            for tag in ("1", "2", "3", "4"):
                vega.ask("docker", "create", "--name", f"piled-{tag}", "busybox:1.35", "true")
                change = ("--change", f"LABEL piling={tag}", f"piled-{tag}")
                vega.ask("docker", "commit", *change, f"piling:{tag}")
                vega.ask("docker", "rm", f"piled-{tag}")
                launch = await control.launches.launch(
                    cluster_id, "piling", TEXT.format(tag=tag), {}, resolve_image="never"
                )
                await control.launches.wait(launch)
            vega.ask("docker", "run", "--name", "by-hand", "busybox:1.35", "true")
            vega.ask("docker", "commit", "by-hand")  # an image without a name
            vega.ask("docker", "tag", "piling:1", "also:1")  # two repositories have it
            vega.ask("docker", "volume", "create", "lonely")

            plan = await control.cleaning.plan(cluster_id, 2)
            assert [disk.trouble for disk in plan.disks] == ["", "", ""]
            images = {i.name: i for i in plan.items if i.kind is Kind.IMAGE}
            reasons = {tag: images[f"piling:{tag}"].reason for tag in "234"}
            assert reasons["4"] == "piling_web flies with it."
            assert reasons["3"] == "A rollback of piling_web needs it."
            assert "The container piling_web" in reasons["2"] or images["piling:2"].by_name
            one = images.get("piling:1") or images["also:1"]
            nameless = [i for i in plan.going if i.kind is Kind.IMAGE and i.outpost == "vega-1"]
            assert [i.reason for i in nameless] == ["A leftover without a name."]
            alone = [i for i in plan.items if i.name in ("by-hand", "lonely")]
            assert [(i.goes, i.by_name) for i in alone] == [(False, True)] * 2

            chosen = plan.choosing(i.key for i in (*alone, one))
            job_id = control.cleaning.start(cluster_id, chosen)
            job = await control.jobs.wait(job_id)
            assert job.state is JobState.DONE, job.trouble
            left = await control.cleaning.plan(cluster_id, 2)
            gone = {i.key for i in plan.items} - {i.key for i in left.items}
            refused = [t for _, t in control.jobs.lines(job_id) if " stays. " in t]
            assert gone == {i.key for i in chosen.going}, refused
            assert control.launches.preview(
                cluster_id, "piling", TEXT.format(tag="4"), {}
            ).plan.nothing_to_do
        finally:
            await control.launches.remove(cluster_id, "piling")
            vega.run("docker", "rm", "-f", "by-hand")
            vega.run("docker", "volume", "rm", "lonely")
            for image in set(vega.ask("docker", "images", "-aq", "--no-trunc").split()) - before:
                vega.run("docker", "rmi", "-f", image)
