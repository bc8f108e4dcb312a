"""Paints rows of a log: a ground, the time, the replica in its colour, and the pieces of the text.

A line that tells of a warning or an error has a bar in that colour at its left; one that came on
stderr and tells no level has a grey one.
"""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from otternauts_desktop.core.comms.levels import Level
from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.ui.labels import SEMIBOLD
from otternauts_desktop.ui.log_layout import Laid, Layout, Place
from otternauts_desktop.ui.log_lines import LogLines
from otternauts_desktop.ui.log_painter import LinePainter
from otternauts_desktop.ui.log_text import TIME_FIGURES, local_time, one_line
from otternauts_desktop.ui.theme import theme

LEFT: Final = 14
_GAP: Final = 12
_FOLD: Final = 18
_REPLICA_FIGURES: Final = (5, 22)
_BARS: Final = {Level.ERROR: "bad", Level.WARN: "warn"}


class RowPainter:
    """Knows the columns: where the name, the mark to open a line, and the text begin."""

    def __init__(self, lines: LogLines, layout: Layout) -> None:
        self._lines = lines
        self._layout = layout
        self.line = LinePainter()
        self.measure()
        self.forget()

    def measure(self) -> None:
        """Take font and colours as they are now."""
        self.line.measure()
        self._names = QFontMetricsF(theme().mono(12, SEMIBOLD))

    def forget(self) -> None:
        """All lines are gone: the column of the names is narrow again."""
        self._figures = _REPLICA_FIGURES[0]

    def meet(self, line: LogLine) -> None:
        """Make room for the name of a line's replica."""
        self._figures = max(self._figures, min(len(line.replica), _REPLICA_FIGURES[1]))

    @property
    def height(self) -> int:
        """Of one piece."""
        return self.line.height

    @property
    def name_left(self) -> float:
        """Where the replica's name begins."""
        return LEFT + TIME_FIGURES * self.line.figure + _GAP

    @property
    def fold_left(self) -> int:
        """Where the mark that opens a line begins."""
        return round(self.name_left + self._figures * self.line.figure + _GAP)

    @property
    def text_left(self) -> int:
        """Where the text begins, as long as it is not scrolled."""
        return self.fold_left + _FOLD

    def paint(
        self,
        painter: QPainter,
        view: QRect,
        places: Sequence[Place],
        y: int,
        *,
        scrolled: int,
        current: int,
        chosen: tuple[int, int],
        ground: str,
    ) -> None:
        """Paint `places` from `y` on.

        The rows that are `chosen` are on `ground`; the search is at the line `current`.
        """
        serials = [self._lines.shown.serial(row) for row, _ in places]
        ratio = painter.device().devicePixelRatio()
        laid_out = [self._layout.laid_out(serial) for serial in serials]
        for at, ((row, number), laid) in enumerate(zip(places, laid_out, strict=True)):
            area = QRect(0, y + at * self.height, view.width(), self.height)
            if laid is not None:
                is_chosen = chosen[0] <= row < chosen[1]
                self._paint_ground(painter, area, laid, ground if is_chosen else "")
                if number == 0:
                    opened = self._layout.opened(serials[at])
                    self._paint_head(painter, area, laid.line, ratio, opened=opened)
        painter.setClipRect(QRect(self.text_left - 2, 0, view.width(), view.height()))
        painter.setFont(theme().mono(12))
        left = self.text_left - scrolled
        start = int(scrolled / self.line.figure)
        shown = range(start, start + int(view.width() / self.line.figure) + 2)
        for at, ((_, number), laid) in enumerate(zip(places, laid_out, strict=True)):
            if laid is None or number >= len(laid.pieces):
                continue
            piece, top = laid.pieces[number], y + at * self.height
            self.line.paint_marks(painter, piece, self._lines.shown.matcher, left, top)
            if self._lines.finding:
                found = self._lines.found.matcher
                here = serials[at] == current
                self.line.paint_marks(painter, piece, found, left, top, here=here)
            self.line.paint(painter, piece, left, top, shown)

    def _paint_ground(self, painter: QPainter, area: QRect, laid: Laid, ground: str) -> None:
        t = theme()
        note = laid.line.note
        if ground or note or laid.level is Level.ERROR:
            painter.fillRect(area, t.color(ground or ("warnbg" if note else "badbg")))
        bar = "warn" if note else _BARS.get(laid.level, "idle" if laid.line.stderr else "")
        if bar:
            painter.fillRect(QRect(0, area.top(), 3, area.height()), t.color(bar))

    def _paint_head(
        self, painter: QPainter, area: QRect, line: LogLine, ratio: float, *, opened: bool
    ) -> None:
        t = theme()
        base = area.top() + self.line.baseline
        painter.setFont(t.mono(12))
        painter.setPen(t.color("fg3"))
        painter.drawText(QPointF(LEFT, base), local_time(line.time))
        painter.setFont(t.mono(12, SEMIBOLD))
        painter.setPen(t.color(self.line.tone(line.replica)))
        name = one_line(line.replica)
        if len(name) > self._figures or not name.isascii():
            room = self._figures * self.line.figure + 1
            name = self._names.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(QPointF(self.name_left, base), name if line.vessel else "")
        if line.text.endswith("}") and "{" in line.text:
            icon = "chev-d" if opened else "chev-r"
            at = QPoint(self.fold_left, area.top() + (area.height() - 12) // 2)
            painter.drawPixmap(at, t.pixmap(icon, 12, "fg3", ratio=ratio))
