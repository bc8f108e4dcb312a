"""The last log lines, bounded, which of them a filter lets through, and what was found in those.

Every line has a serial number that is never used again, so a selection or a place in the log
stays right while old lines are forgotten. No Qt here.
"""

import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Final

from otternauts_desktop.core.comms.blocks import Block, Shelf
from otternauts_desktop.core.comms.levels import Level
from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.ui.log_filter import Filter, Matcher
from otternauts_desktop.ui.log_sieve import Sieve

LIMIT: Final = 1_000_000
MOST_BYTES: Final = 96 * 1024 * 1024
"""The packed lines take so much, however many they are."""
_MOST_UNPACKED: Final = 16 * 1024 * 1024
"""Characters that may wait to be packed: what comes faster than that is held up."""
_MOST_REPLICAS: Final = 200


class LogLines:
    """Holds at least the last `limit` lines, if they are not too large together."""

    def __init__(self, limit: int = LIMIT, most_bytes: int = MOST_BYTES) -> None:
        self.limit = limit
        self._most_bytes = most_bytes
        self._blocks: list[Block] = []
        self._bytes = 0
        self._next = 0
        self._packer = ThreadPoolExecutor(1, "packs log lines")
        self._packing: deque[tuple[Block, Future[int]]] = deque()
        self._unpacked = 0
        self._shelf = Shelf()
        self._replicas: dict[str, str] = {}
        self.shown = Sieve(self._blocks, self._shelf, Matcher(Filter(), notes=True))
        """The rows: what the filter lets through."""
        self.found = self._none_found()
        """Those of the rows in which the text of the search is."""

    # -- changing ----------------------------------------------------------------------------

    def append(self, lines: Sequence[LogLine]) -> None:
        """Take over lines, newest last, and forget the oldest beyond the limits."""
        taken = 0
        while taken < len(lines):
            if not self._blocks or self._blocks[-1].full:
                self._blocks.append(Block(self._next))
                self.shown.grow()
                self.found.grow()
            block = self._blocks[-1]
            count = block.take(lines[taken:] if taken else lines)
            taken += count
            self._next += count
            if block.full:
                self._meet(block)
                self._pack(block)
        self._forget()

    def _pack(self, block: Block) -> None:
        """Have a block packed in the thread for it; wait where that is far behind."""
        self._packing.append((block, self._packer.submit(block.pack)))
        self._bytes += block.size
        self._unpacked += block.size
        while self._packing:
            oldest, packed = self._packing[0]
            if not packed.done() and self._unpacked <= _MOST_UNPACKED:
                break
            self._packing.popleft()
            self._unpacked -= oldest.size
            if oldest.first >= self._blocks[0].first:
                self._bytes += packed.result() - oldest.size
                oldest.size = packed.result()

    def settle(self) -> None:
        """Wait until all that is to be packed is."""
        self._packer.submit(int).result()

    def close(self) -> None:
        """End the thread that packs."""
        self._packer.shutdown()

    def _meet(self, block: Block) -> None:
        if len(self._replicas) < _MOST_REPLICAS:
            for source in block.sources:
                self._replicas.setdefault(source.replica, source.vessel)

    def _forget(self) -> None:
        count, left, size = 0, self.kept, self._bytes
        for block in self._blocks[:-1]:
            if left - block.count < self.limit and size <= self._most_bytes:
                break
            count += 1
            left -= block.count
            size -= block.size
        if count:
            self._bytes = size
            del self._blocks[:count]
            self.shown.shrink(count)
            self.found.shrink(count)

    def clear(self) -> None:
        """Forget all lines. Filter and search stay."""
        self._blocks.clear()
        self._bytes = self._unpacked = 0
        self._packing.clear()
        self._shelf.clear()
        self._replicas.clear()
        self.choose(self.shown.matcher.wanted)

    def choose(self, wanted: Filter) -> None:
        """Show the lines that `wanted` lets through, as `work` finds them."""
        self.shown = Sieve(self._blocks, self._shelf, Matcher(wanted, notes=True))
        self.find(self.found.matcher.wanted.text)

    def find(self, text: str) -> None:
        """Look for `text` in the rows, as `work` gets on; "" looks for nothing."""
        if text:
            self.found = Sieve(self._blocks, self._shelf, Matcher(Filter(text)), self.shown)
        else:
            self.found = self._none_found()

    def _none_found(self) -> Sieve:
        return Sieve([], self._shelf, Matcher(Filter()))

    def work(self, seconds: float) -> bool:
        """Look at more lines for so long, the newest first; says whether there were any."""
        end = time.perf_counter() + seconds
        worked = False
        while self.shown.step() or (self.finding and self.found.step()):
            worked = True
            if time.perf_counter() >= end:
                break
        return worked

    # -- asking ------------------------------------------------------------------------------

    def __len__(self) -> int:
        """How many rows are shown."""
        return len(self.shown)

    @property
    def kept(self) -> int:
        """How many lines are held, shown or not."""
        return self._next - self._blocks[0].first if self._blocks else 0

    @property
    def end(self) -> int:
        """The serial number of the line that comes next."""
        return self._next

    @property
    def finding(self) -> bool:
        """Whether something is looked for."""
        return not self.found.matcher.everything

    @property
    def working(self) -> bool:
        """Whether a filter or a search has not been through all lines yet."""
        return self.shown.working or (self.finding and self.found.working)

    @property
    def replicas(self) -> dict[str, str]:
        """Whose lines came, in order of their names, and the vessel of each."""
        if self._blocks and not self._blocks[-1].full:
            self._meet(self._blocks[-1])
        return dict(sorted(self._replicas.items()))

    def line(self, serial: int) -> LogLine | None:
        """A line; None where it is forgotten."""
        block = self._block(serial)
        if block is None:
            return None
        number = serial - block.first
        source = block.sources[block.whose[number]]
        return source.line(self._shelf.times(block)[number], self._shelf.texts(block)[number])

    def level(self, serial: int) -> Level:
        """How bad it is what a line says."""
        block = self._block(serial)
        if block is None:
            return Level.NONE
        return block.level(serial - block.first, self._shelf.texts(block))

    def rows(self, first: int, last: int) -> Iterator[LogLine]:
        """The lines in the rows from `first` up to before `last`, as they are now.

        They can be gone through later, too, and in a thread: what happens to the log meanwhile
        changes nothing.
        """
        first, last = max(first, 0), min(last, len(self))
        parts: list[tuple[Callable[[], list[LogLine]], Sequence[int]]] = []
        row = 0
        for number, block in enumerate(self._blocks):
            wanted = self.shown.of_block(number)
            if row < last and row + len(wanted) > first:
                some = wanted[max(first - row, 0) : last - row]
                parts.append((block.lines if block.full else partial(list, block.lines()), some))
            row += len(wanted)
        return _lines(parts)

    def _block(self, serial: int) -> Block | None:
        number = bisect_right(self._blocks, serial, key=lambda block: block.first) - 1
        if number < 0 or serial >= self._next:
            return None
        return self._blocks[number]


def _lines(parts: list[tuple[Callable[[], list[LogLine]], Sequence[int]]]) -> Iterator[LogLine]:
    for unpack, wanted in parts:
        lines = unpack()
        for number in wanted:
            yield lines[number]
