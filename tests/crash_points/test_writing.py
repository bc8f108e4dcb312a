"""Killed at random moments while it writes, the program loses nothing that it said was kept."""

import asyncio
import multiprocessing
import random
import sqlite3
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core.flight.job import Job, JobState
from otternauts_desktop.core.names import JobId, LaunchId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Cluster
from otternauts_desktop.services import vault
from otternauts_desktop.services.store.home import DATABASE
from otternauts_desktop.services.store.launches import LaunchRecord
from tests.crash_points import writing
from tests.crash_points.writing import ACME, PADDING, PHRASE

SHORT: Final = 30
LONG: Final = 1_000
LONGEST_SECONDS: Final = 0.15
_FORKED: Final = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload([writing.__name__])


def killed(home: Path, seed: int) -> list[tuple[str, int]]:
    """Let it write for a moment, kill it, and give all that it told of."""
    here, there = _FORKED.Pipe(duplex=False)
    process = _FORKED.Process(target=writing.run, args=(home, seed, there))
    process.start()
    there.close()
    told: list[tuple[str, int]] = []
    try:
        assert here.poll(60)
        until = time.monotonic() + random.Random(seed).uniform(0, LONGEST_SECONDS)
        while (left := until - time.monotonic()) > 0:
            if here.poll(left):
                told.append(here.recv())
    finally:
        process.kill()
        process.join()
    while here.poll():
        try:
            told.append(here.recv())
        except EOFError:
            break
    assert told[0] == ("ready", 0)
    return told[1:]


async def lost(control: MissionControl, told: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """What was told of and is not there, whole; where one replaces another, the last of them."""
    last: dict[str, dict[int, int]] = defaultdict(dict)
    gone = []
    jobs = {job.id: job for job in control.jobs.records.all(limit=100_000)}
    lines = {text for _, text in control.jobs.records.lines(JobId("first"))}
    history = {record.id: record for record in control.records.history(ACME, "shop")}
    for kind, number in told:
        text = f"{number} {PADDING}"
        if kind == "job":
            job = jobs.get(JobId(f"j{number}"))
            ended = job is not None and job.title == text and job.state is JobState.INTERRUPTED
            gone += [] if ended else [(kind, number)]
        elif kind == "line":
            gone += [] if text in lines else [(kind, number)]
        elif kind == "launch":
            record = history.get(LaunchId(f"l{number}"))
            gone += [] if record and record.template == text else [(kind, number)]
        else:
            places = {"value": 5, "draft": 3, "entry": 3}.get(kind, 1)
            last[kind][number % places] = number
    values = await control.values.of(ACME, "shop")
    for kind, numbers in last.items():
        for place, number in numbers.items():
            if kind == "value":
                kept = values[f"V{place}"].reveal()
            elif kind == "draft":
                kept = control.launches.draft(ACME, f"fleet{place}")
            elif kind == "entry":
                kept = (await control.keys._vault.get(f"entry{place}")).reveal()
            elif kind == "setting":
                kept = str(control.settings.get("number"))
            else:
                kept = history[LaunchId("first")].cause
            stood, _, rest = kept.partition(" ")
            # What was being written when it was killed may have come to be kept, too.
            gone += [] if int(stood) >= number and rest == PADDING else [(kind, number)]
    return gone


async def kill_often(home: Path, times: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Kill it so many times on one data directory; gives how much was kept and found again."""
    monkeypatch.setenv(vault.ENVIRONMENT, PHRASE)
    monkeypatch.setattr(vault, "COSTS", {"rounds": 1, "lanes": 1, "memory_kib": 64})
    async with open_mission_control(home) as control:
        control._clusters.add(Cluster(ACME, "acme", "swarm"))
        await control.values.keep(ACME, "shop", {"FIRST": Secret("v")})
        control.jobs.records.add(Job(JobId("first"), "evacuate", "first", "acme", {}, 1.0))
        control.records.record_intent(
            LaunchRecord(LaunchId("first"), ACME, "shop", 0, "", "", "running", 1.0)
        )
    count = 0
    for seed in range(times):
        told = await asyncio.to_thread(killed, home, seed)
        count += len(told)
        with closing(sqlite3.connect(home / DATABASE)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        async with open_mission_control(home) as control:
            control.jobs.recover(resume=False)
            assert await lost(control, told) == [], f"after kill {seed}"
    return count


@pytest.mark.seconds(240)
async def test_nothing_is_lost_in_thirty_kills(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await kill_often(tmp_path / "home", SHORT, monkeypatch) > SHORT


@pytest.mark.lab_long
@pytest.mark.seconds(3000)
async def test_nothing_is_lost_in_a_thousand_kills(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = await kill_often(tmp_path / "home", LONG, monkeypatch)
    print(f"{LONG} kills, {count} rows told of, 0 lost")
    assert count > LONG
