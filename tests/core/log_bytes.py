"""A log as a server keeps and streams it, and bytes that are made to break its readers."""

import random
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from otternauts_desktop.core.comms.ansi import plain
from otternauts_desktop.core.comms.chunked import BrokenBody
from otternauts_desktop.core.comms.frames import MAX_FRAME, MAX_LINE, FrameReader
from otternauts_desktop.core.comms.line import Speaker
from otternauts_desktop.core.comms.log_body import LogBody
from otternauts_desktop.core.comms.stamps import stamp_at

PIECE: Final = 16 * 1024
START: Final = 1_767_323_045_000_000_000
"""A moment in 2026, nanoseconds since 1970."""


@dataclass(frozen=True)
class Entry:
    """A line in the log file of a container."""

    nanos: int
    stderr: bool
    text: bytes

    @property
    def stamp(self) -> str:
        return stamp_at(self.nanos)


def framed(entries: Sequence[Entry], details: str = "") -> bytes:
    """The frames that a log is streamed in, lines above 16 KiB in several."""
    return b"".join(
        frame(entry.stderr, f"{entry.stamp} {details}".encode() + piece)
        for entry in entries
        for piece in _pieces(entry.text)
    )


def frame(stderr: bool, payload: bytes) -> bytes:
    return struct.pack(">BxxxI", 2 if stderr else 1, len(payload)) + payload


def with_terminal(entries: Sequence[Entry]) -> bytes:
    """The same of a container with a terminal: no frames."""
    return b"".join(
        f"{entry.stamp} ".encode() + piece
        for entry in entries
        for piece in _pieces(entry.text + b"\r")
    )


def _pieces(text: bytes) -> Iterator[bytes]:
    whole = text + b"\n"
    for start in range(0, len(whole), PIECE):
        yield whole[start : start + PIECE]


_ESCAPES: Final = (
    b"\x1b[2J\x1b[H",
    b"\x1b]0;title\x07",
    b"\x1b]8;;http://evil/\x1b\\here\x1b]8;;\x1b\\",
    b"\x1bP+q\x1b\\",
    b"\x9b31m",
    b"\x1b[38;5;999;;;m\x1b[1;999999999999999999999m",
    b"\r\x08\x7f\x00\x05",
    "\u202eevil\u2066".encode(),
    b"\xff\xfe\xc3\x28\xed\xa0\x80\xf8\x88\x80",
)


def hostile(dice: random.Random) -> bytes:
    """A chunk that no honest server sends, or that an honest one may pass on."""
    kind = dice.randrange(10)
    entry = Entry(START + dice.randrange(10**12), dice.random() < 0.5, _text(dice))
    data = framed([entry])
    if kind == 0:  # a length that lies, up to 4 GiB
        return data[:4] + struct.pack(">I", dice.choice((0, 7, 2**20, 2**20 + 1, 2**32 - 1))) + data
    if kind == 1:  # cut anywhere
        return data[: dice.randrange(len(data))]
    if kind == 2:  # some bytes turned over
        broken = bytearray(data)
        for _ in range(3):
            broken[dice.randrange(min(len(broken), 60))] = dice.randrange(256)
        return bytes(broken)
    if kind == 3:
        return dice.randbytes(dice.randrange(200))
    if kind == 4:  # without a stamp, or with one that can't be
        stamp = dice.choice((b"", b"9999-99-99T99:99:99.999999999Z ", b"\xff" * 40, b"  "))
        return frame(False, stamp + entry.text)
    if kind == 5:  # text where frames should be, and the daemon's own words
        return dice.choice((entry.text + b"\n", b"\x03\0\0\0\0\0\0\x04oh\x1bn", b"\0" * 9))
    if kind == 6:  # a line that does not end
        return frame(True, f"{entry.stamp} ".encode() + entry.text)
    return data


def _text(dice: random.Random) -> bytes:
    length = dice.choice((0, 1, 30, 200)) if dice.random() < 0.999 else 200_000
    return dice.choice(_ESCAPES) + b"x" * length + dice.choice(_ESCAPES)


_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SPEAKER: Final = Speaker("web", 2, "t1", "n1")
_STREAMS: Final = 50
"""Chunks after which another stream begins."""


def survive(dice: random.Random, count: int) -> int:
    """Read so many hostile chunks, see them as they are shown, and give how many lines they made.

    Neither a control character nor a line of any length gets through, nothing piles up.
    """
    reader, body, seen = FrameReader(_SPEAKER), None, 0
    for number in range(count):
        if number % _STREAMS == 0:
            reader = FrameReader(_SPEAKER if dice.random() < 0.7 else lambda task_id: ("web", 1))
            body = LogBody(reader, _SPEAKER) if dice.random() < 0.5 else None
        chunk = hostile(dice)
        if body is None:
            lines = reader.feed(chunk)
        else:
            if dice.random() < 0.9:
                chunk = b"%x\r\n%s\r\n" % (len(chunk), chunk)
            try:
                lines = body.feed(chunk)
            except BrokenBody:
                lines, body = [], None
        if number % _STREAMS == _STREAMS - 1:
            lines += reader.unfinished()
        for line in lines:
            assert len(line.text) <= MAX_LINE + 100
            shown = plain(line.text) + line.time
            assert not _CONTROL.search(shown), (number, shown)
        assert reader.held + (body.held if body else 0) <= 2 * MAX_FRAME
        seen += len(lines)
    return seen
