"""Sends one HTTP request to a webhook, and looks where it leads before it connects.

The address that was looked at is the one that is connected to, so that a name which means
something else a moment later changes nothing. Redirects are not followed.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, urlsplit

import h11

from otternauts_desktop.core.alerts.addresses import is_local
from otternauts_desktop.core.channel_errors import ChannelUnusable, NotDelivered, TargetRefused
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr

SECONDS: Final = 15.0
"""For all of it."""
_CHUNK: Final = 65_536


def parts_of(url: Secret) -> SplitResult:
    """The address in its parts. Raises `ChannelUnusable`, without showing it."""
    try:
        parts = urlsplit(url.reveal().strip())
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
    except ValueError:
        usable = None
    if not usable:
        raise ChannelUnusable
    return parts


async def post(
    url: Secret,
    headers: Mapping[str, str],
    body: bytes,
    *,
    allow_local: bool,
    trusting: ssl.SSLContext | None = None,
) -> None:
    """Send `body` as JSON; done when a status from 200 to 299 comes back.

    Raises `ChannelUnusable`, `TargetRefused` and `NotDelivered`; none of them shows the address.
    """
    parts = parts_of(url)
    try:
        async with asyncio.timeout(SECONDS):
            reader, writer = await _connect(parts, allow_local=allow_local, trusting=trusting)
            try:
                status = await _exchange(parts, headers, body, reader, writer)
            finally:
                writer.close()
    except TimeoutError:
        raise NotDelivered(detail=tr("no answer within {seconds:.0f} s", seconds=SECONDS)) from None
    except ssl.SSLCertVerificationError as error:
        raise NotDelivered(detail=error.verify_message) from None
    except (OSError, h11.RemoteProtocolError) as error:
        raise NotDelivered(detail=getattr(error, "strerror", None) or str(error)) from None
    if not 200 <= status < 300:
        raise NotDelivered(detail=tr("The server answered {status}.", status=status))


async def _connect(
    parts: SplitResult, *, allow_local: bool, trusting: ssl.SSLContext | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    assert parts.hostname is not None
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotDelivered(detail=tr("There is no host of that name.")) from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    allowed = [address for address in addresses if allow_local or not is_local(address)]
    if not allowed:
        raise TargetRefused(detail=", ".join(addresses))
    context = trusting or (await asyncio.to_thread(ssl.create_default_context) if secure else None)
    failure: OSError | None = None
    for address in allowed:
        try:
            return await asyncio.open_connection(
                address,
                port,
                ssl=context if secure else None,
                server_hostname=parts.hostname if secure else None,
            )
        except ssl.SSLError:
            raise
        except OSError as error:
            failure = error
    assert failure is not None
    raise failure


async def _exchange(
    parts: SplitResult,
    headers: Mapping[str, str],
    body: bytes,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> int:
    """The status that the server answers with."""
    connection = h11.Connection(h11.CLIENT)
    target = parts.path or "/"
    request = h11.Request(
        method="POST",
        target=f"{target}?{parts.query}" if parts.query else target,
        headers=[
            ("Host", parts.netloc.rpartition("@")[2]),
            ("Content-Type", "application/json"),
            ("User-Agent", "otternauts"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
            *headers.items(),
        ],
    )
    for event in (request, h11.Data(data=body), h11.EndOfMessage()):
        writer.write(connection.send(event) or b"")
    with contextlib.suppress(ConnectionError):  # it may have answered without reading on
        await writer.drain()
    while True:
        answer = connection.next_event()
        if isinstance(answer, h11.Response):
            return answer.status_code
        if answer is h11.NEED_DATA:
            connection.receive_data(await reader.read(_CHUNK))
        elif isinstance(answer, h11.ConnectionClosed):
            raise h11.RemoteProtocolError(tr("The server hung up without an answer."))
