"""Two texts side by side, line by line, for the eye. The meaning is compared in `plan.py`."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from otternauts_desktop.core.words import trn


class LineKind(StrEnum):
    """What became of a line."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    """Removed and added at once, where two texts stand beside each other."""
    SKIPPED = "skipped"
    """Stands for a stretch of equal lines that is left out."""


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a unified diff; a number is 0 where the line is not in that text."""

    kind: LineKind
    old_number: int
    new_number: int
    text: str


def diff(old: str, new: str, *, context: int = 3) -> tuple[DiffLine, ...]:
    """The changed lines with `context` equal ones around; empty where the texts are equal."""
    before, after = old.splitlines(), new.splitlines()
    lines: list[DiffLine] = []
    last = 0
    for group in _grouped(opcodes(before, after), context):
        first = group[0][1]
        if first > last:
            lines.append(_skipped(first - last))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += [
                    DiffLine(LineKind.SAME, i + 1, j1 + i - i1 + 1, before[i])
                    for i in range(i1, i2)
                ]
            else:
                lines += [DiffLine(LineKind.REMOVED, i + 1, 0, before[i]) for i in range(i1, i2)]
                lines += [DiffLine(LineKind.ADDED, 0, j + 1, after[j]) for j in range(j1, j2)]
        last = group[-1][2]
    if lines and last < len(before):
        lines.append(_skipped(len(before) - last))
    return tuple(lines)


class LineChange(StrEnum):
    """How a line differs from another text."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED_BEFORE = "removed before"
    """The line is the same, but before it lines are gone."""


def line_changes(old: str, new: str) -> dict[int, LineChange]:
    """Which lines of `new` (from 0) differ from `old`, and where lines are gone."""
    before, after = old.splitlines(), new.splitlines()
    found: dict[int, LineChange] = {}
    for tag, i1, i2, j1, j2 in opcodes(before, after):
        if tag == "delete":
            found.setdefault(min(j1, max(len(after) - 1, 0)), LineChange.REMOVED_BEFORE)
        elif tag != "equal":
            paired = i2 - i1 if tag == "replace" else 0
            for number in range(j1, j2):
                changed = number - j1 < paired
                found[number] = LineChange.CHANGED if changed else LineChange.ADDED
    return found


Opcode = tuple[str, int, int, int, int]
"""As `difflib.SequenceMatcher` has them: equal, replace, delete or insert, and where."""
_LARGE: Final = 3000
"""From so many lines on speed comes before the shortest difference."""


def opcodes(before: Sequence[str], after: Sequence[str]) -> list[Opcode]:
    """What turns `before` into `after`. Most edits are in one place, so the ends go first."""
    head, shorter = 0, min(len(before), len(after))
    while head < shorter and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < shorter - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    middle, other = before[head : len(before) - tail], after[head : len(after) - tail]
    matcher = difflib.SequenceMatcher(
        None, middle, other, autojunk=len(middle) + len(other) > _LARGE
    )
    codes: list[Opcode] = [("equal", 0, head, 0, head)] if head else []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        codes.append((tag, i1 + head, i2 + head, j1 + head, j2 + head))
    if tail:
        end, stop = len(before), len(after)
        if codes and codes[-1][0] == "equal":
            _, i1, _, j1, _ = codes.pop()
            codes.append(("equal", i1, end, j1, stop))
        else:
            codes.append(("equal", end - tail, end, stop - tail, stop))
    return codes


def _grouped(codes: list[Opcode], context: int) -> Iterator[list[Opcode]]:
    """The changes with `context` equal lines around, apart where more lie between them."""
    if all(code[0] == "equal" for code in codes):
        return
    group: list[Opcode] = []
    for place, (tag, i1, i2, j1, j2) in enumerate(codes):
        if tag != "equal":
            group.append((tag, i1, i2, j1, j2))
            continue
        before = 0 if place == 0 else context
        after = 0 if place == len(codes) - 1 else context
        if i2 - i1 <= before + after:
            group.append((tag, i1, i2, j1, j2))
            continue
        if group:
            group.append((tag, i1, i1 + before, j1, j1 + before))
            yield group
        group = [(tag, i2 - after, i2, j2 - after, j2)]
    if any(code[0] != "equal" for code in group):
        yield group


def counts(lines: tuple[DiffLine, ...]) -> tuple[int, int]:
    """How many lines were added and removed."""
    kinds = [line.kind for line in lines]
    return kinds.count(LineKind.ADDED), kinds.count(LineKind.REMOVED)


def _skipped(count: int) -> DiffLine:
    words = trn("{number} equal line", "{number} equal lines", count)
    return DiffLine(LineKind.SKIPPED, 0, 0, words)
