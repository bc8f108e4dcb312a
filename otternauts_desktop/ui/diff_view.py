"""A text diff, painted: old and new line numbers, a sign, and the line on its tint."""

from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from otternauts_desktop.core.flight.diff import DiffLine, LineKind
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.ui.theme import theme

EMPTY: Final = "No difference to the last launch."
_SIGNS: Final = {LineKind.ADDED: "+", LineKind.REMOVED: "-"}
_GROUNDS: Final = {LineKind.ADDED: "okbg", LineKind.REMOVED: "badbg", LineKind.SKIPPED: "raised"}
_WORDS: Final = {LineKind.ADDED: "okln", LineKind.REMOVED: "badln"}
_TONES: Final = {LineKind.ADDED: "ok", LineKind.REMOVED: "bad"}
_PAD: Final = 8
_LONGEST: Final = 4_096
_DESCRIBED: Final = 20_000
_OWN: Final = {0x09: "  ", 0x0A: "\u240a", 0x2028: "\u240a", 0x2029: "\u240a"}


class DiffView(QAbstractScrollArea):
    """Shows what `show_lines` was last given; only what is in view is painted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Difference to the last launch")
        self.setAccessibleDescription(EMPTY)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.verticalScrollBar().setAccessibleName("Lines")
        self.horizontalScrollBar().setAccessibleName("Columns")
        self._lines: tuple[DiffLine, ...] = ()
        self._texts: list[str] = []
        self._changed: dict[int, tuple[int, int]] = {}
        """Where in a row the words are that changed."""
        self._restyle()
        theme().changed.connect(self._restyle)

    def show_lines(self, lines: tuple[DiffLine, ...]) -> None:
        """Show a diff; an empty one says so. The place is kept where the same rows are there."""
        self._lines = lines
        self._texts = [shown(line.text, limit=_LONGEST).translate(_OWN) for line in lines]
        self._changed = _changed_words(lines, self._texts)
        self.setAccessibleDescription(self.text()[:_DESCRIBED] or EMPTY)
        self._measure()
        self._fit()
        self.viewport().update()

    def text(self) -> str:
        """The diff as text, as `diff -u` marks its lines."""
        return "\n".join(
            f"@@ {text} @@"
            if line.kind is LineKind.SKIPPED
            else f"{_SIGNS.get(line.kind, ' ')}{text}"
            for line, text in zip(self._lines, self._texts, strict=True)
        )

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), t.color("panel"))
        if not self._lines:
            painter.setFont(t.ui_font(13))
            painter.setPen(t.color("fg3"))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, EMPTY)
            return
        first = self.verticalScrollBar().value()
        last = min(first + self.viewport().height() // self._height + 2, len(self._lines))
        painter.setFont(t.mono(12))
        for row in range(first, last):
            area = QRect(0, (row - first) * self._height, self.viewport().width(), self._height)
            self._paint_line(painter, area, row)

    def _paint_line(self, painter: QPainter, area: QRect, row: int) -> None:
        t = theme()
        line = self._lines[row]
        base = area.top() + self._baseline
        if ground := _GROUNDS.get(line.kind):
            painter.fillRect(area, t.color(ground))
        if line.kind is LineKind.SKIPPED:
            painter.setFont(t.ui_font(12))
            painter.setPen(t.color("fg3"))
            left = round(self._text_left())
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(area.adjusted(left, 0, 0, 0), middle, self._texts[row])
            dots = QRect(0, area.top(), left - _PAD * 2, area.height())
            painter.drawText(dots, middle | Qt.AlignmentFlag.AlignRight, "···")
            painter.setFont(t.mono(12))
            return
        painter.setPen(t.color(_TONES.get(line.kind, "fg3")))
        for place, number in enumerate((line.old_number, line.new_number), start=1):
            if number:
                figures = str(number)
                right = place * (self._digits * self._figure + _PAD)
                painter.drawText(QPointF(right - len(figures) * self._figure, base), figures)
        if sign := _SIGNS.get(line.kind):
            painter.drawText(QPointF(self._text_left() - 2 * self._figure, base), sign)
        self._paint_text(painter, area, row, base)

    def _paint_text(self, painter: QPainter, area: QRect, row: int, base: int) -> None:
        t = theme()
        text, kind = self._texts[row], self._lines[row].kind
        left = self._text_left() - self.horizontalScrollBar().value()
        painter.setClipRect(area.adjusted(round(self._text_left()) - 1, 0, 0, 0))
        if (words := self._changed.get(row)) and (token := _WORDS.get(kind)):
            start, end = (self._metrics.horizontalAdvance(text[:place]) for place in words)
            box = QRectF(left + start - 1, area.top() + 2, end - start + 2, area.height() - 4)
            painter.fillRect(box, t.color(token))
        painter.setPen(t.color("fg2" if kind is LineKind.SAME else "fg1"))
        painter.drawText(QPointF(left, base), text)
        painter.setClipping(False)

    # -- fitting -----------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def _text_left(self) -> float:
        return 2 * (self._digits * self._figure + _PAD) + 4 * self._figure

    def _measure(self) -> None:
        highest = max((max(n.old_number, n.new_number) for n in self._lines), default=0)
        self._digits = max(len(str(highest)), 2)
        self._widest = max(
            (
                len(text) * self._figure
                if text.isascii()
                else self._metrics.horizontalAdvance(text)
                for text in self._texts
            ),
            default=0.0,
        )

    def _fit(self) -> None:
        visible = max(self.viewport().height() // self._height, 1)
        self.verticalScrollBar().setPageStep(visible)
        self.verticalScrollBar().setRange(0, max(len(self._lines) - visible, 0))
        width = round(self._text_left() + self._widest + _PAD)
        bar = self.horizontalScrollBar()
        bar.setPageStep(self.viewport().width())
        bar.setSingleStep(round(self._figure * 4))
        bar.setRange(0, max(width - self.viewport().width(), 0) if self._lines else 0)

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


def _changed_words(lines: tuple[DiffLine, ...], texts: list[str]) -> dict[int, tuple[int, int]]:
    """For lines that stand in place of others: from where to where they differ."""
    found: dict[int, tuple[int, int]] = {}
    row = 0
    while row < len(lines):
        removed = row
        while row < len(lines) and lines[row].kind is LineKind.REMOVED:
            row += 1
        added = row
        while row < len(lines) and lines[row].kind is LineKind.ADDED:
            row += 1
        if added - removed == row - added:
            for old, new in zip(range(removed, added), range(added, row), strict=True):
                _compare(found, old, new, texts)
        row = max(row, removed + 1)
    return found


def _compare(found: dict[int, tuple[int, int]], old: int, new: int, texts: list[str]) -> None:
    before, after = texts[old], texts[new]
    shorter = min(len(before), len(after))
    head = 0
    while head < shorter and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < shorter - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    # Lines with nothing in common but their indentation are other lines, not changed ones.
    if before[:head].strip() or tail:
        for row, text in ((old, before), (new, after)):
            if len(text) - tail > head:
                found[row] = head, len(text) - tail
