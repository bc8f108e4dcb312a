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
from otternauts_desktop.ui.log_layout import Layout, Place
from otternauts_desktop.ui.log_lines import LogLines
from otternauts_desktop.ui.log_painter import LEVEL_TONES, LinePainter
from otternauts_desktop.ui.log_text import TIME_FIGURES, local_time, one_line
from otternauts_desktop.ui.theme import theme

LEFT: Final = 14
_GAP: Final = 12
_FOLD: Final = 18
_REPLICA_FIGURES: Final = (5, 22)


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
        for at, ((row, number), serial) in enumerate(zip(places, serials, strict=True)):
            area = QRect(0, y + at * self.height, view.width(), self.height)
            line = self._lines.line(serial)
            if line is not None:
                is_chosen = chosen[0] <= row < chosen[1]
                self._paint_ground(painter, area, line, serial, ground if is_chosen else "")
                if number == 0:
                    self._paint_head(painter, area, line, serial, ratio)
        painter.setClipRect(QRect(self.text_left - 2, 0, view.width(), view.height()))
        left = self.text_left - scrolled
        start = int(scrolled / self.line.figure)
        shown = range(start, start + int(view.width() / self.line.figure) + 2)
        for at, ((_, number), serial) in enumerate(zip(places, serials, strict=True)):
            pieces, top = self._layout.pieces(serial), y + at * self.height
            if number < len(pieces):
                piece = pieces[number]
                self.line.paint_marks(painter, piece, self._lines.shown.matcher, left, top)
                if self._lines.finding:
                    found = self._lines.found.matcher
                    here = serial == current
                    self.line.paint_marks(painter, piece, found, left, top, here=here)
                self.line.paint(painter, piece, left, top, shown, first=number == 0)

    def _paint_ground(
        self, painter: QPainter, area: QRect, line: LogLine, serial: int, ground: str
    ) -> None:
        t = theme()
        level = Level.WARN if line.note else self._lines.level(serial)
        if ground or line.note or level is Level.ERROR:
            painter.fillRect(area, t.color(ground or ("warnbg" if line.note else "badbg")))
        if level >= Level.WARN or line.stderr:
            tone = LEVEL_TONES[level] if level >= Level.WARN else "idle"
            painter.fillRect(QRect(0, area.top(), 3, area.height()), t.color(tone))

    def _paint_head(
        self, painter: QPainter, area: QRect, line: LogLine, serial: int, ratio: float
    ) -> None:
        t = theme()
        base = area.top() + self.line.baseline
        painter.setFont(t.mono(12))
        painter.setPen(t.color("fg3"))
        painter.drawText(QPointF(LEFT, base), local_time(line.time))
        painter.setFont(t.mono(12, SEMIBOLD))
        painter.setPen(t.color(self.line.tone(line.replica)))
        room = self._figures * self.line.figure + 1
        name = self._names.elidedText(one_line(line.replica), Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(QPointF(self.name_left, base), name)
        if line.text.endswith("}") and "{" in line.text:
            icon = "chev-d" if self._layout.opened(serial) else "chev-r"
            at = QPoint(self.fold_left, area.top() + (area.height() - 12) // 2)
            painter.drawPixmap(at, t.pixmap(icon, 12, "fg3", ratio=ratio))
