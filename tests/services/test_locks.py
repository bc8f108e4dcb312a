"""The lock of a fleet: of two who launch at once one does, over real SSH to the simulator."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core.errors import FleetLocked
from otternauts_desktop.core.flight.progress import LaunchProgress, LaunchState
from otternauts_desktop.core.names import ClusterId, LaunchId
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.services import stages
from otternauts_desktop.services.locks import Locks
from otternauts_desktop.simulator.practice import Practice, open_practice_cluster
from tests.services.practice import until_async

PAIRS = 100
Side = tuple[MissionControl, ClusterId]


@asynccontextmanager
async def two_homes(tmp_path: Path) -> AsyncIterator[tuple[Practice, Side, Side]]:
    """One practice cluster, and two data directories that know it."""
    async with AsyncExitStack() as stack:
        practice = await stack.enter_async_context(open_practice_cluster(tmp_path / "far side"))
        host, sides = practice.hosts[0], []
        for name in ("ada", "grace"):
            control = await stack.enter_async_context(open_mission_control(tmp_path / name))
            login = Login(host.host, host.user, host.port, str(practice.key_file))
            outpost = await control.outposts.add(login, host_key=host.host_key, name=host.name)
            sides.append((control, outpost.cluster_id))
        yield practice, sides[0], sides[1]


async def fly(side: Side, text: str) -> LaunchProgress:
    control, cluster_id = side
    return await control.launches.wait(await control.launches.launch(cluster_id, "duo", text, {}))


@pytest.mark.seconds(60)
async def test_of_two_launches_at_once_one_proceeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "SETTLE_SECONDS", 0.0)
    monkeypatch.setattr(stages, "POLL_SECONDS", 0.05)
    async with two_homes(tmp_path) as (_, ada, grace):
        for number in range(PAIRS):
            texts = [
                "services:\n"
                f"  a: {{image: 'nginx:1.27', deploy: {{labels: {{of: '{who} {number}'}}}}}}\n"
                f"  b: {{image: 'nginx:1.27', deploy: {{labels: {{of: '{who} {number}'}}}}}}\n"
                for who in ("ada", "grace")
            ]
            ended = await asyncio.gather(fly(ada, texts[0]), fly(grace, texts[1]))
            states = [progress.state for progress in ended]
            assert sorted(states) == [LaunchState.CONVERGED, LaunchState.FAILED], ended
            won = ("ada", "grace")[states.index(LaunchState.CONVERGED)]
            lost = ended[states.index(LaunchState.FAILED)]
            assert lost.cause is not None
            assert "has been launching or removing duo" in lost.cause.sentence
            snapshot = await ada[0].telemetry.refresh(ada[1])
            said = {service.labels["of"] for service in snapshot.fleets["duo"]}
            assert said == {f"{won} {number}"}
            assert not [c.name for c in snapshot.configs if "lock" in c.name]


async def test_a_lock_is_broken_on_purpose_alone_and_never_the_one_after_it(
    tmp_path: Path,
) -> None:
    text = "services:\n  a:\n    image: nginx:1.27\n"
    async with two_homes(tmp_path) as (_, ada, grace):
        gone = Locks(ada[0].telemetry, ada[0].records)
        await gone.take(ada[1], "duo", LaunchId("of a laptop that is gone"))
        refused = await fly(grace, text)
        assert refused.state is LaunchState.FAILED
        assert refused.cause is not None
        assert "fleet unlock" in refused.cause.next_step
        with pytest.raises(FleetLocked):
            await grace[0].launches.remove(grace[1], "duo")
        held = await grace[0].launches.lock(grace[1], "duo")
        assert held is not None
        assert "@" in held.lock.holder
        assert 0 <= held.seconds < 60
        await grace[0].launches.break_lock(grace[1], held)
        assert (await fly(grace, text)).state is LaunchState.CONVERGED
        await gone.take(ada[1], "duo", LaunchId("another"))
        await grace[0].launches.break_lock(grace[1], held)
        assert await grace[0].launches.lock(grace[1], "duo") is not None


async def test_what_an_ended_launch_from_here_left_locked_is_taken_away(tmp_path: Path) -> None:
    text = "services:\n  a:\n    image: nginx:1.27\n"
    async with two_homes(tmp_path) as (_, ada, _grace):
        ended = await fly(ada, text)
        await Locks(ada[0].telemetry, ada[0].records).take(ada[1], "duo", ended.id)
        assert (await fly(ada, text)).state is LaunchState.CONVERGED
        assert await ada[0].launches.lock(ada[1], "duo") is None


async def test_what_is_being_removed_is_locked_meanwhile(tmp_path: Path) -> None:
    text = "services:\n  a:\n    image: nginx:1.27\n"
    async with two_homes(tmp_path) as (_, ada, grace):
        assert (await fly(ada, text)).state is LaunchState.CONVERGED
        removing = asyncio.create_task(ada[0].launches.remove(ada[1], "duo"))
        await until_async(lambda: _is_locked(grace))
        refused = await fly(grace, text)
        assert refused.state is LaunchState.FAILED
        assert refused.cause is not None
        assert "launching or removing duo" in refused.cause.sentence
        await removing
        assert not await _is_locked(grace)
        assert (await fly(grace, text)).state is LaunchState.CONVERGED


async def _is_locked(side: Side) -> bool:
    return await side[0].launches.lock(side[1], "duo") is not None
