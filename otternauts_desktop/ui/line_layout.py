"""A text document for an editor in which a key paints its line anew, not the whole view."""

from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QPlainTextDocumentLayout, QPlainTextEdit


def line_document(editor: QPlainTextEdit) -> QTextDocument:
    """An empty document for an editor, which owns it."""
    document = QTextDocument(editor)
    document.setDocumentLayout(_LineLayout(document))
    return document


class _LineLayout(QPlainTextDocumentLayout):
    """Qt reckons where a change ends from what was removed and added together.

    A highlighter tells its new colours of a line as all of it removed and added: by Qt's reckoning
    the change reaches into the next line, and the whole view is painted for every key. What was
    removed is gone from the text; where whole lines went, Qt knows it by their number.
    """

    def documentChanged(self, at: int, removed: int, added: int) -> None:
        super().documentChanged(at, 0, max(added, 1))
