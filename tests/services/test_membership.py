"""An outpost's part in its swarm changes as asked, or is left alone with the reason told."""

from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core import errors
from otternauts_desktop.core.flight.job import Job, JobState
from otternauts_desktop.core.flight.membership import Change
from otternauts_desktop.core.names import ClusterId, JobId
from otternauts_desktop.core.swarm.state import Node
from otternauts_desktop.simulator.records import Node as SimNode
from tests.services.practice import flying, until_async

pytestmark = pytest.mark.seconds(90)


async def done(control: MissionControl, job_id: JobId) -> Job:
    job = await control.jobs.wait(job_id)
    assert job.trouble is None
    assert job.state is JobState.DONE
    return job


async def seen(control: MissionControl, cluster_id: ClusterId, name: str) -> Node:
    await control.telemetry.refresh(cluster_id)
    return control.membership.node(cluster_id, name)


async def test_a_worker_becomes_a_manager_and_a_worker_again(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        start = control.membership.start
        vega = await seen(control, cluster_id, "vega-1")
        await done(control, start(cluster_id, vega, Change.PROMOTE))
        assert (await seen(control, cluster_id, "vega-1")).role == "manager"
        await done(control, start(cluster_id, vega, Change.DEMOTE))
        assert (await seen(control, cluster_id, "vega-1")).role == "worker"


async def test_the_manager_that_is_asked_can_be_demoted_and_the_next_one_is_asked(
    tmp_path: Path,
) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        snapshot = await control.telemetry.refresh(cluster_id)
        asked = next(n for n in snapshot.nodes if n.name == snapshot.via)
        await done(control, control.membership.start(cluster_id, asked, Change.DEMOTE))
        after = await control.telemetry.refresh(cluster_id)
        assert after.node_by_id[asked.id].role == "worker"
        assert after.via != asked.name
        last = next(n for n in after.nodes if n.role == "manager")
        with pytest.raises(errors.LastManager):
            control.membership.start(cluster_id, last, Change.DEMOTE)


async def test_a_demotion_ends_once_the_swarm_hears_of_the_server_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an election a real swarm knows of no server for some seconds."""
    async with flying(tmp_path) as (control, practice, cluster_id):
        set_role = practice.swarm.set_role

        def elect(node: SimNode, role: str) -> None:
            set_role(node, role)
            node.state = "unknown"

        monkeypatch.setattr(practice.swarm, "set_role", elect)
        orion = await seen(control, cluster_id, "orion-2")
        job_id = control.membership.start(cluster_id, orion, Change.DEMOTE)

        async def waits() -> bool:
            return any("hears of it again" in s.note for s in control.jobs.get(job_id).steps)

        await until_async(waits)
        practice.swarm.nodes[orion.id].state = "ready"
        await done(control, job_id)


async def test_a_server_that_is_gone_is_demoted_and_not_waited_for(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        vega = await seen(control, cluster_id, "vega-1")
        await done(control, control.membership.start(cluster_id, vega, Change.PROMOTE))
        await practice.host("vega-1").stop()

        async def noticed() -> bool:
            return not (await seen(control, cluster_id, "vega-1")).online

        await until_async(noticed)
        await done(control, control.membership.start(cluster_id, vega, Change.DEMOTE))


async def test_what_would_harm_the_swarm_is_refused_again_when_it_is_done(tmp_path: Path) -> None:
    """Another manager may have been lost between the question and the answer."""
    async with flying(tmp_path) as (control, practice, cluster_id):
        orion = await seen(control, cluster_id, "orion-2")
        practice.swarm.set_role(practice.swarm.nodes[practice.host("orion-1").node_id], "worker")
        job = await control.jobs.wait(control.membership.start(cluster_id, orion, Change.DEMOTE))
        assert job.state is JobState.FAILED
        assert job.trouble
        assert job.trouble.anchor == "last-manager"
        assert (await seen(control, cluster_id, "orion-2")).role == "manager"


async def test_labels_are_given_and_taken(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        label = control.membership.label
        vega = await seen(control, cluster_id, "vega-1")
        assert vega.labels == {"disk": "ssd"}
        await done(control, label(cluster_id, vega, {"zone": "a=b c"}, ["disk", "never-there"]))
        assert (await seen(control, cluster_id, "vega-1")).labels == {"zone": "a=b c"}
        for name in ("", "a b", "a=b", "a\n"):
            with pytest.raises(errors.BadName):
                label(cluster_id, vega, {name: ""}, ())


async def test_a_drain_stops_at_once(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        vega = await seen(control, cluster_id, "vega-1")
        told = control.membership.outlook(cluster_id, vega, Change.DRAIN)
        assert told.departures
        await done(control, control.membership.start(cluster_id, vega, Change.DRAIN))
        assert (await seen(control, cluster_id, "vega-1")).availability == "drain"


@pytest.mark.parametrize("name", ["vega-1", "orion-1"])
async def test_a_server_leaves_and_is_no_outpost_any_more(tmp_path: Path, name: str) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        node = await seen(control, cluster_id, name)
        job = await done(control, control.membership.start(cluster_id, node, Change.REMOVE))
        snapshot = await control.telemetry.refresh(cluster_id)
        assert node.id not in snapshot.node_by_id
        assert node.id not in practice.swarm.nodes
        assert name not in [o.name for o in control.outposts.outposts(cluster_id)]
        assert all(service.replicas for service in snapshot.services)
        again = await control.jobs.wait(job.id)
        assert again.remains == ()


async def test_one_that_is_gone_is_struck_off_only_by_force(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        vega = await seen(control, cluster_id, "vega-1")
        with pytest.raises(errors.StillRunning):
            control.membership.start(cluster_id, vega, Change.REMOVE_DEAD)
        await practice.host("vega-1").stop()

        async def noticed() -> bool:
            return not (await seen(control, cluster_id, "vega-1")).ready

        await until_async(noticed)
        with pytest.raises(errors.CannotLeave):
            control.membership.start(cluster_id, vega, Change.REMOVE)
        await done(control, control.membership.start(cluster_id, vega, Change.REMOVE_DEAD))
        assert vega.id not in (await control.telemetry.refresh(cluster_id)).node_by_id
        assert len(control.outposts.outposts(cluster_id)) == 2


async def test_an_outpost_is_found_by_its_name_here_and_by_its_host_name(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        vega = await seen(control, cluster_id, "vega-1")
        outpost = next(o for o in control.outposts.outposts(cluster_id) if o.node_id == vega.id)
        control.outposts.rename(outpost, "the big one")
        for name in ("the big one", "vega-1", vega.id):
            assert control.membership.node(cluster_id, name) == vega
        with pytest.raises(errors.NothingFound, match="the big one"):
            control.membership.node(cluster_id, "nowhere")
        for name in ("", " ", "orion-1", "a\x1b[2J", "x" * 64):
            with pytest.raises(errors.BadName):
                control.outposts.rename(outpost, name)
