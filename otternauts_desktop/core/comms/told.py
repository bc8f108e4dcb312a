"""What a stream has told of late, so that one opened anew tells nothing twice and loses nothing.

The Engine gives from a moment on, the moment itself included, and several lines may have one
stamp. Stamps are not strictly in order within a log either: stdout and stderr are stamped by two
writers. So a stream is opened again a little before its newest stamp, and as many lines of each
stamp are left out as were told.
"""

from collections import Counter, deque
from collections.abc import Sequence
from operator import itemgetter
from typing import Final

from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.core.comms.stamps import later

OVERLAP: Final = 1_000_000_000
"""Nanoseconds by which the lines of one container may be out of order, on a server under load."""
MOST_KEPT: Final = 100_000
"""Lines remembered at most, should one that never ends hold up forgetting."""

_TIME: Final = itemgetter(0)


class Told:
    """Kept per task. Its stamps are those of the server, uncorrected."""

    def __init__(self) -> None:
        self.newest = ""
        """The newest stamp that was told, "" while there is none."""
        self._recent: deque[tuple[str, list[tuple[str, bool]]]] = deque()
        self._kept = 0
        self._forgotten = ""
        """The newest stamp of what is no longer remembered."""
        self._unfinished = ""
        self._again: Counter[tuple[str, bool]] = Counter()
        self._until = ""
        self._awaited = False

    def add(self, lines: Sequence[LogLine], oldest_unfinished: str = "") -> None:
        """Remember what was told just now.

        `oldest_unfinished` is the first stamp of a line that began and did not end yet.
        """
        self._unfinished = oldest_unfinished
        if lines:
            newest = max(map(_TIME, lines))
            self.newest = max(self.newest, newest)
            keys = [(line.time, line.stderr) for line in lines if not line.note]
            self._recent.append((newest, keys))
            self._kept += len(keys)
        # From the first line of that time on, Docker also gives later ones with earlier stamps.
        oldest = later(self._start(), -OVERLAP)
        while self._recent and (self._recent[0][0] < oldest or self._kept > MOST_KEPT):
            newest, forgotten = self._recent.popleft()
            self._forgotten = max(self._forgotten, newest)
            self._kept -= len(forgotten)

    def reopen(self) -> str:
        """The stamp from which to read again, "" for the beginning; pass what comes to `new`."""
        if not self.newest:
            return ""
        start = max(self._start(), later(self._forgotten, 1) if self._forgotten else "")
        again = (key for _, keys in self._recent for key in keys)
        self._again = Counter(again)
        self._until = later(self.newest, OVERLAP)
        self._awaited = bool(self._again)
        return start

    def new(self, lines: list[LogLine]) -> list[LogLine]:
        """Those of `lines` that were not told before the stream was opened anew."""
        if not self._again:
            return lines
        fresh = []
        for line in lines:
            key = (line.time, line.stderr)
            if self._again.get(key) and not line.note:
                self._again[key] -= 1
                self._awaited = False
            else:
                fresh.append(line)
        if lines and lines[-1].time > self._until:
            self._again.clear()
        return fresh

    def missed(self, fresh: Sequence[LogLine]) -> bool:
        """Whether lines may be missing before the first `fresh` ones after `reopen`.

        Then nothing of what was told came again: the log was rotated away meanwhile.
        """
        missed = self._awaited and bool(fresh)
        self._awaited = self._awaited and not fresh
        return missed

    def _start(self) -> str:
        start = later(self.newest, -OVERLAP)
        return min(start, self._unfinished) if self._unfinished else start
