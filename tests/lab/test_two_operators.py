"""Two who launch one fleet at the same time, each by a manager of their own: one does."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core.flight.progress import LaunchProgress, LaunchState
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.services import stages
from tests.lab.lab import Lab
from tests.lab.node import LabNode

pytestmark = [pytest.mark.lab, pytest.mark.seconds(1200)]

FLEET = "duo"
OPERATORS = ("ada", "grace")
Side = tuple[MissionControl, ClusterId]


@asynccontextmanager
async def two_homes(lab: Lab, folder: Path) -> AsyncIterator[list[Side]]:
    """Two data directories; each logs in to another manager of the lab."""
    async with AsyncExitStack() as stack:
        sides = []
        for name, node in zip(OPERATORS, lab.nodes, strict=False):
            control = await stack.enter_async_context(open_mission_control(folder / name))
            login = Login(node.host, node.user, node.port, str(lab.key_file))
            outpost = await control.outposts.add(login, host_key=node.host_key, name=node.name)
            sides.append((control, outpost.cluster_id))
        yield sides


async def fly(side: Side, text: str) -> LaunchProgress:
    control, cluster_id = side
    launch = await control.launches.launch(cluster_id, FLEET, text, {}, resolve_image="never")
    return await control.launches.wait(launch)


def flight_plan(who: str) -> str:
    """Two vessels that say whose they are. A label restarts no task, so a pair takes seconds."""
    vessel = {
        "image": "busybox:1.35",
        "command": ["sleep", "100000"],
        "stop_grace_period": "1s",
        "deploy": {"labels": {"of": who}},
    }
    return json.dumps({"services": {"a": vessel, "b": vessel}})


def whose(node: LabNode) -> set[str]:
    ids = node.ask("docker", "stack", "services", "-q", FLEET).split()
    seen = json.loads(node.ask("docker", "service", "inspect", *ids))
    assert len(seen) == 2
    return {service["Spec"]["Labels"]["of"] for service in seen}


@pytest.mark.parametrize("pairs", [5, pytest.param(100, marks=pytest.mark.lab_long)])
async def test_of_each_pair_of_launches_exactly_one_proceeds(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pairs: int
) -> None:
    monkeypatch.setattr(stages, "SETTLE_SECONDS", 0.0)
    async with two_homes(lab, tmp_path) as sides:
        won: list[str] = []
        try:
            for number in range(pairs):
                plans = [f"{who} {number}" for who in OPERATORS]
                ended = await asyncio.gather(
                    *(fly(side, flight_plan(plan)) for side, plan in zip(sides, plans, strict=True))
                )
                states = [progress.state for progress in ended]
                assert sorted(states) == [LaunchState.CONVERGED, LaunchState.FAILED], ended
                winner = states.index(LaunchState.CONVERGED)
                lost = ended[1 - winner]
                assert lost.cause is not None
                assert "has been launching or removing duo" in lost.cause.sentence
                assert await asyncio.to_thread(whose, lab.nodes[0]) == {plans[winner]}
                won.append(OPERATORS[winner])
            locks = lab.nodes[0].ask(
                "docker", "config", "ls", "-q", "--filter", "name=otternauts-lock"
            )
            assert locks == ""
            print(f"of {pairs} pairs: {won.count('ada')} ada, {won.count('grace')} grace")
        finally:
            control, cluster_id = sides[0]
            await control.launches.remove(cluster_id, FLEET)
