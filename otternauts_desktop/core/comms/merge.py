"""Several logs, each in order of time but for a little, to one that is in order.

A log whose past is still being read holds up the others until it has come as far as they, for as
long as it may. Lines that are said now wait a moment for those that were said before them and
take longer on their way. Nothing here looks at a clock: `now` is the caller's, in seconds.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Hashable
from operator import itemgetter
from typing import Final

from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.core.comms.stamps import later

HOLD_SECONDS: Final = 0.3
"""So long a line that is said now waits for others."""
SLACK: Final = 250_000_000
"""Nanoseconds by which the lines of one log may be out of order and are put in order still."""
BUDGET: Final = 48 * 1024 * 1024
"""About the bytes that wait at most, over all logs."""
_LINE_COST: Final = 400
"""What a line takes beside its text."""
_END: Final = "~"
"""Sorts after every stamp."""
_TIME: Final = itemgetter(0)


class _Log:
    """What waits of one log."""

    def __init__(self) -> None:
        self.lines: list[LogLine] = []
        self.size = 0
        self.newest = ""
        self.holds_until = 0.0
        self.ended = False


class Merge:
    """Feed it what each log says, take what is in order."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._logs: dict[Hashable, _Log] = {}
        self._arrivals: deque[tuple[float, str]] = deque()
        self._aged = ""
        """The newest stamp of lines that have waited long enough and are still here."""

    def hold(self, key: Hashable, until: float) -> None:
        """A log whose past is going to be read: others wait for it until then at most."""
        self._log(key).holds_until = until

    def free(self, key: Hashable) -> None:
        """Nobody waits for this log any more: it has come to the present, or can't be read."""
        self._log(key).holds_until = 0.0

    def end(self, key: Hashable) -> None:
        """This log says nothing more."""
        self._log(key).ended = True

    def feed(self, key: Hashable, lines: list[LogLine], now: float) -> None:
        """What a log says next."""
        if not lines:
            return
        log = self._log(key)
        lines = sorted(lines, key=_TIME)
        in_order = not log.lines or log.lines[-1].time <= lines[0].time
        log.lines += lines
        if not in_order:
            log.lines.sort(key=_TIME)
        log.size += sum(len(line.text) for line in lines) + _LINE_COST * len(lines)
        log.newest = max(log.newest, lines[-1].time)
        self._arrivals.append((now, lines[-1].time))

    def full(self, key: Hashable) -> bool:
        """Whether so much of this log waits that no more should be read of it for now."""
        return self._log(key).size * len(self._logs) > self._budget

    def take(self, now: float) -> list[LogLine]:
        """The lines that are in order now. Call it again soon while something waits."""
        while self._arrivals and self._arrivals[0][0] <= now - HOLD_SECONDS:
            self._aged = max(self._aged, self._arrivals.popleft()[1])
        pasts = [
            # Of too much that waits the older half goes: the rest may still be out of order.
            log.lines[len(log.lines) // 2].time if self.full(key) else later(log.newest, -SLACK)
            for key, log in self._logs.items()
            if log.holds_until > now and not log.ended
        ]
        live = any(log.holds_until <= now and not log.ended for log in self._logs.values())
        cut = min([*pasts, self._aged] if live else pasts, default=_END)
        if cut >= self._aged:
            self._aged = ""
        parts: list[LogLine] = []
        for log in self._logs.values():
            if log.lines and log.lines[0].time <= cut:
                whole = len(log.lines)
                count = bisect_right(log.lines, cut, key=_TIME)
                parts += log.lines[:count]
                del log.lines[:count]
                log.size = log.size * (whole - count) // whole
        parts.sort(key=_TIME)
        return parts

    def _log(self, key: Hashable) -> _Log:
        return self._logs.setdefault(key, _Log())
