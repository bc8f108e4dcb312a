"""Logs from several outposts at once: whole, in order, told once, and what is missing is said."""

import asyncio
import re
from collections import defaultdict
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.core.comms.stamps import nanoseconds
from otternauts_desktop.core.errors import NothingFound
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.services import engine
from otternauts_desktop.simulator.practice import Practice, open_practice_cluster
from tests.services.practice import flying, until
from tests.simulator.sky import FAST, deploy, linked

SCRIPT = "while true; do echo tick; echo tock >&2; sleep 0.2; done"
PLAN = {"services": {"a": {"image": "x:1", "command": ["sh", "-c", SCRIPT]}}}
EVERY = 252_000_000
"""Nanoseconds between two ticks."""


def plan(replicas: int) -> dict[str, object]:
    command = PLAN["services"]["a"] | {"deploy": {"replicas": replicas}}
    return {"services": {"a": command}}


class Listener:
    """Follows a log and keeps what it hears."""

    def __init__(self, control: MissionControl, cluster_id: ClusterId, tail: int = 500) -> None:
        self.lines: list[LogLine] = []
        self._task = asyncio.create_task(self._listen(control, cluster_id, tail))

    async def _listen(self, control: MissionControl, cluster_id: ClusterId, tail: int) -> None:
        lines = control.transmissions.follow(cluster_id, "t", tail=tail)
        async with aclosing(lines):
            async for chunk in lines:
                self.lines += chunk

    @property
    def notes(self) -> list[str]:
        return [line.text for line in self.lines if line.note]

    def of(self, task_id: str) -> list[LogLine]:
        return [line for line in self.lines if line.task_id == task_id]

    async def end(self) -> None:
        self._task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await self._task


def assert_whole(lines: list[LogLine]) -> None:
    """No tick and no tock of any task is missing or there twice."""
    by_task = defaultdict(list)
    for line in lines:
        if not line.note:
            by_task[line.task_id, line.stderr].append(nanoseconds(line.time))
    assert by_task
    for (_, stderr), times in by_task.items():
        times.sort()
        gaps = {later - earlier for earlier, later in pairwise(times)}
        assert all(abs(gap - EVERY) < 3_000_000 for gap in gaps), (stderr, sorted(gaps))


async def launched(practice: Practice, replicas: int) -> None:
    """Have fleet `t` run, beside the engines that the tests use."""
    async with linked(practice) as (link, manager):
        said = await deploy(link, "t", plan(replicas))
        assert said.status == 0, said

        async def running() -> int:
            filters = {"filters": {"service": ["t_a"], "desired-state": ["running"]}}
            tasks = await manager.get("/tasks", filters)
            return sum(task["Status"]["State"] == "running" for task in tasks)

        async with asyncio.timeout(20):
            while await running() != replicas:
                await asyncio.sleep(0.05)


async def test_the_last_lines_of_all_together_in_order_of_time(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        await launched(practice, 4)
        await asyncio.sleep(1.5)
        lines: list[LogLine] = []
        async for chunk in control.transmissions.follow(cluster_id, "t", tail=20, follow=False):
            lines += chunk
        nodes = {line.node_id for line in lines}
    assert len(lines) == 20
    assert [line.time for line in lines] == sorted(line.time for line in lines)
    assert {line.replica for line in lines} == {"a.1", "a.2", "a.3", "a.4"}
    assert len(nodes) > 1
    assert {(line.text, line.stderr) for line in lines} == {("tick", False), ("tock", True)}
    assert_whole(lines)


async def test_only_what_is_asked_for(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        await launched(practice, 3)
        await asyncio.sleep(2)
        follow = control.transmissions.follow
        chunks = [c async for c in follow(cluster_id, "t", tail=None, follow=False)]
        lines = [line for chunk in chunks for line in chunk]
        since, until_ = lines[10].time, lines[-10].time
        chunks = [
            chunk
            async for chunk in follow(
                cluster_id, "t", "a", replica=2, tail=None, since=since, until=until_, follow=False
            )
        ]
        with pytest.raises(NothingFound, match='has no vessel "b"'):
            await anext(follow(cluster_id, "t", "b"))
    assert [line for chunk in chunks for line in chunk] == [
        line for line in lines if line.slot == 2 and since <= line.time <= until_
    ]


async def test_an_outpost_that_is_lost_and_comes_back_leaves_no_gap_but_the_one_it_told(
    tmp_path: Path,
) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        await launched(practice, 3)
        listener = Listener(control, cluster_id)
        await until(lambda: len({line.node_id for line in listener.lines}) == 3)
        snapshot = await control.telemetry.refresh(cluster_id)
        vega = practice.host("vega-1")
        (task,) = [t for t in snapshot.tasks if t.node_id == vega.node_id and "x:1" in t.image]
        await vega.stop()
        await until(lambda: bool(listener.notes))
        lost_at = listener.of(task.id)[-1].time
        await asyncio.sleep(2)
        assert listener.of(task.id)[-1].time == lost_at
        assert len(listener.notes) == 1  # a manager gives nothing of it, which is not its end
        await vega.start()
        await until(lambda: listener.of(task.id)[-1].time > lost_at)
        await until(lambda: len(listener.notes) > 1)
        await asyncio.sleep(1)
        await listener.end()
    missing, back = listener.notes
    assert re.match(
        r"vega-1 can't be read: The connection to the outpost was lost.*\. "
        r"Missing since 20\d\d-.* UTC: what a\.\d said\.$",
        missing,
    )
    assert back.startswith("vega-1 is read again, and what was missing since 20")
    assert_whole(listener.lines)


async def test_what_no_login_leads_to_is_read_through_a_manager(tmp_path: Path) -> None:
    async with (
        open_practice_cluster(tmp_path / "far side", pace=FAST) as practice,
        open_mission_control(tmp_path / "home") as control,
    ):
        await launched(practice, 3)
        host = practice.host("orion-1")
        outpost = await control.outposts.add(
            Login(host.host, host.user, host.port, str(practice.key_file)), host_key=host.host_key
        )
        listener = Listener(control, outpost.cluster_id)
        await until(lambda: len({line.node_id for line in listener.lines}) == 3)
        await asyncio.sleep(1)
        await listener.end()
    assert listener.notes == []
    assert_whole(listener.lines)


async def test_tasks_that_come_later_join_in_and_those_that_ended_stay(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        await launched(practice, 1)
        listener = Listener(control, cluster_id)
        await until(lambda: len(listener.lines) > 4)
        await launched(practice, 3)
        await until(lambda: len({line.task_id for line in listener.lines}) == 3)
        async with linked(practice) as (link, _):
            changed = plan(3)
            changed["services"]["a"]["environment"] = {"A": "b"}  # type: ignore[index]
            assert (await deploy(link, "t", changed)).status == 0
        await until(lambda: len({line.task_id for line in listener.lines}) >= 6)
        ended = {line.task_id for line in listener.lines}
        await listener.end()
        lines: list[LogLine] = []
        async for chunk in control.transmissions.follow(cluster_id, "t", tail=None, follow=False):
            lines += chunk
    assert ended <= {line.task_id for line in lines}
    assert_whole(listener.lines)
    assert_whole(lines)


async def test_a_login_that_may_not_use_the_socket_has_few_logs_at_a_time_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "DOCKER_SOCKET", "/nowhere.sock")
    monkeypatch.setattr(engine, "LOG_CHANNELS", 1)
    async with flying(tmp_path) as (control, practice, cluster_id):
        await launched(practice, 3)
        listener = Listener(control, cluster_id)
        await until(lambda: len({line.node_id for line in listener.lines}) == 3)
        await asyncio.sleep(0.5)
        await listener.end()
        assert listener.notes == []
        await launched(practice, 9)
        listener = Listener(control, cluster_id)
        await until(lambda: bool(listener.notes))
        await listener.end()
    assert "allows no more channels" in listener.notes[0]


async def test_a_clock_that_is_off_is_corrected_to_the_managers(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        vega = practice.host("vega-1")
        vega.server.clock_off = 90.0
        await launched(practice, 3)
        await asyncio.sleep(1)
        lines: list[LogLine] = []
        async for chunk in control.transmissions.follow(cluster_id, "t", tail=None, follow=False):
            lines += chunk
        listener = Listener(control, cluster_id)
        await until(lambda: len(listener.lines) > len(lines) + 10)
        await listener.end()
    for heard in (lines, listener.lines):
        assert_whole(heard)
        assert vega.node_id in {line.node_id for line in heard}
        times = [nanoseconds(line.time) for line in heard]
        assert max(times) - min(times) < 10_000_000_000
