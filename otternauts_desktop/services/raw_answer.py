"""One long answer of the Engine, read in big pieces: what log streams are read with.

httpcore and h11 take some 10 microseconds for each chunk of a body, and Docker makes a chunk of
every log line. So logs have a channel of their own, on which one request is sent and the answer
is taken apart here (docs/decisions/0018-log-streams.md).
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Final, Protocol

from otternauts_desktop.core.comms.chunked import BrokenBody, ChunkedBody
from otternauts_desktop.core.comms.frames import FrameReader
from otternauts_desktop.core.comms.line import LogLine, Speaker
from otternauts_desktop.core.comms.log_body import LogBody
from otternauts_desktop.core.errors import LinkLost
from otternauts_desktop.core.words import tr

MAX_HEAD: Final = 64 * 1024
MAX_BODY: Final = 1024 * 1024
"""Of an answer that is no log."""
ANSWER_SECONDS: Final = 30.0
"""For the head of the answer: dockerd may have to look through a large file first."""


class ByteChannel(Protocol):
    """What an answer is read from."""

    async def read(self) -> bytes:
        """The next bytes, b"" at the end."""
        ...

    async def write(self, data: bytes) -> None:
        """Send bytes."""
        ...


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """The head of an answer, and what came of its body with it."""

    status: int
    chunked: bool
    length: int | None
    """Bytes of a body that is not chunked, None where only its end tells."""
    channel: ByteChannel
    rest: bytes

    async def lines(
        self, reader: FrameReader, speaker: Speaker, tick: float | None = None
    ) -> AsyncGenerator[list[LogLine], None]:
        """The lines of a log, as they come. After `tick` seconds without a byte, none are given.

        Ends when its last byte was read; raises `LinkLost` where it was cut off before.
        """
        body = LogBody(reader, speaker)
        async for data in self._pieces(body, tick):
            try:
                lines = body.feed(data) if self.chunked else reader.feed(data)
            except BrokenBody:
                raise LinkLost(detail=tr("Docker's answer makes no sense.")) from None
            if lines or not data:
                yield lines

    async def body(self) -> bytes:
        """All of it, up to `MAX_BODY`. Raises as `lines` does."""
        chunks, whole = ChunkedBody(), b""
        async for data in self._pieces(chunks, ANSWER_SECONDS):
            try:
                whole += chunks.feed(data) if self.chunked else data
            except BrokenBody:
                raise LinkLost(detail=tr("Docker's answer makes no sense.")) from None
            if not data or len(whole) > MAX_BODY:
                raise LinkLost(detail=tr("Docker gave no answer."))
        return whole

    async def _pieces(
        self, body: LogBody | ChunkedBody, tick: float | None
    ) -> AsyncIterator[bytes]:
        """The bytes of the body, until it `ended`; b"" where none came for `tick` seconds."""
        data, got = self.rest, 0
        while True:
            got += len(data)
            if data:
                yield data
            if body.ended or (self.length is not None and got >= self.length):
                return
            try:
                async with asyncio.timeout(tick):
                    data = await self.channel.read()
            except TimeoutError:
                yield b""
                data = b""
                continue
            if not data:
                if not self.chunked and self.length is None:
                    return
                raise LinkLost(detail=tr("Docker's answer was cut off."))


async def ask(channel: ByteChannel, target: str) -> RawAnswer:
    """Send one `GET` and read the head of its answer. Raises `LinkLost`."""
    request = f"GET {target} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n"
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await channel.write(request.encode("ascii"))
            data = b""
            while b"\r\n\r\n" not in data:
                more = await channel.read()
                if not more:
                    raise LinkLost(detail=tr("Docker gave no answer."))
                data += more
                if len(data) > MAX_HEAD + len(more):
                    raise LinkLost(detail=tr("Docker's answer makes no sense."))
    except TimeoutError:
        raise LinkLost(detail=tr("Docker gave no answer.")) from None
    head, _, rest = data.partition(b"\r\n\r\n")
    first, *fields = head.decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (field.partition(":") for field in fields)
    }
    status, length = first.split(" ")[1:2], headers.get("content-length", "")
    if not first.startswith("HTTP/1.") or not status or not status[0].isdecimal():
        raise LinkLost(detail=tr("Docker's answer makes no sense."))
    return RawAnswer(
        status=int(status[0]),
        chunked=headers.get("transfer-encoding", "").lower() == "chunked",
        length=int(length) if length.isdecimal() and length.isascii() else None,
        channel=channel,
        rest=rest,
    )
