"""A text document for an editor in which a key paints its line anew, not the whole view."""

from typing import Final

from PySide6.QtCore import QSizeF
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QPlainTextDocumentLayout, QPlainTextEdit

_AHEAD: Final = 160
"""Pixels, about twenty columns."""


def line_document(editor: QPlainTextEdit) -> QTextDocument:
    """An empty document for an editor, which owns it."""
    document = QTextDocument(editor)
    document.setDocumentLayout(_LineLayout(document))
    return document


def show_ahead(editor: QPlainTextEdit) -> None:
    """Where a line grows out of view, show some columns ahead.

    Qt would scroll by one at every key, and paint all that is in view.
    """
    if editor.cursorRect().right() + 2 * editor.cursorWidth() >= editor.viewport().width():
        bar = editor.horizontalScrollBar()
        bar.setValue(bar.value() + _AHEAD)


class _LineLayout(QPlainTextDocumentLayout):
    """Qt reckons where a change ends from what was removed and added together.

    A highlighter tells its new colours of a line as all of it removed and added: by Qt's reckoning
    the change reaches into the next line, and the whole view is painted for every key. What was
    removed is gone from the text; where whole lines went, Qt knows it by their number. What was
    removed at the end of a line gives the next line its colours anew, too: told line by line.
    """

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._text = document
        self._lines = document.blockCount()

    def documentChanged(self, at: int, removed: int, added: int) -> None:
        added = max(added, 1)
        lines, self._lines = self._lines, self._text.blockCount()
        following = self._text.findBlock(at).next()
        if lines == self._lines and following.contains(at + added - 1):
            first = following.position() - at
            super().documentChanged(at, 0, first)
            super().documentChanged(following.position(), 0, added - first)
        else:
            super().documentChanged(at, 0, added)

    def documentSize(self) -> QSizeF:
        size = super().documentSize()
        return QSizeF(size.width() + _AHEAD, size.height())
