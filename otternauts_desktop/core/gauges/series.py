"""Series of figures in slots of time: how they are kept small, added up and left open at gaps.

A figure is two bytes: 500 steps from each to its double, so it is true to 0.07 %. A block holds
the slots of one subject for an hour (30 s each), or for a day (5 min each).
"""

import math
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Final

from otternauts_desktop.core.gauges.rates import Use
from otternauts_desktop.core.names import ClusterId

FIELDS: Final = (*(f.name for f in fields(Use)), "disk")
"""What a subject has a series of; `disk` is bytes used, of outposts alone."""
_GAP: Final = 0xFFFF
_STEPS: Final = 500
_SMALLEST: Final = {"cpu": 0.001}
"""What 1 is below which a figure is as good as none; 1 byte for all others."""
_UNITS: Final = tuple(_SMALLEST.get(name, 1.0) for name in FIELDS)


@dataclass(frozen=True, slots=True)
class Grain:
    """How fine a series is, and how long it is kept."""

    step: int
    """Seconds of a slot."""
    slots: int
    """In a block."""
    kept: int
    """Seconds."""

    @property
    def span(self) -> int:
        """Seconds of a block."""
        return self.step * self.slots

    def start(self, at: float) -> int:
        """When the block that holds this moment begins."""
        return int(at) // self.span * self.span


FINE: Final = Grain(30, 120, 24 * 3600)
COARSE: Final = Grain(300, 288, 30 * 24 * 3600)


@dataclass(frozen=True, slots=True)
class Subject:
    """What figures are about."""

    cluster_id: ClusterId
    service_id: str
    """"" for an outpost."""
    name: str
    """The task's id, or the outpost's: then, with a service, all its tasks there together."""


@dataclass(slots=True)
class Block:
    """The slots of one subject from `start` (seconds since 1970) on. Grows by `add`."""

    grain: Grain
    start: int
    columns: "tuple[array[int], ...]" = field(default=())
    """The coded figures by field; use `values`."""
    _slot: int = -1
    _sums: list[float] = field(default_factory=list)
    _counts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.columns:
            self.columns = tuple(array("H", [_GAP] * self.grain.slots) for _ in FIELDS)

    def add(self, at: float, figures: Sequence[float | None]) -> None:
        """Put figures (by field) into the slot of a moment; a slot has the mean of its figures."""
        slot = (int(at) - self.start) // self.grain.step
        if slot != self._slot:
            self._slot, self._sums, self._counts = slot, [0.0] * len(FIELDS), [0] * len(FIELDS)
        for number, figure in enumerate(figures):
            if figure is not None:
                self._sums[number] += figure
                self._counts[number] += 1
                mean = self._sums[number] / self._counts[number]
                self.columns[number][slot] = _code(mean, _UNITS[number])

    def values(self, name: str) -> list[float | None]:
        """A field's figures by slot, None in gaps."""
        number = FIELDS.index(name)
        unit = _UNITS[number]
        return [None if code == _GAP else _figure(code, unit) for code in self.columns[number]]

    def packed(self) -> bytes:
        """The figures, small."""
        return zlib.compress(b"".join(column.tobytes() for column in self.columns))


def unpacked(grain: Grain, start: int, data: bytes) -> Block:
    """The block that `packed` made small. Raises `ValueError` where it was damaged."""
    size = 2 * grain.slots * len(FIELDS)
    unpacking = zlib.decompressobj()
    try:
        raw = unpacking.decompress(data, size + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if len(raw) != size or not unpacking.eof:
        raise ValueError("a block of another size")
    width = 2 * grain.slots
    parts = (raw[at : at + width] for at in range(0, size, width))
    return Block(grain, start, tuple(array("H", part) for part in parts))


def figures_of(use: Use, disk: float | None = None) -> list[float | None]:
    """Its figures, by field."""
    return [use.cpu, use.memory, use.received, use.sent, use.read, use.written, disk]


def slots_of(
    blocks: Iterable[Block], name: str, grain: Grain, since: float, until: float
) -> list[float | None]:
    """One field's figures, slot by slot from the one that holds `since` to that of `until`.

    Blocks of several subjects are added up; a slot in which none has a figure is a gap.
    """
    first = int(since) // grain.step
    sums: list[float | None] = [None] * max(int(until) // grain.step - first + 1, 0)
    for block in blocks:
        offset = block.start // grain.step - first
        for slot, figure in enumerate(block.values(name), offset):
            if figure is not None and 0 <= slot < len(sums):
                sums[slot] = figure + (sums[slot] or 0.0)
    return sums


def _code(figure: float, unit: float) -> int:
    return min(round(_STEPS * math.log2(1 + max(figure, 0.0) / unit)), _GAP - 1)


def _figure(code: int, unit: float) -> float:
    return (math.exp2(code / _STEPS) - 1) * unit
