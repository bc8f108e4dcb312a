"""The bell of the tool bar: how many alerts there are that nobody has put off."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.words import tr, trn
from otternauts_desktop.ui.buttons import IconButton
from otternauts_desktop.ui.labels import SEMIBOLD
from otternauts_desktop.ui.theme import theme

_MOST = 99


class Bell(IconButton):
    """An icon with a count on it; without a count where all is well."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("bell", tr("Alerts"), parent, shortcut="Ctrl+Shift+A")
        self._tip = self.toolTip()
        self.count = 0
        self.setFixedWidth(40)

    def show_count(self, count: int) -> None:
        """Show how many there are; a screen reader and the tooltip say it in words."""
        self.count = count
        said = trn("{number} alert", "{number} alerts", count) if count else tr("No alerts")
        self.setAccessibleDescription(said)
        self.setToolTip(f"{self._tip}\n{said}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.count:
            return
        t = theme()
        text = f"{self.count}" if self.count <= _MOST else f"{_MOST}+"
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(t.ui_font(10, SEMIBOLD))
        height = painter.fontMetrics().height()
        width = max(painter.fontMetrics().horizontalAdvance(text) + 8, height)
        area = QRect(self.width() - width - 1, 1, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color("bad"))
        painter.drawRoundedRect(area.toRectF(), height / 2, height / 2)
        painter.setPen(t.color("page"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
