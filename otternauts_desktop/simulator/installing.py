"""Docker's install script on a simulated server: what it prints, and what it leaves."""

import asyncio
import shlex
from collections.abc import AsyncIterator
from typing import Final

from otternauts_desktop.simulator.records import ENGINE_VERSION
from otternauts_desktop.simulator.servers import SUDO_REFUSED, Server

INSTALL: Final = "install docker"
_SAID: Final = (
    "# Executing docker install script",
    "+ sh -c apt-get -qq update >/dev/null",
    "+ sh -c DEBIAN_FRONTEND=noninteractive apt-get -y -qq install ca-certificates curl >/dev/null",
    "+ sh -c install -m 0755 -d /etc/apt/keyrings",
    "+ sh -c apt-get -qq update >/dev/null",
    "+ sh -c apt-get -y -qq install docker-ce docker-ce-cli containerd.io >/dev/null",
    "+ sh -c docker version",
    f"Server: Docker Engine - Community, Version: {ENGINE_VERSION}",
)


def installs(line: str) -> bool:
    """Whether a command line runs Docker's install script."""
    try:
        words = shlex.split(line)
    except ValueError:
        return False
    return words[:2] == ["sh", "-c"] and len(words) > 2 and "get.docker.com" in words[2]


def stands_in_the_way(server: Server) -> str:
    """What the script fails with before it has begun, "" where it does not."""
    if not server.online:
        return "curl: (6) Could not resolve host: get.docker.com"
    return "" if server.sudo else SUDO_REFUSED


async def install(server: Server, takes: float) -> AsyncIterator[str]:
    """Run the script for so many seconds; gives the lines it prints.

    Docker is there once all was said: a script that is cut off has installed nothing. A new one
    is reached by sudo only.
    """
    for said in _SAID:
        yield said
        await asyncio.sleep(takes / len(_SAID))
    if not server.docker:
        server.grouped = False
    server.docker = ENGINE_VERSION
    server.deeds.append(INSTALL)
