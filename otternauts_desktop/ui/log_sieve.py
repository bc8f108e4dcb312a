"""Which of many log lines are wanted, found block by block: the newest first. No Qt here."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from otternauts_desktop.core.comms.blocks import Block, Shelf
from otternauts_desktop.ui.log_filter import Matcher


class Sieve:
    """Lines of `blocks` that a matcher wants, each a row, in their order.

    `step` looks at one more block. What is not looked at yet has no rows. With a `base`, only the
    rows of that are looked at. Where the matcher wants everything, all lines are rows at once.
    """

    def __init__(
        self, blocks: list[Block], shelf: Shelf, matcher: Matcher, base: "Sieve | None" = None
    ) -> None:
        self.matcher = matcher
        self._blocks = blocks
        self._shelf = shelf
        self._base = base
        self._hits: list[array[int]] = [array("H") for _ in blocks]
        self._seen = [0] * len(blocks)
        self._fresh = self._left = max(len(blocks) - 1, 0)
        """The blocks up to `_left` are not looked at yet; lines come to those from `_fresh` on."""
        self._sums: list[int] | None = None

    # -- what happens to the blocks ----------------------------------------------------------

    def grow(self) -> None:
        """There is one block more at the end."""
        self._hits.append(array("H"))
        self._seen.append(0)

    def shrink(self, count: int) -> None:
        """The first `count` blocks are gone."""
        del self._hits[:count]
        del self._seen[:count]
        self._left = max(self._left - count, 0)
        self._fresh = max(self._fresh - count, 0)
        self._sums = None

    # -- looking -----------------------------------------------------------------------------

    @property
    def working(self) -> bool:
        """Whether there are lines that were not looked at."""
        if self.matcher.everything or self.matcher.error:
            return False
        newest = len(self._blocks) - 1
        behind = newest >= 0 and (
            self._fresh < newest or self._seen[newest] < self._blocks[newest].count
        )
        return behind or self._left > 0

    @property
    def progress(self) -> float:
        """How much was looked at, 0 to 1."""
        return 1 - self._left / len(self._blocks) if self.working else 1.0

    def step(self) -> bool:
        """Look at one more block, if there is one; says whether it did."""
        if not self.working or (self._base is not None and self._base.working):
            return False
        newest = len(self._blocks) - 1
        while self._fresh < newest and self._seen[self._fresh] == self._blocks[self._fresh].count:
            self._fresh += 1
        if self._seen[self._fresh] < self._blocks[self._fresh].count:
            self._look(self._fresh)
        else:
            self._left -= 1
            self._look(self._left)
        return True

    def _look(self, number: int) -> None:
        block = self._blocks[number]
        seen, count = self._seen[number], block.count
        among: Sequence[int] = range(seen, count)
        if self._base is not None and not self._base.matcher.everything:
            hits = self._base._hits[number]
            among = hits[bisect_left(hits, seen) :]
        found = self.matcher.hits(block, self._shelf, among)
        self._seen[number] = count
        if found:
            self._hits[number].extend(found)
            self._sums = None

    # -- asking ------------------------------------------------------------------------------

    def _before(self) -> list[int]:
        """How many rows are in all the blocks before each one, and in all of them."""
        if self._sums is None or len(self._sums) != len(self._hits) + 1:
            self._sums = list(accumulate(map(len, self._hits), initial=0))
        return self._sums

    def __len__(self) -> int:
        if self.matcher.everything:
            return self._end - self._start
        return self._before()[-1]

    @property
    def _start(self) -> int:
        return self._blocks[0].first if self._blocks else 0

    @property
    def _end(self) -> int:
        return self._blocks[-1].first + self._blocks[-1].count if self._blocks else 0

    def serial(self, row: int) -> int:
        """The serial number of the line in a row."""
        if self.matcher.everything:
            return self._start + row
        before = self._before()
        number = bisect_right(before, row) - 1
        return self._blocks[number].first + self._hits[number][row - before[number]]

    def row(self, serial: int) -> int:
        """The row of a line, or of the first one after it."""
        if self.matcher.everything:
            return min(max(serial - self._start, 0), len(self))
        number = bisect_right(self._blocks, serial, key=lambda block: block.first) - 1
        if number < 0:
            return 0
        place = bisect_left(self._hits[number], serial - self._blocks[number].first)
        return self._before()[number] + place

    def __contains__(self, serial: int) -> bool:
        row = self.row(serial)
        return row < len(self) and self.serial(row) == serial

    def of_block(self, number: int) -> Sequence[int]:
        """Which lines of a block are rows."""
        if self.matcher.everything:
            return range(self._blocks[number].count)
        return self._hits[number]
