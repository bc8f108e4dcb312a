"""The past of the gauges: kept over a restart, bounded, and begun anew where it is damaged."""

import stat
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.events import SamplesTaken
from otternauts_desktop.core.gauges.rates import Sample, Use
from otternauts_desktop.core.gauges.series import COARSE, FINE, Block, Subject, figures_of
from otternauts_desktop.core.kept_errors import DatabaseDamaged
from otternauts_desktop.core.names import ClusterId, OutpostId
from otternauts_desktop.services.store.samples import SampleRecords
from tests.services.practice import flying, until

pytestmark = pytest.mark.seconds(60)
CLUSTER = ClusterId("c")
DAY = 86_400


def sample(at: float, memory: float, tasks: Mapping[str, float]) -> Sample:
    return Sample(
        taken_at=at,
        seconds=30.0,
        skew=0.0,
        uptime=1.0,
        load=(0.0, 0.0, 0.0),
        cores=2,
        own=Use(0.5, memory),
        memory_total=10**9,
        disk_used=7 * 10**9,
        disk_total=10**10,
        containers={name: Use(memory=used) for name, used in tasks.items()},
    )


def rounded(figures: list[float | None]) -> list[float | None]:
    return [None if figure is None else float(f"{figure:.2g}") for figure in figures]


async def begun(control: MissionControl) -> None:
    """Wait until the history listens."""
    control.gauge_history.start()
    listeners = control.bus._listeners
    await until(lambda: control.gauge_history._hear in listeners)


async def test_what_was_sampled_is_told_and_is_there_after_a_restart(tmp_path: Path) -> None:
    now = time.time()
    async with flying(tmp_path) as (control, _, cluster_id):
        outpost, other, _ = control.outposts.outposts(cluster_id)
        snapshot = control.telemetry.snapshot(cluster_id)
        assert snapshot is not None
        web = snapshot.fleets["shop"][-2]
        one, two = (t.id for t in snapshot.tasks_by_service[web.id] if t.state == "running")
        await begun(control)
        for back, name, tasks in (
            (90, outpost.id, {one: 100.0}),
            (30, outpost.id, {one: 300.0}),
            (30, other.id, {two: 50.0, "unknown": 7.0}),
        ):
            taken = sample(now - back, back * 1000.0, tasks)
            control.bus.publish(SamplesTaken(cluster_id, name, taken, taken.containers))
        history = control.gauge_history
        memory = history.recent(cluster_id, "", outpost.id, "memory", 5)
        assert sorted(rounded(memory), key=str) == [30_000, 90_000, None, None, None]
        service = history.recent(cluster_id, web.id, None, "memory", 5)
        assert {350, 100} <= set(rounded(service))
        assert 350 not in rounded(history.recent(cluster_id, web.id, one, "memory", 5))
    async with flying(tmp_path) as (control, _, _):  # on the same home
        history = control.gauge_history
        series = await history.series(FINE, cluster_id, web.id, None, now - 120, now)
        assert {350, 100} <= set(rounded(series["memory"]))
        coarse = await history.series(COARSE, cluster_id, "", outpost.id, now - DAY, now)
        assert 7e9 in rounded(coarse["disk"])
        shares = await history.series(COARSE, cluster_id, web.id, None, now - DAY, now)
        assert set(rounded(shares["memory"])) - {None}
        await begun(control)
        assert {30_000, 90_000} <= set(
            rounded(history.recent(cluster_id, "", outpost.id, "memory", 60))
        )


def kept(records: SampleRecords, now: float, days: int, subjects: int) -> None:
    """Fine and coarse blocks as that many days leave them."""
    records.prepare()
    rows = []
    for number in range(subjects):
        subject = Subject(CLUSTER, "s", f"task-{number}")
        for grain in (FINE, COARSE):
            for start in range(grain.start(now - days * DAY), int(now), grain.span):
                block = Block(grain, start)
                block.add(start, figures_of(Use(number, start)))
                rows.append((subject, grain.step, start, block.packed()))
    records.save(rows)


def test_only_a_day_is_kept_finely_and_thirty_coarsely(tmp_path: Path) -> None:
    now = 100.0 * DAY
    records = SampleRecords(tmp_path / "samples.db")
    kept(records, now, 40, 2)
    records.prune(now, {CLUSTER})
    for grain, most in ((FINE, 26), (COARSE, 32)):
        found = records.load(grain, 0, now)
        assert len(found) == 2
        assert all(most - 2 <= len(blocks) <= most for blocks in found.values())


def test_the_file_stays_under_its_bound_and_keeps_the_newest(tmp_path: Path) -> None:
    now = 100.0 * DAY
    path = tmp_path / "samples.db"
    records = SampleRecords(path)
    kept(records, now, 1, 60)
    before = path.stat().st_size
    records.prune(now, {CLUSTER}, most_bytes=before // 3)
    assert path.stat().st_size + 4096 <= before
    found = records.load(FINE, 0, now)
    assert len(found) == 60
    assert max(block.start for blocks in found.values() for block in blocks) >= now - 2 * 3600
    records.prune(now, {CLUSTER}, most_bytes=0)
    assert records.load(FINE, 0, now) == {}


def test_clusters_that_are_gone_are_let_go_of(tmp_path: Path) -> None:
    records = SampleRecords(tmp_path / "samples.db")
    kept(records, 10.0 * DAY, 1, 1)
    records.prune(10.0 * DAY, {ClusterId("another")})
    assert records.load(FINE, 0, 10.0 * DAY) == {}


def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    records = SampleRecords(tmp_path / "samples.db")
    assert records.load(FINE, 0, 1) == {}
    records.prepare()
    assert stat.S_IMODE((tmp_path / "samples.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"no database at all, but long enough" * 40, None])
def test_a_file_that_can_not_be_used_is_set_aside(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "samples.db"
    if content is None:  # of another version
        kept(SampleRecords(path), 10.0 * DAY, 1, 1)
        import sqlite3

        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA user_version = 99")
        connection.close()
    else:
        path.write_bytes(content)
    records = SampleRecords(path)
    if content is not None:
        with pytest.raises(DatabaseDamaged):
            records.load(FINE, 0, 1)
    records.prepare()
    assert records.load(FINE, 0, 1e12) == {}
    assert (tmp_path / "samples.db.unusable").exists()
    kept(records, 10.0 * DAY, 1, 1)
    assert OutpostId("task-0") in {s.name for s in records.load(FINE, 0, 1e12)}
