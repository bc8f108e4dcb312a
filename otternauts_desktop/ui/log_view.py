"""The lines of a log: what the mouse and the keyboard do with them."""

from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from otternauts_desktop.ui.log_lines import LogLines
from otternauts_desktop.ui.log_scroll import LogScroll

_WHEEL_LINES: Final = 3


class LogView(LogScroll):
    """Chooses lines, opens those of JSON, and tells what else is asked for."""

    copy_asked = Signal()
    replica_clicked = Signal(int)
    """The serial number of a line whose replica's name was clicked."""
    menu_asked = Signal(int, QPoint)
    """A menu for a line is wanted, at a point of the screen."""

    def __init__(self, lines: LogLines, parent: QWidget | None = None) -> None:
        super().__init__(lines, parent)
        self._pressed = QPoint(-1, -1)
        self._wheel = 0.0

    # -- the mouse ---------------------------------------------------------------------------

    def _row_at(self, at: QPoint) -> int | None:
        """The row at a point; one more than the last where there is none."""
        places, y = self._in_view()
        number = (at.y() - y) // self._paint.height
        return places[number][0] if 0 <= number < len(places) else None

    def _on_name(self, at: QPoint) -> bool:
        return self._paint.name_left <= at.x() < self._paint.fold_left - 2

    def _on_fold(self, at: QPoint) -> bool:
        return self._paint.fold_left - 2 <= at.x() < self._paint.text_left - 2

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint()
        row = self._row_at(at)
        self._pressed = at
        if row is None:
            self.choice.clear()
            self.viewport().update()
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._choose(row, extend=shift)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        row = self._row_at(at)
        if event.button() is Qt.MouseButton.LeftButton and row is not None and at == self._pressed:
            serial = self._lines.shown.serial(row)
            if self._on_name(at):
                self.replica_clicked.emit(serial)
            elif self._on_fold(at):
                self.toggle(serial)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if event.buttons() & Qt.MouseButton.LeftButton:
            if self.choice.cursor >= 0:
                self._drag_to(at)
            return
        live = (self._on_name(at) or self._on_fold(at)) and self._row_at(at) is not None
        cursor = Qt.CursorShape.PointingHandCursor if live else Qt.CursorShape.IBeamCursor
        self.viewport().setCursor(cursor)

    def _drag_to(self, at: QPoint) -> None:
        beyond = -1 if at.y() < 0 else int(at.y() >= self.viewport().height())
        if beyond:
            self._move(self._layout.moved(self._top_place(), beyond))
        row = self._row_at(QPoint(at.x(), min(max(at.y(), 0), self.viewport().height() - 1)))
        self._choose(len(self._lines) - 1 if row is None else row, extend=True)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.angleDelta().x() or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            super().wheelEvent(event)
            return
        self._wheel += event.angleDelta().y() * _WHEEL_LINES / 120
        lines = int(self._wheel)
        self._wheel -= lines
        if lines:
            self._move(self._layout.moved(self._top_place(), -lines))
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row = self.choice.row
        point = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            row = self._row_at(self.viewport().mapFromGlobal(point))
            chosen = self.choice.rows()
            if row is not None and (chosen is None or not chosen[0] <= row < chosen[1]):
                self._choose(row)
        if row is not None:
            self.menu_asked.emit(self._lines.shown.serial(row), point)

    # -- the keyboard ------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        key = Qt.Key(event.key())
        steps = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -self._fitting,
            Qt.Key.Key_PageDown: self._fitting,
        }
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.choice.all()
            self.viewport().update()
        elif key == Qt.Key.Key_Escape and self.choice.rows():
            self.choice.clear()
            self.viewport().update()
        elif key in steps and len(self._lines):
            self._step(steps[key], extend=shift)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.choice.row is not None:
            self.toggle(self.choice.cursor)
        elif key == Qt.Key.Key_End:
            self.choice.clear()
            self.follow(True)
        elif key == Qt.Key.Key_Home:
            self._move((0, 0))
            self._choose(0, extend=shift)
        else:
            super().keyPressEvent(event)

    def _step(self, by: int, *, extend: bool) -> None:
        """Go to another line; from no line to the last one in view."""
        row = self.choice.row
        if row is None:
            row = self._layout.places(self._top_place(), self._fitting)[-1][0]
        else:
            row = min(max(row + by, 0), len(self._lines) - 1)
        self._choose(row, extend=extend)
        self._bring(row)

    # -- events ------------------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        by = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._by_keyboard = event.reason() in by
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()
