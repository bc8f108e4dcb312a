"""Killed at every step of an onboarding, the next run goes on; nothing is done twice.

The moments are enumerated from what the job itself writes down, until it gets through unharmed:
a new step is covered by being there.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from otternauts_desktop.app import open_mission_control
from otternauts_desktop.simulator.practice import Practice, bare_servers, open_practice_cluster
from otternauts_desktop.simulator.servers import Server
from tests.crash_points.program import Ended, Program, at_every_moment
from tests.simulator.sky import FAST, login

pytestmark = pytest.mark.seconds(300)


@dataclass(frozen=True)
class Case:
    """A server to add, the cluster it gets into, and what is done on it, each thing once."""

    server: str
    cluster: str
    deeds: tuple[str, ...]


CASES = (
    Case("bare-1", "practice", ("install docker", "swarm join as worker")),
    Case("bare-1", "fresh", ("install docker", "swarm init")),
    Case("foreign-1", "practice", ("swarm leave", "swarm join as worker")),
)


@dataclass(frozen=True)
class Far:
    """A practice cluster with one server beside it, and the program on a home that knows it."""

    case: Case
    practice: Practice
    program: Program

    @property
    def server(self) -> Server:
        return self.practice.host(self.case.server).server

    async def add(self, *, killed_at: int = 0, killed_after: str = "") -> Ended:
        """Add the server: by the command, or where it asks by the answer to it."""
        host = self.practice.host(self.case.server)
        how = ("--user", host.user, "--port", str(host.port), "--key", str(self.practice.key_file))
        words = ["--cluster", self.case.cluster, "outpost", "add", host.host, *how]
        words += ["--name", host.name, "--set-up", "--accept-new"]
        if "swarm init" in self.case.deeds:
            words += ["--new-swarm", self.case.cluster]
        if self.case.deeds[0] == "swarm leave":
            asked = await self.program.run(*words)
            assert asked.status == 2, asked.errors
            words = ["jobs", "answer", json.loads(asked.said)["id"], "leave"]
        return await self.program.run(
            *words, killed_at=killed_at, killed_when=lambda: killed_after in self.server.deeds
        )

    async def go_on(self) -> dict[str, Any]:
        """What the next start does; gives the job as it has ended."""
        jobs = await self.program.json("jobs", "list")
        if not jobs:  # killed before it was written down: then nothing was begun, either
            assert self.server.deeds == []
            await self.add()
        elif jobs[0]["state"] == "waiting":  # killed before the answer was
            assert self.server.deeds == []
            await self.program.json("jobs", "answer", jobs[0]["id"], "leave")
        elif jobs[0]["state"] != "done":
            assert jobs[0]["state"] == "interrupted"
            await self.program.json("jobs", "resume", jobs[0]["id"])
        (job,) = await self.program.json("jobs", "list")
        assert isinstance(job, dict)
        return job

    async def check(self) -> None:
        """All is as it would be if nothing had happened."""
        assert tuple(self.server.deeds) == self.case.deeds
        known = await self.program.json("outpost", "list")
        names = [(o["name"], o["cluster"]) for o in known if o["name"] == self.case.server]
        assert names == [(self.case.server, self.case.cluster)]
        assert self.server.node
        assert self.server.node.state == "ready"


@asynccontextmanager
async def far(case: Case, home: Path) -> AsyncIterator[Far]:
    bare = [server for server in bare_servers() if server.name == case.server]
    async with open_practice_cluster(home / "far side", pace=FAST, bare=bare) as practice:
        async with open_mission_control(home / "home") as control:
            first = practice.hosts[0]
            await control.outposts.add(
                login(practice, first), host_key=first.host_key, cluster_name="practice"
            )
        yield Far(case, practice, Program(home / "home"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.server} into {case.cluster}")
async def test_killed_at_every_step_it_goes_on_and_ends_the_same(
    tmp_path: Path, case: Case
) -> None:
    steps: list[str] = []

    async def killed(point: int) -> bool:
        async with far(case, tmp_path / str(point)) as there:
            ended = await there.add(killed_at=point)
            job = await there.go_on()
            assert job["state"] == "done", (point, job)
            assert {step["state"] for step in job["steps"]} == {"done"}
            await there.check()
            steps[:] = [step["name"] for step in job["steps"]]
            return ended.was_killed

    points = await at_every_moment(killed)
    assert points > 4 * len(steps), "before and after each beginning and each end"


@pytest.mark.parametrize(
    ("case", "deed"), [(case, deed) for case in CASES for deed in case.deeds], ids=str
)
async def test_killed_in_the_moment_of_a_deed_it_sees_that_it_was_done(
    tmp_path: Path, case: Case, deed: str
) -> None:
    async with far(case, tmp_path) as there:
        host = there.practice.host(case.server)
        host.fall_silent_after(deed)
        assert (await there.add(killed_after=deed)).was_killed
        await host.mend()
        assert (await there.go_on())["state"] == "done"
        await there.check()
