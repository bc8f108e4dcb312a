"""Two versions of a flight plan, painted: beside each other, or one below the other."""

import itertools
from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from otternauts_desktop.core.flight.comparison import Pair, Side, changes, inline
from otternauts_desktop.core.flight.diff import LineKind
from otternauts_desktop.core.words import tr, trn
from otternauts_desktop.ui.theme import theme

GROUNDS: Final = {LineKind.ADDED: "okbg", LineKind.REMOVED: "badbg", LineKind.SKIPPED: "raised"}
_SIGNS: Final = {LineKind.ADDED: "+", LineKind.REMOVED: "-"}
_WORDS: Final = {LineKind.ADDED: "okln", LineKind.REMOVED: "badln"}
_TONES: Final = {LineKind.ADDED: "ok", LineKind.REMOVED: "bad"}
_MARKED: Final = "marked"
_PAD: Final = 8
_DESCRIBED: Final = 20_000


class DiffView(QAbstractScrollArea):
    """Shows what `show_rows` was last given; only what is in view is painted."""

    moved = Signal()
    """Other lines came into view, or other rows are shown."""
    skipped_pressed = Signal()
    """What is left out is to be seen."""

    def __init__(self, parent: QWidget | None = None, *, beside: bool = False) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Difference"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.verticalScrollBar().setAccessibleName(tr("Lines"))
        self.horizontalScrollBar().setAccessibleName(tr("Columns"))
        self.verticalScrollBar().valueChanged.connect(self.moved)
        self._beside = beside
        self._given: tuple[Pair, ...] = ()
        self.rows: tuple[Pair, ...] = ()
        """What is painted, row by row."""
        self._at: int | None = None
        """The change that was gone to, until the person scrolls away."""
        self.verticalScrollBar().actionTriggered.connect(self._scrolled_away)
        self._empty = tr("No difference to the last launch.")
        self._restyle()
        theme().changed.connect(self._restyle)
        self.show_rows(())

    def show_rows(self, rows: tuple[Pair, ...], empty: str = "") -> None:
        """Show a comparison; `empty` is said where nothing differs. The place is kept."""
        self._given = rows
        self._at = None
        self._empty = empty or self._empty
        self.rows = rows if self._beside else inline(rows)
        self.setAccessibleDescription(self.text()[:_DESCRIBED] or self._empty)
        self._measure()
        self._fit()
        self.viewport().update()
        self.moved.emit()

    def set_beside(self, beside: bool) -> None:
        """Beside each other, or one below the other."""
        self._beside = beside
        self.show_rows(self._given)

    def text(self) -> str:
        """The difference as text, as `diff -u` marks its lines."""
        lines = []
        for row in inline(self._given):
            side = row.new or row.old
            if side is None:
                lines.append(f"@@ {_left_out(row.skipped)} @@")
            else:
                lines.append(f"{_SIGNS.get(row.kind, ' ')}{side.text}")
        return "\n".join(lines)

    def go_to_change(self, step: int) -> None:
        """Bring the next (1) or previous (-1) change into view, around the end."""
        starts = changes(self.rows)
        if not starts:
            return
        here = self.verticalScrollBar().value() + self._lead() if self._at is None else self._at
        later = [row for row in starts if (row > here if step > 0 else row < here)]
        chosen = (later or starts)[0 if step > 0 else -1]
        self.show_row(chosen)
        self._at = chosen

    def show_row(self, row: int) -> None:
        """Scroll so that a row is a little below the top."""
        self._at = None
        self.verticalScrollBar().setValue(row - self._lead())

    def _scrolled_away(self) -> None:
        self._at = None

    def _lead(self) -> int:
        return min(3, self.viewport().height() // self._height // 3)

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), t.color("panel"))
        if not self.rows:
            painter.setFont(t.ui_font(13))
            painter.setPen(t.color("fg3"))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self._empty)
            return
        painter.setFont(t.mono(12))
        first = self.verticalScrollBar().value()
        last = min(first + self.viewport().height() // self._height + 2, len(self.rows))
        width, middle = self.viewport().width(), self.viewport().width() // 2
        for number in range(first, last):
            row, top = self.rows[number], (number - first) * self._height
            if row.skipped:
                self._paint_skipped(painter, QRect(0, top, width, self._height), row.skipped)
            elif self._beside:
                left = QRect(0, top, middle, self._height)
                right = QRect(middle + 1, top, width - middle - 1, self._height)
                removed = LineKind.SAME if row.kind is LineKind.SAME else LineKind.REMOVED
                added = LineKind.SAME if row.kind is LineKind.SAME else LineKind.ADDED
                self._paint_side(painter, left, row.old, removed)
                self._paint_side(painter, right, row.new, added)
            else:
                self._paint_line(painter, QRect(0, top, width, self._height), row)
        if self._beside:
            painter.fillRect(QRect(middle, 0, 1, self.viewport().height()), t.color("line"))

    def _paint_skipped(self, painter: QPainter, area: QRect, count: int) -> None:
        t = theme()
        painter.fillRect(area, t.color("raised"))
        left = round(self._text_left()) - t.px(16) - 4
        icon = t.pixmap("updown", 12, "fg3", ratio=self.devicePixelRatioF())
        painter.drawPixmap(left, area.center().y() - 5, icon)
        painter.setFont(t.ui_font(12))
        painter.setPen(t.color("fg3"))
        room = area.adjusted(left + 18, 0, 0, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, _left_out(count))
        painter.setFont(t.mono(12))

    def _paint_line(self, painter: QPainter, area: QRect, row: Pair) -> None:
        side = row.new or row.old
        assert side is not None
        self._paint_ground(painter, area, row.kind)
        for place, which in enumerate((row.old, row.new)):
            if which:
                column = _PAD + place * (self._number_width + _PAD)
                self._paint_number(painter, area, column, which.number)
        self._paint_text(painter, area, side, row.kind)

    def _paint_side(
        self, painter: QPainter, area: QRect, side: Side | None, kind: LineKind
    ) -> None:
        if side is None:
            painter.fillRect(area, theme().color("well"))
            painter.setBrushOrigin(0, -self.verticalScrollBar().value() * self._height)
            hatch = QBrush(theme().color("line"), Qt.BrushStyle.BDiagPattern)
            painter.fillRect(area, hatch)
            return
        self._paint_ground(painter, area, kind)
        self._paint_number(painter, area, area.left() + _PAD, side.number)
        self._paint_text(painter, area, side, kind)

    def _paint_ground(self, painter: QPainter, area: QRect, kind: LineKind) -> None:
        if ground := GROUNDS.get(kind):
            painter.fillRect(area, theme().color(ground))
        painter.setPen(theme().color(_TONES.get(kind, "fg3")))

    def _paint_number(self, painter: QPainter, area: QRect, left: float, number: int) -> None:
        room = QRectF(left, area.top(), self._number_width, area.height())
        middle = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, int(middle), str(number))

    def _paint_text(self, painter: QPainter, area: QRect, side: Side, kind: LineKind) -> None:
        t = theme()
        base = area.top() + self._baseline
        begin = area.left() + self._text_left()
        if sign := _SIGNS.get(kind):
            painter.drawText(QPointF(begin - 2 * self._figure, base), sign)
        painter.save()
        painter.setClipRect(area.adjusted(round(self._text_left()) - 1, 0, 0, 0))
        left = begin - self.horizontalScrollBar().value()
        for start, end, token in _pieces(side):
            at = left + self._x(side.text, start)
            if token == _MARKED:  # syntax colours can't be read on this tint
                width = self._x(side.text, end) - self._x(side.text, start)
                box = QRectF(at - 1, area.top() + 2, width + 2, area.height() - 4)
                painter.fillRect(box, t.color(_WORDS[kind]))
                token = "fg1"
            painter.setPen(t.color(token))
            painter.drawText(QPointF(at, base), side.text[start:end])
        painter.restore()

    def _x(self, text: str, at: int) -> float:
        if text.isascii():
            return at * self._figure
        return self._metrics.horizontalAdvance(text[:at])

    # -- keys and the mouse ------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.text())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.verticalScrollBar().value() + int(event.position().y()) // self._height
        if row < len(self.rows) and self.rows[row].skipped:
            self.skipped_pressed.emit()

    # -- fitting -----------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        self.moved.emit()

    def _text_left(self) -> float:
        columns = 1 if self._beside else 2
        return columns * (self._number_width + _PAD) + _PAD + 3 * self._figure

    def _measure(self) -> None:
        sides = [side for row in self.rows for side in (row.old, row.new) if side]
        digits = len(str(max((side.number for side in sides), default=0)))
        self._number_width = max(digits, 2) * self._figure
        self._widest = max((self._x(side.text, len(side.text)) for side in sides), default=0.0)

    def _fit(self) -> None:
        visible = max(self.viewport().height() // self._height, 1)
        self.verticalScrollBar().setPageStep(visible)
        self.verticalScrollBar().setRange(0, max(len(self.rows) - visible, 0))
        width = self.viewport().width() // (2 if self._beside else 1)
        bar = self.horizontalScrollBar()
        bar.setPageStep(width)
        bar.setSingleStep(round(self._figure * 4))
        needed = round(self._text_left() + self._widest + _PAD)
        bar.setRange(0, max(needed - width, 0) if self.rows else 0)

    def _restyle(self) -> None:
        t = theme()
        self._metrics = QFontMetricsF(t.mono(12))
        self._figure = self._metrics.horizontalAdvance("9" * 100) / 100
        self._height = max(t.px(20), round(self._metrics.height()) + 2)
        spare = self._height - self._metrics.height()
        self._baseline = round(spare / 2 + self._metrics.ascent())
        self._measure()
        self._fit()
        self.viewport().update()


def _pieces(side: Side) -> Iterator[tuple[int, int, str]]:
    """A line in pieces of one colour: from where to where, and its token."""
    tokens = ["fg1"] * len(side.text)
    for start, end, token in side.colours:
        tokens[start:end] = [token] * (end - start)
    for start, end in side.changed:
        tokens[start:end] = [_MARKED] * (end - start)
    start = 0
    for token, run in itertools.groupby(tokens):
        end = start + len(list(run))
        yield start, end, token
        start = end


def _left_out(count: int) -> str:
    return trn("{number} equal line", "{number} equal lines", count)
