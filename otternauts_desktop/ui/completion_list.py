"""The list of what may be typed, below the cursor. The keys stay with the editor."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from otternauts_desktop.core.fleet.completion import Candidate
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.theme import theme

ROWS: Final = 8
_WIDEST: Final = 560
_PAD: Final = 8
_DETAIL: Final = Qt.ItemDataRole.UserRole


class CompletionList(QListWidget):
    """Never takes the focus: it is moved and asked by the editor that shows it."""

    picked = Signal()
    """A candidate was clicked."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("What may stand here"))
        self.setFrameShape(QFrame.Shape.Box)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setUniformItemSizes(True)
        self.setProperty("surface", "popup")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_CandidateDelegate(self))
        self.itemClicked.connect(lambda _: self.picked.emit())
        self._around = parent
        self._candidates: tuple[Candidate, ...] = ()
        self.hide()

    def offer(self, candidates: Sequence[Candidate], cursor: QRect) -> None:
        """Show candidates where the `cursor` is, in coordinates of the parent."""
        self._candidates = tuple(candidates)
        self.clear()
        for candidate in self._candidates:
            item = QListWidgetItem(candidate.text)
            item.setData(_DETAIL, candidate.detail)
            spoken = f"{candidate.text}: {candidate.detail}" if candidate.detail else candidate.text
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
            item.setToolTip(candidate.detail and f"\u200b{candidate.detail}")
            self.addItem(item)
        self.setCurrentRow(0)
        self._place(cursor)
        self.show()
        self.raise_()

    @property
    def current(self) -> Candidate | None:
        """The candidate that is chosen, None where none is offered."""
        if self.isHidden() or not self._candidates:
            return None
        return self._candidates[max(self.currentRow(), 0)]

    def step(self, rows: int) -> None:
        """Choose another one, around the end."""
        self.setCurrentRow((self.currentRow() + rows) % max(self.count(), 1))

    def _place(self, cursor: QRect) -> None:
        parent = self._around
        code, words = QFontMetrics(theme().mono(12)), QFontMetrics(theme().ui_font(12))
        widest = max(
            code.horizontalAdvance(c.text) + words.horizontalAdvance(c.detail)
            for c in self._candidates
        )
        width = min(widest + 5 * _PAD + 14, _WIDEST, parent.width() - 2 * _PAD)
        rows = min(len(self._candidates), ROWS)
        height = rows * theme().px(22) + 2 * self.frameWidth()
        below = parent.height() - cursor.bottom()
        if below < height and cursor.top() > below:
            height = min(height, cursor.top())
            top = cursor.top() - height
        else:
            height = min(height, below)
            top = cursor.bottom() + 1
        left = max(min(cursor.left() - _PAD, parent.width() - width - _PAD), 0)
        self.setGeometry(left, top, width, height)


class _CandidateDelegate(QStyledItemDelegate):
    """A name in code, and a few words on it."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(100, theme().px(22))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        t = theme()
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(area, t.color("select"))
        room = area.adjusted(_PAD, 0, -_PAD, 0)
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.setFont(t.mono(12))
        painter.setPen(t.color("fg1"))
        text = str(index.data())
        metrics = painter.fontMetrics()
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, middle, text)
        room.setLeft(room.left() + metrics.horizontalAdvance(text) + 2 * _PAD)
        detail = str(index.data(_DETAIL) or "")
        if room.width() > 40 and detail:
            painter.setFont(t.ui_font(12))
            painter.setPen(t.color("fg2" if chosen else "fg3"))
            metrics = painter.fontMetrics()
            detail = metrics.elidedText(detail, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, middle | int(Qt.AlignmentFlag.AlignRight), detail)
