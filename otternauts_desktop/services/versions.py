"""A fleet's versions in the swarm: kept there when a launch has ended, taken over from there."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any, Final

from otternauts_desktop.core.errors import KnownError, NothingFound
from otternauts_desktop.core.events import Event, LaunchedElsewhere, SwarmObserved
from otternauts_desktop.core.flight.versions import (
    KeptVersion,
    fleet_of,
    newest_in,
    read_versions,
    unknown,
    versions_document,
    versions_filter,
)
from otternauts_desktop.core.names import ClusterId, LaunchId
from otternauts_desktop.core.swarm.state import SwarmFile
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.bus import Bus
from otternauts_desktop.services.command_log import asks
from otternauts_desktop.services.engine import Engine
from otternauts_desktop.services.store.launches import LaunchRecord, LaunchRecords
from otternauts_desktop.services.telemetry import Telemetry

_ENDED: Final = ("converged", "failed", "timed_out", "unknown")
"""States of launches that others should know of."""


class Versions:
    """Keeps the journal of launches and the swarm in step. Close it to end what it has started."""

    def __init__(self, bus: Bus, telemetry: Telemetry, records: LaunchRecords) -> None:
        self._bus = bus
        self._telemetry = telemetry
        self._records = records
        self._tried: set[tuple[ClusterId, str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._end_listening = bus.subscribe(self._hear)

    async def keep(self, cluster_id: ClusterId, fleet: str) -> None:
        """Put the newest versions of a fleet into the swarm, those of others among them.

        To be called while the fleet is locked. Raises as `Telemetry.manager` does.
        """
        async with self._telemetry.manager(cluster_id) as (_, engine):
            configs = await _configs(engine, fleet)
            self._take(cluster_id, fleet, configs)
            own = self._records.history(cluster_id, fleet)
            ended = [self._kept(record) for record in own if record.state in _ENDED]
            document = versions_document(fleet, ended)
            if document is None:
                return
            if any(config["Spec"]["Name"] == document["Name"] for config in configs):
                return
            await engine.post("/configs/create", document)
            await _delete(engine, configs)

    async def take_over(self, cluster_id: ClusterId, fleet: str) -> None:
        """Learn of the launches that others made. Raises as `Telemetry.manager` does."""
        async with self._telemetry.manager(cluster_id) as (_, engine):
            self._take(cluster_id, fleet, await _configs(engine, fleet))

    async def forget(self, cluster_id: ClusterId, fleet: str) -> None:
        """Take a removed fleet's versions out of the swarm; the journal here stays."""
        async with self._telemetry.manager(cluster_id) as (_, engine):
            await _delete(engine, await _configs(engine, fleet))

    async def close(self) -> None:
        """Stop listening, and end what is under way."""
        self._end_listening()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _hear(self, event: Event) -> None:
        if not isinstance(event, SwarmObserved):
            return
        configs = [config for config in event.snapshot.configs if fleet_of(config)]
        new = [c for c in configs if (event.cluster_id, c.id) not in self._tried]
        if not new:
            return
        self._tried |= {(event.cluster_id, config.id) for config in new}
        known = self._records.known([newest_in(config) for config in new])
        for fleet in unknown(new, known):
            task = asyncio.create_task(self._learn(event.cluster_id, fleet, new))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _learn(self, cluster_id: ClusterId, fleet: str, configs: Sequence[SwarmFile]) -> None:
        asks(tr("history of {fleet}", fleet=fleet))
        try:
            await self.take_over(cluster_id, fleet)
        except KnownError:  # the connection's: tried again with the next look at the swarm
            self._tried -= {(cluster_id, config.id) for config in configs}

    def _take(self, cluster_id: ClusterId, fleet: str, configs: Sequence[dict[str, Any]]) -> None:
        found: dict[LaunchId, KeptVersion] = {}
        for config in configs:
            for kept in read_versions(str(config["Spec"].get("Data", ""))):
                found.setdefault(kept.launch, kept)
        oldest_first = sorted(found.values(), key=lambda kept: kept.started_at)
        for kept in oldest_first:
            record = LaunchRecord(
                id=kept.launch,
                cluster_id=cluster_id,
                fleet=fleet,
                version=kept.version,
                template=kept.template,
                body_sha256=kept.body_sha256,
                state=kept.state if kept.state in _ENDED else "unknown",
                started_at=kept.started_at,
                ended_at=kept.ended_at,
                cause=kept.cause,
                rendered=kept.rendered,
                operator=shown(kept.operator, limit=200),
                returns_to=kept.returns_to,
                git_commit=shown(kept.git_commit, limit=40),
            )
            if self._records.take_over(record, kept.pins, shared={*found}):
                self._bus.publish(
                    LaunchedElsewhere(
                        cluster_id, fleet, kept.version, record.operator, kept.ended_at
                    )
                )

    def _kept(self, record: LaunchRecord) -> KeptVersion:
        return KeptVersion(
            launch=record.id,
            version=record.version,
            template=record.template,
            rendered=record.rendered,
            body_sha256=record.body_sha256,
            state=record.state,
            started_at=record.started_at,
            ended_at=record.ended_at,
            cause=record.cause,
            operator=record.operator,
            returns_to=record.returns_to,
            git_commit=record.git_commit,
            pins=dict(self._records.pins(record.id)),
        )


async def _configs(engine: Engine, fleet: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await engine.get("/configs", {"filters": versions_filter(fleet)})
    return found


async def _delete(engine: Engine, configs: Sequence[dict[str, Any]]) -> None:
    for config in configs:
        with contextlib.suppress(NothingFound):
            await engine.delete(f"/configs/{config['ID']}")
