"""The watcher: fresh while it can be, truthful about staleness when not."""

from pathlib import Path

import pytest

from otternauts_desktop.app import open_mission_control
from otternauts_desktop.core.errors import ClusterUnreachable
from otternauts_desktop.core.events import ClusterLost, Event, LinkMoved, SwarmObserved
from otternauts_desktop.core.swarm.cluster import LinkState
from tests.services.practice import flying, until


async def test_a_snapshot_names_its_time_and_its_source(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        snapshot = await control.telemetry.refresh(cluster_id)
        staleness = control.telemetry.staleness(cluster_id)
    assert {node.name for node in snapshot.nodes} == {host.name for host in practice.hosts}
    assert "shop" in snapshot.fleets
    assert staleness.as_of == snapshot.taken_at
    assert staleness.via == snapshot.via
    assert staleness.lost == ""


async def test_the_next_manager_is_asked_when_one_is_gone(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        first = (await control.telemetry.refresh(cluster_id)).via
        await practice.host(first).stop()
        snapshot = await control.telemetry.refresh(cluster_id)
        assert snapshot.via != first
        assert control.telemetry.staleness(cluster_id).lost == ""


async def test_a_lost_cluster_is_said_to_be_lost_and_found_again(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        heard: list[Event] = []
        control.bus.subscribe(heard.append)
        control.telemetry.watch(cluster_id)
        await until(lambda: any(isinstance(e, SwarmObserved) for e in heard))
        seen_at = control.telemetry.staleness(cluster_id).as_of
        for host in practice.hosts:
            await host.stop()
        await until(lambda: any(isinstance(e, ClusterLost) for e in heard))
        staleness = control.telemetry.staleness(cluster_id)
        assert staleness.lost
        assert staleness.as_of >= seen_at
        assert control.telemetry.snapshot(cluster_id) is not None
        for host in practice.hosts:
            await host.start()
        control.outposts.reconnect(cluster_id)
        await until(lambda: not control.telemetry.staleness(cluster_id).lost)
        states = [e.status.state for e in heard if isinstance(e, LinkMoved)]
        assert LinkState.RECONNECTING in states
        assert states[-1] is LinkState.CONNECTED


async def test_what_was_last_seen_survives_a_restart_without_values(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        seen = await control.telemetry.refresh(cluster_id)
    async with open_mission_control(tmp_path / "home") as control:
        kept = control.telemetry.snapshot(cluster_id)
        assert kept is not None
        assert {s.name for s in kept.services} == {s.name for s in seen.services}
        assert control.telemetry.staleness(cluster_id).lost
        with pytest.raises(ClusterUnreachable):
            await control.telemetry.refresh(cluster_id)
        for service in kept.services:
            for entry in service.spec["TaskTemplate"]["ContainerSpec"].get("Env", []):
                assert "=" not in entry
