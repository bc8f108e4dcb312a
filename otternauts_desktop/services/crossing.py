"""Sends packets between servers that are logged in to, and counts what arrives."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from weakref import WeakValueDictionary

from otternauts_desktop.core.flight.commands import Command
from otternauts_desktop.core.flight.crossing import (
    OVERLAY,
    PACKETS,
    SMALL,
    TCP_PORTS,
    TOLERATED,
    UDP_PORTS,
    Crossing,
    End,
    ask_tcp,
    count_udp,
    full_size,
    read_count,
    send_udp,
    tcp_crossing,
    udp_crossing,
)
from otternauts_desktop.services.ssh import SshLink
from otternauts_desktop.services.together import together

SETTLE_SECONDS: Final = 0.3
"""So long a packet that was sent may take until it is counted."""
TRIES: Final = 3
"""So often it is tried while other traffic drowns the packets."""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A server, and the connection to it."""

    link: SshLink
    end: End


class Packets:
    """Sends packets, to each server from one side at a time: its counters are shared by all."""

    def __init__(self) -> None:
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def crossed(self, source: LoggedIn, target: LoggedIn) -> tuple[Crossing, ...]:
        """Try every port from `source` to `target`.

        Raises `LinkLost` where one of them goes away.
        """
        turn = self._turns.setdefault(target.end.address, asyncio.Lock())
        tcp = asyncio.gather(*(_tcp(source, target, port) for port in TCP_PORTS))
        try:
            async with turn:
                udp = await _udp_at_once(source, target) or await _udp_in_turn(source, target)
            return (*await tcp, *udp)
        finally:
            tcp.cancel()


async def number(link: SshLink, command: Command) -> float:
    """What a command answers, as a number; 0 where it is none."""
    output = (await link.run(command)).stdout.strip()
    try:
        return float(output)
    except ValueError:
        return 0.0


async def _tcp(source: LoggedIn, target: LoggedIn, port: int) -> Crossing:
    done = await source.link.run(ask_tcp(target.end.address, port))
    return tcp_crossing(source.end, target.end, port, done.stdout)


async def _udp_at_once(source: LoggedIn, target: LoggedIn) -> list[Crossing]:
    """All ports and sizes in one go, which is how it mostly is: everything arrives.

    Nothing where too much is missing, or too much else arrives, to tell.
    """
    ways = (*((port, SMALL) for port in UDP_PORTS), (OVERLAY, full_size(source.end)))
    sent, counted, others = await _sent(source, target, ways)
    crossings = [
        udp_crossing(
            *(source.end, target.end, port),
            sent=sent,
            counted=counted,
            others=others,
            full=size != SMALL,
        )
        for port, size in ways
    ]
    lost = sent - (counted - others)
    everything = sent == PACKETS * len(ways) and lost <= PACKETS * TOLERATED
    return crossings if everything and all(c.open for c in crossings) else []


async def _udp_in_turn(source: LoggedIn, target: LoggedIn) -> list[Crossing]:
    """One port after the other."""
    crossings = [await _udp(source, target, port) for port in UDP_PORTS]
    if crossings[-1].open:
        crossings.append(await _udp(source, target, OVERLAY, full=True))
    return crossings


async def _udp(source: LoggedIn, target: LoggedIn, port: int, *, full: bool = False) -> Crossing:
    size = full_size(source.end) if full else SMALL
    for _ in range(TRIES):
        sent, counted, others = await _sent(source, target, ((port, size),))
        crossing = udp_crossing(
            *(source.end, target.end, port), sent=sent, counted=counted, others=others, full=full
        )
        if crossing.open is not None:
            break
    return crossing


async def _sent(
    source: LoggedIn, target: LoggedIn, ways: Sequence[tuple[int, int]]
) -> tuple[int, int, int]:
    """Send to ports, packets of so many bytes each; gives how many went out, how many were
    counted meanwhile, and how many were counted in as long before."""
    first = await number(target.link, count_udp())
    await asyncio.sleep(SETTLE_SECONDS)
    before = await number(target.link, count_udp())
    address = target.end.address
    done = await together(*(source.link.run(send_udp(address, *way)) for way in ways))
    await asyncio.sleep(SETTLE_SECONDS)
    after = await number(target.link, count_udp())
    return sum(read_count(d.stdout) for d in done), int(after - before), int(before - first)
