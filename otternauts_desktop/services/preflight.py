"""Looks a server over before it becomes an outpost, and the ways between outposts at any time."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import permutations

from otternauts_desktop.core.errors import OutpostError
from otternauts_desktop.core.flight.commands import Command
from otternauts_desktop.core.flight.crossing import (
    IP_AND_UDP,
    TCP_PORTS,
    UDP_PORTS,
    Crossing,
    ask_tcp,
    count_udp,
    crossing_checks,
    read_count,
    send_udp,
    tcp_crossing,
    udp_crossing,
)
from otternauts_desktop.core.flight.preflight import (
    NO_FACTS,
    Check,
    CheckState,
    Facts,
    ask_clock,
    ask_facts,
    best_address,
    checks_of,
    clock_check,
    mtu_of,
    read_facts,
)
from otternauts_desktop.core.swarm.cluster import Login, Outpost
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.keys import Keys
from otternauts_desktop.services.ssh import SshLink

SETTLE_SECONDS = 0.3
"""So long a packet that was sent may take until it is counted."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that was looked at, in the order of a person's interest."""

    name: str
    checks: tuple[Check, ...]
    facts: Facts
    address: str
    """What the other outposts should use; "" where that is not known."""

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.state is CheckState.FAILED)


@dataclass(frozen=True, slots=True)
class _End:
    """One end of a crossing: a server that is logged in to."""

    name: str
    link: SshLink
    facts: Facts
    address: str


class Preflight:
    """The checks. They only read, over connections of their own, and can be run at any time."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def check(
        self, login: Login, host_key: str, *, name: str = "", peers: Sequence[Outpost] = ()
    ) -> Report:
        """Look a server over, and the ways between it and `peers`, both ways.

        Raises `OutpostError` where it can't be logged in to; a peer that can't is a check.
        """
        started = time.monotonic()
        link = await self._keys.connect(login, host_key)
        try:
            signed_in = tr(
                "Signed in as {user} within {seconds} s",
                user=login.user,
                seconds=f"{time.monotonic() - started:.1f}",
            )
            checks = [Check("ssh", tr("SSH connection"), CheckState.PASSED, signed_in)]
            before = time.time()
            theirs = await _number(link, ask_clock())
            checks.append(clock_check(theirs, before, time.time()))
            facts = read_facts((await link.run(ask_facts())).stdout)
            checks += checks_of(facts)
            address = best_address(facts, login.host, [peer.login.host for peer in peers])
            end = _End(name or login.host, link, facts, address)
            async with self._ends(peers, address) as (others, silent):
                near = others if address else []
                pairs = [pair for other in near for pair in ((end, other), (other, end))]
                crossings = await _crossings(pairs)
        finally:
            await link.close()
        return Report(end.name, (*checks, *silent, *crossing_checks(crossings)), facts, address)

    async def doctor(self, outposts: Sequence[Outpost]) -> tuple[Check, ...]:
        """The ways between all of them, each in both directions."""
        near = outposts[0].login.host if outposts else ""
        async with self._ends(outposts, near) as (ends, silent):
            return (*silent, *crossing_checks(await _crossings(list(permutations(ends, 2)))))

    @asynccontextmanager
    async def _ends(
        self, outposts: Sequence[Outpost], near: str
    ) -> AsyncIterator[tuple[list[_End], list[Check]]]:
        """Connections to outposts whose address is in the network of `near`, and who is silent."""
        ends: list[_End] = []
        silent: list[Check] = []
        try:
            for outpost in outposts:
                try:
                    link = await self._keys.connect(outpost.login, outpost.host_key)
                    ends.append(_End(outpost.name, link, NO_FACTS, ""))
                    facts = read_facts((await link.run(ask_facts())).stdout)
                except OutpostError as error:
                    name = tr("Ports to {outpost}", outpost=outpost.name)
                    silent.append(Check("peer", name, CheckState.WARNED, error.text()))
                else:
                    address = best_address(facts, outpost.login.host, [near])
                    ends[-1] = replace(ends[-1], facts=facts, address=address)
            yield [end for end in ends if end.address], silent
        finally:
            await asyncio.gather(*(end.link.close() for end in ends))


async def _crossings(pairs: Sequence[tuple[_End, _End]]) -> tuple[Crossing, ...]:
    """Try each port of each pair. UDP goes one by one: the receiver's counter is shared."""
    tcp = await asyncio.gather(
        *(_tcp(source, target, port) for source, target in pairs for port in TCP_PORTS)
    )
    udp = [await _udp(source, target, port) for source, target in pairs for port in UDP_PORTS]
    return (*tcp, *udp)


async def _tcp(source: _End, target: _End, port: int) -> Crossing:
    done = await source.link.run(ask_tcp(target.address, port))
    listens = ("tcp", port) in target.facts.listens
    return tcp_crossing(source.name, target.name, port, done.stdout, listens=listens)


async def _udp(source: _End, target: _End, port: int) -> Crossing:
    size = mtu_of(source.facts, source.address) - IP_AND_UDP
    first = await _number(target.link, count_udp())
    await asyncio.sleep(SETTLE_SECONDS)
    before = await _number(target.link, count_udp())
    sent = read_count((await source.link.run(send_udp(target.address, port, size))).stdout)
    await asyncio.sleep(SETTLE_SECONDS)
    after = await _number(target.link, count_udp())
    return udp_crossing(
        source.name,
        target.name,
        port,
        sent=sent,
        counted=int(after - before),
        others=int(before - first),
    )


async def _number(link: SshLink, command: Command) -> float:
    output = (await link.run(command)).stdout.strip()
    try:
        return float(output)
    except ValueError:
        return 0.0
