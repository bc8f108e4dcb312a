"""Two versions of a flight plan beside each other, line by line, with the words that changed."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from otternauts_desktop.core.fleet.colours import Span, colours
from otternauts_desktop.core.flight.diff import LineKind, opcodes
from otternauts_desktop.core.untrusted import shown

LONGEST: Final = 4_096
_OWN: Final = {0x09: "  ", 0x0A: "\u240a", 0x2028: "\u240a", 0x2029: "\u240a"}
_WORDS: Final = re.compile(r"[\w.-]+|\s+|[^\w\s]")
_ALIKE: Final = 0.4
"""So much of two lines has to be the same for one to be the other, changed."""
_PAIRED: Final = 2_500
"""In a change of more pairs than this, lines are paired in order."""

Range = tuple[int, int]
"""From where to where, in characters."""


@dataclass(frozen=True, slots=True)
class Side:
    """A line of one of the two texts."""

    number: int
    text: str
    colours: tuple[Span, ...] = ()
    changed: tuple[Range, ...] = ()
    """The words that differ, where the line stands in place of another one."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A row: a line that is in both, one that is in one of them, or equal lines left out."""

    old: Side | None = None
    new: Side | None = None
    skipped: int = 0

    @property
    def kind(self) -> LineKind:
        """Of what the row is; a changed line is removed and added."""
        if self.skipped:
            return LineKind.SKIPPED
        if self.old is None:
            return LineKind.ADDED
        if self.new is None:
            return LineKind.REMOVED
        return LineKind.CHANGED if self.old.text != self.new.text else LineKind.SAME


def compare(old: str, new: str, *, context: int | None = 3) -> tuple[Pair, ...]:
    """The rows, with `context` equal lines around each change, or all of them for None.

    Empty where the texts are equal and there is a `context`.
    """
    before, after = _sides(old), _sides(new)
    rows: list[Pair] = []
    codes = opcodes([s.text for s in before], [s.text for s in after])
    for place, (tag, i1, i2, j1, j2) in enumerate(codes):
        if tag != "equal":
            rows += _changed(before[i1:i2], after[j1:j2])
            continue
        equal = [Pair(o, n) for o, n in zip(before[i1:i2], after[j1:j2], strict=True)]
        head = 0 if place == 0 else context or 0
        tail = 0 if place == len(codes) - 1 else context or 0
        left_out = len(equal) - head - tail
        if context is None or (left_out <= 1 and len(codes) > 1):
            rows += equal
        elif len(codes) > 1:
            rows += [*equal[:head], Pair(skipped=left_out), *equal[len(equal) - tail :]]
    return tuple(rows)


def changes(rows: Sequence[Pair]) -> list[int]:
    """At which rows a change begins."""
    calm = (LineKind.SAME, LineKind.SKIPPED)
    return [
        number
        for number, row in enumerate(rows)
        if row.kind not in calm and (number == 0 or rows[number - 1].kind in calm)
    ]


def _sides(text: str) -> list[Side]:
    found: list[Side] = []
    state = 0
    for number, line in enumerate(text.splitlines(), start=1):
        safe = shown(line, limit=LONGEST).translate(_OWN)
        spans, state = colours(safe, state)
        found.append(Side(number, safe, tuple(spans)))
    return found


def _changed(old: list[Side], new: list[Side]) -> Iterator[Pair]:
    """Lines in place of others: those that are alike beside each other, the rest alone."""
    i = j = 0
    for at, to in [*_alike(old, new), (len(old), len(new))]:
        yield from (Pair(old=side) for side in old[i:at])
        yield from (Pair(new=side) for side in new[j:to])
        if at < len(old) and to < len(new):
            yield _marked(old[at], new[to])
        i, j = at + 1, to + 1


def _alike(old: list[Side], new: list[Side]) -> list[Range]:
    """Which line became which, in order, so that as much as possible is the same."""
    if len(old) * len(new) > _PAIRED:
        likely = zip(range(len(old)), range(len(new)), strict=False)
        return [(i, j) for i, j in likely if _likeness(old[i].text, new[j].text) >= _ALIKE]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    score: dict[Range, float] = {}
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            alike = _likeness(old[i].text, new[j].text)
            if alike >= _ALIKE:
                score[i, j] = alike + best[i + 1][j + 1]
            best[i][j] = max(best[i + 1][j], best[i][j + 1], score.get((i, j), 0.0))
    found: list[Range] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if score.get((i, j), -1.0) == best[i][j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


def _likeness(old: str, new: str) -> float:
    """How much of two lines is the same at their ends, 0 to 1; their indentation doesn't count."""
    one, other = old.strip(), new.strip()
    shorter = min(len(one), len(other))
    head = 0
    while head < shorter and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < shorter - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    return (head + tail) / max(len(one), len(other), 1)


def _marked(old: Side, new: Side) -> Pair:
    """Two lines beside each other, with the words that differ."""
    before, after = _WORDS.findall(old.text), _WORDS.findall(new.text)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    mine: list[Range] = []
    other: list[Range] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            _mark(mine, before, i1, i2)
            _mark(other, after, j1, j2)
    return Pair(
        Side(old.number, old.text, old.colours, tuple(mine)),
        Side(new.number, new.text, new.colours, tuple(other)),
    )


def _mark(found: list[Range], words: list[str], first: int, last: int) -> None:
    if last > first:
        start = sum(map(len, words[:first]))
        found.append((start, start + sum(map(len, words[first:last]))))


def inline(rows: Sequence[Pair]) -> tuple[Pair, ...]:
    """The same one below the other: of each change first what was, then what is."""
    found: list[Pair] = []
    new: list[Pair] = []
    for row in rows:
        if row.kind in (LineKind.SAME, LineKind.SKIPPED):
            found += [*new, row]
            new = []
            continue
        if row.old:
            found.append(Pair(old=row.old))
        if row.new:
            new.append(Pair(new=row.new))
    return (*found, *new)
