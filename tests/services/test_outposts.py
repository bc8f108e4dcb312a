"""Meeting a server for the first time, and everything that can be wrong with it."""

from pathlib import Path

import pytest

from otternauts_desktop.app import open_mission_control
from otternauts_desktop.core.errors import (
    AlreadyAdded,
    AuthenticationFailed,
    DockerForbidden,
    DockerMissing,
    HostKeyChanged,
    NotASwarmManager,
    OutpostError,
)
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.simulator.practice import open_practice_cluster
from tests.services.practice import flying


async def test_a_swarm_is_adopted_through_its_manager(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        (cluster,) = control.outposts.clusters()
        outposts = control.outposts.outposts(cluster_id)
    assert cluster.name == "practice"
    assert [o.node_id for o in outposts] == [host.node_id for host in practice.hosts]


async def test_the_same_server_is_not_added_twice(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        host = practice.hosts[0]
        login = Login(host.host, host.user, host.port, str(practice.key_file))
        with pytest.raises(AlreadyAdded, match=host.name):
            await control.outposts.add(login, host_key=host.host_key)
        assert len(control.outposts.outposts(cluster_id)) == len(practice.hosts)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("refuse_auth", AuthenticationFailed),
        ("change_host_key", HostKeyChanged),
        ("no_docker", DockerMissing),
        ("socket_forbidden", DockerForbidden),
        ("not_in_a_swarm", NotASwarmManager),
    ],
)
async def test_what_can_be_wrong_with_a_server(
    tmp_path: Path, fault: str, error: type[OutpostError]
) -> None:
    async with (
        open_practice_cluster(tmp_path / "far side") as practice,
        open_mission_control(tmp_path / "home") as control,
    ):
        host = practice.hosts[0]
        await host.break_by(fault)
        login = Login(host.host, host.user, host.port, str(practice.key_file))
        with pytest.raises(error) as caught:
            await control.outposts.add(login, host_key=host.host_key)
        assert caught.value.title
        assert caught.value.next_step
        assert control.outposts.clusters() == ()


async def test_a_worker_joins_only_a_known_cluster(tmp_path: Path) -> None:
    async with (
        open_practice_cluster(tmp_path / "far side") as practice,
        open_mission_control(tmp_path / "home") as control,
    ):
        worker = next(host for host in practice.hosts if host.name == "vega-1")
        login = Login(worker.host, worker.user, worker.port, str(practice.key_file))
        with pytest.raises(NotASwarmManager, match="worker"):
            await control.outposts.add(login, host_key=worker.host_key)


async def test_a_removed_cluster_leaves_nothing(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        control.telemetry.watch(cluster_id)
        await control.outposts.remove_cluster(cluster_id)
        assert control.outposts.clusters() == ()
        assert control.telemetry.snapshot(cluster_id) is None
