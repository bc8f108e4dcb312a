"""Two texts side by side, line by line, for the eye. The meaning is compared in `plan.py`."""

import difflib
from dataclasses import dataclass
from enum import StrEnum


class LineKind(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
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
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    last = 0
    for group in matcher.get_grouped_opcodes(context):
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


def counts(lines: tuple[DiffLine, ...]) -> tuple[int, int]:
    """How many lines were added and removed."""
    kinds = [line.kind for line in lines]
    return kinds.count(LineKind.ADDED), kinds.count(LineKind.REMOVED)


def _skipped(count: int) -> DiffLine:
    words = "1 equal line" if count == 1 else f"{count} equal lines"
    return DiffLine(LineKind.SKIPPED, 0, 0, words)
