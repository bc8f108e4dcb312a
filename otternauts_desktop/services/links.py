"""The connections to all outposts: one each, opened when needed, with backoff and status."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from otternauts_desktop.core.errors import (
    AuthenticationFailed,
    HostKeyChanged,
    KeyUnusable,
    LinkLost,
    OutcomeUnknown,
    OutpostError,
)
from otternauts_desktop.core.events import LinkMoved
from otternauts_desktop.core.flight.commands import Command
from otternauts_desktop.core.names import OutpostId
from otternauts_desktop.core.swarm.cluster import LinkState, LinkStatus, Outpost
from otternauts_desktop.services.bus import Bus
from otternauts_desktop.services.command_log import CommandLog
from otternauts_desktop.services.engine import Engine, open_engine
from otternauts_desktop.services.ssh import Completed, SshLink, connect

FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 30.0

_STATES: Final[tuple[tuple[type[OutpostError], LinkState], ...]] = (
    (HostKeyChanged, LinkState.HOST_KEY_CHANGED),
    (AuthenticationFailed, LinkState.AUTH_FAILED),
    (KeyUnusable, LinkState.AUTH_FAILED),
)
"""Errors that trying again can't mend: a person has to. (Retries would also feed fail2ban.)"""


@dataclass(slots=True)
class _Line:
    """What is kept per outpost."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    link: SshLink | None = None
    engine: Engine | None = None
    failures: int = 0
    next_try: float = 0.0
    """Monotonic clock."""
    error: OutpostError | None = None
    status: LinkStatus = field(default_factory=lambda: LinkStatus(LinkState.IDLE))


class Links:
    """Opens, keeps and closes connections. Owner of every `SshLink` and `Engine` but trial ones."""

    def __init__(self, bus: Bus, command_log: CommandLog) -> None:
        self._bus = bus
        self._command_log = command_log
        self._lines: dict[OutpostId, _Line] = {}

    def status(self, outpost_id: OutpostId) -> LinkStatus:
        """What is true about a connection now."""
        line = self._lines.get(outpost_id)
        return line.status if line else LinkStatus(LinkState.IDLE)

    def recorder(self, name: str) -> Callable[[str, int | None, float], None]:
        """What an engine tells its calls to."""
        return partial(self._command_log.record, name)

    async def engine(self, outpost: Outpost) -> Engine:
        """The outpost's engine, connecting first where need be.

        Raises `OutpostError`: at once with the last error while a retry is not yet due.
        """
        line = await self._connected(outpost)
        assert line.engine is not None
        return line.engine

    async def run(self, outpost: Outpost, command: Command, *, seconds: float = 60.0) -> Completed:
        """Run a command on an outpost and note it in the command log.

        Raises `OutpostError` where it was not started, `OutcomeUnknown` where that is unclear.
        """
        line = await self._connected(outpost)
        assert line.link is not None
        started = time.monotonic()
        status: int | None = None
        try:
            done = await line.link.run(command, seconds=seconds)
            status = done.exit_status
        except OutcomeUnknown:
            await self._lost(outpost, line)
            raise
        else:
            return done
        finally:
            self._command_log.record(
                outpost.name, command.line(), status, time.monotonic() - started
            )

    async def lost(self, outpost: Outpost, error: OutpostError) -> None:
        """A reader found the connection dead or hung: drop it, so the next use reconnects."""
        line = self._lines.get(outpost.id)
        if line is not None and isinstance(error, LinkLost):
            await self._lost(outpost, line)

    def retry_now(self, outpost_id: OutpostId) -> None:
        """Forget the backoff: the person asked to try again."""
        if line := self._lines.get(outpost_id):
            line.failures, line.next_try, line.error = 0, 0.0, None

    async def forget(self, outpost_id: OutpostId) -> None:
        """Close the connection to an outpost that is removed."""
        if line := self._lines.pop(outpost_id, None):
            await _close(line)

    async def close(self) -> None:
        """Close all connections."""
        lines = list(self._lines.values())
        self._lines.clear()
        await asyncio.gather(*(_close(line) for line in lines))

    async def _connected(self, outpost: Outpost) -> _Line:
        line = self._lines.setdefault(outpost.id, _Line())
        async with line.lock:
            if line.link is not None and not line.link.alive:
                await self._lost(outpost, line)
            if line.engine is not None:
                return line
            if line.error is not None and time.monotonic() < line.next_try:
                raise line.error
            reconnecting = line.failures or line.status.state is LinkState.RECONNECTING
            state = LinkState.RECONNECTING if reconnecting else LinkState.CONNECTING
            self._move(outpost, line, LinkStatus(state, attempt=line.failures + 1))
            try:
                line.link = await connect(outpost.login, outpost.host_key)
                line.engine = await open_engine(
                    line.link, sudo=outpost.sudo, on_call=self.recorder(outpost.name)
                )
            except OutpostError as error:
                await _close(line)
                self._failed(outpost, line, error)
                raise
            except BaseException:
                await _close(line)
                raise
            line.failures, line.error = 0, None
            self._move(outpost, line, LinkStatus(LinkState.CONNECTED))
            return line

    def _failed(self, outpost: Outpost, line: _Line, error: OutpostError) -> None:
        line.failures += 1
        line.error = error
        final = next((state for kind, state in _STATES if isinstance(error, kind)), None)
        if final is not None:
            line.next_try = float("inf")
            self._move(outpost, line, LinkStatus(final, error=error.text()))
            return
        # Full jitter would retry at once now and then; half keeps a floor under it.
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (line.failures - 1))
        wait *= random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, guards nothing
        line.next_try = time.monotonic() + wait
        status = LinkStatus(
            LinkState.RECONNECTING, line.failures + 1, time.time() + wait, error.text()
        )
        self._move(outpost, line, status)

    async def _lost(self, outpost: Outpost, line: _Line) -> None:
        if line.link is None:
            return
        await _close(line)
        self._move(outpost, line, LinkStatus(LinkState.RECONNECTING, attempt=1))

    def _move(self, outpost: Outpost, line: _Line, status: LinkStatus) -> None:
        if status != line.status:
            line.status = status
            self._bus.publish(LinkMoved(outpost.id, status))


async def _close(line: _Line) -> None:
    engine, link = line.engine, line.link
    line.engine = line.link = None
    if engine is not None:
        await engine.close()
    if link is not None:
        await link.close()
