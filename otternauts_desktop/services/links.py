"""The connections to all outposts: one each, opened when needed and kept, with a status."""

import asyncio
import contextlib
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
    OutpostUnreachable,
    PassphraseNeeded,
)
from otternauts_desktop.core.events import LinkMoved
from otternauts_desktop.core.flight.commands import Command
from otternauts_desktop.core.kept_errors import SecretMissing, VaultLocked
from otternauts_desktop.core.names import OutpostId
from otternauts_desktop.core.swarm.cluster import LinkState, LinkStatus, Outpost
from otternauts_desktop.services.bus import Bus
from otternauts_desktop.services.command_log import CommandLog
from otternauts_desktop.services.engine import Engine, open_engine
from otternauts_desktop.services.keys import Keys
from otternauts_desktop.services.ssh import Completed, Screen, Socket, SshLink, Terminal

FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 10.0

_FOR_A_PERSON: Final[tuple[tuple[type[OutpostError], LinkState], ...]] = (
    (HostKeyChanged, LinkState.HOST_KEY_CHANGED),
    (AuthenticationFailed, LinkState.AUTH_FAILED),
    (PassphraseNeeded, LinkState.LOCKED),
    (KeyUnusable, LinkState.AUTH_FAILED),
    (SecretMissing, LinkState.AUTH_FAILED),
    (VaultLocked, LinkState.LOCKED),
)
"""Errors that trying again can't mend: a person has to. (Retries would also feed fail2ban.)"""


@dataclass(slots=True)
class _Line:
    """What is kept per outpost. Its keeper is the only one that connects it."""

    link: SshLink | None = None
    engine: Engine | None = None
    keeper: asyncio.Task[None] | None = None
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while no attempt is under way: `engine` or `error` says how the last one ended."""
    retry: asyncio.Event = field(default_factory=asyncio.Event)
    """Ends the wait before the next attempt."""
    error: OutpostError | None = None
    status: LinkStatus = field(default_factory=lambda: LinkStatus(LinkState.IDLE))


class Links:
    """Opens, keeps and closes connections. Owner of every `SshLink` and `Engine` but trial ones."""

    def __init__(self, bus: Bus, command_log: CommandLog, keys: Keys) -> None:
        self._bus = bus
        self._keys = keys
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
            self._lost(outpost, line)
            raise
        else:
            return done
        finally:
            self._command_log.record(
                outpost.name, command.line(), status, time.monotonic() - started
            )

    async def open_wire(self, outpost: Outpost, host: str, port: int) -> Socket:
        """Have an outpost connect to a TCP port, and note it. Raises as `SshLink.open_wire`."""
        line = await self._connected(outpost)
        assert line.link is not None
        started, status = time.monotonic(), 1
        try:
            wire = await line.link.open_wire(host, port)
            status = 0
        finally:
            self._command_log.record(
                outpost.name, f"-W {host}:{port}", status, time.monotonic() - started
            )
        return wire

    async def open_terminal(
        self, outpost: Outpost, command: Command | None, screen: Screen | None
    ) -> Terminal:
        """Open a shell, and note it. Raises as `SshLink.open_terminal`."""
        line = await self._connected(outpost)
        assert line.link is not None
        started, status = time.monotonic(), 1
        try:
            terminal = await line.link.open_terminal(command, screen)
            status = 0
        finally:
            words = command.line() if command else "-t"
            self._command_log.record(outpost.name, words, status, time.monotonic() - started)
        return terminal

    def lost(self, outpost: Outpost, error: OutpostError) -> None:
        """A reader found the connection dead or hung: drop it, and connect anew."""
        line = self._lines.get(outpost.id)
        if line is not None and isinstance(error, LinkLost):
            self._lost(outpost, line)

    async def probe(self, outpost: Outpost) -> None:
        """Find out within two seconds whether a connection is only half open; drop it then."""
        line = self._lines.get(outpost.id)
        if line is None or line.link is None:
            return
        link = line.link
        if not await link.answers() and line.link is link:
            self._lost(outpost, line)

    def retry_now(self, outpost: Outpost) -> None:
        """Connect now where it is not connected, whatever the backoff or the last error says."""
        line = self._lines.setdefault(outpost.id, _Line())
        if line.engine is not None:
            return
        line.error = None
        line.retry.set()
        if line.keeper is None or line.keeper.done():
            self._keep(outpost, line)

    async def forget(self, outpost_id: OutpostId) -> None:
        """Close the connection to an outpost that is removed or reached in another way now."""
        if line := self._lines.pop(outpost_id, None):
            await _end(line)

    async def close(self) -> None:
        """Close all connections."""
        lines = list(self._lines.values())
        self._lines.clear()
        await asyncio.gather(*(_end(line) for line in lines))

    async def _connected(self, outpost: Outpost) -> _Line:
        line = self._lines.setdefault(outpost.id, _Line())
        if line.link is not None and line.settled.is_set() and not line.link.alive:
            self._lost(outpost, line)
        if line.engine is not None:
            return line
        if line.keeper is None or line.keeper.done():
            if line.error is not None:  # a person has to act before it is tried again
                raise line.error.with_traceback(None)
            self._keep(outpost, line)
        elif line.error is None and line.settled.is_set():
            line.settled.clear()  # `retry_now` was called: its attempt starts in a moment
        await line.settled.wait()
        if line.link is None:
            raise (line.error or OutpostUnreachable()).with_traceback(None)
        return line

    def _keep(self, outpost: Outpost, line: _Line) -> None:
        line.settled.clear()
        line.keeper = asyncio.create_task(
            self._keep_connected(outpost, line), name=f"keep {outpost.name} connected"
        )

    async def _keep_connected(self, outpost: Outpost, line: _Line) -> None:
        """Connect, again and again until it holds or a person has to act; notice its end."""
        failures = 0
        wait: float | None = None
        while True:
            line.settled.clear()
            line.retry.clear()
            again = failures or line.status.state is not LinkState.IDLE
            state = LinkState.RECONNECTING if again else LinkState.CONNECTING
            self._move(outpost, line, LinkStatus(state, failures + 1, error=line.status.error))
            try:
                await self._attempt(outpost, line)
            except OutpostError as error:
                failures += 1
                line.error = error
                wait = self._failed(outpost, line, error, failures)
            else:
                line.error = None
                self._move(outpost, line, LinkStatus(LinkState.CONNECTED))
            finally:
                line.settled.set()
            if line.link is not None:
                await line.link.ended()
                self._lost(outpost, line)
                return
            if wait is None:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await line.retry.wait()
                failures = 0

    async def _attempt(self, outpost: Outpost, line: _Line) -> None:
        try:
            line.link = await self._keys.connect(outpost.login, outpost.host_key)
            line.engine = await open_engine(
                line.link, sudo=outpost.sudo, on_call=self.recorder(outpost.name)
            )
        except BaseException:
            await _close(line)
            raise

    def _failed(
        self, outpost: Outpost, line: _Line, error: OutpostError, failures: int
    ) -> float | None:
        """Say why; gives the seconds until the next attempt, None where there is none."""
        for kind, state in _FOR_A_PERSON:
            if isinstance(error, kind):
                self._move(outpost, line, LinkStatus(state, error=error.text()))
                return None
        # Full jitter would retry at once now and then; half keeps a floor under it.
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (failures - 1))
        wait *= 0.5 + random.random() / 2  # noqa: S311 - spreads retries, guards nothing
        gone = isinstance(error, (OutpostUnreachable, LinkLost))
        status = LinkStatus(
            LinkState.RECONNECTING if gone else LinkState.FAILED,
            failures + 1,
            time.time() + wait,
            error.text(),
        )
        self._move(outpost, line, status)
        return wait

    def _lost(self, outpost: Outpost, line: _Line) -> None:
        """Drop a connection that no longer answers, and let its keeper make another."""
        if line.link is None or not line.settled.is_set():
            return
        line.link.abort()
        line.link = line.engine = line.error = None
        if line.keeper is not None and line.keeper is not asyncio.current_task():
            line.keeper.cancel()
        error = LinkLost().text()
        self._move(outpost, line, LinkStatus(LinkState.RECONNECTING, attempt=1, error=error))
        self._keep(outpost, line)

    def _move(self, outpost: Outpost, line: _Line, status: LinkStatus) -> None:
        if status != line.status:
            line.status = status
            self._bus.publish(LinkMoved(outpost.cluster_id, outpost.id, status))


async def _end(line: _Line) -> None:
    if line.keeper is not None:
        line.keeper.cancel()
        await asyncio.gather(line.keeper, return_exceptions=True)
    line.settled.set()  # nobody waits for an attempt that will not come
    await _close(line)


async def _close(line: _Line) -> None:
    engine, link = line.engine, line.link
    line.engine = line.link = None
    if engine is not None:
        await engine.close()
    if link is not None:
        await link.close()
