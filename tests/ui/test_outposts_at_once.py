"""Ten servers are added at the same time, with the window in front: all end in the swarm."""

from pathlib import Path

import pytest

from otternauts_desktop.simulator.practice import open_practice_cluster
from otternauts_desktop.simulator.servers import Server
from tests.bench.outposts_at_once import NUMBER, onboarded
from tests.simulator.sky import login
from tests.ui.seated import seated


@pytest.mark.seconds(120)
async def test_ten_servers_are_added_at_once(tmp_path: Path) -> None:
    names = [f"bare-{number}" for number in range(1, NUMBER + 1)]
    bare = [
        Server(name, f"10.20.1.{number}", docker="", any_key=True)
        for number, name in enumerate(names, 1)
    ]
    async with (
        open_practice_cluster(tmp_path / "far side", bare=bare) as practice,
        seated(tmp_path / "home") as (_, _, control),
    ):
        manager, *servers = (
            (login(practice, host), host.host_key) for host in (practice.hosts[0], *practice.bare)
        )
        assert await onboarded(control, manager, servers) == ["done"] * NUMBER
        said = [line for job in control.jobs.all() for _, line in control.jobs.lines(job.id)]
        assert not [line for line in said if "traffic" in line], "none counted another's packets"
        cluster = control.outposts.cluster_named("practice")
        snapshot = await control.telemetry.refresh(cluster.id)
        assert sorted(n.name for n in snapshot.nodes if n.ready and n.name in names) == sorted(
            names
        )
        assert {o.name for o in control.outposts.outposts(cluster.id)} >= set(names)
        assert all(s.deeds == ["install docker", "swarm join as worker"] for s in bare)
