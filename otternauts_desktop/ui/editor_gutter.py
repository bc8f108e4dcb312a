"""The strip at the left of an editor: what changed, line numbers, folds, and the bulb."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPolygonF, QTextBlock
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from otternauts_desktop.core.flight.diff import LineChange
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.editor_folds import EditorFolds
from otternauts_desktop.ui.editor_notes import MARKS, EditorNotes
from otternauts_desktop.ui.text_places import line_at, lines_in_view, tell
from otternauts_desktop.ui.theme import theme

_LEFT: Final = 14
_ARROW: Final = 16
_GAP: Final = 6
_BAR: Final = 4
_BARS: Final = {LineChange.ADDED: "ok", LineChange.CHANGED: "accent"}


class EditorGutter(QWidget):
    """Draws the lines that are in view. What is clicked is told with its line (from 0)."""

    number_pressed = Signal(int)
    fold_pressed = Signal(int)
    bulb_pressed = Signal()

    def __init__(self, editor: QPlainTextEdit, notes: EditorNotes, folds: EditorFolds) -> None:
        super().__init__(editor)
        self._editor, self._notes, self._folds = editor, notes, folds
        self._changes: Mapping[int, LineChange] = {}
        self.setMouseTracking(True)

    def show_changes(self, changes: Mapping[int, LineChange]) -> None:
        """Show which lines (from 0) differ from what was last launched."""
        self._changes = changes
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the highest line number."""
        digits = max(len(str(self._editor.blockCount())), 2)
        figure = self._editor.fontMetrics().horizontalAdvance("9")
        return QSize(_LEFT + digits * figure + _ARROW + 3 * _GAP, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        t, editor, area = theme(), self._editor, event.rect()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(area, t.color("page"))
        painter.setFont(t.mono(12))
        current = editor.textCursor().blockNumber()
        arrow = round(self.width() - _ARROW - 2 * _GAP)
        ratio = self.devicePixelRatioF()
        for block, line in lines_in_view(editor, area.bottom(), area.top()):
            number = block.blockNumber()
            here = number == current and not editor.isReadOnly()
            if here:
                painter.fillRect(
                    QRectF(0, line.top(), self.width(), line.height()), t.color("hover")
                )
            self._paint_change(painter, number, line)
            tone = "fg1" if here else "fg3"
            if (finding := self._notes.shown(number)) is not None:
                tone = MARKS[finding.severity].tone
            painter.setPen(t.color(tone))
            room = QRectF(0, line.top(), arrow - _GAP, line.height())
            middle = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(room, int(middle), str(number + 1))
            if icon := self._icon(block, here=here):
                size = 14 if icon == "bulb" else 12
                token = "warn" if icon == "bulb" else "fg3"
                top = round(line.center().y() - size / 2)
                left = arrow + (_ARROW - size) // 2
                painter.drawPixmap(left, top, t.pixmap(icon, size, token, ratio=ratio))

    def _paint_change(self, painter: QPainter, number: int, line: QRectF) -> None:
        change = self._changes.get(number)
        if change is None:
            return
        t = theme()
        if change is LineChange.REMOVED_BEFORE:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(t.color("bad"))
            top = line.top()
            points = [QPointF(0, top - 4), QPointF(6, top), QPointF(0, top + 4)]
            painter.drawPolygon(QPolygonF(points))
        else:
            bar = QRectF(0, line.top(), _BAR, line.height())
            painter.fillRect(bar, t.color(_BARS[change]))

    def _icon(self, block: QTextBlock, *, here: bool) -> str:
        if here and any(f.quick_fixes for f in self._notes.of_line(block.blockNumber())):
            return "bulb"
        if self._folds.hidden_lines(block):
            return "chev-r"
        return "chev-d" if self._folds.opens(block) else ""

    # -- the mouse ---------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        block = self._block_at(place)
        if block is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        here = block.blockNumber() == self._editor.textCursor().blockNumber()
        if place.x() < self.width() - _ARROW - 3 * _GAP:
            self.number_pressed.emit(block.blockNumber())
        elif self._icon(block, here=here) == "bulb":
            self.bulb_pressed.emit()
        else:
            self.fold_pressed.emit(block.blockNumber())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        block = self._block_at(event.position().toPoint())
        over = event.position().x() >= self.width() - _ARROW - 3 * _GAP
        hot = over and block is not None and self._icon(block, here=True)
        self.setCursor(Qt.CursorShape.PointingHandCursor if hot else Qt.CursorShape.ArrowCursor)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            block = self._block_at(event.pos())
            if block is not None:
                tell(self, self.words_of(block), event.globalPos())
            return True
        return super().event(event)

    def words_of(self, block: QTextBlock) -> str:
        """What the strip says about a line: its findings, and what changed."""
        number = block.blockNumber()
        changes = {
            LineChange.ADDED: tr("New since the last launch."),
            LineChange.CHANGED: tr("Changed since the last launch."),
            LineChange.REMOVED_BEFORE: tr("Lines that were launched are gone from here."),
        }
        change = self._changes.get(number)
        words = (self._notes.words(number), changes[change] if change else "")
        return "\n".join(part for part in words if part)

    def _block_at(self, place: QPoint) -> QTextBlock | None:
        found = line_at(self._editor, place.y())
        return found and found[0]
