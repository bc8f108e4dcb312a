"""Waits until a removed fleet is gone."""

import asyncio
import time
from typing import Final

from otternauts_desktop.core.flight.leftovers import leftovers
from otternauts_desktop.services.engine import Engine

_SECONDS: Final = 120.0
"""For its tasks to stop; more than most stop grace periods."""


async def left_of(engine: Engine, fleet: str) -> str:
    """What is still there of a removed fleet when it has had its time; "" when all is gone."""
    label = {"filters": {"label": [f"com.docker.stack.namespace={fleet}"]}}
    until = time.monotonic() + _SECONDS
    while True:
        tasks = await engine.get("/tasks", label)
        networks = await engine.get("/networks", label)
        if not tasks and not networks:
            return ""
        if time.monotonic() > until:
            return leftovers(tasks, networks, await engine.get("/nodes"))
        await asyncio.sleep(1.0)
