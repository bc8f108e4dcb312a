"""The rows of a log that are in view: scrolling, following the end, and who paints them."""

from typing import Final

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.log_choice import Choice
from otternauts_desktop.ui.log_layout import Layout, Place
from otternauts_desktop.ui.log_lines import LogLines
from otternauts_desktop.ui.log_painter import LAID_OUT
from otternauts_desktop.ui.log_rows import LEFT, RowPainter
from otternauts_desktop.ui.log_text import as_seen
from otternauts_desktop.ui.theme import theme

PAINT_MS: Final = 33
LONGEST_PAUSE_MS: Final = 200
"""What comes is painted after so long at least and at most."""
WORK_SECONDS: Final = 0.005


class LogScroll(QAbstractScrollArea):
    """Paints the rows of `LogLines` that are in view. Follows the end until scrolled away."""

    follow_changed = Signal(bool)
    unseen_changed = Signal(int)
    """So many lines came since the view was scrolled away from the end."""
    ticked = Signal()
    """What came, or what a filter or a search has found, is in the view now."""

    def __init__(self, lines: LogLines, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self.following = True
        self.unseen = 0
        self.wrapping = False
        self.choice = Choice(lines)
        self.current = -1
        """Serial number of the line that the search is at."""
        self._layout = Layout(lines)
        self._top = (0, 0)
        """Serial number of the line that was scrolled to the top, and which piece of it."""
        self._left_at = 0
        """Serial number of the first line that came after the end was left."""
        self._placing = self._by_keyboard = False
        self._paint = RowPainter(lines, self._layout)
        self.setAccessibleName(tr("Log lines"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tick)
        self._shown_at = QElapsedTimer()
        self._pause = PAINT_MS
        self._unpainted = self._going_on = False
        self.verticalScrollBar().setAccessibleName(tr("Lines"))
        self.horizontalScrollBar().setAccessibleName(tr("Columns"))
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.horizontalScrollBar().valueChanged.connect(self._update_view)
        self._restyle()
        theme().changed.connect(self._restyle)

    # -- what changed ------------------------------------------------------------------------

    def lines_changed(self) -> None:
        """Show what came a moment later, together with what comes until then."""
        if not self._timer.isActive():
            self._timer.start(self._pause)

    def rows_changed(self) -> None:
        """Other rows are wanted: show those that are found at once, and look for the others."""
        self._shown_at.invalidate()
        self._tick()

    def forget(self) -> None:
        """All lines are gone: nothing is selected, and the view follows what comes."""
        self.choice.clear()
        self.current = -1
        self._layout.forget()
        self._paint.forget()
        self.horizontalScrollBar().setValue(0)
        self.follow(True)

    def _tick(self) -> None:
        """Go on with filter and search for a moment, and show what came and what was found."""
        due = not self._shown_at.isValid() or self._shown_at.hasExpired(self._pause)
        if not (self._going_on and due and self._shown_at.isValid()):
            # A long filter either goes on or is shown: both together would take twice as long.
            self._lines.work(WORK_SECONDS)
        working = self._going_on = self._lines.working
        if due or not working:
            self._shown_at.start()
            self._unpainted = True
            self._place()
            self.ticked.emit()
        if working:
            self._timer.start(0)
        else:
            self._timer.stop()

    def follow(self, following: bool) -> None:
        """Stay at the end from now on, or stop."""
        if following != self.following:
            self.following = following
            self._left_at = self._lines.end
            self.follow_changed.emit(following)
        if following:
            self._place()

    def wrap(self, wrapping: bool) -> None:
        """Break lines at the edge from now on, or show them whole."""
        self.wrapping = wrapping
        self.horizontalScrollBar().setValue(0)
        self._place()

    def toggle(self, serial: int) -> bool:
        """Show the fields of a line of JSON, or the line alone again; says whether it is JSON."""
        if not self._layout.toggle(serial):
            return False
        self.follow(False)
        self._place()
        return True

    def opened(self, serial: int) -> bool:
        """Whether the fields of a line are shown."""
        return self._layout.opened(serial)

    def go_to(self, serial: int) -> None:
        """Bring a line into view, if it is not, and choose it."""
        row = self._lines.shown.row(serial)
        self._choose(row)
        self._bring(row)
        self.follow(False)

    def _choose(self, row: int, *, extend: bool = False) -> None:
        self.choice.to(row, extend=extend)
        self._tell_cursor()
        self.viewport().update()

    def _tell_cursor(self) -> None:
        """Let whoever does not see the view know which line the keyboard is at."""
        line = self._lines.line(self.choice.cursor)
        if line is not None:
            self.setAccessibleDescription(as_seen(line)[:LAID_OUT])

    # -- places ------------------------------------------------------------------------------

    @property
    def _fitting(self) -> int:
        return max(self.viewport().height() // self._paint.height, 1)

    def top_serial(self) -> int:
        """The serial number of the line at the top of the view."""
        return self._lines.shown.serial(self._top_place()[0]) if len(self._lines) else 0

    def _top_place(self) -> Place:
        """Where the line is that was scrolled to, or the first one after it that is a row."""
        serial, piece = self._top
        shown = self._lines.shown
        place = shown.row(serial), piece if serial in shown else 0
        return min(place, self._layout.last_top(self._fitting))

    def _set_top(self, place: Place) -> None:
        if len(self._lines):
            row = min(place[0], len(self._lines) - 1)
            self._top = self._lines.shown.serial(row), place[1]

    def _place(self) -> None:
        """Fit the scroll bars to the rows there are, and keep the top, or the end, in its place."""
        self._placing = True
        try:
            columns = max(int(self._text_room() / self._paint.line.figure), 20)
            self._layout.wrap(columns if self.wrapping else 0)
            last = self._layout.last_top(self._fitting)
            if self.following:
                self._set_top(last)
            # Else the top stays what it was, even if a filter hides it or has not found it yet.
            top = self._top_place()
            bar = self.verticalScrollBar()
            bar.setPageStep(self._fitting)
            bar.setRange(0, last[0])
            bar.setValue(top[0])
            self._fit_width()
        finally:
            self._placing = False
        self.unseen = 0
        if not self.following:
            shown = self._lines.shown
            self.unseen = len(shown) - shown.row(self._left_at)
        self.unseen_changed.emit(self.unseen)
        self.viewport().update()

    def _move(self, place: Place) -> None:
        """Scroll by hand: whoever comes to the end follows it from there."""
        last = self._layout.last_top(self._fitting)
        self._set_top(min(place, last))
        self.follow(place >= last)
        self._place()

    def _scrolled(self, value: int) -> None:
        if not self._placing:
            bar = self.verticalScrollBar()
            self._move(
                self._layout.last_top(self._fitting) if value >= bar.maximum() else (value, 0)
            )

    def _bring(self, row: int) -> None:
        """Scroll so far that a row is in view."""
        top = self._top_place()
        if row < top[0] or (row == top[0] and top[1]):
            self._move((row, 0))
            return
        places = self._layout.places(top, self._fitting)
        if not places or row > places[-1][0]:
            self._move(self._layout.moved((row, 0), 1 - self._fitting))
        else:
            self.viewport().update()

    def _fit_width(self) -> None:
        """A horizontal scroll bar for what is in view. It never takes away what is scrolled to."""
        widest = 0.0
        for row, number in self._in_view()[0]:
            laid = self._layout.laid_out(self._lines.shown.serial(row))
            if laid is not None:
                self._paint.meet(laid.line)
                widest = max(widest, self._paint.line.advance(laid.pieces[number].whole))
        bar = self.horizontalScrollBar()
        room = self._text_room()
        bar.setPageStep(room)
        bar.setSingleStep(round(self._paint.line.figure * 4))
        wide = 0 if self.wrapping else round(widest) - room
        bar.setRange(0, max(wide, bar.value(), 0))

    def _update_view(self) -> None:
        self.viewport().update()

    def _in_view(self) -> tuple[list[Place], int]:
        """The places of which something is in view, and where the first one's top is."""
        top = self._top_place()
        count = self.viewport().height() // self._paint.height + 2
        spare = self.viewport().height() - self._fitting * self._paint.height
        if self.following and top > (0, 0) and spare > 0:
            # At the end the last line stands on the edge, and a piece of one more is above.
            above = self._layout.moved(top, -1)
            return self._layout.places(above, count), spare - self._paint.height
        return self._layout.places(top, count), 0

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), t.color("well"))
        if len(self._lines):
            places, y = self._in_view()
            self._paint.paint(
                painter,
                self.viewport().rect(),
                places,
                y,
                scrolled=self.horizontalScrollBar().value(),
                current=self.current,
                chosen=self.choice.rows() or (-1, -1),
                ground="select" if self.hasFocus() else "selectin",
            )
        else:
            painter.setFont(t.ui_font(13))
            painter.setPen(t.color("fg3"))
            painter.drawText(
                self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self._words_for_nothing()
            )
        if self._by_keyboard and self.hasFocus():
            painter.setClipping(False)
            painter.setPen(t.color("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
        if self._unpainted:
            # Where painting takes long, as on a busy machine, it may not eat up all the time.
            self._unpainted = False
            self._pause = min(max(4 * self._shown_at.elapsed(), PAINT_MS), LONGEST_PAUSE_MS)

    def _words_for_nothing(self) -> str:
        if not self._lines.kept:
            return tr("No lines yet.")
        if self._lines.shown.working:
            return tr("Filtering…")
        return tr("No line matches the filter.")

    def _text_room(self) -> int:
        return max(self.viewport().width() - self._paint.text_left - LEFT, 50)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def _restyle(self) -> None:
        self._paint.measure()
        self._place()
