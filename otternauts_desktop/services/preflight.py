"""Looks a server over before it becomes an outpost, and the ways to the others."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

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
from otternauts_desktop.services.crossing import LoggedIn, crossed, number
from otternauts_desktop.services.keys import Keys
from otternauts_desktop.services.together import together


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
            theirs = await number(link, ask_clock())
            checks.append(clock_check(theirs, before, time.time()))
            facts = read_facts((await link.run(ask_facts())).stdout)
            checks += checks_of(facts)
            address = best_address(facts, login.host, [peer.login.host for peer in peers])
            end = LoggedIn(link, End(name or login.host, facts, address))
            crossings: list[Crossing] = []
            async with self._ends(peers, address) as (others, silent):
                for other in others if address else ():
                    both = await together(crossed(end, other), crossed(other, end))
                    crossings += [crossing for way in both for crossing in way]
        finally:
            await link.close()
        checks += [*silent, *crossing_checks(tuple(crossings))]
        return Report(end.end.name, tuple(checks), facts, address)

    @asynccontextmanager
    async def _ends(
        self, outposts: Sequence[Outpost], near: str
    ) -> AsyncIterator[tuple[list[LoggedIn], list[Check]]]:
        """Connections to outposts whose address is in the network of `near`, and who is silent."""
        ends: list[LoggedIn] = []
        silent: list[Check] = []
        try:
            for outpost in outposts:
                try:
                    link = await self._keys.connect(outpost.login, outpost.host_key)
                    ends.append(LoggedIn(link, End(outpost.name, NO_FACTS, "")))
                    facts = read_facts((await link.run(ask_facts())).stdout)
                except OutpostError as error:
                    name = tr("Ports to {outpost}", outpost=outpost.name)
                    silent.append(Check("peer", name, CheckState.WARNED, error.text()))
                else:
                    address = best_address(facts, outpost.login.host, [near])
                    ends[-1] = LoggedIn(link, End(outpost.name, facts, address))
            yield [one for one in ends if one.end.address], silent
        finally:
            await asyncio.gather(*(end.link.close() for end in ends))
