"""Lines of an editor that are folded away under the line that opens them."""

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QTextBlock, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from otternauts_desktop.core.fleet import folding
from otternauts_desktop.core.words import trn
from otternauts_desktop.ui.text_places import Lines
from otternauts_desktop.ui.theme import theme

_GAP: Final = 10


class EditorFolds:
    """Remembers by cursors, which move with the text: so a fold outlives edits around it."""

    def __init__(self, editor: QPlainTextEdit, lines: Lines) -> None:
        self._editor = editor
        self._lines = lines
        self._headers: list[QTextCursor] = []
        self._folded: set[int] = set()
        """Numbers of the headers as of the last `refresh`."""

    def __bool__(self) -> bool:
        return bool(self._headers)

    def opens(self, block: QTextBlock) -> bool:
        """Whether a line can be folded."""
        return folding.opens(self._lines.now(), block.blockNumber())

    def hidden_lines(self, block: QTextBlock) -> int:
        """How many lines are folded away under a line, 0 for one that is not folded."""
        number = block.blockNumber()
        if number in self._folded:
            return folding.last_line(self._lines.now(), number) - number
        return 0

    def toggle(self, number: int) -> None:
        """Fold or unfold at a line (from 0): what it opens, or what it stands in."""
        if self.hidden_lines(self._editor.document().findBlockByNumber(number)):
            self.unfold(number)
        elif (header := folding.header(self._lines.now(), number)) is not None:
            self._headers.append(QTextCursor(self._editor.document().findBlockByNumber(header)))
            self.refresh()

    def fold_all(self) -> None:
        """Fold every line that opens something, vessels included."""
        self._headers = [QTextCursor(block) for block in self._blocks() if self.opens(block)]
        self.refresh()

    def unfold(self, number: int) -> None:
        """Show what is folded away under a line."""
        self._headers = [h for h in self._headers if h.blockNumber() != number]
        self.refresh()

    def unfold_all(self) -> None:
        """Show every line."""
        self._headers = []
        self.refresh()

    def reveal(self, block: QTextBlock) -> None:
        """Show a line, unfolding whatever it is folded away in."""
        number = block.blockNumber()
        if block.isVisible():
            return
        self._headers = [
            header
            for header in self._headers
            if not header.blockNumber()
            < number
            <= folding.last_line(self._lines.now(), header.blockNumber())
        ]
        self.refresh()

    def refresh(self) -> None:
        """Hide what has to be hidden in the text as it stands now, and nothing else."""
        self._headers = [h for h in self._headers if self.opens(h.block())]
        self._folded = {header.blockNumber() for header in self._headers}
        hidden: set[int] = set()
        for number in sorted(self._folded):
            if number not in hidden:
                hidden.update(range(number + 1, folding.last_line(self._lines.now(), number) + 1))
        changed = False
        for number, block in enumerate(self._blocks()):
            if block.isVisible() is (number in hidden):
                block.setVisible(number not in hidden)
                block.setLineCount(0 if number in hidden else 1)
                changed = True
        if not changed:
            return
        cursor = self._editor.textCursor()
        if not cursor.block().isVisible():
            block = cursor.block()
            while not block.isVisible():
                block = block.previous()
            cursor.setPosition(block.position() + block.length() - 1)
            self._editor.setTextCursor(cursor)
        layout = self._editor.document().documentLayout()
        layout.documentSizeChanged.emit(layout.documentSize())
        layout.update.emit()

    def box(self, line: QRectF, left: float, hidden: int) -> QRectF:
        """Where after a `line` of the view it is said how much is folded away under it."""
        words = QFontMetricsF(theme().mono(12)).horizontalAdvance(_words(hidden))
        return QRectF(left + _GAP, line.top() + 2.5, words + 12, line.height() - 5)

    def paint(self, painter: QPainter, box: QRectF, hidden: int) -> None:
        """Say it."""
        t = theme()
        painter.setFont(t.mono(12))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(t.color("line"))
        painter.setBrush(t.color("panel"))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(t.color("fg2"))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), _words(hidden))

    def _blocks(self) -> Iterator[QTextBlock]:
        block = self._editor.document().begin()
        while block.isValid():
            yield block
            block = block.next()


def _words(hidden: int) -> str:
    return trn("… {number} line", "… {number} lines", hidden)
