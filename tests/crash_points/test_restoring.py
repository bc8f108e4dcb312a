"""Killed in the middle of restoring a backup: all is as before, or all is as in the backup."""

import asyncio
import multiprocessing
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from otternauts_desktop.app import open_mission_control
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Cluster
from otternauts_desktop.services.store.home import DATABASE
from tests.crash_points import restoring

pytestmark = pytest.mark.seconds(180)

KILLS: Final = 12
VALUE: Final = "v" * 60_000
_FORKED: Final = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload([restoring.__name__])


async def of(home: Path, name: str, backup: Path | None = None) -> None:
    """Fill a data directory: the values are large, so that there is something to break."""
    async with open_mission_control(home) as control:
        cluster_id = ClusterId(name)
        control._clusters.add(Cluster(cluster_id, name, "swarm"))
        values = {f"V{number}": Secret(name + VALUE) for number in range(40)}
        await control.values.keep(cluster_id, "shop", values)
        if backup is not None:
            await control.backups.create(str(backup), Secret(restoring.PASSPHRASE))


def restored(home: Path, file: Path, seconds: float) -> float:
    """Restore, and kill it after so many seconds; gives how long it took, or took until then."""
    here, there = _FORKED.Pipe()
    process = _FORKED.Process(target=restoring.run, args=(home, file, there))
    process.start()
    try:
        assert here.poll(60) and here.recv() == "begins"
        began = time.monotonic()
        here.poll(seconds)
        return time.monotonic() - began
    finally:
        process.kill()
        process.join()


async def test_a_restore_that_is_killed_leaves_one_state_or_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTTERNAUTS_SECRET_KEY", "a passphrase")
    await of(tmp_path / "there", "new", tmp_path / "backup")
    await of(tmp_path / "before", "old")
    shutil.copytree(tmp_path / "before", tmp_path / "whole")
    whole = await asyncio.to_thread(restored, tmp_path / "whole", tmp_path / "backup", 60)
    seen = set()
    for number in range(KILLS):
        home = tmp_path / str(number)
        shutil.copytree(tmp_path / "before", home)
        after = whole * 1.1 * number / KILLS
        await asyncio.to_thread(restored, home, tmp_path / "backup", after)
        async with open_mission_control(home) as control:
            (cluster,) = control.outposts.clusters()
            values = await control.values.of(cluster.id, "shop")
            assert {value.reveal() for value in values.values()} == {cluster.name + VALUE}
            assert len(values) == 40
            seen.add(cluster.name)
        with closing(sqlite3.connect(home / DATABASE)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        shutil.rmtree(home)
    assert "old" in seen
