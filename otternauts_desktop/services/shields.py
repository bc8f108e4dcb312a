"""Certificates of domains, looked at from here: whether they can be had, and when they end."""

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Collection
from typing import Final

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.flight.shields import elsewhere, silent
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.together import together

HTTP: Final = 80
HTTPS: Final = 443
SECONDS: Final = 5.0
_EXPIRED: Final = 10
"""X509_V_ERR_CERT_HAS_EXPIRED of OpenSSL."""


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


async def expiry(
    domain: str, *, port: int = HTTPS, trusting: ssl.SSLContext | None = None
) -> float | None:
    """When the certificate that a domain shows ends, in seconds since 1970.

    One that is over is told as now. None where that can't be seen: nobody answers, or what
    answers has no certificate that this machine trusts. A handshake, and nothing else is sent.
    """
    context = trusting or await asyncio.to_thread(ssl.create_default_context)
    try:
        async with asyncio.timeout(SECONDS):
            _, writer = await asyncio.open_connection(
                domain, port, ssl=context, server_hostname=domain
            )
    except ssl.SSLCertVerificationError as error:
        return time.time() if error.verify_code == _EXPIRED else None
    except (OSError, UnicodeError, ValueError, TimeoutError):
        return None
    certificate = writer.get_extra_info("peercert")
    writer.close()
    with contextlib.suppress(OSError):  # it may hang up first
        await writer.wait_closed()
    return ssl.cert_time_to_seconds(str(certificate["notAfter"]))
