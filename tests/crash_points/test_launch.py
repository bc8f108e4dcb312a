"""Killed at every step of a launch, it goes on; no job runs and no task starts a second time."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from otternauts_desktop.app import open_mission_control
from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.names import LaunchId
from otternauts_desktop.simulator.practice import Practice, open_practice_cluster
from tests.crash_points.program import Ended, Program, at_every_moment
from tests.simulator.sky import FAST, deploy, linked, login, settled

pytestmark = pytest.mark.seconds(300)

FLEET = "harbour"
BEFORE = {"db": "postgres:16", "cache": "redis:7-alpine", "web": "nginx:1.26"}
AFTER = """\
x-otternauts: {launch_order: depends_on}
services:
  db: {image: "postgres:16"}
  web:
    image: nginx:1.27
    depends_on: [db]
    configs: [settings]
    deploy: {replicas: 2}
    x-otternauts:
      pre_deploy:
        - command: [sh, -c, "echo moving; exit 0"]
configs:
  settings: {content: "level=1"}
"""


@dataclass(frozen=True)
class Flown:
    """A practice cluster on which BEFORE flies, and the program on a home that knows it."""

    practice: Practice
    program: Program
    file: Path

    @property
    def words(self) -> tuple[str, ...]:
        return ("--file", str(self.file), "--resolve-image", "never")

    async def launch(
        self, *, killed_at: int = 0, killed_when: Callable[[], bool] = lambda: False
    ) -> Ended:
        words = ("launch", FLEET, "--yes", *self.words)
        return await self.program.run(*words, killed_at=killed_at, killed_when=killed_when)

    async def go_on(self) -> None:
        """What the window does at its start, then what a person does where nothing was begun."""
        async with open_mission_control(self.program.home) as control:
            cluster = control.outposts.cluster_named("practice")
            await control.launches.go_on({cluster.id}, control.values)
            for progress in control.launches.under_way():
                ended = await control.launches.wait(LaunchId(progress.id))
                assert ended.state is LaunchState.CONVERGED, ended.cause
            begun = len(control.launches.history(cluster.id, FLEET)) == 1
        if not begun:
            assert (await self.launch()).status == 0

    def ever(self, vessel: str) -> int:
        """How many tasks a service has, or had, of all times."""
        service = self.practice.swarm.service_named(f"{FLEET}_{vessel}")
        return len(self.practice.swarm.tasks_of(service)) if service else 0

    async def check(self) -> None:
        """All is as it would be if nothing had happened."""
        swarm = self.practice.swarm
        swarm.catch_up()
        left = sorted(service.name for service in swarm.stack_services(FLEET))
        assert left == [f"{FLEET}_db", f"{FLEET}_web"]
        assert self.ever("db") == 1
        assert self.ever("web") == 1 + 2
        made = [e for e in swarm.events if (e["Type"], e["Action"]) == ("service", "create")]
        names = [event["Actor"]["Attributes"]["name"] for event in made]
        assert names.count(f"{FLEET}_web-pre-deploy") == 1
        again = [e for e in swarm.events if (e["Type"], e["Action"]) == ("service", "update")]
        names = [event["Actor"]["Attributes"]["name"] for event in again]
        assert f"{FLEET}_web-pre-deploy" not in names, "which would run it a second time"
        history = await self.program.json("history", FLEET)
        assert [launch["state"] for launch in history] == ["converged"]
        plan = json.loads((await self.program.run("plan", FLEET, *self.words)).said)
        assert plan["summary"] == "1 job to run", "jobs run in every launch; else nothing is left"


@asynccontextmanager
async def flown(folder: Path) -> AsyncIterator[Flown]:
    async with open_practice_cluster(folder / "far side", pace=FAST, bare=()) as practice:
        first = practice.hosts[0]
        async with open_mission_control(folder / "home") as control:
            await control.outposts.add(
                login(practice, first), host_key=first.host_key, cluster_name="practice"
            )
        file = folder / "shop.yml"
        file.write_text(AFTER)
        flies = {"services": {name: {"image": image} for name, image in BEFORE.items()}}
        async with linked(practice) as (link, engine):
            await deploy(link, FLEET, flies)
            await settled(engine, f"{FLEET}_web", 1)
        first.server.deeds.clear()
        yield Flown(practice, Program(folder / "home"), file)


@pytest.mark.parametrize("deed", [f"stack deploy {FLEET}", f"service rm {FLEET}_cache"])
async def test_killed_in_the_moment_of_a_deed_it_sees_that_it_was_done(
    tmp_path: Path, deed: str
) -> None:
    async with flown(tmp_path) as there:
        manager = there.practice.hosts[0]
        manager.fall_silent_after(deed)
        assert (await there.launch(killed_when=lambda: deed in manager.server.deeds)).was_killed
        await manager.mend()
        await there.go_on()
        await there.check()


async def test_killed_at_every_step_it_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    steps: list[object] = []

    async def killed(point: int) -> bool:
        async with flown(tmp_path / str(point)) as there:
            ended = await there.launch(killed_at=point)
            if not ended.was_killed:
                steps[:] = json.loads(ended.said)["steps"]
            await there.go_on()
            await there.check()
            return ended.was_killed

    points = await at_every_moment(killed)
    begun = len(steps) - 1  # the first is over before it is written down
    assert points == 2 + 2 * begun + 2, "around the intent, at each step, and around the end"
