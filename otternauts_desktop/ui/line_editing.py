"""What keys do to whole lines of a YAML text: indenting, commenting, beginning a new one."""

import re
from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from otternauts_desktop.core.fleet.findings import Edit
from otternauts_desktop.ui.text_places import characters, cursor_at, utf16

INDENT: Final = 2
_OPENS: Final = re.compile(r":(?:\s+[|>][-+\d]{0,2})?\Z")
_COMMENT: Final = re.compile(r"(?:^|\s)#.*")


def indent(editor: QPlainTextEdit) -> None:
    """One step to the right: the chosen lines, or what follows the cursor."""
    cursor = editor.textCursor()
    if cursor.hasSelection():
        _each_line(editor, lambda line: " " * INDENT + line if line.strip() else line)
    else:
        cursor.insertText(" " * (INDENT - cursor.positionInBlock() % INDENT))


def outdent(editor: QPlainTextEdit) -> None:
    """The chosen lines one step to the left."""
    _each_line(editor, _outdented)


def toggle_comments(editor: QPlainTextEdit) -> None:
    """Make the chosen lines comments, or code again where all of them are comments."""
    lines = [line for line in _chosen_lines(editor) if line.strip()]
    if lines and all(line.lstrip().startswith("#") for line in lines):
        _each_line(editor, _uncommented)
    else:
        _each_line(editor, _commented)


def new_line(editor: QPlainTextEdit) -> None:
    """Keep the indentation; one step deeper after a key that opens a mapping."""
    cursor = editor.textCursor()
    block = editor.document().findBlock(cursor.selectionStart())
    line = block.text()
    before = line[: characters(line, cursor.selectionStart() - block.position())]
    deep = len(before) - len(before.lstrip(" "))
    content = _COMMENT.sub("", before).strip()
    if _OPENS.search(content):
        deep += INDENT * (2 if content.startswith("- ") else 1)
    elif content.startswith("- ") and ": " in content:
        deep += INDENT
    cursor.insertText("\n" + " " * deep)
    editor.ensureCursorVisible()


def apply(editor: QPlainTextEdit, edits: Iterable[Edit]) -> None:
    """Make edits in one step of undo. They don't overlap; the cursor stays at its text."""
    document = editor.document()
    step = QTextCursor(document)
    step.beginEditBlock()
    # From the end, so that the places of those that are left stay true.
    for edit in sorted(edits, key=lambda e: (e.line, e.column), reverse=True):
        start = cursor_at(document, edit.line, edit.column).position()
        end = cursor_at(document, edit.end_line, edit.end_column).position()
        step.setPosition(start)
        step.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        step.insertText(edit.text)
    step.endEditBlock()


def replace_text(editor: QPlainTextEdit, text: str) -> None:
    """Put another text in place of all that is there, in one step of undo."""
    cursor = QTextCursor(editor.document())
    cursor.select(QTextCursor.SelectionType.Document)
    cursor.insertText(text)


def _chosen_lines(editor: QPlainTextEdit) -> list[str]:
    first, last = _chosen_blocks(editor)
    return [editor.document().findBlockByNumber(n).text() for n in range(first, last + 1)]


def _chosen_blocks(editor: QPlainTextEdit) -> tuple[int, int]:
    cursor, document = editor.textCursor(), editor.document()
    first = document.findBlock(cursor.selectionStart()).blockNumber()
    end = document.findBlock(cursor.selectionEnd())
    last = end.blockNumber()
    if last > first and cursor.selectionEnd() == end.position():
        last -= 1
    return first, last


def _each_line(editor: QPlainTextEdit, change: Callable[[str], str]) -> None:
    first, last = _chosen_blocks(editor)
    cursor = editor.textCursor()
    cursor.beginEditBlock()
    for number in range(first, last + 1):
        block = editor.document().findBlockByNumber(number)
        old = block.text()
        new = change(old)
        if new != old:
            # Only what differs is replaced, so the cursor keeps its place in the rest.
            end = 0
            while end < min(len(old), len(new)) and old[-1 - end] == new[-1 - end]:
                end += 1
            line = QTextCursor(block)
            line.setPosition(
                block.position() + utf16(old, len(old) - end), QTextCursor.MoveMode.KeepAnchor
            )
            line.insertText(new[: len(new) - end])
    cursor.endEditBlock()


def _commented(line: str) -> str:
    content = line.lstrip(" ")
    return f"{line[: len(line) - len(content)]}# {content}" if content else line


def _uncommented(line: str) -> str:
    head, _, tail = line.partition("#")
    return head + tail.removeprefix(" ")


def _outdented(line: str) -> str:
    return line.removeprefix("  ") if line.startswith("  ") else line.removeprefix(" ")
