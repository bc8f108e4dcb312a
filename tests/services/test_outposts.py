"""Meeting a server for the first time, and everything that can be wrong with it."""

from dataclasses import replace
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
from otternauts_desktop.core.kept_errors import SecretMissing
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.services import vault
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


async def test_a_kept_key_goes_when_the_last_login_by_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "_trusted_backend", lambda: None)
    async with flying(tmp_path) as (control, practice, cluster_id):
        await control.keys.unlock(Secret("held by the paw"))
        old, new = [await control.keys.keep_file(practice.key_file) for _ in "on"]
        first, second = control.outposts.outposts(cluster_id)[:2]
        by_old = [replace(o.login, key_file=None, key_name=old) for o in (first, second)]
        for outpost, login in zip((first, second), by_old, strict=True):
            await control.outposts.change_login(outpost.id, login, outpost.host_key)
        by_new = replace(by_old[0], key_name=new)
        await control.outposts.change_login(first.id, by_new, first.host_key)
        await control.outposts.try_login(by_old[1], second.host_key)  # it is in use yet
        await control.outposts.change_login(
            second.id, replace(by_old[1], key_name=new), second.host_key
        )
        with pytest.raises(SecretMissing):
            await control.outposts.try_login(by_old[1], second.host_key)
        assert {o.login.key_name for o in control.outposts.outposts(cluster_id)[:2]} == {new}
