"""What a plan is drawn with beside words: the sign of a change, and the tasks that it moves."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from otternauts_desktop.ui.labels import SEMIBOLD
from otternauts_desktop.ui.theme import theme

_GROUNDS: Final = {"ok": "okbg", "accent": "accentbg", "bad": "badbg", "warn": "warnbg"}
_MOST: Final = 8
"""So many tasks are drawn; the sentence beside them says the number."""
_BLOCK: Final = QSize(18, 10)
_GAP: Final = 2


class SignBadge(QWidget):
    """A sign such as `+` on its tinted square; the word beside it says the same."""

    def __init__(self, sign: str, tone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign, self._tone = sign, tone
        self._fit()
        theme().changed.connect(self._fit)

    def _fit(self) -> None:
        self.setFixedSize(theme().px(16), theme().px(16))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color(_GROUNDS.get(self._tone, "raised")))
        painter.drawRoundedRect(self.rect(), 3, 3)
        painter.setPen(t.color(self._tone))
        painter.setFont(t.mono(11, SEMIBOLD))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._sign)


class TaskBlocks(QWidget):
    """Tasks as blocks: one that restarts is outlined, a new one filled, one that ends crossed."""

    def __init__(
        self, restarts: int, starts: int, stops: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        kinds = ["accent"] * restarts + ["ok"] * starts + ["bad"] * stops
        self._kinds = kinds[:_MOST]
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setVisible(bool(kinds))

    def sizeHint(self) -> QSize:
        return QSize(len(self._kinds) * (_BLOCK.width() + _GAP), theme().px(16))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = (self.height() - _BLOCK.height()) / 2
        for number, tone in enumerate(self._kinds):
            left = number * (_BLOCK.width() + _GAP)
            block = QRectF(left + 0.5, top + 0.5, _BLOCK.width() - 1, _BLOCK.height() - 1)
            filled = tone == "ok"
            painter.setPen(QPen(t.color(tone), 1))
            painter.setBrush(t.color(tone) if filled else t.color(_GROUNDS[tone]))
            painter.drawRoundedRect(block, 2, 2)
            if tone == "accent":
                around = QRectF(block.center() - QPointF(2.5, 2.5), QSize(5, 5).toSizeF())
                painter.drawArc(around, 60 * 16, 300 * 16)
            elif tone == "bad":
                painter.drawLine(block.bottomLeft(), block.topRight())
