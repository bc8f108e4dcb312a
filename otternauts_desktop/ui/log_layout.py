"""Which pieces of which log lines are on the screen. A line that is wrapped or opened has several.

A place is a row and one of its pieces. Nothing is laid out that is not near the view. No Qt here.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from otternauts_desktop.core.comms.ansi import Span, spans
from otternauts_desktop.core.comms.fields import fields
from otternauts_desktop.core.comms.levels import Level, level_in
from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.ui.log_lines import LogLines
from otternauts_desktop.ui.log_text import BREAKS, one_line

_KEPT: Final = 500
_INDENT: Final = "  "
_COLOURS: Final = {Level.ERROR: "red", Level.WARN: "yellow"}
Place = tuple[int, int]


class Piece(NamedTuple):
    """What stands beside each other on one line of the screen: `whole` from `start` to `end`."""

    whole: str
    spans: tuple[Span, ...]
    start: int
    end: int

    def cut(self, first: int, last: int) -> Iterator[Span]:
        """Its spans from `first` to `last` of `whole`."""
        at = 0
        for span in self.spans:
            begin, stop = max(at, first, self.start), min(at + len(span.text), last, self.end)
            if begin < stop:
                yield replace(span, text=span.text[begin - at : stop - at])
            at += len(span.text)


class Laid(NamedTuple):
    """A line, how bad it is what it says, and its pieces from top to bottom."""

    line: LogLine
    level: Level
    pieces: tuple[Piece, ...]


class Layout:
    """Lays out the rows of `lines`; `columns` is the width that they are wrapped at, 0 for none."""

    def __init__(self, lines: LogLines) -> None:
        self._lines = lines
        self._columns = 0
        self._open: set[int] = set()
        self._laid: dict[int, Laid] = {}

    def wrap(self, columns: int) -> None:
        """Wrap at so many columns from now on, 0 for not at all."""
        if columns != self._columns:
            self._columns = columns
            self._laid.clear()

    def toggle(self, serial: int) -> bool:
        """Open a line that holds JSON, or close it; says whether it is one."""
        line = self._lines.line(serial)
        if serial in self._open:
            self._open.discard(serial)
        elif line is not None and fields(line.text):
            self._open.add(serial)
        else:
            return False
        self._laid.pop(serial, None)
        return True

    def opened(self, serial: int) -> bool:
        """Whether the fields of a line are shown."""
        return serial in self._open

    def forget(self) -> None:
        """All lines are gone."""
        self._open.clear()
        self._laid.clear()

    def laid_out(self, serial: int) -> Laid | None:
        """A line as it is on the screen; None where it is forgotten."""
        found = self._laid.get(serial)
        if found is None and (line := self._lines.line(serial)) is not None:
            if len(self._laid) >= _KEPT:
                self._laid.clear()
            level = Level.NONE if line.note else self._lines.level(serial)
            pieces = tuple(self._pieces(line, level, opened=serial in self._open))
            found = self._laid[serial] = Laid(line, level, pieces)
        return found

    def pieces(self, serial: int) -> tuple[Piece, ...]:
        """What a line is on the screen; nothing where it is forgotten."""
        laid = self.laid_out(serial)
        return laid.pieces if laid else ()

    def _pieces(self, line: LogLine, level: Level, *, opened: bool) -> Iterator[Piece]:
        parts = one_line_spans(line.text)
        if level >= Level.WARN:
            parts = _with_level(parts, level)
        yield from self._wrapped(parts)
        if opened:
            for label, value in fields(line.text):
                yield from self._wrapped(
                    (Span(_INDENT + one_line(label), "blue"), Span(one_line(value)))
                )

    def _wrapped(self, parts: tuple[Span, ...]) -> Iterator[Piece]:
        whole = "".join(span.text for span in parts)
        ends = breaks(whole, self._columns) if self._columns else [len(whole)]
        start = 0
        for end in ends:
            yield Piece(whole, parts, start, end)
            start = end

    # -- places ------------------------------------------------------------------------------

    def _height(self, row: int) -> int:
        if not self._columns and not self._open:
            return 1
        serial = self._lines.shown.serial(row)
        if not self._columns and serial not in self._open:
            return 1
        return len(self.pieces(serial))

    def moved(self, place: Place, by: int) -> Place:
        """The place so many pieces further down, or up; not beyond the first and the last."""
        row, piece = place
        piece += by
        while piece < 0 and row > 0:
            row -= 1
            piece += self._height(row)
        last = len(self._lines) - 1
        while row < last and piece >= (height := self._height(row)):
            piece -= height
            row += 1
        if row >= last:
            row = max(last, 0)
            piece = min(piece, self._height(row) - 1 if last >= 0 else 0)
        return row, max(piece, 0)

    def last_top(self, count: int) -> Place:
        """What is at the top where the end is at the foot, `count` pieces further down."""
        last = len(self._lines) - 1
        if last < 0:
            return 0, 0
        return self.moved((last, self._height(last) - 1), 1 - count)

    def places(self, top: Place, count: int) -> list[Place]:
        """The places in view, from `top` on."""
        found: list[Place] = []
        row, piece = top
        while len(found) < count and row < len(self._lines):
            height = self._height(row)
            found += [(row, number) for number in range(piece, min(height, piece + count))]
            row, piece = row + 1, 0
        return found[:count]


def _with_level(parts: tuple[Span, ...], level: Level) -> tuple[Span, ...]:
    """The spans with the word for the level in its colour, where the program gave it none."""
    _, first, last = level_in("".join(span.text for span in parts))
    made: list[Span] = []
    at = 0
    for span in parts:
        start, end = max(first - at, 0), min(last - at, len(span.text))
        at += len(span.text)
        if start < end and not span.colour:
            word = Span(span.text[start:end], _COLOURS[level], bold=True)
            made += [Span(span.text[:start]), word, Span(span.text[end:])]
        else:
            made.append(span)
    return tuple(made)


def one_line_spans(text: str) -> tuple[Span, ...]:
    """The spans of what a container wrote; line breaks in it are visible symbols."""
    return tuple(Span(span.text.translate(BREAKS), span.colour, span.bold) for span in spans(text))


def breaks(text: str, columns: int) -> list[int]:
    """Where each piece of `text` ends, if none is wider than `columns`; wide letters take two."""
    if text.isascii():
        return [*range(columns, len(text), columns), len(text)]
    ends: list[int] = []
    used = 0
    for place, letter in enumerate(text):
        wide = 1
        if letter > "\u02ff":
            wide = 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if used + wide > columns:
            ends.append(place)
            used = 0
        used += wide
    return [*ends, len(text)]
