"""A log's answer on a channel of its own: whole, cut off, silent, or no answer at all."""

import asyncio

import pytest

from otternauts_desktop.core.comms.frames import FrameReader
from otternauts_desktop.core.comms.line import LogLine, Speaker
from otternauts_desktop.core.errors import LinkLost
from otternauts_desktop.services.raw_answer import ask
from tests.core.log_bytes import START, Entry, framed

SPEAKER = Speaker("web", 1, "t1", "n1")
HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
FRAME = framed([Entry(START, False, b"hello")])
CHUNK = b"%x\r\n%s\r\n" % (len(FRAME), FRAME)


class FakeChannel:
    """Gives these bytes, piece by piece, then the end; None is silence without end."""

    def __init__(self, *pieces: bytes | None) -> None:
        self._pieces = list(pieces)
        self.sent = b""

    async def read(self) -> bytes:
        piece = self._pieces.pop(0) if self._pieces else b""
        if piece is None:
            self._pieces.insert(0, None)
            await asyncio.Event().wait()
        return piece or b""

    async def write(self, data: bytes) -> None:
        self.sent += data


async def heard(channel: FakeChannel, tick: float | None = None) -> list[list[LogLine]]:
    answer = await ask(channel, "/v1.45/containers/c/logs?tail=1")
    return [lines async for lines in answer.lines(FrameReader(SPEAKER), SPEAKER, tick)]


async def test_a_whole_answer_in_any_pieces() -> None:
    whole = HEAD + CHUNK + CHUNK + b"0\r\n\r\n"
    for size in (1, 10, 1_000):
        channel = FakeChannel(*(whole[at : at + size] for at in range(0, len(whole), size)), None)
        lines = [line for chunk in await heard(channel) for line in chunk]
        assert [line.text for line in lines] == ["hello", "hello"]
    assert channel.sent.startswith(
        b"GET /v1.45/containers/c/logs?tail=1 HTTP/1.1\r\nHost: docker\r"
    )


@pytest.mark.parametrize(
    "end",
    [b"", CHUNK[:20], b"0", b"nonsense\r\n"],
    ids=["at a chunk", "in one", "in the last", "-"],
)
async def test_what_is_cut_off_or_makes_no_sense_is_not_taken_for_the_end(end: bytes) -> None:
    with pytest.raises(LinkLost):
        await heard(FakeChannel(HEAD + CHUNK + end))


async def test_a_body_of_a_known_length() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(FRAME)
    (lines,) = await heard(FakeChannel(head, FRAME[:20], FRAME[20:], None))
    assert [line.text for line in lines] == ["hello"]
    assert await heard(FakeChannel(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", None)) == []


async def test_silence_is_told_as_no_lines() -> None:
    answer = await ask(FakeChannel(HEAD + CHUNK, None), "/")
    told = answer.lines(FrameReader(SPEAKER), SPEAKER, 0.01)
    assert [len(await anext(told)) for _ in range(3)] == [1, 0, 0]
    await told.aclose()


@pytest.mark.parametrize(
    "head", [b"", b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 ok\r\n\r\n", b"x" * 200_000, b"HTTP/1.1\r\n\r\n"]
)
async def test_what_is_no_answer_is_refused(head: bytes) -> None:
    with pytest.raises(LinkLost):
        await heard(FakeChannel(head))
