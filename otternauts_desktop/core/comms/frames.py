"""The Engine's log streams -> lines. Bytes in pieces of any size, lines out.

Format (Engine API, `/containers/{id}/logs`, `/services/{id}/logs`): frames of
`[stream, 0, 0, 0, length]` and a payload; a container with a terminal has none of them. With
`timestamps` a line is `2026-01-02T03:04:05.678901234Z text`, and a service's has the `details`
`com.docker.swarm.task.id=...,...` before its text. Lines above 16 KiB come in several pieces
with one time stamp, of which only the last ends with a line break.

Written for speed: half a million lines a second of one processor. Whatever comes, no more than
`MAX_FRAME` bytes are held, and what makes no sense is skipped and said.
"""

import re
import struct
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote

from otternauts_desktop.core.comms.line import LogLine, Speaker
from otternauts_desktop.core.comms.stamps import stamp_of
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import tr

MAX_LINE: Final = 64 * 1024
"""Bytes of one line that are kept; what is cut is said."""
MAX_FRAME: Final = 1024 * 1024
"""No frame of Docker's comes near it: a longer one is a lie, or no frame at all."""
MAX_SPEAKERS: Final = 10_000
MAX_UNFINISHED: Final = 200
_PIECE: Final = 16 * 1024
_HEAD: Final = struct.Struct(">II")
_STDERR: Final = {0x00000000: False, 0x01000000: False, 0x02000000: True}
_FROM_DAEMON: Final = 0x03000000
_FRAME_AHEAD: Final = re.compile(rb"[\x01\x02]\0\0\0....\d{4}-\d\d-\d\dT\d\d:", re.DOTALL)
_AHEAD: Final = 22
"""Bytes that `_FRAME_AHEAD` has to see."""
_TASK: Final = "com.docker.swarm.task.id"
_NODE: Final = "com.docker.swarm.node.id"

Namer = Callable[[str], tuple[str, int]]
"""Vessel and replica number of a task id; ("", 0) where it is not known yet."""


class FrameReader:
    """Reads one stream: a container's, whose `Speaker` is known, or a service's with details."""

    def __init__(self, who: Speaker | Namer) -> None:
        self._who = who
        self._speakers: dict[bytes, Speaker] = {}
        self._buffer = b""
        self._raw: bool | None = None
        self._parts: dict[tuple[bool, Speaker], _Part] = {}
        self._second = "?"
        """The last stamp up to its full stop, which the next one most likely shares."""
        self._time = ""
        self._damaged = 0
        """How many bytes were skipped so far, looking for the next frame."""

    @property
    def oldest_unfinished(self) -> str:
        """The first stamp of which a line is not whole yet, "" where there is none."""
        return min((part.time for part in self._parts.values()), default="")

    @property
    def between(self) -> bool:
        """Whether all was read up to the end of a line, and there are frames."""
        return not (self._buffer or self._parts or self._damaged or self._raw)

    def heard(self, time: str) -> None:
        """Somebody else has read frames of this stream, up to that stamp."""
        self._time, self._raw = time, False

    @property
    def held(self) -> int:
        """Bytes that are kept of what is not whole yet."""
        return len(self._buffer) + sum(min(p.size, MAX_LINE) for p in self._parts.values())

    def feed(self, data: bytes) -> list[LogLine]:
        """The lines that `data` completes, in the order in which they came."""
        self._buffer += data
        if self._raw is None and self._buffer:
            # A frame starts with 0 to 3 and three zeros; a time stamp never does.
            if len(self._buffer) < 4 and self._buffer[0] <= 3:
                return []
            self._raw = self._buffer[0] > 3 or self._buffer[1:4] != b"\0\0\0"
        lines: list[LogLine] = []
        if self._raw:
            self._read_raw(lines)
        else:
            self._read_frames(lines)
        return lines

    def unfinished(self) -> list[LogLine]:
        """What there is of lines whose end never came; for when the stream has ended."""
        lines = [self._joined(*key, part) for key, part in self._parts.items()]
        self._parts.clear()
        return lines

    def _read_frames(self, lines: list[LogLine]) -> None:
        buffer, at, end = self._buffer, 0, len(self._buffer)
        speaker = self._who if isinstance(self._who, Speaker) else None
        parts, second, unpack = self._parts, self._second, _HEAD.unpack_from
        while at + 8 <= end:
            if self._damaged:
                match = _FRAME_AHEAD.search(buffer, at)
                found = match.start() if match else max(at, end - _AHEAD + 1)
                self._damaged += found - at
                at = found
                if match is None:
                    break
                sentence = tr("{count} damaged bytes here.", count=self._damaged)
                lines.append(self._note(sentence, lines))
                self._damaged = 0
            kind, length = unpack(buffer, at)
            stderr = _STDERR.get(kind)
            if length > MAX_FRAME or (stderr is None and kind != _FROM_DAEMON):
                self._damaged = 1
                at += 1
                continue
            start, at = at + 8, at + 8 + length
            if at > end:
                at = start - 8
                break
            payload = str(buffer[start:at], "utf-8", "replace")
            if stderr is None:
                lines.append(self._note(shown(payload).strip(), lines))
            elif (
                speaker is not None
                and not parts
                and payload[:20] == second
                and payload[29:31] == "Z "
                and payload[20:29].isdigit()
                and payload[-1] == "\n"
                and length < _PIECE
            ):
                lines.append(LogLine(payload[:30], *speaker, stderr, payload[31:-1]))
            elif payload:
                if lines:
                    self._time = lines[-1].time
                self._read_payload(buffer[start:at], stderr, lines)
                second = self._second
        self._buffer = buffer[at:]
        if lines:
            self._time = lines[-1].time

    def _read_raw(self, lines: list[LogLine]) -> None:
        *whole, rest = self._buffer.split(b"\n")
        for line in whole:
            if len(line) > _PIECE:  # each of its pieces begins with the stamp
                head = b" ".join(line.split(b" ", self._heads)[: self._heads]) + b" "
                line = head + line[len(head) :].replace(head, b"")
            self._read_payload(line.removesuffix(b"\r") + b"\n", False, lines)
        if len(rest) > MAX_FRAME:
            self._damaged += len(rest) - MAX_FRAME
            rest = rest[:MAX_FRAME]
        self._buffer = rest

    @property
    def _heads(self) -> int:
        return 1 if isinstance(self._who, Speaker) else 2

    def _read_payload(self, payload: bytes, stderr: bool, lines: list[LogLine]) -> None:
        """One frame as it may come: a piece of a line, with details, or with a broken stamp."""
        stamp, _, text = payload.partition(b" ")
        time = stamp_of(str(stamp[:64], "ascii", "replace"))
        if time:
            self._time, self._second = time, time[:20]
        else:
            text = payload  # it has none
        if isinstance(self._who, Speaker):
            speaker = self._who
        else:
            details, _, text = text.partition(b" ")
            speaker = self._speakers.get(details) or self._speaker(details)
        part = self._parts.pop((stderr, speaker), None) or _Part(self._time)
        part.add(text)
        if text.endswith(b"\n"):
            part.size += self._damaged if self._raw else 0
            lines.append(self._joined(stderr, speaker, part))
            return
        if len(self._parts) > MAX_UNFINISHED:
            lines += self.unfinished()
        self._parts[stderr, speaker] = part

    def _joined(self, stderr: bool, speaker: Speaker, part: "_Part") -> LogLine:
        text = str(b"".join(part.pieces).removesuffix(b"\n"), "utf-8", "replace")
        if part.size > MAX_LINE:
            text += " … " + tr("[{count} more bytes cut]", count=part.size - MAX_LINE)
        return LogLine(part.time, *speaker, stderr, text)

    def _speaker(self, details: bytes) -> Speaker:
        """Who is meant by the details of a line."""
        assert not isinstance(self._who, Speaker)
        labels = dict(
            pair.partition("=")[::2] for pair in str(details, "utf-8", "replace").split(",")
        )
        task_id = unquote(labels.get(_TASK, ""))
        vessel, slot = self._who(task_id)
        speaker = Speaker(vessel, slot, task_id, unquote(labels.get(_NODE, "")))
        if vessel:
            if len(self._speakers) > MAX_SPEAKERS:
                self._speakers.clear()
            self._speakers[details] = speaker
        return speaker

    def _note(self, sentence: str, lines: list[LogLine]) -> LogLine:
        """A sentence of ours or the daemon's, at the time of what came before it."""
        if lines:
            self._time = lines[-1].time
        speaker = self._who if isinstance(self._who, Speaker) else Speaker("", 0, "", "")
        return LogLine(self._time, *speaker, False, sentence, note=True)


class _Part:
    """A line of which more is to come."""

    def __init__(self, time: str) -> None:
        self.time = time
        self.pieces: list[bytes] = []
        self.size = 0

    def add(self, text: bytes) -> None:
        if self.size < MAX_LINE:
            self.pieces.append(text[: MAX_LINE - self.size])
        self.size += len(text)
