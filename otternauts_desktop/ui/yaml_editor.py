"""The editor of a flight plan: numbered lines, colours, and findings where they stand."""

import re
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QMimeData, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QToolTip, QWidget

from otternauts_desktop.core.fleet.compose import MAX_BYTES
from otternauts_desktop.core.fleet.findings import Finding, Severity
from otternauts_desktop.ui.status_marks import FAILED, WARNING, Mark
from otternauts_desktop.ui.theme import theme
from otternauts_desktop.ui.yaml_highlighter import YamlHighlighter, characters, utf16

INDENT: Final = 2
_NOTE: Final = Mark("info", "accent", "Note")
_MARKS: Final = {Severity.ERROR: FAILED, Severity.WARNING: WARNING, Severity.NOTE: _NOTE}
_GUTTER_LEFT: Final = 22
_GUTTER_RIGHT: Final = 14
_ENDS: Final = re.compile(r"\s|:(?=\s|$)|[,\]](?=\s|$)")
_OPENS: Final = re.compile(r":(?:\s+[|>][-+\d]{0,2})?\Z")
_COMMENT: Final = re.compile(r"(?:^|\s)#.*")


class _Gutter(QWidget):
    """Line numbers, and a mark beside each line that has a finding."""

    def __init__(self, editor: "YamlEditor") -> None:
        super().__init__(editor)
        self._editor = editor

    def sizeHint(self) -> QSize:
        return QSize(self._editor.gutter_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._editor.paint_gutter(QPainter(self), event.rect())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            self._editor.tell(event.pos(), event.globalPos())
            return True
        return super().event(event)


class YamlEditor(QPlainTextEdit):
    """Holds the text. What it means is told to it by `show_findings`."""

    edited = Signal()
    """The person changed the text."""
    too_much_pasted = Signal(int)
    """So many characters were to be pasted; nothing was changed."""
    cursor_moved = Signal(int, int)
    """Line and column, from 1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Flight plan")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._findings: tuple[Finding, ...] = ()
        self._setting = False
        self._known = ""
        self._gutter = _Gutter(self)
        self._highlighter = YamlHighlighter(self.document())
        self.blockCountChanged.connect(self._fit)
        self.updateRequest.connect(self._scroll_gutter)
        self.cursorPositionChanged.connect(self._cursor_changed)
        self.textChanged.connect(self._changed)
        self._restyle()
        theme().changed.connect(self._restyle)

    # -- the text ----------------------------------------------------------------------------

    def text(self) -> str:
        """The text as it stands, with plain line breaks."""
        # toPlainText() would make a space of a no-break space.
        raw = self.document().toRawText()
        return raw.replace("\u2029", "\n").replace("\u2028", "\n")

    def set_text(self, text: str) -> None:
        """Show another text. It can't be undone, and is not announced as an edit."""
        self._setting = True
        try:
            self.setPlainText(text)
        finally:
            self._setting = False
        self._known = self.document().toRawText()
        self.show_findings(())

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """Underline each finding and mark its line."""
        self._findings = findings
        self._decorate()
        self._gutter.update()

    def go_to(self, line: int, column: int = 1) -> None:
        """Put the cursor there, and the line into the middle where it was out of view."""
        block = self.document().findBlockByNumber(max(line, 1) - 1)
        if block.isValid():
            cursor = QTextCursor(block)
            text = block.text()
            cursor.setPosition(block.position() + utf16(text, min(max(column, 1) - 1, len(text))))
            self.setTextCursor(cursor)
            self.centerCursor()

    # -- typing ------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if self.isReadOnly():
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Tab and not control:
            self._indent()
        elif event.key() == Qt.Key.Key_Backtab:
            self._each_line(_outdented)
        elif event.key() == Qt.Key.Key_Slash and control:
            self._toggle_comments()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not control:
            self._new_line()
        else:
            super().keyPressEvent(event)

    def _indent(self) -> None:
        cursor = self.textCursor()
        if cursor.hasSelection():
            self._each_line(lambda line: " " * INDENT + line if line.strip() else line)
        else:
            cursor.insertText(" " * (INDENT - cursor.positionInBlock() % INDENT))

    def _toggle_comments(self) -> None:
        lines = [line for line in self._chosen_lines() if line.strip()]
        if lines and all(line.lstrip().startswith("#") for line in lines):
            self._each_line(_uncommented)
        else:
            self._each_line(_commented)

    def _new_line(self) -> None:
        """Keep the indentation; one step deeper after a key that opens a mapping."""
        cursor = self.textCursor()
        block = self.document().findBlock(cursor.selectionStart())
        line = block.text()
        before = line[: characters(line, cursor.selectionStart() - block.position())]
        indent = len(before) - len(before.lstrip(" "))
        content = _COMMENT.sub("", before).strip()
        if _OPENS.search(content):
            indent += INDENT * (2 if content.startswith("- ") else 1)
        elif content.startswith("- ") and ": " in content:
            indent += INDENT
        cursor.insertText("\n" + " " * indent)
        self.ensureCursorVisible()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste as text, with line breaks that begin a line."""
        text = source.text()
        if len(text) > MAX_BYTES:  # no flight plan, and enough to hold up the window
            self.too_much_pasted.emit(len(text))
            return
        for other in ("\r\n", "\r", "\u2028", "\u2029"):
            text = text.replace(other, "\n")
        self.textCursor().insertText(text)
        self.ensureCursorVisible()

    def _chosen_lines(self) -> list[str]:
        first, last = self._chosen_blocks()
        return [self.document().findBlockByNumber(n).text() for n in range(first, last + 1)]

    def _chosen_blocks(self) -> tuple[int, int]:
        cursor, document = self.textCursor(), self.document()
        first = document.findBlock(cursor.selectionStart()).blockNumber()
        end = document.findBlock(cursor.selectionEnd())
        last = end.blockNumber()
        if last > first and cursor.selectionEnd() == end.position():
            last -= 1
        return first, last

    def _each_line(self, change: Callable[[str], str]) -> None:
        first, last = self._chosen_blocks()
        cursor = self.textCursor()
        cursor.beginEditBlock()
        for number in range(first, last + 1):
            block = self.document().findBlockByNumber(number)
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

    # -- painting ----------------------------------------------------------------------------

    def gutter_width(self) -> int:
        """Room for the highest line number."""
        digits = max(len(str(self.blockCount())), 2)
        figure = self.fontMetrics().horizontalAdvance("9")
        return _GUTTER_LEFT + digits * figure + _GUTTER_RIGHT

    def paint_gutter(self, painter: QPainter, area: QRect) -> None:
        """Draw the numbers and marks that are in view."""
        t = theme()
        painter.fillRect(area, t.color("page"))
        worst: dict[int, Severity] = {}
        for finding in self._findings:
            order = list(Severity)
            known = worst.get(finding.line, Severity.NOTE)
            worst[finding.line] = min(known, finding.severity, key=order.index)
        painter.setFont(t.mono(12))
        block = self.firstVisibleBlock()
        current = self.textCursor().blockNumber()
        ratio = self.devicePixelRatioF()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= area.bottom():
            height = self.blockBoundingRect(block).height()
            number = block.blockNumber()
            if number == current and not self.isReadOnly():
                ground = QRectF(0, top, self._gutter.width(), height)
                painter.fillRect(ground, t.color("hover"))
            painter.setPen(t.color("fg1" if number == current else "fg3"))
            room = QRect(0, round(top), self._gutter.width() - _GUTTER_RIGHT, round(height))
            painter.drawText(
                room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(number + 1)
            )
            if (severity := worst.get(number + 1)) is not None:
                mark = t.mark(_MARKS[severity], 12, ratio=ratio)
                painter.drawPixmap(6, round(top + height / 2) - 6, mark)
            top += height
            block = block.next()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self._paint_guides(QPainter(self.viewport()))

    def _paint_guides(self, painter: QPainter) -> None:
        """Thin lines where the lines above are indented."""
        step = self.fontMetrics().horizontalAdvance(" " * 100) / 100 * INDENT
        left = self.contentOffset().x() + self.document().documentMargin()
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        above = 0
        current = -1 if self.isReadOnly() else self.textCursor().blockNumber()
        painter.setPen(theme().color("line0"))
        while block.isValid() and top <= self.viewport().height():
            height = self.blockBoundingRect(block).height()
            text = block.text()
            if block.blockNumber() == current:
                # The tint of the line ends before the margins of the document.
                width = self.viewport().width()
                for x, room in ((0.0, left), (width - left, left)):
                    painter.fillRect(QRectF(x, top, room, height), theme().color("hover"))
            if text.strip():
                above = len(text) - len(text.lstrip(" "))
            for level in range(1, (above + INDENT - 1) // INDENT):
                x = round(left + level * step)
                painter.drawLine(x, round(top), x, round(top + height) - 1)
            top += height
            block = block.next()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            self.tell(event.pos(), event.globalPos())
            return True
        return super().viewportEvent(event)

    def tell(self, at: QPoint, on_screen: QPoint) -> None:
        """Say what there is to say about the line at a place of the viewport."""
        words = self.words_at(self.cursorForPosition(QPoint(0, at.y())).blockNumber() + 1)
        # A zero-width mark at the head keeps Qt from reading the text as markup.
        QToolTip.showText(on_screen, f"\u200b{words}" if words else "", self)

    def words_at(self, line: int) -> str:
        """Message and fix of each finding in a line, as plain text."""
        return "\n".join(
            f"{finding.message} {finding.fix}".strip()
            for finding in self._findings
            if finding.line == line
        )

    def _decorate(self) -> None:
        t = theme()
        chosen = []
        if not self.isReadOnly():
            line = QTextEdit.ExtraSelection()
            line.format.setBackground(t.color("hover"))
            line.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            line.cursor = self.textCursor()
            line.cursor.clearSelection()
            chosen.append(line)
        chosen += [self._underlined(finding) for finding in self._findings]
        self.setExtraSelections(chosen)

    def _underlined(self, finding: Finding) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        form = QTextCharFormat()
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        form.setUnderlineColor(theme().color(_MARKS[finding.severity].tone))
        last = self.document().blockCount()
        block = self.document().findBlockByNumber(min(max(finding.line, 1), last) - 1)
        text = block.text()
        start = min(max(finding.column - 1, 0), len(text))
        ends = _ENDS.search(text, start + 1)
        end = ends.start() if ends else len(text)
        if not text[start:end].strip():
            # Nothing stands there: the line as a whole is meant.
            start, end = len(text) - len(text.lstrip()), len(text.rstrip())
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + utf16(text, start))
        cursor.setPosition(block.position() + utf16(text, end), QTextCursor.MoveMode.KeepAnchor)
        selection.cursor = cursor
        selection.format = form
        return selection

    def _changed(self) -> None:
        # New colours are told as a change of the text, too.
        text = self.document().toRawText()
        if not self._setting and text != self._known:
            self._known = text
            self.edited.emit()

    def _cursor_changed(self) -> None:
        cursor = self.textCursor()
        self._decorate()
        self._gutter.update()
        column = characters(cursor.block().text(), cursor.positionInBlock()) + 1
        self.cursor_moved.emit(cursor.blockNumber() + 1, column)

    def _fit(self) -> None:
        width = self.gutter_width()
        self.setViewportMargins(width, 0, 0, 0)
        inside = self.contentsRect()
        self._gutter.setGeometry(inside.left(), inside.top(), width, inside.height())

    def _scroll_gutter(self, area: QRect, dy: int) -> None:
        if dy:
            self._gutter.scroll(0, dy)
        else:
            self._gutter.update(0, area.y(), self._gutter.width(), area.height())

    def _restyle(self) -> None:
        self.setFont(theme().mono(13))
        self.setTabStopDistance(self.fontMetrics().horizontalAdvance(" ") * INDENT)
        self._fit()
        self._decorate()


def _commented(line: str) -> str:
    content = line.lstrip(" ")
    return f"{line[: len(line) - len(content)]}# {content}" if content else line


def _uncommented(line: str) -> str:
    head, _, tail = line.partition("#")
    return head + tail.removeprefix(" ")


def _outdented(line: str) -> str:
    return line.removeprefix("  ") if line.startswith("  ") else line.removeprefix(" ")
