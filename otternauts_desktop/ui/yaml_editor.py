"""The editor of a flight plan: numbered lines, colours, and findings where they stand."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
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

from otternauts_desktop.core.fleet.findings import Finding, Severity
from otternauts_desktop.ui.status_marks import FAILED, WARNING, Mark
from otternauts_desktop.ui.theme import theme
from otternauts_desktop.ui.yaml_highlighter import YamlHighlighter

INDENT: Final = 2
_NOTE: Final = Mark("info", "accent", "Note")
_MARKS: Final = {Severity.ERROR: FAILED, Severity.WARNING: WARNING, Severity.NOTE: _NOTE}
_GUTTER_LEFT: Final = 22
_GUTTER_RIGHT: Final = 14


class _Gutter(QWidget):
    """Line numbers, and a mark beside each line that has a finding."""

    def __init__(self, editor: "YamlEditor") -> None:
        super().__init__(editor)
        self._editor = editor

    def sizeHint(self) -> QSize:
        return QSize(self._editor.gutter_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._editor.paint_gutter(QPainter(self), event.rect())


class YamlEditor(QPlainTextEdit):
    """Holds the text. What it means is told to it by `show_findings`."""

    edited = Signal()
    """The person changed the text."""
    cursor_moved = Signal(int, int)
    """Line and column, from 1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Flight plan")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._findings: tuple[Finding, ...] = ()
        self._setting = False
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
        return self.toPlainText()

    def set_text(self, text: str) -> None:
        """Show another text. It can't be undone, and is not announced as an edit."""
        self._setting = True
        try:
            self.setPlainText(text)
        finally:
            self._setting = False
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
            step = min(max(column, 1) - 1, max(block.length() - 1, 0))
            cursor.setPosition(block.position() + step)
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
        before = cursor.block().text()[: cursor.positionInBlock()]
        indent = len(before) - len(before.lstrip(" "))
        content = before.strip()
        if content.endswith(":") and not content.startswith("#"):
            indent += INDENT * (2 if content.startswith("- ") else 1)
        elif content.startswith("- ") and ":" in content:
            indent += INDENT
        cursor.insertText("\n" + " " * indent)
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
            new = change(block.text())
            if new != block.text():
                line = QTextCursor(block)
                line.movePosition(
                    QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor
                )
                line.insertText(new)
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

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            self._tell(event.pos(), event.globalPos())
            return True
        return super().event(event)

    def _tell(self, at: QPoint, on_screen: QPoint) -> None:
        line = self.cursorForPosition(self.viewport().mapFrom(self, at)).blockNumber() + 1
        words = [
            f"{finding.message} {finding.fix}".strip()
            for finding in self._findings
            if finding.line == line
        ]
        # A zero-width mark at the head keeps Qt from reading the text as markup.
        QToolTip.showText(on_screen, "\u200b" + "\n".join(words) if words else "", self)

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
        for finding in self._findings:
            chosen.append(self._underlined(finding))
        self.setExtraSelections(chosen)

    def _underlined(self, finding: Finding) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        form = QTextCharFormat()
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        form.setUnderlineColor(theme().color(_MARKS[finding.severity].tone))
        block = self.document().findBlockByNumber(finding.line - 1)
        cursor = QTextCursor(block)
        text = block.text()
        start = min(max(finding.column - 1, 0), len(text))
        cursor.setPosition(block.position() + start)
        end = start
        while end < len(text) and text[end] not in " :#":
            end += 1
        cursor.setPosition(block.position() + end, QTextCursor.MoveMode.KeepAnchor)
        selection.cursor = cursor
        selection.format = form
        return selection

    def _changed(self) -> None:
        if not self._setting:
            self.edited.emit()

    def _cursor_changed(self) -> None:
        cursor = self.textCursor()
        self._decorate()
        self._gutter.update()
        self.cursor_moved.emit(cursor.blockNumber() + 1, cursor.positionInBlock() + 1)

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
