"""Gauges: what outposts, services and tasks use is sampled, and nothing is made up."""

import asyncio
from pathlib import Path

import pytest

from otternauts_desktop.core.errors import NoFigures
from otternauts_desktop.core.events import Event, SamplesTaken
from otternauts_desktop.core.flight.commands import Command
from otternauts_desktop.services import gauges
from tests.services.practice import flying, until

pytestmark = pytest.mark.seconds(60)


async def test_an_outpost_tells_what_it_and_its_tasks_use(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        outpost = control.outposts.outposts(cluster_id)[0]
        first = await control.gauges.take(outpost)
        assert (first.seconds, first.own.cpu) == (0.0, None)
        assert first.own.memory is not None
        await asyncio.sleep(0.2)
        sample = await control.gauges.take(outpost)
        assert sample.seconds == pytest.approx(0.2, abs=0.1)
        assert sample.cores == practice.host("orion-1").server.cores
        assert sample.own.cpu is not None
        assert 0 < sample.own.cpu < sample.cores
        assert sample.disk_total - sample.disk_used == practice.host("orion-1").server.disk
        snapshot = control.telemetry.snapshot(cluster_id)
        assert snapshot is not None
        running = {
            task.id
            for task in snapshot.tasks
            if task.node_id == outpost.node_id and task.state == "running"
        }
        uses = control.gauges.tasks(cluster_id)
        assert set(uses) == running
        for use in uses.values():
            assert None not in (use.cpu, use.memory, use.received, use.sent, use.read, use.written)


async def test_a_service_uses_what_its_tasks_use_on_all_outposts(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        for outpost in control.outposts.outposts(cluster_id):
            await control.gauges.take(outpost)
        snapshot = control.telemetry.snapshot(cluster_id)
        assert snapshot is not None
        tasks, services = control.gauges.tasks(cluster_id), control.gauges.services(cluster_id)
        web = snapshot.fleets["shop"][-2]
        several = [tasks[t.id] for t in snapshot.tasks_by_service[web.id] if t.id in tasks]
        assert services[web.id].memory == sum(use.memory or 0 for use in several)


async def test_a_clock_that_is_off_is_told(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        outpost = control.outposts.outposts(cluster_id)[0]
        assert (await control.gauges.take(outpost)).skew == 0.0
        practice.host("orion-1").server.clock_off = -90.0
        assert (await control.gauges.take(outpost)).skew == pytest.approx(-90, abs=1)


async def test_every_outpost_is_sampled_again_and_again_and_a_lost_one_leaves_a_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gauges, "CALM_SECONDS", 0.2)
    monkeypatch.setattr(gauges, "LEAST_SECONDS", 0.0)
    async with flying(tmp_path) as (control, practice, cluster_id):
        taken: list[SamplesTaken] = []

        def hear(event: Event) -> None:
            if isinstance(event, SamplesTaken):
                taken.append(event)

        control.bus.subscribe(hear)
        control.gauges.start()
        names = {outpost.id: outpost.name for outpost in control.outposts.outposts(cluster_id)}
        await until(lambda: len({event.outpost_id for event in taken}) == 3)
        await practice.host("vega-1").stop()
        taken.clear()
        await until(lambda: len(taken) > 8)
        assert "vega-1" not in {names[event.outpost_id] for event in taken[4:]}
        await practice.host("vega-1").start()
        await until(lambda: "vega-1" in {names[event.outpost_id] for event in taken})


async def test_what_is_looked_at_is_sampled_at_once_and_more_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gauges, "IN_VIEW_SECONDS", 0.1)
    monkeypatch.setattr(gauges, "LEAST_SECONDS", 0.0)
    async with flying(tmp_path) as (control, _, cluster_id):
        taken: list[Event] = []
        control.bus.subscribe(taken.append)

        def count() -> int:
            return sum(isinstance(event, SamplesTaken) for event in taken)

        control.gauges.start()
        await until(lambda: count() >= 3)
        await asyncio.sleep(0.5)
        calm = count()
        control.gauges.look_at({cluster_id})
        await until(lambda: count() >= calm + 9, 5)
        control.gauges.look_at(())
        await asyncio.sleep(0.3)
        calm = count()
        await asyncio.sleep(0.5)
        assert count() == calm


async def test_an_outpost_that_is_removed_is_sampled_no_more(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        control.gauges.start()
        vega = control.outposts.outposts(cluster_id)[2]
        await until(lambda: control.gauges.latest(vega.id) is not None)
        await control.outposts.remove_outpost(vega)
        assert control.gauges.latest(vega.id) is None


async def test_an_outpost_that_answers_something_else_gives_no_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        outpost = control.outposts.outposts(cluster_id)[0]
        monkeypatch.setattr(gauges, "ask_gauges", lambda root: Command(("gauges", root)))
        with pytest.raises(NoFigures, match="gauges: not found"):
            await control.gauges.take(outpost)
        assert control.gauges.latest(outpost.id) is None
