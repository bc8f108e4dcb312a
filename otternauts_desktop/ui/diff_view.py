"""A text diff, painted: old and new line numbers, a sign, and the line on its tint."""

from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from otternauts_desktop.core.flight.diff import DiffLine, LineKind
from otternauts_desktop.ui.theme import theme

_SIGNS: Final = {LineKind.ADDED: "+", LineKind.REMOVED: "-"}
_GROUNDS: Final = {LineKind.ADDED: "okbg", LineKind.REMOVED: "badbg", LineKind.SKIPPED: "raised"}
_TONES: Final = {LineKind.ADDED: "ok", LineKind.REMOVED: "bad"}
EMPTY: Final = "No difference to the last launch."


class DiffView(QAbstractScrollArea):
    """Shows what `show_lines` was last given; only what is in view is painted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Difference to the last launch")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._lines: tuple[DiffLine, ...] = ()
        self._restyle()
        theme().changed.connect(self._restyle)

    def show_lines(self, lines: tuple[DiffLine, ...]) -> None:
        """Show a diff; an empty one says so."""
        self._lines = lines
        self.setAccessibleDescription(self.text() or EMPTY)
        self._fit()
        self.viewport().update()

    def text(self) -> str:
        """The diff as text, as `diff -u` marks its lines."""
        return "\n".join(
            f"@ {line.text}"
            if line.kind is LineKind.SKIPPED
            else f"{_SIGNS.get(line.kind, ' ')} {line.text}"
            for line in self._lines
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), t.color("panel"))
        if not self._lines:
            painter.setFont(t.ui_font(13))
            painter.setPen(t.color("fg2"))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, EMPTY)
            return
        painter.setFont(t.mono(12))
        figure = painter.fontMetrics().horizontalAdvance("9")
        first = self.verticalScrollBar().value()
        shift = self.horizontalScrollBar().value()
        count = self.viewport().height() // self._height + 2
        for row, line in enumerate(self._lines[first : first + count]):
            area = QRect(0, row * self._height, self.viewport().width(), self._height)
            self._paint_line(painter, area, line, figure, shift)

    def _paint_line(
        self, painter: QPainter, area: QRect, line: DiffLine, figure: int, shift: int
    ) -> None:
        t = theme()
        if ground := _GROUNDS.get(line.kind):
            painter.fillRect(area, t.color(ground))
        middle = Qt.AlignmentFlag.AlignVCenter
        if line.kind is LineKind.SKIPPED:
            painter.setPen(t.color("fg3"))
            painter.drawText(area.adjusted(16, 0, 0, 0), middle, line.text)
            return
        painter.setPen(t.color("fg3"))
        right = middle | Qt.AlignmentFlag.AlignRight
        for place, number in enumerate((line.old_number, line.new_number)):
            if number:
                room = QRect(place * figure * 5, area.top(), figure * 5, area.height())
                painter.drawText(room, right, str(number))
        painter.setPen(t.color(_TONES.get(line.kind, "fg2")))
        sign = QRect(figure * 11, area.top(), figure * 2, area.height())
        painter.drawText(sign, middle, _SIGNS.get(line.kind, " "))
        painter.setPen(t.color("fg1"))
        text = area.adjusted(figure * 13, 0, 0, 0)
        painter.setClipRect(text)
        painter.drawText(text.adjusted(-shift, 0, 100_000, 0), middle, line.text)
        painter.setClipping(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def _fit(self) -> None:
        visible = max(self.viewport().height() // self._height, 1)
        self.verticalScrollBar().setPageStep(visible)
        self.verticalScrollBar().setRange(0, max(len(self._lines) - visible, 0))
        longest = max((len(line.text) for line in self._lines), default=0)
        width = (longest + 14) * self._figure
        self.horizontalScrollBar().setPageStep(self.viewport().width())
        self.horizontalScrollBar().setSingleStep(self._figure * 4)
        self.horizontalScrollBar().setRange(0, max(width - self.viewport().width(), 0))

    def _restyle(self) -> None:
        self.setFont(theme().mono(12))
        self._height = max(theme().px(20), self.fontMetrics().height() + 2)
        self._figure = self.fontMetrics().horizontalAdvance("9")
        self._fit()
        self.viewport().update()
