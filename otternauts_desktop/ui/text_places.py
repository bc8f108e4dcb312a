"""Places in a text editor, and what is drawn where.

Qt counts in UTF-16, where an emoji is two; we count characters.
"""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QTextBlock, QTextCursor, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit, QToolTip, QWidget


class Lines:
    """The lines of an editor, cut once for each text that stands there.

    Its document is asked for each time: PySide may take a kept wrapper of a document for that
    of another one which is gone.
    """

    def __init__(self, editor: QPlainTextEdit) -> None:
        self._editor = editor
        self._of = (-1, -1)
        self._lines: list[str] = []

    def now(self) -> list[str]:
        """The lines as they stand; not to be changed."""
        document = self._editor.document()
        # Changes that make one step of undo may share a revision.
        of = (document.revision(), document.characterCount())
        if of != self._of:
            self._of, self._lines = of, document.toRawText().split("\u2029")
        return self._lines


def utf16(text: str, characters: int) -> int:
    """Where Qt counts the place after so many characters of `text`."""
    if text.isascii():
        return characters
    return len(text[:characters].encode("utf-16-le", "surrogatepass")) // 2


def all_utf16(text: str, places: Sequence[int]) -> list[int]:
    """The same for many places at once, in rising order."""
    if text.isascii():
        return list(places)
    units, before, counted = 0, 0, []
    for place in places:
        units += len(text[before:place].encode("utf-16-le", "surrogatepass")) // 2
        before = place
        counted.append(units)
    return counted


def characters(text: str, units: int) -> int:
    """How many characters of `text` Qt's place `units` has before it."""
    if text.isascii():
        return units
    return len(text.encode("utf-16-le", "surrogatepass")[: units * 2].decode("utf-16-le", "ignore"))


def cursor_at(document: QTextDocument, line: int, column: int) -> QTextCursor:
    """A cursor at a line and column, counted from 1 and brought into the text."""
    block = document.findBlockByNumber(min(max(line, 1), document.blockCount()) - 1)
    text = block.text()
    cursor = QTextCursor(block)
    cursor.setPosition(block.position() + utf16(text, min(max(column, 1) - 1, len(text))))
    return cursor


def place_of(cursor: QTextCursor) -> tuple[int, int]:
    """Line and column of a cursor, from 1."""
    block = cursor.block()
    return block.blockNumber() + 1, characters(block.text(), cursor.positionInBlock()) + 1


def lines_in_view(
    editor: QPlainTextEdit, bottom: float, top: float = 0
) -> Iterator[tuple[QTextBlock, QRectF]]:
    """The lines that are seen from `top` down to `bottom`, and the room of each in the viewport."""
    width = editor.viewport().width()
    block = editor.firstVisibleBlock()
    y = editor.blockBoundingGeometry(block).translated(editor.contentOffset()).top()
    while block.isValid() and y <= bottom:
        if block.isVisible():
            height = editor.blockBoundingRect(block).height()
            if y + height > top:
                yield block, QRectF(0, y, width, height)
            y += height
        block = block.next()


def line_at(editor: QPlainTextEdit, y: float) -> tuple[QTextBlock, QRectF] | None:
    """The line that is seen at a height of the viewport."""
    return next(lines_in_view(editor, y, y), None)


def tell(widget: QWidget, words: str, on_screen: QPoint) -> None:
    """Say something beside the pointer, as plain text; "" takes it away."""
    # A zero-width mark at the head keeps Qt from reading the text as markup.
    QToolTip.showText(on_screen, f"\u200b{words}" if words else "", widget)
