"""Completion in an editor: when it is offered, which keys it takes, what it writes."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from otternauts_desktop.core.fleet.completion import Completion, Surroundings, complete
from otternauts_desktop.ui.completion_list import ROWS, CompletionList
from otternauts_desktop.ui.line_editing import INDENT
from otternauts_desktop.ui.text_places import Lines, place_of, utf16

_STEPS: Final = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: ROWS,
    Qt.Key.Key_PageUp: -ROWS,
}
_STARTS: Final = ("${", "- ", ": ", "[", "*")
"""After these something is offered although nothing of it is typed yet."""


class EditorCompletion(QObject):
    """Watches the keys of one editor."""

    def __init__(self, editor: QPlainTextEdit, lines: Lines) -> None:
        super().__init__(editor)
        self._editor = editor
        self._lines = lines
        self._offered = Completion()
        self._start = (0, 0)
        """Line and column where what is typed begins."""
        self.around = Surroundings()
        """What is known outside of the text."""
        self.list = CompletionList(editor)
        self.list.picked.connect(self.accept)
        editor.installEventFilter(self)
        editor.verticalScrollBar().valueChanged.connect(self.list.hide)
        editor.cursorPositionChanged.connect(self._follow)

    def offer(self, *, asked: bool = True) -> None:
        """Show what may stand at the cursor; unasked only where something of it is typed."""
        editor = self._editor
        if editor.isReadOnly() or editor.textCursor().hasSelection():
            self.list.hide()
            return
        line, column = place_of(editor.textCursor())
        lines = self._lines.now()
        self._offered = complete(lines, line - 1, column - 1, self.around)
        self._start = line, column - len(self._offered.typed)
        before = lines[line - 1][: column - 1]
        begun = bool(self._offered.typed) or before.endswith(_STARTS)
        if not self._offered.candidates or not (asked or begun):
            self.list.hide()
            return
        cursor = editor.cursorRect().translated(editor.viewport().pos())
        self.list.offer(self._offered.candidates, cursor)

    def typed(self, text: str) -> None:
        """A key wrote `text`: offer what fits now, or nothing more."""
        if text and (text.isprintable() or not self.list.isHidden()):
            self.offer(asked=not self.list.isHidden() and text != " ")

    def accept(self) -> None:
        """Write the chosen candidate in place of what is typed, in one step of undo."""
        candidate = self.list.current
        self.list.hide()
        if candidate is None:
            return
        cursor = self._editor.textCursor()
        typed = self._offered.typed
        units = utf16(typed, len(typed))
        cursor.setPosition(cursor.position() - units, QTextCursor.MoveMode.KeepAnchor)
        text = cursor.block().text()
        deep = len(text) - len(text.lstrip(" "))
        item = text.lstrip(" ").startswith("- ")
        step = " " * (deep + INDENT * (2 if item else 1))
        insert = candidate.insert
        if text[place_of(cursor)[1] - 1 :].lstrip().startswith(":"):
            insert = insert.partition(":")[0]  # a key that has its colon
        cursor.insertText(insert.replace("\t", step))
        self._editor.setTextCursor(cursor)
        if insert.endswith((": ", "- ", "\t")):
            self.offer()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FocusOut:
            self.list.hide()
        elif isinstance(event, QKeyEvent) and not self.list.isHidden():
            if event.type() is QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
                event.accept()
            elif event.type() is QEvent.Type.KeyPress:
                return self._take(event)
        return super().eventFilter(watched, event)

    def _take(self, event: QKeyEvent) -> bool:
        """The keys that belong to the list while it is there."""
        key = Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if not plain:
            return False
        if key in _STEPS:
            self.list.step(_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            current = self.list.current
            if key != Qt.Key.Key_Tab and current and current.text == self._offered.typed:
                self.list.hide()  # it is all there: a new line is meant
                return False
            self.accept()
        elif key == Qt.Key.Key_Escape:
            self.list.hide()
        else:
            return False
        return True

    def _follow(self) -> None:
        """The cursor went elsewhere by itself."""
        if not self.list.isHidden():
            line, column = place_of(self._editor.textCursor())
            if line != self._start[0] or column < self._start[1]:
                self.list.hide()
