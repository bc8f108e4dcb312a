"""Whether certificates for domains can be had: looked at from here, before a launch."""

import asyncio
import contextlib
import socket
from collections.abc import Collection
from typing import Final

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.flight.shields import elsewhere, silent
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.together import together

HTTP: Final = 80
SECONDS: Final = 5.0


async def addresses(host: str) -> frozenset[str]:
    """The addresses that a host name has as seen from here, none where it has none."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(SECONDS):
            found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        return frozenset()
    return frozenset(str(entry[4][0]) for entry in found)


async def shield_trouble(
    domain: str, outposts: Collection[str], *, port: int = HTTP
) -> KnownError | None:
    """Why no certificate for `domain` could be had, None where nothing is in the way.

    `outposts` are host names and addresses of the cluster's. Nothing is sent but a connection.
    """
    known = await together(*(addresses(host) for host in outposts))
    own: frozenset[str] = frozenset().union(*known)
    if trouble := elsewhere(domain, await addresses(domain), own):
        return trouble
    try:
        async with asyncio.timeout(SECONDS):
            _, writer = await asyncio.open_connection(domain, port)
    except TimeoutError:
        reason = tr("no answer within {seconds:.0f} s", seconds=SECONDS)
        return silent(domain, reason)
    except OSError as error:
        return silent(domain, error.strerror or str(error))
    writer.close()
    with contextlib.suppress(OSError):  # it may hang up first
        await writer.wait_closed()
    return None
