"""The last log lines, bounded, and which of them a filter lets through."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from otternauts_desktop.core.comms.line import LogLine

KEPT: Final = 200_000
_SLACK: Final = 10_000
"""Old lines are dropped in portions: one by one would cost a move of the whole list each."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What is shown. `text` is looked for as it stands, `/.../` as a regular expression."""

    text: str = ""
    stderr_only: bool = False
    replica: str = ""

    def lets(self) -> "_Lets":
        """The filter, ready to use. An expression that is none is looked for as text."""
        pattern: re.Pattern[str] | None = None
        if len(self.text) > 2 and self.text.startswith("/") and self.text.endswith("/"):
            try:
                pattern = re.compile(self.text[1:-1], re.IGNORECASE)
            except re.error:
                pattern = None
        needle = "" if pattern else self.text.casefold()
        return _Lets(pattern, needle, self.stderr_only, self.replica)


@dataclass(frozen=True, slots=True)
class _Lets:
    pattern: re.Pattern[str] | None
    needle: str
    stderr_only: bool
    replica: str

    def through(self, line: LogLine) -> bool:
        if self.stderr_only and not line.stderr:
            return False
        if self.replica and line.replica != self.replica:
            return False
        if self.pattern is not None:
            return self.pattern.search(line.text) is not None
        return not self.needle or self.needle in line.text.casefold()


class LogKeeper:
    """Holds at least the last `limit` lines; numbers of lines grow and are never used again."""

    def __init__(self, limit: int = KEPT) -> None:
        self._limit = limit
        self._lines: list[LogLine] = []
        self._first = 0
        self._shown: list[int] = []
        self._lets = Filter().lets()
        self.total = 0
        """How many lines ever came."""

    def append(self, lines: Sequence[LogLine]) -> None:
        """Take over lines, newest last, and forget the oldest."""
        number = self._first + len(self._lines)
        self._lines += lines
        self.total += len(lines)
        through = self._lets.through
        self._shown += [number + i for i, line in enumerate(lines) if through(line)]
        if len(self._lines) > self._limit + _SLACK:
            gone = len(self._lines) - self._limit
            del self._lines[:gone]
            self._first += gone
            del self._shown[: bisect_left(self._shown, self._first)]

    def choose(self, wanted: Filter) -> None:
        """Show only what a filter lets through, of what is there and of what comes."""
        self._lets = wanted.lets()
        through = self._lets.through
        self._shown = [self._first + i for i, line in enumerate(self._lines) if through(line)]

    def clear(self) -> None:
        """Forget all lines."""
        self._first += len(self._lines)
        self._lines.clear()
        self._shown.clear()
        self.total = 0

    def __len__(self) -> int:
        """How many lines are shown."""
        return len(self._shown)

    @property
    def kept(self) -> int:
        """How many lines are held, shown or not."""
        return len(self._lines)

    def number(self, row: int) -> int:
        """The number of the line in a shown row."""
        return self._shown[row]

    def row(self, number: int) -> int:
        """The shown row of a line, or of the first one after it."""
        return bisect_left(self._shown, number)

    def rows(self, first: int, last: int) -> Iterator[LogLine]:
        """The lines in the shown rows from `first` up to before `last`."""
        for number in self._shown[max(first, 0) : max(last, 0)]:
            yield self._lines[number - self._first]
