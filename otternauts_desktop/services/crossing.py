"""Sends packets between servers that are logged in to, and counts what arrives."""

import asyncio
from dataclasses import dataclass
from typing import Final

from otternauts_desktop.core.flight.commands import Command
from otternauts_desktop.core.flight.crossing import (
    OVERLAY,
    SMALL,
    TCP_PORTS,
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

SETTLE_SECONDS: Final = 0.3
"""So long a packet that was sent may take until it is counted."""
TRIES: Final = 3
"""So often it is tried while other traffic drowns the packets."""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A server, and the connection to it."""

    link: SshLink
    end: End


async def crossed(source: LoggedIn, target: LoggedIn) -> tuple[Crossing, ...]:
    """Try every port from `source` to `target`. Raises `LinkLost` where one of them goes away.

    Nobody else may send to `target` meanwhile: its counters are shared.
    """
    tcp = asyncio.gather(*(_tcp(source, target, port) for port in TCP_PORTS))
    try:
        udp = [await _udp(source, target, port) for port in UDP_PORTS]
        if udp[-1].open:
            udp.append(await _udp(source, target, OVERLAY, full=True))
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


async def _udp(source: LoggedIn, target: LoggedIn, port: int, *, full: bool = False) -> Crossing:
    for _ in range(TRIES):
        crossing = await _count(source, target, port, full=full)
        if crossing.open is not None:
            break
    return crossing


async def _count(source: LoggedIn, target: LoggedIn, port: int, *, full: bool) -> Crossing:
    size = full_size(source.end) if full else SMALL
    first = await number(target.link, count_udp())
    await asyncio.sleep(SETTLE_SECONDS)
    before = await number(target.link, count_udp())
    send = send_udp(target.end.address, port, size)
    sent = read_count((await source.link.run(send)).stdout)
    await asyncio.sleep(SETTLE_SECONDS)
    after = await number(target.link, count_udp())
    return udp_crossing(
        source.end,
        target.end,
        port,
        sent=sent,
        counted=int(after - before),
        others=int(before - first),
        full=full,
    )
