"""The editor of a flight plan: what is typed, and everything that stands in and beside the text."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
)
from PySide6.QtWidgets import QMenu, QPlainTextEdit, QWidget

from otternauts_desktop.core.fleet.compose import MAX_BYTES
from otternauts_desktop.core.fleet.definitions import definition
from otternauts_desktop.core.fleet.findings import Finding, QuickFix
from otternauts_desktop.core.fleet.key_help import key_help
from otternauts_desktop.core.fleet.outline import path_at
from otternauts_desktop.core.fleet.unvalued import NO_VALUE
from otternauts_desktop.core.flight.diff import LineChange
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui import line_editing
from otternauts_desktop.ui.editor_completion import EditorCompletion
from otternauts_desktop.ui.editor_folds import EditorFolds
from otternauts_desktop.ui.editor_gutter import EditorGutter
from otternauts_desktop.ui.editor_matches import EditorMatches
from otternauts_desktop.ui.editor_notes import EditorNotes
from otternauts_desktop.ui.line_editing import INDENT
from otternauts_desktop.ui.line_layout import line_document, show_ahead
from otternauts_desktop.ui.text_places import (
    Lines,
    cursor_at,
    line_at,
    lines_in_view,
    place_of,
    tell,
)
from otternauts_desktop.ui.theme import theme
from otternauts_desktop.ui.yaml_highlighter import YamlHighlighter


class YamlEditor(QPlainTextEdit):
    """Holds the text. What it means is told to it by `show_findings`."""

    edited = Signal()
    """The person changed the text."""
    too_much_pasted = Signal(int)
    """So many characters were to be pasted; nothing was changed."""
    cursor_moved = Signal(int, int)
    """Line and column, from 1."""
    value_wanted = Signal()
    """A variable is to get its value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocument(line_document(self))
        self.setAccessibleName(tr("Flight plan"))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.viewport().setMouseTracking(True)
        self._setting = False
        self._known = ""
        self._stale = False
        """Whether the text was changed since its findings were shown."""
        self._fixes_wanted = False
        self._line = 0
        self._lines = Lines(self)
        self.folds = EditorFolds(self, self._lines)
        self.notes = EditorNotes(self)
        self.matches = EditorMatches(self)
        self.completion = EditorCompletion(self, self._lines)
        self.gutter = EditorGutter(self, self.notes, self.folds)
        self._highlighter = YamlHighlighter(self.document())
        self.gutter.number_pressed.connect(lambda number: self.go_to(number + 1))
        self.gutter.fold_pressed.connect(self.toggle_fold)
        self.gutter.bulb_pressed.connect(self.show_quick_fixes)
        self.blockCountChanged.connect(self._blocks_changed)
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
            self.folds.unfold_all()
            self.setPlainText(text)
        finally:
            self._setting = False
        self._known = self.document().toRawText()
        self.show_findings(())

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Underline each finding and say it after its line. They are of the text as it stands."""
        self._stale = False
        self.folds.refresh()
        self.notes.show([finding for finding in findings if not finding.file])
        self._decorate()
        if self._fixes_wanted:
            self.show_quick_fixes()

    def show_changes(self, changes: Mapping[int, LineChange]) -> None:
        """Mark the lines (from 0) that differ from what was last launched."""
        self.gutter.show_changes(changes)

    def go_to(self, line: int, column: int = 1) -> None:
        """Put the cursor there, and the line into the middle where it was out of view."""
        self.setTextCursor(cursor_at(self.document(), line, column))
        self.centerCursor()

    # -- mending and folding -----------------------------------------------------------------

    def show_quick_fixes(self) -> None:
        """Offer what mends the findings of this line, as soon as they are known."""
        self._fixes_wanted = self._stale
        if self._stale:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(tr("Quick fixes"))
        for finding in self.notes.of_line(self.textCursor().blockNumber()):
            if finding.code == NO_VALUE:
                menu.addAction(tr("Set value…"), self.value_wanted.emit)
            for fix in finding.quick_fixes:
                menu.addAction(fix.title, lambda fix=fix: self.mend(fix))  # type: ignore[misc]
        if menu.isEmpty():
            menu.addAction(tr("No quick fix in this line")).setEnabled(False)
        else:
            menu.setActiveAction(menu.actions()[0])
        menu.popup(self.viewport().mapToGlobal(self.cursorRect().bottomLeft()))

    def mend(self, fix: QuickFix) -> None:
        """Apply a quick fix of the findings in view, in one step of undo."""
        if not self._stale and not self.isReadOnly():
            line_editing.apply(self, fix.edits)

    def toggle_fold(self, line: int | None = None) -> None:
        """Fold or unfold at a line (from 0), at the cursor by default."""
        self.folds.toggle(self.textCursor().blockNumber() if line is None else line)
        self._fit()

    def fold_all(self) -> None:
        """Fold every line that opens something."""
        self.folds.fold_all()
        self._fit()

    def unfold_all(self) -> None:
        """Show every line."""
        self.folds.unfold_all()
        self._fit()

    # -- typing ------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if self.isReadOnly():
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Tab and not control:
            line_editing.indent(self)
        elif event.key() == Qt.Key.Key_Backtab:
            line_editing.outdent(self)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not control:
            line_editing.new_line(self)
        else:
            super().keyPressEvent(event)
            show_ahead(self)
            if not control:
                self.completion.typed(event.text())

    def toggle_comments(self) -> None:
        """Make the chosen lines comments, or code again."""
        if not self.isReadOnly():
            line_editing.toggle_comments(self)

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

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        area = event.rect()
        lines = list(lines_in_view(self, area.bottom(), area.top()))
        number = -1 if self.isReadOnly() else self.textCursor().blockNumber()
        ground = QPainter(self.viewport())
        left = self._text_left()
        for block, line in lines:
            if block.blockNumber() == number:
                ground.fillRect(line, theme().color("hover"))
            self.matches.paint(ground, block, line, left)
        ground.end()
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        self._paint_guides(painter, lines)
        for block, line in lines:
            left = self._end_of(block)
            if hidden := self.folds.hidden_lines(block):
                box = self.folds.box(line, left, hidden)
                self.folds.paint(painter, box, hidden)
                left = box.right()
            if finding := self.notes.shown(block.blockNumber()):
                self.notes.paint(painter, finding, line, left)

    def _paint_guides(self, painter: QPainter, lines: list[tuple[QTextBlock, QRectF]]) -> None:
        """Thin lines where the lines above are indented."""
        step = self.fontMetrics().horizontalAdvance(" " * 100) / 100 * INDENT
        left = self._text_left()
        above = self._indent_above(lines[0][0]) if lines else 0
        painter.setPen(theme().color("line0"))
        for block, line in lines:
            text = block.text()
            if text.strip():
                above = _indent(text)
            for level in range(1, (above + INDENT - 1) // INDENT):
                x = round(left + level * step)
                painter.drawLine(x, round(line.top()), x, round(line.bottom()) - 1)

    def _end_of(self, block: QTextBlock) -> float:
        """Where the text of a line ends in the viewport."""
        layout = block.layout()
        width = layout.lineAt(0).naturalTextWidth() if layout.lineCount() else 0.0
        return self._text_left() + width

    def _text_left(self) -> float:
        return self.contentOffset().x() + self.document().documentMargin()

    def _indent_above(self, block: QTextBlock) -> int:
        while (block := block.previous()).isValid():
            if block.text().strip():
                return _indent(block.text())
        return 0

    def _decorate(self) -> None:
        self.setExtraSelections(self.notes.waves)
        self.gutter.update()
        self.viewport().update()

    # -- the mouse ---------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        finding, number = self._links_at(place)
        if event.button() is not Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
        elif finding is not None:
            self.go_to(finding.line, finding.column)
            if finding.code == NO_VALUE:
                self.value_wanted.emit()
            else:
                self.show_quick_fixes()
        elif number is not None:
            self.toggle_fold(number)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.go_to_definition(self.cursorForPosition(place))
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        place = event.position().toPoint()
        link = self._links_at(place) != (None, None)
        shape = Qt.CursorShape.PointingHandCursor if link else Qt.CursorShape.IBeamCursor
        self.viewport().setCursor(shape)

    def _links_at(self, place: QPoint) -> tuple[Finding | None, int | None]:
        """The finding whose link is there, and the line (from 0) whose box of a fold is."""
        if (found := line_at(self, place.y())) is None:
            return None, None
        block, line = found
        number, left = block.blockNumber(), self._end_of(block)
        if hidden := self.folds.hidden_lines(block):
            box = self.folds.box(line, left, hidden)
            if box.contains(QPointF(place)):
                return None, number
            left = box.right()
        finding = self.notes.shown(number)
        if finding and self.notes.on_link(finding, line, left, place):
            return finding, None
        return None, None

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            tell(self, self._words_on(self.cursorForPosition(event.pos())), event.globalPos())
            return True
        return super().viewportEvent(event)

    def explain(self) -> None:
        """Say what the key at the cursor means, beside it."""
        words = self._words_on(self.textCursor()) or tr("Nothing to say about this place.")
        tell(self, words, self.viewport().mapToGlobal(self.cursorRect().bottomLeft()))

    def _words_on(self, cursor: QTextCursor) -> str:
        """What there is to say about a place: findings of its line, and what its key does."""
        line, column = place_of(cursor)
        path = path_at(self._lines.now(), line - 1, column - 1)
        words = (self.notes.words(line - 1), key_help(path) if path else "")
        return "\n".join(part for part in words if part)

    def go_to_definition(self, cursor: QTextCursor | None = None) -> None:
        """Go to where the name at a place is defined, at the cursor by default."""
        line, column = place_of(cursor or self.textCursor())
        place = definition(self._lines.now(), line - 1, column - 1)
        if place is None:
            words = tr("No name that this file defines.")
            tell(self, words, self.viewport().mapToGlobal(self.cursorRect().bottomLeft()))
        else:
            self.go_to(place[0] + 1, place[1] + 1)

    # -- following ---------------------------------------------------------------------------

    def _changed(self) -> None:
        # New colours are told as a change of the text, too.
        text = self.document().toRawText()
        if not self._setting and text != self._known:
            self._known = text
            self._stale = True
            self.edited.emit()

    def _cursor_changed(self) -> None:
        cursor = self.textCursor()
        self.folds.reveal(cursor.block())
        if cursor.blockNumber() != self._line:
            self._line = cursor.blockNumber()
            self.gutter.update()
            self.viewport().update()
        self.cursor_moved.emit(*place_of(cursor))

    def _blocks_changed(self) -> None:
        if self.folds:
            self.folds.refresh()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = self.gutter.sizeHint().width()
        if self.viewportMargins().left() != width:
            self.setViewportMargins(width, 0, 0, 0)
        inside = self.contentsRect()
        self.gutter.setGeometry(inside.left(), inside.top(), width, inside.height())
        self.gutter.update()

    def _scroll_gutter(self, area: QRect, dy: int) -> None:
        if dy:
            self.gutter.scroll(0, dy)
        else:
            self.gutter.update(0, area.y(), self.gutter.width(), area.height())

    def _restyle(self) -> None:
        self.setFont(theme().mono(13))
        self.setTabStopDistance(self.fontMetrics().horizontalAdvance(" ") * INDENT)
        self._fit()
        self.notes.restyle()
        self._decorate()


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))
