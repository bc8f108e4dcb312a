"""Log lines kept small: so many together, packed once there are enough of them.

A million lines as objects would take a gigabyte. A block holds the texts and the times of its
lines as compressed bytes, and each line's source as a number.
"""

import zlib
from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from otternauts_desktop.core.comms.levels import Level, goes_on, level_of
from otternauts_desktop.core.comms.line import LogLine

LINES: Final = 500
CHARACTERS: Final = 256 * 1024
"""A block is packed when it has so many lines or characters, whichever comes first."""
LONGEST: Final = 64 * 1024 + 64
"""So many characters of a line are kept; whoever reads the stream cuts and says so before that."""
_TAKEN: Final = 50
_FAR: Final = 50
_SOURCE_BYTES: Final = 400
_STR_BYTES: Final = 60
_UNPACKED: Final = 8_000_000


class Source(NamedTuple):
    """Who wrote a line, and where to. The same for many lines."""

    vessel: str
    slot: int
    task_id: str
    node_id: str
    stderr: bool
    note: bool

    @property
    def replica(self) -> str:
        """`web.2`, as in `LogLine`."""
        return f"{self.vessel}.{self.slot or self.node_id[:8]}"

    def line(self, time: str, text: str) -> LogLine:
        """A line of it."""
        return LogLine(time, *self[:5], text, self.note)


class Block:
    """Lines that came after each other. `first` is the serial number of its first one."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.count = 0
        self.full = False
        """No line is taken any more; it is to be packed."""
        self.size = 0
        """Bytes that it takes, about."""
        self.sources: list[Source] = []
        self.whose = array("H")
        """For each line which of the `sources` wrote it."""
        self.levels = bytearray()
        """The levels of its lines, as far as `find_levels` was asked for them."""
        self._index: dict[tuple[object, ...], int] = {}
        self._texts: list[str] | None = []
        self._times: list[str] | None = []
        self._packed = (b"", b"")

    def take(self, lines: Sequence[LogLine]) -> int:
        """Take over lines until it is full; gives how many it has taken."""
        if self._texts is None or self._times is None:
            return 0
        some = lines[: LINES - self.count]
        texts = [line.text for line in some]
        size = sum(map(len, texts))
        if size > CHARACTERS:
            # Long ones are taken few at a time, so that no block becomes huge.
            some, texts = some[:_TAKEN], texts[:_TAKEN]
        if size > LONGEST:
            texts = [text[:LONGEST] for text in texts]
            size = sum(map(len, texts))
        times, vessels, slots, tasks, nodes, streams, _, notes = zip(*some, strict=True)
        self._texts += texts
        self._times += times
        index = self._index
        keys = list(zip(vessels, slots, tasks, nodes, streams, notes, strict=True))
        for key in dict.fromkeys(keys):
            if key not in index:
                index[key] = len(self.sources)
                self.sources.append(Source(*key))
        self.whose.extend([index[key] for key in keys])
        self.count += len(some)
        self.size += size
        self.full = self.count >= LINES or self.size >= CHARACTERS
        return len(some)

    def pack(self) -> int:
        """Make it small, once it is full; gives its new size. May be done in a thread."""
        if self._texts is not None and self._times is not None:
            self._packed = _packed(self._texts), _packed(self._times)
            self._texts = self._times = None
            self._index = {}
        return sum(map(len, self._packed)) + 4 * self.count + _SOURCE_BYTES * len(self.sources)

    def texts(self) -> list[str]:
        """What its lines say; unpacked anew each time (see `Shelf`)."""
        texts = self._texts
        return _unpacked(self._packed[0]) if texts is None else texts

    def times(self) -> list[str]:
        """When its lines were written, as the Engine says it."""
        times = self._times
        return _unpacked(self._packed[1]) if times is None else times

    @property
    def packed(self) -> bool:
        """Whether its texts must be unpacked to be read."""
        return self._texts is None

    def lines(self) -> list[LogLine]:
        """Its lines as they came."""
        sources = self.sources
        return [
            sources[whose].line(time, text)
            for time, whose, text in zip(self.times(), self.whose, self.texts(), strict=True)
        ]

    def find_levels(self, texts: Sequence[str]) -> bytearray:
        """The levels of its lines, whose `texts` they are; each is guessed once.

        A line that goes on with the one before, as in a stack trace, has the level of that.
        """
        levels = self.levels
        for number in range(len(levels), self.count):
            text = texts[number]
            level = level_of(text)
            if level is Level.NONE and goes_on(text):
                level = self._level_before(number)
            levels.append(level)
        return levels

    def level(self, number: int, texts: Sequence[str]) -> Level:
        """That of one line, whose `texts` they are."""
        if number < len(self.levels):
            return Level(self.levels[number])
        level = level_of(texts[number])
        for before in range(number - 1, max(number - _FAR, -1), -1):
            if level is not Level.NONE or not goes_on(texts[number]):
                break
            if self.whose[before] == self.whose[number]:
                number = before
                level = level_of(texts[number])
        return level

    def _level_before(self, number: int) -> Level:
        """The level of the last line by the same source, not far before."""
        for before in range(number - 1, max(number - _FAR, -1), -1):
            if self.whose[before] == self.whose[number]:
                return Level(self.levels[before])
        return Level.NONE


class Shelf:
    """The blocks that were looked into last, unpacked: as many as are small together."""

    def __init__(self) -> None:
        self._unpacked: OrderedDict[tuple[int, str], tuple[list[str], int]] = OrderedDict()
        self._size = 0

    def texts(self, block: Block) -> list[str]:
        """What the lines of a block say."""
        return self._get(block, "texts", block.texts)

    def times(self, block: Block) -> list[str]:
        """When they were written."""
        return self._get(block, "times", block.times)

    def _get(self, block: Block, what: str, unpack: Callable[[], list[str]]) -> list[str]:
        if not block.packed:
            return unpack()
        key = (block.first, what)
        if (found := self._unpacked.get(key)) is not None:
            self._unpacked.move_to_end(key)
            return found[0]
        texts = unpack()
        size = sum(map(len, texts)) + _STR_BYTES * len(texts)
        self._unpacked[key] = texts, size
        self._size += size
        while self._size > _UNPACKED and len(self._unpacked) > 1:
            self._size -= self._unpacked.popitem(last=False)[1][1]
        return texts

    def passing(self, block: Block) -> list[str]:
        """What the lines of a block say, for one look: it takes nobody's place here."""
        found = self._unpacked.get((block.first, "texts"))
        return block.texts() if found is None else found[0]

    def clear(self) -> None:
        """Put all of them away."""
        self._unpacked.clear()
        self._size = 0


def _packed(texts: list[str]) -> bytes:
    whole = "\n".join(texts)
    if whole.count("\n") != len(texts) - 1:
        whole = "\n".join([text.replace("\n", "\u240a") for text in texts])
    return zlib.compress(whole.encode("utf-8", "replace"), 1)


def _unpacked(data: bytes) -> list[str]:
    return zlib.decompress(data).decode().split("\n")
