"""The outposts are cleaned of what nothing needs; all else stays, and it is said why."""

from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.flight.cleaning import CleaningPlan, Item, Kind, wandering
from otternauts_desktop.core.flight.job import JobState
from otternauts_desktop.core.names import ClusterId
from tests.services.practice import flying

pytestmark = pytest.mark.seconds(60)

FLEET = """\
services:
  web:
    image: ghcr.io/acme/web:{tag}
    deploy: {{placement: {{constraints: ["node.hostname == vega-1"]}}}}
    volumes: [data:/data]
volumes: {{data: }}
"""


async def launch(control: MissionControl, cluster_id: ClusterId, tag: str) -> None:
    launch = await control.launches.launch(cluster_id, "depot", FLEET.format(tag=tag), {})
    await control.launches.wait(launch)


def on(plan: CleaningPlan, outpost: str, name: str) -> Item:
    """The item of that name, or whose name begins so."""
    found = [i for i in plan.items if i.outpost == outpost and i.name.startswith(name)]
    assert len(found) == 1, [i.name for i in plan.items if i.outpost == outpost]
    return found[0]


async def test_what_the_last_versions_need_stays_and_the_rest_goes(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        for tag in ("1", "2", "3", "4"):
            await launch(control, cluster_id, tag)
        storage = practice.host("vega-1").server.storage
        plan = await control.cleaning.plan(cluster_id, 2)
        images = {i.id: i for i in plan.items if i.kind is Kind.IMAGE and i.outpost == "vega-1"}

        def image(tag: str) -> Item:
            found = storage.find(f"ghcr.io/acme/web:{tag}")
            assert found is not None
            return images[found.id]

        assert image("4").reason == "depot_web flies with it."
        assert image("3").reason == "A rollback of depot_web needs it."
        assert [image(tag).goes for tag in "1234"] == [True, True, False, False]
        three = await control.cleaning.plan(cluster_id, 3)
        kept = next(i for i in three.items if i.key == image("2").key)
        assert (kept.goes, kept.reason) == (False, "Version 2 of depot.")

        job = await control.jobs.wait(control.cleaning.start(cluster_id, plan))
        assert job.state is JobState.DONE, job.trouble
        left = await control.cleaning.plan(cluster_id, 2)
        assert left.going == ()
        gone = {i.key for i in plan.items} - {i.key for i in left.items}
        assert gone == {i.key for i in plan.going}
        total = sum(disk.total for disk in plan.disks) - sum(disk.total for disk in left.disks)
        assert total == plan.freed


async def test_what_can_not_be_had_again_goes_by_its_name_only(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        plan = await control.cleaning.plan(cluster_id, 3)
        alone = [on(plan, "vega-1", n) for n in ("old_data", "tried-something", "shop-by-hand")]
        assert [(i.goes, i.by_name) for i in alone] == [(False, True)] * 3
        data = next(i for i in plan.items if i.kind is Kind.VOLUME and not i.by_name)
        assert data.reason.startswith("Mounted by ")
        chosen = plan.choosing([alone[0].key, data.key])
        assert {i.key for i in chosen.going} - {i.key for i in plan.going} == {alone[0].key}
        job = await control.jobs.wait(control.cleaning.start(cluster_id, chosen))
        assert job.state is JobState.DONE, job.trouble
        names = [i.name for i in (await control.cleaning.plan(cluster_id, 3)).items]
        assert names.count("old_data") == 2
        assert names.count("tried-something") == 3


async def test_what_came_into_use_after_the_plan_stays_and_that_is_said(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        await launch(control, cluster_id, "1")
        storage = practice.host("vega-1").server.storage
        storage.pull("ghcr.io/acme/web@sha256:" + "9" * 64)
        plan = (await control.cleaning.plan(cluster_id, 1)).only([Kind.IMAGE])
        later = next(i for i in plan.going if i.name.startswith("ghcr.io/acme/web@sha256:9"))
        image = storage.images[later.id]
        await launch(control, cluster_id, "2")
        await control.cleaning.plan(cluster_id, 1)
        flown = storage.find("ghcr.io/acme/web:2")
        assert flown is not None
        image.digests += flown.digests  # the very image that flies now
        job_id = control.cleaning.start(cluster_id, plan)
        job = await control.jobs.wait(job_id)
        assert job.state is JobState.DONE, job.trouble
        said = [text for _, text in control.jobs.lines(job_id)]
        assert f"vega-1: {later.name} stays. depot_web flies with it." in said
        assert later.id in storage.images


async def test_an_outpost_out_of_reach_is_said_and_cleaned_by_the_job_later(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        plan = await control.cleaning.plan(cluster_id, 3)
        vega = practice.host("vega-1")
        await vega.stop()
        job = await control.jobs.wait(control.cleaning.start(cluster_id, plan))
        assert job.state is JobState.FAILED
        assert job.trouble is not None
        assert "vega-1" in job.trouble.detail
        unread = await control.cleaning.plan(cluster_id, 3)
        assert [disk.outpost for disk in unread.disks if disk.trouble] == ["vega-1"]
        assert not [i for i in unread.going if i.outpost == "orion-1"]

        await vega.start()
        outpost = next(o for o in control.outposts.outposts(cluster_id) if o.name == "vega-1")
        control.outposts.reconnect(outpost.cluster_id)
        job = await control.jobs.wait(control.jobs.resume(job.id))
        assert job.state is JobState.DONE, job.trouble
        assert (await control.cleaning.plan(cluster_id, 3)).going == ()


async def test_a_service_with_data_that_may_start_elsewhere_is_warned_of(tmp_path: Path) -> None:
    text = FLEET.replace('["node.hostname == vega-1"]', '["node.role == {role}"]')
    async with flying(tmp_path) as (control, _, cluster_id):
        for role, places in (("manager", ("orion-1", "orion-2")), ("worker", None)):
            ready = text.format(tag="1", role=role)
            launch_id = await control.launches.launch(cluster_id, "depot", ready, {})
            await control.launches.wait(launch_id)
            snapshot = await control.telemetry.refresh(cluster_id)
            found = [w for w in wandering(snapshot) if w.service.name == "depot_web"]
            assert [w.places for w in found] == ([places] if places else [])
            assert all("keeps data in /data" in w.words for w in found)
