"""The last log lines, bounded, and which of them a filter lets through. No Qt here.

Every line gets a serial number that is never used again, so a selection or a place in the log
stays right while old lines are forgotten. A new filter is tried on what is held in portions
(`work`); until it is through, the rows of the old one stay.
"""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from otternauts_desktop.core.comms.ansi import plain
from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.core.words import tr

LIMIT: Final = 200_000
SEARCHED: Final = 4096
"""An expression sees so many characters of a line: it can take long on what a container chose."""
_MOST_REPLICAS: Final = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """What is wanted. `text` is looked for in any case, `/.../` is a regular expression."""

    text: str = ""
    stderr_only: bool = False
    replica: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to the shown rows: some went at the head, some came at the end."""

    dropped: int = 0
    added: int = 0
    anew: bool = False
    """All rows are others: a filter came into force, or all lines were forgotten."""


class Matcher:
    """A filter, ready to use. One with an `error` lets nothing through."""

    def __init__(self, wanted: Filter) -> None:
        self.wanted = wanted
        self.error = ""
        self.everything = wanted == Filter()
        self._pattern: re.Pattern[str] | None = None
        self._needle = wanted.text.lower()
        if len(wanted.text) > 2 and wanted.text.startswith("/") and wanted.text.endswith("/"):
            try:
                self._pattern = re.compile(wanted.text[1:-1], re.IGNORECASE)
            except (re.error, OverflowError, RecursionError) as error:
                self.error = tr("Not a regular expression: {error}", error=error)
        self._marks = self._pattern or (
            re.compile(re.escape(wanted.text), re.IGNORECASE) if wanted.text else None
        )

    def lets(self, line: LogLine) -> bool:
        """Whether the line is wanted."""
        if self.wanted.stderr_only and not line.stderr:
            return False
        if self.wanted.replica and line.replica != self.wanted.replica:
            return False
        if not self._needle:
            return True
        if self.error:
            return False
        text = plain(line.text) if "\x1b" in line.text else line.text
        if self._pattern is not None:
            return self._pattern.search(text[:SEARCHED]) is not None
        return self._needle in text.lower()

    def marks(self, text: str) -> list[tuple[int, int]]:
        """Where in `text` is what was looked for, as start and end."""
        if self._marks is None or self.error:
            return []
        found = (match.span() for match in self._marks.finditer(text[:SEARCHED]))
        return [(start, end) for start, end in found if end > start]


class LogLines:
    """Holds the last `limit` lines; its rows are those of them that the filter lets through."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        # Forgotten in portions: taking the head off a long list moves all the rest of it.
        self._slack = max(limit // 20, 1)
        self._lines: list[LogLine] = []
        self._base = 0
        """Serial of `_lines[0]`."""
        self._first = 0
        """Serial of the first line that is not forgotten."""
        self._rows: array[int] | None = None
        """Serials of the shown lines; None where all are shown."""
        self._head = 0
        """The first of `_rows` that is not forgotten."""
        self._matcher = Matcher(Filter())
        self._next: Matcher | None = None
        self._found: array[int] = array("q")
        self._tried = 0
        self._replicas: dict[str, None] = {}

    # -- changing ----------------------------------------------------------------------------

    def append(self, lines: Sequence[LogLine]) -> Change:
        """Take over lines, newest last, and forget the oldest beyond the limit."""
        before = len(self)
        serial = self._end
        self._lines += lines
        if self._rows is None:
            added = len(lines)
        else:
            lets = self._matcher.lets
            fresh = [serial + i for i, line in enumerate(lines) if lets(line)]
            self._rows.extend(fresh)
            added = len(fresh)
        if len(self._replicas) < _MOST_REPLICAS:
            for line in lines:
                self._replicas.setdefault(line.replica)
        self._forget()
        return Change(dropped=before + added - len(self), added=added)

    def choose(self, wanted: Filter) -> None:
        """Ask for another filter; it comes into force when `work` is through."""
        self._next = Matcher(wanted)
        self._found = array("q")
        self._tried = self._first

    def work(self, count: int = 5_000) -> Change | None:
        """Try the new filter on the next `count` lines; tells when it has come into force."""
        if (matcher := self._next) is None:
            return None
        if matcher.everything:
            self._rows = None
        else:
            start = max(self._tried, self._first)
            last = min(start + count, self._end)
            chunk = self._lines[start - self._base : last - self._base]
            lets = matcher.lets
            self._found.extend([start + i for i, line in enumerate(chunk) if lets(line)])
            self._tried = last
            if last < self._end:
                return None
            self._rows = self._found
            self._head = bisect_left(self._rows, self._first)
        self._found = array("q")
        self._matcher = matcher
        self._next = None
        return Change(anew=True)

    def clear(self) -> Change:
        """Forget all lines. The filter stays."""
        self._base = self._first = self._end
        self._lines.clear()
        self._replicas.clear()
        if self._rows is not None:
            self._rows = array("q")
        self._head = 0
        self._found = array("q")
        self._tried = self._first
        return Change(anew=True)

    # -- asking ------------------------------------------------------------------------------

    def __len__(self) -> int:
        """How many rows are shown."""
        return self._end - self._first if self._rows is None else len(self._rows) - self._head

    @property
    def kept(self) -> int:
        """How many lines are held, shown or not."""
        return self._end - self._first

    @property
    def working(self) -> bool:
        """Whether a new filter is being tried."""
        return self._next is not None

    @property
    def matcher(self) -> Matcher:
        """The filter in force."""
        return self._matcher

    @property
    def replicas(self) -> tuple[str, ...]:
        """Whose lines came, in order of their names."""
        return tuple(sorted(self._replicas))

    def serial(self, row: int) -> int:
        """The serial number of the line in a row."""
        return self._first + row if self._rows is None else self._rows[self._head + row]

    def row(self, serial: int) -> int:
        """The row of a line, or of the first one after it."""
        if self._rows is None:
            return min(max(serial - self._first, 0), len(self))
        return bisect_left(self._rows, serial, self._head) - self._head

    def rows(self, first: int, last: int) -> Iterator[LogLine]:
        """The lines in the rows from `first` up to before `last`."""
        first, last = max(first, 0), min(last, len(self))
        if first >= last:
            return
        if self._rows is None:
            start = self._first - self._base
            yield from self._lines[start + first : start + last]
        else:
            for serial in self._rows[self._head + first : self._head + last]:
                yield self._lines[serial - self._base]

    # -- doing -------------------------------------------------------------------------------

    @property
    def _end(self) -> int:
        return self._base + len(self._lines)

    def _forget(self) -> None:
        self._first = max(self._first, self._end - self.limit)
        if self._rows is not None:
            self._head = bisect_left(self._rows, self._first, self._head)
        if self._first - self._base >= self._slack:
            del self._lines[: self._first - self._base]
            self._base = self._first
            if self._rows is not None:
                del self._rows[: self._head]
                self._head = 0
