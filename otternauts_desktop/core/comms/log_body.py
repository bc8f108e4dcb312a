"""The body of an answer with a log -> lines: by a fast way for what almost all of it is.

Docker makes one chunk of each frame, and one frame of each line. Such a chunk is taken apart by a
single regular expression, at 1.5 million lines a second; whatever is not exactly that goes the
way of `ChunkedBody` and `FrameReader`, chunk by chunk, with the same outcome.
"""

import re
from typing import Final

from otternauts_desktop.core.comms.chunked import ChunkedBody
from otternauts_desktop.core.comms.frames import FrameReader
from otternauts_desktop.core.comms.line import LogLine, Speaker

HELD: Final = 64 * 1024
"""Bytes of a chunk that is not whole yet, beyond which it is read bit by bit."""
_SHORTER_THAN: Final = 16 * 1024
"""A text of that many bytes may be a piece of a longer line."""
# One octet is one character here (latin-1).
_LINE: Final = re.compile(
    "([0-9a-f]{2,4})\r\n([\x00-\x02])\0\0\0\0\0..([0-9][0-9T:.-]{28}Z) ([^\n]*)\n\r\n",
    re.ASCII | re.DOTALL,
)
_AROUND: Final = 8 + 31 + 1
"""Bytes of a chunk beside the text: the frame's head, the stamp, the line break."""
_CHUNK: Final = re.compile("([0-9a-f]{1,8})\r\n")


class LogBody:
    """Reads one body in chunks, as `reader` would its bytes."""

    def __init__(self, reader: FrameReader, speaker: Speaker) -> None:
        self._reader = reader
        self._speaker = speaker
        self._chunks = ChunkedBody()
        self._rest = ""
        """The beginning of a chunk."""

    @property
    def ended(self) -> bool:
        """Whether its last chunk has come: nothing was cut off."""
        return self._chunks.ended

    @property
    def held(self) -> int:
        """Bytes that are kept of a chunk that is not whole yet."""
        return len(self._rest)

    def feed(self, data: bytes) -> list[LogLine]:
        """The lines that `data` completes. Raises `BrokenBody`."""
        text = self._rest + str(data, "latin-1")
        at, lines = 0, list[LogLine]()
        while at < len(text) and not self.ended:
            if self._chunks.between and self._reader.between:
                at = self._plain_lines(text, at, lines)
            end = self._end_of_chunk(text, at) if self._chunks.between else len(text)
            if end is None:
                break
            piece = text[at:end].encode("latin-1")
            lines += self._reader.feed(self._chunks.feed(piece))
            at = end
        self._rest = text[at:]
        return lines

    def _plain_lines(self, text: str, at: int, lines: list[LogLine]) -> int:
        """Read chunks as long as each is one plain line; gives where the next begins."""
        vessel, slot, task_id, node_id = self._speaker
        match, new, add = _LINE.match, tuple.__new__, lines.append
        before = len(lines)
        while found := match(text, at):
            size, kind, stamp, said = found.groups()
            length = len(said)
            if length >= _SHORTER_THAN or int(size, 16) != length + _AROUND:
                break
            if not said.isascii():
                said = str(said.encode("latin-1"), "utf-8", "replace")
            stderr = kind == "\2"
            add(new(LogLine, (stamp, vessel, slot, task_id, node_id, stderr, said, False)))
            at = found.end()
        if len(lines) > before:
            self._reader.heard(lines[-1].time)
        return at

    def _end_of_chunk(self, text: str, at: int) -> int | None:
        """Where the chunk ends that begins here; None where it has not all come and may be held."""
        head = _CHUNK.match(text, at)
        if head is None:
            return len(text) if len(text) - at > 12 else None
        end = head.end() + int(head[1], 16) + 2
        if end <= len(text):
            return end
        return len(text) if end - at > HELD else None
