"""The lines of a log, painted: time, replica in its colour, text. Only what is in view."""

import zlib
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from otternauts_desktop.core.comms.ansi import plain, spans
from otternauts_desktop.core.comms.keeping import LogKeeper
from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.ui.labels import SEMIBOLD
from otternauts_desktop.ui.theme import theme

PAINT_MS: Final = 50
_REPLICA_TONES: Final = ("r1", "r2", "r3", "r4", "r5", "r6")
_SGR_TONES: Final = {
    "black": "fg3",
    "red": "bad",
    "green": "ok",
    "yellow": "warn",
    "blue": "key",
    "magenta": "var",
    "cyan": "accent",
    "white": "fg1",
}
_TIME_WIDTH: Final = 13
_REPLICA_WIDTH: Final = 16


def replica_tone(line: LogLine) -> str:
    """The colour of a replica: by its vessel and number, so it stays the same."""
    return _REPLICA_TONES[zlib.crc32(line.replica.encode()) % len(_REPLICA_TONES)]


def local_time(stamp: str) -> str:
    """`14:02:09.412` of an Engine's stamp, on this machine's clock."""
    try:
        at = datetime.fromisoformat(stamp[:19]).replace(tzinfo=UTC)
    except ValueError:
        return shown(stamp[:12])
    return f"{at.astimezone():%H:%M:%S}.{stamp[20:23]}"


def as_text(line: LogLine) -> str:
    """A line for the clipboard or a file, without control characters."""
    return f"{line.time} {line.replica} {plain(line.text)}"


class LogView(QAbstractScrollArea):
    """Paints what a `LogKeeper` shows. Follows the end until the person scrolls away."""

    follow_changed = Signal(bool)

    def __init__(self, keeper: LogKeeper, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keeper = keeper
        self.following = True
        self._anchor = self._cursor = -1
        """Numbers of the lines between which is selected."""
        self.setAccessibleName("Log lines")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAINT_MS)
        self._timer.timeout.connect(self.fit)
        self.verticalScrollBar().actionTriggered.connect(lambda _: self._scrolled_soon())
        self._restyle()
        theme().changed.connect(self._restyle)

    def lines_came(self) -> None:
        """Something was appended: show it a moment later, with what comes until then."""
        if not self._timer.isActive():
            self._timer.start()

    def fit(self) -> None:
        """Fit the scroll bars to what is shown now, and paint."""
        visible = max(self.viewport().height() // self._height, 1)
        bar = self.verticalScrollBar()
        bar.setPageStep(visible)
        bar.setRange(0, max(len(self._keeper) - visible, 0))
        if self.following:
            bar.setValue(bar.maximum())
        self.viewport().update()

    def follow(self, following: bool) -> None:
        """Stay at the end from now on, or stop."""
        if following != self.following:
            self.following = following
            self.follow_changed.emit(following)
        self.fit()

    def selected_text(self) -> str:
        """The chosen lines as text; all that are shown where none is chosen."""
        rows = self._selection()
        first, last = rows if rows else (0, len(self._keeper))
        return "\n".join(as_text(line) for line in self._keeper.rows(first, last))

    def copy(self) -> None:
        """Put the chosen lines on the clipboard."""
        QGuiApplication.clipboard().setText(self.selected_text())

    def visible_rows(self) -> tuple[int, int]:
        """First row in view, and the one after the last."""
        first = self.verticalScrollBar().value()
        return first, first + self.viewport().height() // self._height + 1

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), t.color("well"))
        painter.setFont(t.mono(12))
        first, last = self.visible_rows()
        chosen = self._selection() or (-1, -1)
        shift = self.horizontalScrollBar().value() * self._figure
        longest = 0
        for place, line in enumerate(self._keeper.rows(first, last)):
            area = QRect(0, place * self._height, self.viewport().width(), self._height)
            if chosen[0] <= first + place < chosen[1]:
                painter.fillRect(area, t.color("select"))
            elif line.stderr:
                painter.fillRect(0, area.top(), 3, area.height(), t.color("bad"))
            self._paint_line(painter, area, line, shift)
            longest = max(longest, len(line.text))
        room = max(self.viewport().width() // self._figure - self._text_at(), 10)
        self.horizontalScrollBar().setPageStep(room)
        self.horizontalScrollBar().setRange(0, max(min(longest, 70_000) - room, 0))

    def _text_at(self) -> int:
        return _TIME_WIDTH + _REPLICA_WIDTH + 2

    def _paint_line(self, painter: QPainter, area: QRect, line: LogLine, shift: int) -> None:
        t = theme()
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        x = 10
        painter.setPen(t.color("fg3"))
        painter.drawText(QRect(x, area.top(), 2000, area.height()), middle, local_time(line.time))
        x += _TIME_WIDTH * self._figure
        painter.setFont(t.mono(12, SEMIBOLD))
        painter.setPen(t.color(replica_tone(line)))
        name = painter.fontMetrics().elidedText(
            shown(line.replica),
            Qt.TextElideMode.ElideMiddle,
            (_REPLICA_WIDTH - 1) * self._figure,
        )
        painter.drawText(QRect(x, area.top(), 2000, area.height()), middle, name)
        painter.setFont(t.mono(12))
        x += _REPLICA_WIDTH * self._figure
        text = QRect(x, area.top(), max(area.width() - x, 0), area.height())
        painter.setClipRect(text)
        x -= shift
        for span in spans(line.text):
            # What lies far to the right is not in view: drawing it costs time for nothing.
            piece = span.text[:4000]
            if x > area.width():
                break
            if span.bold:
                painter.setFont(t.mono(12, SEMIBOLD))
            painter.setPen(t.color(_SGR_TONES.get(span.colour, "fg1")))
            painter.drawText(QRect(x, area.top(), 1_000_000, area.height()), middle, piece)
            x += painter.fontMetrics().horizontalAdvance(piece)
            if span.bold:
                painter.setFont(t.mono(12))
        painter.setClipping(False)

    # -- moving and choosing -----------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event)
        self._scrolled()

    def _scrolled_soon(self) -> None:
        QTimer.singleShot(0, self._scrolled)

    def _scrolled(self) -> None:
        bar = self.verticalScrollBar()
        self.follow(bar.value() >= bar.maximum())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll) and len(self._keeper):
            self._anchor = self._keeper.number(0)
            self._cursor = self._keeper.number(len(self._keeper) - 1)
            self.viewport().update()
        elif event.key() == Qt.Key.Key_End:
            self.follow(True)
        elif event.key() == Qt.Key.Key_Home:
            self.follow(False)
            self.verticalScrollBar().setValue(0)
        else:
            super().keyPressEvent(event)
            self._scrolled()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._number_at(event)
        if not event.modifiers() & Qt.KeyboardModifier.ShiftModifier or self._anchor < 0:
            self._anchor = number
        self._cursor = number
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._cursor = self._number_at(event)
            self.viewport().update()

    def _number_at(self, event: QMouseEvent) -> int:
        row = self.verticalScrollBar().value() + int(event.position().y()) // self._height
        return self._keeper.number(row) if row < len(self._keeper) else -1

    def _selection(self) -> tuple[int, int] | None:
        if self._anchor < 0 or self._cursor < 0:
            return None
        first, last = sorted((self._anchor, self._cursor))
        return self._keeper.row(first), self._keeper.row(last + 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.fit()

    def _restyle(self) -> None:
        self.setFont(theme().mono(12))
        self._height = max(theme().px(20), self.fontMetrics().height() + 2)
        self._figure = self.fontMetrics().horizontalAdvance("9")
        self.fit()
