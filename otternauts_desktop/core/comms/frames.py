"""The Engine's log stream -> lines. Bytes in pieces of any size, lines out.

Format (Engine API, `/services/{id}/logs`): frames of `[stream, 0, 0, 0, length]` and a payload;
a task with a terminal has none of them. With `timestamps` and `details` a line is
`2026-01-02T03:04:05.678901234Z com.docker.swarm.task.id=...,... text`. Lines above 16 KiB come
in several frames, of which only the last ends with a line break.
"""

import struct
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import unquote

from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.core.words import tr

MAX_LINE: Final = 64 * 1024
"""Bytes of one line that are kept; what is cut is said."""
_HEADER: Final = 8
_TASK: Final = "com.docker.swarm.task.id"
_NODE: Final = "com.docker.swarm.node.id"

Namer = Callable[[str], tuple[str, int]]
"""Vessel and replica number of a task id; ("", 0) where it is not known yet."""


class FrameReader:
    """Reads one stream. Holds at most one unfinished frame and line of each task."""

    def __init__(self, namer: Namer) -> None:
        self._namer = namer
        self._buffer = b""
        self._raw: bool | None = None
        self._parts: dict[tuple[bool, str], tuple[LogLine, list[bytes], int]] = {}

    def feed(self, data: bytes) -> list[LogLine]:
        """The lines that `data` completes, in the order in which they came."""
        self._buffer += data
        if self._raw is None and self._buffer:
            # A frame starts with 0, 1 or 2 and three zeros; text never does.
            if len(self._buffer) < 4 and self._buffer[0] <= 2:
                return []
            self._raw = self._buffer[0] > 2 or self._buffer[1:4] != b"\0\0\0"
        lines = []
        for stderr, payload in self._raw_lines() if self._raw else self._frames():
            line = self._line(stderr, payload)
            if line is not None:
                lines.append(line)
        return lines

    def _frames(self) -> Iterator[tuple[bool, bytes]]:
        buffer, at = self._buffer, 0
        while at + _HEADER <= len(buffer):
            stream, length = struct.unpack_from(">BxxxI", buffer, at)
            if at + _HEADER + length > len(buffer):
                break
            yield stream == 2, buffer[at + _HEADER : at + _HEADER + length]
            at += _HEADER + length
        self._buffer = buffer[at:]

    def _raw_lines(self) -> Iterator[tuple[bool, bytes]]:
        *whole, self._buffer = self._buffer.split(b"\n")
        if len(self._buffer) > MAX_LINE:
            whole.append(self._buffer)
            self._buffer = b""
        for line in whole:
            yield False, line.removesuffix(b"\r") + b"\n"

    def _line(self, stderr: bool, payload: bytes) -> LogLine | None:
        """A finished line, or None where more of it is to come."""
        stamp, _, rest = payload.partition(b" ")
        details, _, text = rest.partition(b" ")
        labels = dict(pair.partition("=")[::2] for pair in _decoded(details).split(","))
        task_id = labels.get(_TASK, "")
        key = (stderr, task_id)
        if key in self._parts:
            line, parts, size = self._parts.pop(key)
        else:
            vessel, slot = self._namer(task_id)
            node_id = labels.get(_NODE, "")
            line = LogLine(_decoded(stamp), vessel, slot, task_id, node_id, stderr, "")
            parts, size = [], 0
        if size < MAX_LINE:
            parts.append(text[: MAX_LINE - size])
        size += len(text)
        if not text.endswith(b"\n"):
            self._parts[key] = (line, parts, size)
            return None
        whole = _decoded(b"".join(parts).removesuffix(b"\n"))
        if size > MAX_LINE:
            whole += " … " + tr("[{count} more bytes cut]", count=size - MAX_LINE)
        return LogLine(line.time, line.vessel, line.slot, task_id, line.node_id, stderr, whole)


def _decoded(data: bytes) -> str:
    text = data.decode("utf-8", errors="replace")
    return unquote(text) if text.startswith("com.docker.") else text
