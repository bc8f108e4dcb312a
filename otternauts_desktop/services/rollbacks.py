"""Docker's own rollback of one service: one step back, without a launch."""

import asyncio
import time
from typing import Final

from otternauts_desktop.core.errors import FleetLocked, NothingToRollBack, RollbackFailed
from otternauts_desktop.core.flight.commands import service_rollback
from otternauts_desktop.core.flight.plan import Plan, rolling_back
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.health import Health, service_condition
from otternauts_desktop.core.swarm.state import Service, Snapshot
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.links import Links
from otternauts_desktop.services.locks import Locks
from otternauts_desktop.services.telemetry import Telemetry

_SECONDS: Final = 300.0
_POLL_SECONDS: Final = 0.7
_UNDER_WAY: Final = ("updating", "rollback_started")


class Rollbacks:
    """Shows what a rollback would change, and has it done."""

    def __init__(self, links: Links, telemetry: Telemetry, locks: Locks) -> None:
        self._links = links
        self._telemetry = telemetry
        self._locks = locks

    async def preview(self, cluster_id: ClusterId, service_id: str) -> Plan:
        """What would change, as things are now.

        Raises `NothingToRollBack`, `ClusterUnreachable`.
        """
        snapshot = await self._telemetry.refresh(cluster_id)
        plan = rolling_back(snapshot, _service(snapshot, service_id))
        if plan is None:
            raise NothingToRollBack
        return plan

    async def roll_back(self, cluster_id: ClusterId, service_id: str) -> None:
        """Bring a service back to what it was before its last update, and wait until it runs so.

        Raises `NothingToRollBack`, `FleetLocked` while its fleet is launched, `RollbackFailed`.
        """
        service = _service(await self._telemetry.refresh(cluster_id), service_id)
        if service.former is None:
            raise NothingToRollBack
        if service.fleet and (held := await self._locks.held(cluster_id, service.fleet)):
            raise FleetLocked(detail=held.words)
        async with self._telemetry.manager(cluster_id) as (outpost, _):
            command = service_rollback(service_id, sudo=outpost.sudo)
            done = await self._links.run(outpost, command)
        if not done.ok:
            raise RollbackFailed(detail=shown(done.stderr, limit=2000).strip())
        until = time.monotonic() + _SECONDS
        while True:
            snapshot = await self._telemetry.refresh(cluster_id)
            now = _service(snapshot, service_id)
            if now.update_state in ("paused", "rollback_paused"):
                raise RollbackFailed(detail=now.update_message)
            moved = now.version > service.version and now.update_state not in _UNDER_WAY
            if moved and service_condition(snapshot, now).health is not Health.MOVING:
                return
            if time.monotonic() > until:
                raise RollbackFailed(detail=tr("It is still under way; Docker goes on."))
            await asyncio.sleep(_POLL_SECONDS)


def _service(snapshot: Snapshot, service_id: str) -> Service:
    service = snapshot.service_by_id.get(service_id)
    if service is None:
        raise NothingToRollBack(detail=tr("It is not there any more."))
    return service
