"""Shells on outposts and in tasks' containers: opened over our own connection, or told as a line.

The line is for a terminal program of the person's own. OpenSSH's `ssh` does where it can log in by
itself; a key that the vault keeps is out of its reach, so there the line is one of ours.
"""

import sys
from pathlib import Path
from typing import Final

from otternauts_desktop.core.flight.commands import Command, at_terminal, shell_in_container
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Login, Outpost
from otternauts_desktop.core.swarm.targets import Target, running_task
from otternauts_desktop.services.links import Links
from otternauts_desktop.services.outposts import Outposts
from otternauts_desktop.services.ssh import Screen, Terminal
from otternauts_desktop.services.telemetry import Telemetry

_OURS: Final = (sys.executable,) if hasattr(sys, "frozen") else ("otternauts",)


class Shells:
    """Tells lines for a terminal program, and opens shells."""

    def __init__(self, links: Links, telemetry: Telemetry, outposts: Outposts, home: Path) -> None:
        self._links = links
        self._telemetry = telemetry
        self._outposts = outposts
        self._home = home

    async def words(self, cluster_id: ClusterId, target: Target) -> tuple[str, ...]:
        """The words of a command for a terminal program. Raises `NothingFound`."""
        outpost, command = await self._found(cluster_id, target, terminal=True)
        if not _kept(outpost.login):
            return at_terminal(outpost.login, command)
        where = ("--home", str(self._home), "--cluster", cluster_id)
        return (*_OURS, *where, "shell", target.words)

    async def open(self, cluster_id: ClusterId, target: Target, screen: Screen | None) -> Terminal:
        """Open it over our own connection; its owner closes it.

        Raises `NothingFound` where the task does not run, or `OutpostError`.
        """
        found = await self._found(cluster_id, target, terminal=screen is not None)
        return await self._links.open_terminal(*found, screen)

    async def _found(
        self, cluster_id: ClusterId, target: Target, *, terminal: bool
    ) -> tuple[Outpost, Command | None]:
        if target.outpost:
            return self._outposts.called(cluster_id, target.outpost), None
        task = running_task(await self._telemetry.refresh(cluster_id), target)
        outpost = self._outposts.running(cluster_id, task)
        command = shell_in_container(task.container_id, terminal=terminal, sudo=outpost.sudo)
        return outpost, command


def _kept(login: Login) -> bool:
    """Whether the vault keeps a key of the way there."""
    return bool(login.key_name) or (login.jump is not None and _kept(login.jump.login))
