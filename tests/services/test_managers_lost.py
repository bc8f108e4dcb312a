"""The leader dies under a launch, at each of its steps: it ends through another manager."""

import asyncio
import json
from pathlib import Path

import pytest

from otternauts_desktop.core.events import Event, LaunchMoved
from otternauts_desktop.core.flight.progress import LaunchProgress, LaunchState, StepState
from otternauts_desktop.services import stages
from otternauts_desktop.simulator import stack
from tests.services.practice import flying

pytestmark = pytest.mark.seconds(180)

FLEET = "harbour"
TEXT = """\
x-otternauts: {launch_order: depends_on}
services:
  db:
    image: postgres:16
    deploy: {placement: {constraints: [node.hostname != orion-1]}}
  web:
    image: nginx:1.27
    depends_on: [db]
    configs: [settings]
    deploy: {replicas: 2, placement: {constraints: [node.hostname != orion-1]}}
    x-otternauts:
      pre_deploy:
        - command: [sh, -c, "echo moving; exit 0"]
configs:
  settings: {content: "level=1"}
"""
BEFORE = {"services": {"cache": {"image": "redis:7-alpine"}}}
NEVER = 1000


class Killing:
    """Switches a host off when a launch comes to its step of that number."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.due = asyncio.Event()

    def hear(self, event: Event) -> None:
        if isinstance(event, LaunchMoved):
            steps = event.progress.steps
            if self.number < len(steps) and steps[self.number].state is StepState.RUNNING:
                self.due.set()


async def launched(tmp_path: Path, number: int) -> LaunchProgress:
    """A launch whose leader is switched off at its step of that number."""
    async with flying(tmp_path) as (control, practice, cluster_id):
        swarm = practice.swarm
        swarm.set_role(swarm.nodes[practice.host("vega-1").node_id], "manager")
        leader = practice.host("orion-1")
        stack.deploy(swarm, FLEET, json.dumps(BEFORE).encode(), resolve=False)
        killing = Killing(number)
        control.bus.subscribe(killing.hear)
        launch = await control.launches.launch(cluster_id, FLEET, TEXT, {})
        due = asyncio.create_task(killing.due.wait())
        watched = asyncio.create_task(control.launches.wait(launch))
        await asyncio.wait([due, watched], return_when=asyncio.FIRST_COMPLETED)
        due.cancel()
        if not watched.done():
            await leader.stop()
        ended = await watched
        if number is not NEVER:
            snapshot = await control.telemetry.refresh(cluster_id)
            assert snapshot.via != "orion-1"
            running = [task for task in snapshot.tasks if task.state == "running"]
            counts = {
                service.vessel: sum(task.service_id == service.id for task in running)
                for service in snapshot.fleets[FLEET]
            }
            assert counts == {"db": 1, "web": 2}
    return ended


async def test_whenever_the_leader_dies_the_launch_ends_through_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "SETTLE_SECONDS", 0.2)
    monkeypatch.setattr(stages, "POLL_SECONDS", 0.1)
    unharmed = await launched(tmp_path / "unharmed", NEVER)
    assert unharmed.state is LaunchState.CONVERGED
    # The first step is over before anything is asked of a server.
    numbers = range(1, len(unharmed.steps))
    launches = (launched(tmp_path / str(number), number) for number in numbers)
    for step, ended in zip(unharmed.steps[1:], await asyncio.gather(*launches), strict=True):
        assert (ended.state, ended.cause) == (LaunchState.CONVERGED, None), step.name


@pytest.mark.parametrize("step", ["Lock the fleet", "Deploy 1 of 2"])
async def test_without_a_quorum_a_launch_says_so_and_how_to_get_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(stages, "SETTLING_SECONDS", 3.0)
    async with flying(tmp_path) as (control, practice, cluster_id):
        ups = asyncio.Event()

        def hear(event: Event) -> None:
            if isinstance(event, LaunchMoved):
                names = [s.name for s in event.progress.steps if s.state is StepState.RUNNING]
                if step in names:
                    ups.set()

        if step == "Lock the fleet":
            await practice.host("orion-1").stop()
            await asyncio.sleep(practice.swarm.pace.heartbeat)
        control.bus.subscribe(hear)
        launch = await control.launches.launch(cluster_id, FLEET, TEXT, {}, timeout=5.0)
        await ups.wait()
        await practice.host("orion-1").stop()
        ended = await control.launches.wait(launch)
        begun = step != "Lock the fleet"
        assert ended.state is (LaunchState.UNKNOWN if begun else LaunchState.FAILED)
        assert ended.cause
        assert ended.cause.sentence.startswith("The swarm has no leader.")
        assert "Bring more than half of them back" in ended.cause.next_step
        await practice.host("orion-1").start()
        await asyncio.sleep(practice.swarm.pace.heartbeat)
        again = await control.launches.launch(cluster_id, FLEET, TEXT, {})
        assert (await control.launches.wait(again)).state is LaunchState.CONVERGED
