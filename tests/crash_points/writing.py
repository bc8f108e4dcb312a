"""A process that writes rows of every kind, tells of each that is written, and may be killed."""

import asyncio
import os
import random
import time
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core.flight.job import Job, JobState
from otternauts_desktop.core.names import ClusterId, JobId, LaunchId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services.store.launches import LaunchRecord

ACME: Final = ClusterId("acme")
PHRASE: Final = "a passphrase"
KINDS: Final = ("value", "job", "line", "launch", "end", "draft", "setting", "entry")
PADDING: Final = "x" * 2_000
"""So that a row takes pages enough for one to be torn."""


def run(home: Path, seed: int, told: Connection) -> None:
    """Write without end. `told` gets the kind and the number of everything that is kept."""
    os.environ["OTTERNAUTS_SECRET_KEY"] = PHRASE
    asyncio.run(_run(home, seed, told))


async def _run(home: Path, seed: int, told: Connection) -> None:
    choice = random.Random(seed)
    async with open_mission_control(home) as control:
        await control.values.recovery_key()  # the vault is open from here on
        told.send(("ready", 0))
        number = seed * 100_000
        while True:
            number += 1
            kind = choice.choice(KINDS)
            await write(control, kind, number)
            told.send((kind, number))


async def write(control: MissionControl, kind: str, number: int) -> None:
    """Keep something of that kind; the number is found in it again."""
    text = f"{number} {PADDING}"
    if kind == "value":
        await control.values.keep(ACME, "shop", {f"V{number % 5}": Secret(text)})
    elif kind == "job":
        job = Job(JobId(f"j{number}"), "evacuate", text, "acme", {}, time.time())
        control.jobs.records.add(job)
        runner = control.jobs._runner
        runner.begin()
        control.jobs.records.save(replace(job, state=JobState.RUNNING, runner=runner.id))
    elif kind == "line":
        control.jobs.records.add_line(JobId("first"), text)
    elif kind == "launch":
        state = LaunchRecord(LaunchId(f"l{number}"), ACME, "shop", 0, text, "", "running", 1.0)
        control.records.record_intent(state)
    elif kind == "end":
        control.records.record_end(LaunchId("first"), state="failed", ended_at=number, cause=text)
    elif kind == "draft":
        control.launches.save_draft(ACME, f"fleet{number % 3}", text)
    elif kind == "setting":
        control.settings.put("number", text)
    else:
        await control.keys._vault.put(f"entry{number % 3}", Secret(text))
