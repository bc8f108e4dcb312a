"""The network doctor: tries the ways between all outposts of a cluster, at any time.

It only looks. What listens on the ports is sent nothing that it could act on, so a swarm goes on
undisturbed, and connections are the doctor's own: it works where the cluster can't be read.
"""

import asyncio
from collections.abc import AsyncGenerator

from otternauts_desktop.core.errors import KnownError, NothingFound, OutpostError
from otternauts_desktop.core.flight.crossing import End, crossing_check, rounds
from otternauts_desktop.core.flight.doctor import Examination, Patient
from otternauts_desktop.core.flight.preflight import (
    Check,
    CheckState,
    ask_facts,
    best_address,
    read_facts,
)
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Outpost
from otternauts_desktop.core.swarm.state import Node
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.crossing import LoggedIn, Packets
from otternauts_desktop.services.keys import Keys
from otternauts_desktop.services.outposts import Outposts
from otternauts_desktop.services.telemetry import Telemetry
from otternauts_desktop.services.together import together


class Doctor:
    """Looks at clusters."""

    def __init__(
        self, keys: Keys, outposts: Outposts, telemetry: Telemetry, packets: Packets
    ) -> None:
        self._keys = keys
        self._packets = packets
        self._outposts = outposts
        self._telemetry = telemetry

    async def examine(self, cluster_id: ClusterId) -> AsyncGenerator[Examination]:
        """Try each way between its outposts: how far it has come, anew after each one.

        The last one is `finished`. Raises `NothingFound` for a cluster without outposts.
        """
        snapshot = self._telemetry.snapshot(cluster_id)
        nodes = {node.id: node for node in snapshot.nodes} if snapshot else {}
        outposts = self._outposts.outposts(cluster_id)
        if not outposts:
            raise NothingFound(detail=tr("This cluster has no outposts."))
        known = {outpost.node_id for outpost in outposts}
        strangers = [node for node in nodes.values() if node.id not in known]
        near = outposts[0].login.host
        found = await together(
            *(self._log_in(o, nodes.get(o.node_id or ""), near) for o in outposts)
        )
        ends = {n: one for n, one in enumerate(found) if isinstance(one, LoggedIn)}
        try:
            seen = Examination(
                (
                    *(_patient(outpost, one) for outpost, one in zip(outposts, found, strict=True)),
                    *(_stranger(node) for node in strangers),
                )
            )
            yield seen
            for pairs in rounds(list(ends)):
                tasks = [asyncio.create_task(self._try(ends, *pair)) for pair in pairs]
                try:
                    for task in asyncio.as_completed(tasks):
                        source, target, checks = await task
                        seen = seen.tried(source, target, checks)
                        yield seen
                finally:
                    for left in tasks:
                        left.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            await asyncio.gather(*(end.link.close() for end in ends.values()))

    async def _log_in(
        self, outpost: Outpost, node: Node | None, near: str
    ) -> LoggedIn | KnownError:
        """Log in to it, and learn which address the others use; or why that can't be."""
        try:
            link = await self._keys.connect(outpost.login, outpost.host_key)
        except KnownError as error:
            return error
        try:
            facts = read_facts((await link.run(ask_facts())).stdout)
        except OutpostError as error:
            await link.close()
            return error
        spoken = node.address if node else ""
        address = spoken or best_address(facts, outpost.login.host, [near])
        manages = node is None or node.role == "manager"
        return LoggedIn(link, End(outpost.name, facts, address, manages))

    async def _try(
        self, ends: dict[int, LoggedIn], source: int, target: int
    ) -> tuple[int, int, tuple[Check, ...]]:
        try:
            crossings = await self._packets.crossed(ends[source], ends[target])
        except OutpostError as error:
            lost = Check("link", tr("SSH connection"), CheckState.WARNED, error.text())
            return source, target, (lost,)
        return source, target, tuple(crossing_check(crossing) for crossing in crossings)


def _patient(outpost: Outpost, found: LoggedIn | KnownError) -> Patient:
    if isinstance(found, KnownError):
        return Patient(outpost.name, trouble=found.text())
    return Patient(outpost.name, found.end.address)


def _stranger(node: Node) -> Patient:
    words = tr("Otternauts does not log in to this outpost. Log in to it to try its ways.")
    return Patient(node.name, node.address, words)
