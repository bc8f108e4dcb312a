"""The lines of a log, painted: time, replica in its colour, text. Only what is in view.

What comes on stderr has a bar at its left: many programs write all their log there, so its text
keeps its own colour.
"""

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import (
    QPoint,
    QPointF,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QFrame,
    QWidget,
)

from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.labels import SEMIBOLD
from otternauts_desktop.ui.log_lines import Change, LogLines
from otternauts_desktop.ui.log_painter import LAID_OUT, LinePainter
from otternauts_desktop.ui.log_text import TIME_FIGURES, as_seen, local_time, one_line
from otternauts_desktop.ui.theme import theme

PAINT_MS: Final = 50

_LEFT: Final = 14
_GAP: Final = 12
_REPLICA_FIGURES: Final = (5, 22)


class LogView(QAbstractScrollArea):
    """Paints the rows of `LogLines` that are in view. Follows the end until scrolled away."""

    follow_changed = Signal(bool)
    unseen_changed = Signal(int)
    """So many lines came since the view was scrolled away from the end."""
    copied = Signal(int)

    def __init__(self, lines: LogLines, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self.following = True
        self.unseen = 0
        self._dropped = 0
        self._placing = False
        self._anchor = self._cursor = -1
        """Serial numbers of the lines between which is selected."""
        self._by_keyboard = False
        self._paint = LinePainter()
        self._replica_figures = _REPLICA_FIGURES[0]
        self.setAccessibleName(tr("Log lines"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAINT_MS)
        self._timer.timeout.connect(self._tick)
        self.verticalScrollBar().setAccessibleName(tr("Lines"))
        self.horizontalScrollBar().setAccessibleName(tr("Columns"))
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.horizontalScrollBar().valueChanged.connect(self._update_view)
        self._restyle()
        theme().changed.connect(self._restyle)

    # -- what changed ------------------------------------------------------------------------

    def lines_changed(self, change: Change) -> None:
        """Show a change of the lines a moment later, together with what comes until then."""
        self._dropped += change.dropped
        if not self.following:
            self.unseen += change.added
        if not self._timer.isActive():
            self._timer.start()

    def rows_changed(self, top: int) -> None:
        """All rows are others now: keep the line with the serial number `top` at the top."""
        self._timer.stop()
        self._dropped = 0
        self._place(self._lines.row(top))

    def forget(self) -> None:
        """All lines are gone: nothing is selected, and the view follows what comes."""
        self._anchor = self._cursor = -1
        self._replica_figures = _REPLICA_FIGURES[0]
        self.horizontalScrollBar().setValue(0)
        self._timer.stop()
        self._dropped = 0
        self.follow(True)

    def top_serial(self) -> int:
        """The serial number of the line at the top of the view."""
        top = self.verticalScrollBar().value() - self._dropped
        return self._lines.serial(max(top, 0)) if top < len(self._lines) else 0

    def follow(self, following: bool) -> None:
        """Stay at the end from now on, or stop."""
        if following != self.following:
            self.following = following
            self.follow_changed.emit(following)
        if following:
            self._place(0)

    def _tick(self) -> None:
        top = self.verticalScrollBar().value() - self._dropped
        self._dropped = 0
        self._place(max(top, 0))

    def _place(self, top: int) -> None:
        """Fit the scroll bars to the rows there are, with row `top` first unless it follows."""
        self._placing = True
        try:
            bar = self.verticalScrollBar()
            fitting = max(self.viewport().height() // self._paint.height, 1)
            bar.setPageStep(fitting)
            bar.setRange(0, max(len(self._lines) - fitting, 0))
            bar.setValue(bar.maximum() if self.following else top)
            self._fit_width()
        finally:
            self._placing = False
        if self.following:
            self.unseen = 0
        self.unseen_changed.emit(self.unseen)
        self.viewport().update()

    def _fit_width(self) -> None:
        """A horizontal scroll bar for what is in view. It never takes away what is scrolled to."""
        widest = 0.0
        figures = self._replica_figures
        for line in self._visible():
            figures = max(figures, min(len(line.replica), _REPLICA_FIGURES[1]))
            text = one_line(line.text)
            widest = max(widest, self._paint.advance(text, len(text)))
        self._replica_figures = figures
        bar = self.horizontalScrollBar()
        room = max(self.viewport().width() - self._text_left() - _LEFT, 50)
        bar.setPageStep(room)
        bar.setSingleStep(round(self._paint.figure * 4))
        bar.setRange(0, max(round(widest) - room, bar.value(), 0))

    def _scrolled(self) -> None:
        if not self._placing:
            bar = self.verticalScrollBar()
            self.follow(bar.value() >= bar.maximum())
            self._fit_width()
            self.viewport().update()

    def _update_view(self) -> None:
        self.viewport().update()

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), t.color("well"))
        if len(self._lines):
            self._paint_lines(painter)
        else:
            painter.setFont(t.ui_font(13))
            painter.setPen(t.color("fg3"))
            words = tr("No line matches the filter.") if self._lines.kept else tr("No lines yet.")
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, words)
        if self._by_keyboard and self.hasFocus():
            painter.setClipping(False)
            painter.setPen(t.color("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))

    def _paint_lines(self, painter: QPainter) -> None:
        t = theme()
        width = self.viewport().width()
        first, y = self._first_in_view()
        visible = list(self._visible())
        chosen = self._selection() or (-1, -1)
        ground = t.color("select" if self.hasFocus() else "selectin")
        time_font, name_font = t.mono(12), t.mono(12, SEMIBOLD)
        name_room = self._replica_figures * self._paint.figure + 1
        for place, line in enumerate(visible):
            area = QRect(0, y + place * self._paint.height, width, self._paint.height)
            if chosen[0] <= first + place < chosen[1]:
                painter.fillRect(area, ground)
            if line.stderr:
                painter.fillRect(QRect(0, area.top(), 3, area.height()), t.color("bad"))
            base = area.top() + self._paint.baseline
            painter.setFont(time_font)
            painter.setPen(t.color("fg3"))
            painter.drawText(QPointF(_LEFT, base), local_time(line.time))
            painter.setFont(name_font)
            painter.setPen(t.color(self._paint.tone(line.replica)))
            name = self._name_metrics.elidedText(
                one_line(line.replica), Qt.TextElideMode.ElideMiddle, name_room
            )
            painter.drawText(QPointF(self._name_left(), base), name)
        painter.setClipRect(QRect(self._text_left() - 2, 0, width, self.viewport().height()))
        painter.setFont(time_font)
        left = self._text_left() - self.horizontalScrollBar().value()
        start = int(self.horizontalScrollBar().value() / self._paint.figure)
        shown = range(start, start + int(width / self._paint.figure) + 2)
        for place, line in enumerate(visible):
            top = y + place * self._paint.height
            self._paint.paint(painter, line, self._lines.matcher, left, top, shown)

    def _name_left(self) -> float:
        return _LEFT + TIME_FIGURES * self._paint.figure + _GAP

    def _text_left(self) -> int:
        return round(self._name_left() + self._replica_figures * self._paint.figure + 1.5 * _GAP)

    def _first_in_view(self) -> tuple[int, int]:
        """The first row of which something is in view, and where its top is."""
        bar = self.verticalScrollBar()
        first = bar.value()
        spare = self.viewport().height() - bar.pageStep() * self._paint.height
        if first and first == bar.maximum() and spare > 0:
            # At the end the last line stands on the edge, and a piece of one more is above.
            return first - 1, spare - self._paint.height
        return first, 0

    def _visible(self) -> Iterable[LogLine]:
        first, _ = self._first_in_view()
        return self._lines.rows(first, first + self.viewport().height() // self._paint.height + 2)

    # -- choosing ----------------------------------------------------------------------------

    def select_all(self) -> None:
        """Choose all rows."""
        if len(self._lines):
            self._anchor = self._lines.serial(0)
            self._choose_to(len(self._lines) - 1)

    def chosen(self) -> list[LogLine]:
        """The chosen lines; all that are shown where none is chosen."""
        first, last = self._selection() or (0, len(self._lines))
        return list(self._lines.rows(first, last))

    def copy(self) -> None:
        """Put the chosen lines on the clipboard."""
        lines = self.chosen()
        if lines:
            QGuiApplication.clipboard().setText("\n".join(map(as_seen, lines)))
        self.copied.emit(len(lines))

    def _selection(self) -> tuple[int, int] | None:
        if self._anchor < 0 or self._cursor < 0:
            return None
        first, last = sorted((self._anchor, self._cursor))
        rows = self._lines.row(first), self._lines.row(last + 1)
        return rows if rows[0] < rows[1] else None

    def _choose_to(self, row: int) -> None:
        row = min(max(row, 0), len(self._lines) - 1)
        self._cursor = self._lines.serial(row)
        for line in self._lines.rows(row, row + 1):
            self.setAccessibleDescription(as_seen(line)[:LAID_OUT])
        self.viewport().update()

    def _row_at(self, at: QPoint) -> int:
        first, y = self._first_in_view()
        return first + (at.y() - y) // self._paint.height

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        row = self._row_at(event.position().toPoint())
        if not 0 <= row < len(self._lines):
            self._deselect()
            return
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if not shift or self._anchor < 0:
            self._anchor = self._lines.serial(row)
        self._choose_to(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._anchor >= 0 and len(self._lines):
            at = event.position().toPoint()
            bar = self.verticalScrollBar()
            if at.y() < 0:
                bar.setValue(bar.value() - 1)
            elif at.y() >= self.viewport().height():
                bar.setValue(bar.value() + 1)
            self._choose_to(self._row_at(at))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif event.key() == Qt.Key.Key_Escape and self._selection():
            self._deselect()
        elif step and shift and len(self._lines):
            self._extend(step)
        elif event.key() == Qt.Key.Key_End:
            self.follow(True)
        elif event.key() == Qt.Key.Key_Home:
            self.verticalScrollBar().setValue(0)
        else:
            super().keyPressEvent(event)

    def _extend(self, step: int) -> None:
        """Choose one line more or less; the first is the last one in view."""
        bar = self.verticalScrollBar()
        if self._selection() is None:
            row = min(bar.value() + bar.pageStep(), len(self._lines)) - 1
            self._anchor = self._lines.serial(row)
        else:
            row = min(max(self._lines.row(self._cursor) + step, 0), len(self._lines) - 1)
        self._choose_to(row)
        if row < bar.value():
            bar.setValue(row)
        elif row >= bar.value() + bar.pageStep():
            bar.setValue(row - bar.pageStep() + 1)

    def _deselect(self) -> None:
        self._anchor = self._cursor = -1
        self.viewport().update()

    # -- events ------------------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        by = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._by_keyboard = event.reason() in by
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place(self.verticalScrollBar().value())

    def _restyle(self) -> None:
        self._paint.measure()
        self._name_metrics = QFontMetricsF(theme().mono(12, SEMIBOLD))
        self._place(self.verticalScrollBar().value())
