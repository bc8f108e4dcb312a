"""Locks of fleets: taken in the swarm before a launch changes anything, released when it ended."""

import contextlib
import getpass
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from otternauts_desktop.core.errors import (
    EngineRefused,
    FleetLocked,
    LinkLost,
    NothingFound,
)
from otternauts_desktop.core.names import ClusterId, LaunchId
from otternauts_desktop.core.swarm.lock import Lock, lock_document, lock_name, lock_of
from otternauts_desktop.core.swarm.state import read_snapshot
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.store.launches import LaunchRecords
from otternauts_desktop.services.telemetry import Telemetry

_TRIES: Final = 5
"""A lock that goes between the refusal and the look is tried for again."""
_CONFLICT: Final = 409


def operator() -> str:
    """Who launches from here, like `ada@laptop`."""
    return f"{getpass.getuser()}@{platform.node()}"


@dataclass(frozen=True, slots=True)
class Held:
    """A lock, and for how long it has been held by the manager's clock."""

    lock: Lock
    seconds: float

    @property
    def words(self) -> str:
        """Who holds it, since when and for which launch."""
        return tr(
            "{holder} has been launching or removing {fleet} for {seconds} s (launch {id}).",
            holder=self.lock.holder or "?",
            fleet=self.lock.fleet,
            seconds=round(self.seconds),
            id=self.lock.launch[:8],
        )


class Locks:
    """Takes and releases the locks of one data directory's launches."""

    def __init__(self, telemetry: Telemetry, records: LaunchRecords) -> None:
        self._telemetry = telemetry
        self._records = records

    async def take(self, cluster_id: ClusterId, fleet: str, launch_id: LaunchId) -> None:
        """Lock a fleet for a launch; one that has the lock already keeps it.

        What an ended launch from here left behind is taken away first. Raises `FleetLocked`
        where another launch has it, and as `Telemetry.manager` does.
        """
        document = lock_document(fleet, operator(), launch_id)
        for _ in range(_TRIES):
            if await self._make(cluster_id, document):
                return
            held = await self.held(cluster_id, fleet)
            if held is None:
                continue
            if held.lock.launch == launch_id:
                return
            if not self._records.has_ended(held.lock.launch):
                raise FleetLocked(detail=held.words)
            await self.remove(cluster_id, held.lock)
        raise FleetLocked

    async def _make(self, cluster_id: ClusterId, document: Mapping[str, Any]) -> bool:
        """Whether it was made; after a lost link that is to be looked at."""
        try:
            async with self._telemetry.manager(cluster_id) as (_, engine):
                await engine.post("/configs/create", document)
        except LinkLost:
            return False
        except EngineRefused as error:
            if error.status == _CONFLICT:
                return False
            raise
        return True

    async def release(self, cluster_id: ClusterId, fleet: str, launch_id: LaunchId) -> None:
        """Free a fleet where this launch has it locked. Raises as `Telemetry.manager` does."""
        held = await self.held(cluster_id, fleet)
        if held is not None and held.lock.launch == launch_id:
            await self.remove(cluster_id, held.lock)

    async def held(self, cluster_id: ClusterId, fleet: str) -> Held | None:
        """Who has a fleet locked, None for nobody. Raises as `Telemetry.manager` does."""
        async with self._telemetry.manager(cluster_id) as (_, engine):
            configs = await engine.get("/configs", {"filters": {"name": [lock_name(fleet)]}})
            seen = read_snapshot(
                nodes=(), services=(), tasks=(), networks=(), configs=configs, taken_at=0.0
            )
            lock = lock_of(fleet, seen.configs)
            if lock is None:
                return None
            now = str((await engine.get("/info"))["SystemTime"])
        age = datetime.fromisoformat(now) - datetime.fromisoformat(lock.created_at)
        return Held(lock, age.total_seconds())

    async def remove(self, cluster_id: ClusterId, lock: Lock) -> None:
        """Take this very lock away, whoever has it; nothing happens where it is gone."""
        async with self._telemetry.manager(cluster_id) as (_, engine):
            with contextlib.suppress(NothingFound):
                await engine.delete(f"/configs/{lock.id}")
