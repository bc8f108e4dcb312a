"""The places in an editor that a search found, on their tint."""

import bisect
from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QTextBlock, QTextLine
from PySide6.QtWidgets import QPlainTextEdit

from otternauts_desktop.ui.theme import theme


class EditorMatches:
    """Paints those that are in view; there may be thousands."""

    def __init__(self, editor: QPlainTextEdit) -> None:
        self._editor = editor
        self._starts: list[int] = []
        self._ends: list[int] = []

    def show(self, places: Sequence[tuple[int, int]]) -> None:
        """Take over where they are, in Qt's count and in order."""
        self._starts = [start for start, _ in places]
        self._ends = [end for _, end in places]
        self._editor.viewport().update()

    def paint(self, painter: QPainter, block: QTextBlock, line: QRectF, left: float) -> None:
        """Paint those of one line, whose text begins at `left`."""
        first = bisect.bisect_right(self._ends, block.position())
        layout = block.layout().lineAt(0)
        stop = block.position() + block.length() - 1
        if first == len(self._starts) or self._starts[first] >= stop or not layout.isValid():
            return
        painter.setPen(theme().color("accentln"))
        painter.setBrush(theme().color("accentbg"))
        for start, end in zip(self._starts[first:], self._ends[first:], strict=True):
            if start >= stop:
                break
            x1, x2 = (left + _x(layout, at - block.position()) for at in (start, end))
            painter.drawRect(QRectF(x1 - 0.5, line.top() + 0.5, x2 - x1, line.height() - 1))


def _x(line: QTextLine, at: int) -> float:
    found = line.cursorToX(at)  # brought into the line, and told with the place used
    assert isinstance(found, tuple)
    return float(found[0])
