"""All changes of a comparison at a glance, beside its scroll bar."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.flight.diff import LineKind
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.diff_view import DiffView
from otternauts_desktop.ui.theme import theme

WIDTH: Final = 14
_LEAST: Final = 3.0
_TONES: Final = {LineKind.ADDED: "ok", LineKind.REMOVED: "bad", LineKind.CHANGED: "accent"}


class DiffOverview(QWidget):
    """A map of a view: a click goes there."""

    def __init__(self, view: DiffView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("Map of the changes"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        view.moved.connect(self.update)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 100)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), t.color("well"))
        painter.fillRect(QRectF(0, 0, 1, self.height()), t.color("line"))
        rows = self._view.rows
        if not rows:
            return
        step = self.height() / len(rows)
        bar = self._view.verticalScrollBar()
        if bar.maximum():
            seen = QRectF(1, bar.value() * step, WIDTH, max(bar.pageStep() * step, 8))
            painter.fillRect(seen, t.color("hover"))
        for number, row in enumerate(rows):
            if tone := _TONES.get(row.kind):
                mark = QRectF(4, number * step, WIDTH - 7, max(step - 1, _LEAST))
                painter.fillRect(mark, t.color(tone))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def _go(self, event: QMouseEvent) -> None:
        share = event.position().y() / max(self.height(), 1)
        self._view.show_row(round(share * len(self._view.rows)))
