"""Looks a server over before it becomes an outpost, and the ways to the others."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from otternauts_desktop.core.errors import OutpostError
from otternauts_desktop.core.flight.crossing import Crossing, End, crossing_checks
from otternauts_desktop.core.flight.preflight import (
    NO_FACTS,
    OLDEST_DOCKER,
    Check,
    CheckState,
    Facts,
    ask_clock,
    ask_facts,
    best_address,
    checks_of,
    clock_check,
    read_facts,
)
from otternauts_desktop.core.swarm.cluster import Login, Outpost
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.crossing import LoggedIn, Packets, number
from otternauts_desktop.services.keys import Keys
from otternauts_desktop.services.together import together


@dataclass(frozen=True, slots=True)
class Report:
    """All that was looked at so far, in the order of a person's interest."""

    name: str
    checks: tuple[Check, ...]
    facts: Facts = NO_FACTS
    address: str = ""
    """What the other outposts should use; "" where that is not known."""
    doing: str = ""
    """What is being looked at now; "" once all was."""

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that stand in the way."""
        return tuple(check for check in self.checks if check.state is CheckState.FAILED)

    @property
    def needs_newer_docker(self) -> bool:
        """Whether all that stands in the way is a Docker that is too old."""
        docker = self.facts.docker
        return (
            [check.key for check in self.failed] == ["docker"]
            and bool(docker)
            and docker[0] < OLDEST_DOCKER
        )


class Preflight:
    """The checks. They only read, over connections of their own, and can be run at any time."""

    def __init__(self, keys: Keys, packets: Packets) -> None:
        self._keys = keys
        self._packets = packets

    async def check(
        self, login: Login, host_key: str, *, name: str = "", peers: Sequence[Outpost] = ()
    ) -> Report:
        """Look a server over, and the ways between it and `peers`, both ways.

        Raises `OutpostError` where it can't be logged in to; a peer that can't is a check.
        """
        async with aclosing(self.look_over(login, host_key, name=name, peers=peers)) as steps:
            async for report in steps:
                last = report
        return last

    async def look_over(
        self, login: Login, host_key: str, *, name: str = "", peers: Sequence[Outpost] = ()
    ) -> AsyncGenerator[Report]:
        """The same, telling how far it has come, anew after each check."""
        started = time.monotonic()
        link = await self._keys.connect(login, host_key)
        try:
            signed_in = tr(
                "Signed in as {user} within {seconds} s",
                user=login.user,
                seconds=f"{time.monotonic() - started:.1f}",
            )
            report = Report(
                name or login.host,
                (Check("ssh", tr("SSH connection"), CheckState.PASSED, signed_in),),
                doing=tr("its clock"),
            )
            yield report
            before = time.time()
            theirs = await number(link, ask_clock())
            clock = clock_check(theirs, before, time.time())
            report = replace(report, checks=(*report.checks, clock), doing=tr("the server itself"))
            yield report
            facts = read_facts((await link.run(ask_facts())).stdout)
            address = best_address(facts, login.host, [peer.login.host for peer in peers])
            checks = (*report.checks, *checks_of(facts))
            report = replace(report, checks=checks, facts=facts, address=address)
            own = LoggedIn(link, End(report.name, facts, address))
            async with aclosing(self._ways(own, peers if address else ())) as steps:
                async for some, doing in steps:
                    yield replace(report, checks=(*checks, *some), doing=doing)
        finally:
            await link.close()

    async def _ways(
        self, own: LoggedIn, peers: Sequence[Outpost]
    ) -> AsyncGenerator[tuple[tuple[Check, ...], str]]:
        """What was seen of the ways to and from all peers, and which are tried yet."""
        left = [peer.name for peer in peers]
        silent: list[Check] = []
        found: dict[str, list[Crossing]] = {peer.id: [] for peer in peers}
        tasks = [asyncio.create_task(self._both_ways(own, peer)) for peer in peers]
        try:
            yield (), _to(left)
            for task in asyncio.as_completed(tasks):
                peer, seen = await task
                left.remove(peer.name)
                if isinstance(seen, OutpostError):
                    if not own.link.alive:
                        raise seen
                    title = tr("Ports to {outpost}", outpost=peer.name)
                    silent.append(Check("peer", title, CheckState.WARNED, seen.text()))
                else:
                    found[peer.id] = seen
                crossings = tuple(crossing for some in found.values() for crossing in some)
                yield (*silent, *crossing_checks(crossings)), _to(left)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _both_ways(
        self, own: LoggedIn, peer: Outpost
    ) -> tuple[Outpost, list[Crossing] | OutpostError]:
        """What crosses to and from a peer, which is logged in to for that; or why that is unknown.

        Nothing where it has no address that could be reached.
        """
        try:
            link = await self._keys.connect(peer.login, peer.host_key)
        except OutpostError as error:
            return peer, error
        try:
            facts = read_facts((await link.run(ask_facts())).stdout)
            address = best_address(facts, peer.login.host, [own.end.address])
            if not address:
                return peer, []
            other = LoggedIn(link, End(peer.name, facts, address))
            crossed = self._packets.crossed
            both = await together(crossed(own, other), crossed(other, own))
        except OutpostError as error:
            return peer, error
        else:
            return peer, [crossing for way in both for crossing in way]
        finally:
            await link.close()


def _to(names: Sequence[str]) -> str:
    return tr("the ways to and from {outposts}", outposts=", ".join(names)) if names else ""
