"""What stands in a table or tree: rows and cells as values, with no Qt in them.

A model is given the whole of them each time; two that are equal need no repaint.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.status_marks import UNREACHABLE, Mark

LEADER: Final = marked("Leader")
MANAGER: Final = marked("Manager")
WORKER: Final = marked("Worker")
SIMULATED: Final = marked("SIM")


@dataclass(frozen=True, slots=True)
class Spark:
    """A small chart before the text: figures of equal slots of time, None for a gap."""

    figures: tuple[float | None, ...]
    top: float
    """What the upper edge is."""
    tone: str = "accent"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. Tones are colour tokens; everything but `text` is optional decoration."""

    text: str = ""
    tone: str = "fg1"
    mark: Mark | None = None
    icon: str = ""
    strong: bool = False
    mono: bool = False
    right: bool = False
    """Aligned to the right, as numbers are."""
    badge: str = ""
    """A role or `SIM`, as the constants above; drawn beside the text."""
    note: str = ""
    """Second, quieter text after the first."""
    count: str = ""
    """`2/3`, drawn at the right edge of the navigator's row."""
    count_tone: str = "fg2"
    count_mark: Mark | None = None
    pips: tuple[int, int] | None = None
    """Running and wanted replicas, drawn as squares after the text."""
    pips_tone: str = "ok"
    segments: tuple[str, ...] = ()
    """Tones of a bar's segments; `line` is one that waits, an `accent` one is outlined."""
    spark: Spark | None = None
    """Drawn at the left; the text then stands at the right."""
    part: float | None = None
    """0 to 1, drawn as a bar at the left; the text then stands at the right."""
    wrap: bool = False
    """The text may take several lines, and the row grows with it."""
    tip: str = ""

    @property
    def spoken(self) -> str:
        """The cell for a screen reader, with the status as a word."""
        badge = tr(self.badge)
        parts = (self.text, self.mark.word if self.mark else "", badge, self.note, self.count)
        said = [part for part in parts if part]
        if self.pips is not None and not self.count:
            running, wanted = self.pips
            said.append(tr("{running} of {wanted} running", running=running, wanted=wanted))
        return ", ".join(said)


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its children. `key` is what stays the same while the rest changes."""

    key: str
    cells: tuple[Cell, ...]
    children: tuple["Row", ...] = ()
    subject: object = None
    """What the row is about, for whoever acts on it."""
    spanned: bool = False
    """The first cell takes the whole width."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column; `width` in pixels, 0 for one that takes the free room."""

    title: str
    width: int = 0
    right: bool = False
    spare: int = 0
    """Left out where there is no room for all; the highest first, 0 never."""


def faded(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Rows as they were last seen: their words stay, their states are not claimed any more."""
    return tuple(
        replace(
            row,
            cells=tuple(_faded(cell) for cell in row.cells),
            children=faded(row.children),
        )
        for row in rows
    )


def _faded(cell: Cell) -> Cell:
    return replace(
        cell,
        tone="fg2" if cell.strong else "fg3",
        mark=cell.mark and UNREACHABLE,
        pips_tone="idle",
        segments=tuple("line" for _ in cell.segments),
        spark=cell.spark and replace(cell.spark, tone="idle"),
    )
