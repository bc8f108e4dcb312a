"""Find and replace in an editor: a bar above the text, gone with Escape."""

import bisect
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button, IconButton
from otternauts_desktop.ui.frames import Surface, column, row
from otternauts_desktop.ui.labels import MEDIUM, ElidedLabel
from otternauts_desktop.ui.text_places import all_utf16
from otternauts_desktop.ui.text_search import Place, Search, Wanted, search
from otternauts_desktop.ui.theme import theme
from otternauts_desktop.ui.yaml_editor import YamlEditor

PAUSE_MS: Final = 60
"""So long after a change of the text its places are found anew."""


class FindBar(Surface):
    """Belongs to one editor. What is found is shown there, the count here."""

    def __init__(self, editor: YamlEditor, parent: QWidget | None = None) -> None:
        super().__init__("panel", parent)
        self.setAccessibleName(tr("Find and replace"))
        self._editor = editor
        self._found = Search()
        self._places: list[tuple[int, int]] = []
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._search)
        editor.textChanged.connect(self._text_changed)
        editor.cursorPositionChanged.connect(self._show_count)

        self.field = _field(tr("Find"))
        self.field.textChanged.connect(self._search_and_go)
        self.count = ElidedLabel(size=12, tone="fg2")
        self.case = _toggle("Aa", tr("Match capitals"))
        self.word = _toggle("ab", tr("Whole words"))
        self.expression = _toggle(".*", tr("Regular expression"))
        for toggle in (self.case, self.word, self.expression):
            toggle.toggled.connect(self._search_and_go)
        previous = IconButton("chev-u", tr("Previous match"), size=24, shortcut="Shift+F3")
        following = IconButton("chev-d", tr("Next match"), size=24, shortcut="F3")
        close = IconButton("x", tr("Close"), size=24, shortcut="Esc")
        previous.clicked.connect(lambda: self.go(-1))
        following.clicked.connect(lambda: self.go(1))
        close.clicked.connect(self.leave)
        first = row(spacing=4)
        first.addWidget(self.field, 3)
        for widget in (self.case, self.word, self.expression):
            first.addWidget(widget)
        first.addSpacing(4)
        first.addWidget(self.count, 2)
        for button in (previous, following, close):
            first.addWidget(button)

        self.replacement = _field(tr("Replace with"))
        self.replace_button = Button(tr("Replace"), size="small")
        self.replace_all_button = Button(tr("Replace all"), size="small")
        self.replace_button.clicked.connect(self.replace)
        self.replace_all_button.clicked.connect(self.replace_all)
        self._second = QWidget()
        second = row(self._second, spacing=8)
        second.addWidget(self.replacement, 3)
        second.addWidget(self.replace_button)
        second.addWidget(self.replace_all_button)
        second.addStretch(2)
        lines = column(self, margins=(16, 6, 8, 6), spacing=6)
        lines.addLayout(first)
        lines.addWidget(self._second)
        for field in (self.field, self.replacement):
            field.installEventFilter(self)
        self.hide()

    # -- opening and leaving -----------------------------------------------------------------

    def open(self, *, replacing: bool = False) -> None:
        """Show the bar, ready to type; what is chosen in one line is looked for."""
        chosen = self._editor.textCursor().selectedText()
        self._second.setVisible(replacing and not self._editor.isReadOnly())
        self.show()
        if chosen and "\u2029" not in chosen:
            self.field.setText(chosen)
        self._search()
        self.field.setFocus()
        self.field.selectAll()

    def leave(self) -> None:
        """Close the bar; the editor has the keys again, at what was found last."""
        self.hide()
        self._editor.matches.show(())
        self._editor.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if event.key() == Qt.Key.Key_Escape:
                self.leave()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if watched is self.replacement and not back:
                    self.replace()
                else:
                    self.go(-1 if back else 1)
                return True
        return super().eventFilter(watched, event)

    # -- finding -----------------------------------------------------------------------------

    @property
    def wanted(self) -> Wanted:
        """What is looked for."""
        return Wanted(
            self.field.text(),
            self.case.isChecked(),
            self.word.isChecked(),
            self.expression.isChecked(),
        )

    def go(self, step: int) -> None:
        """To the next (1) or previous (-1) place, around the end."""
        if not self.isVisible() and self.field.text():
            self.show()
            self._search()
        if not self._places:
            return
        cursor = self._editor.textCursor()
        starts = [start for start, _ in self._places]
        if step > 0:
            number = bisect.bisect_left(starts, cursor.selectionEnd())
        else:
            number = bisect.bisect_left(starts, cursor.selectionStart()) - 1
        self._choose(number % len(self._places))

    def _text_changed(self) -> None:
        if self.isVisible():
            self._pause.start()

    def _search_and_go(self) -> None:
        self._search()
        if self._places:
            starts = [start for start, _ in self._places]
            here = self._editor.textCursor().selectionStart()
            self._choose(bisect.bisect_left(starts, here) % len(self._places))

    def _search(self) -> None:
        self._pause.stop()
        text = self._editor.text()
        self._found = search(self.wanted, text)
        ends = all_utf16(text, [at for p in self._found.places for at in (p.start, p.end)])
        self._places = list(zip(ends[::2], ends[1::2], strict=True))
        self._editor.matches.show(self._places)
        for button in (self.replace_button, self.replace_all_button):
            button.setEnabled(bool(self._places))
        self._show_count()

    def _choose(self, number: int) -> None:
        start, end = self._places[number]
        cursor = self._editor.textCursor()
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        self._editor.setTextCursor(cursor)
        self._editor.ensureCursorVisible()

    def _show_count(self) -> None:
        if not self.isVisible():
            return
        cursor = self._editor.textCursor()
        chosen = (cursor.selectionStart(), cursor.selectionEnd())
        number = bisect.bisect_left(self._places, chosen)
        here = number < len(self._places) and self._places[number] == chosen
        many = f"{len(self._places):,}" + ("+" if self._found.more else "")
        if self._found.error:
            words = self._found.error
        elif not self.field.text():
            words = ""
        elif not self._places:
            words = tr("Nothing found")
        elif here:
            words = tr("{number} of {many}", number=f"{number + 1:,}", many=many)
        else:
            words = tr("{many} found", many=many)
        self.count.setText(words)
        self.count.set_tone("bad" if self._found.error else "fg2")

    # -- replacing ---------------------------------------------------------------------------

    def replace(self) -> None:
        """Replace what is chosen where it is a place that was found, and go to the next one."""
        self._search()
        cursor = self._editor.textCursor()
        chosen = (cursor.selectionStart(), cursor.selectionEnd())
        if chosen in self._places:
            new = self._replaced()
            if new:
                cursor.insertText(new[self._places.index(chosen)].replacement)
                self._editor.setTextCursor(cursor)
                self._search()
        self.go(1)

    def replace_all(self) -> None:
        """Replace everything that is found, in one step of undo."""
        self._search()
        new = self._replaced()
        cursor = QTextCursor(self._editor.document())
        cursor.beginEditBlock()
        # From the end, so that the places of those that are left stay true.
        for place, (start, end) in zip(reversed(new), reversed(self._places), strict=True):
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(place.replacement)
        cursor.endEditBlock()
        if new:
            self._search()

    def _replaced(self) -> tuple[Place, ...]:
        """What is found, with what stands there afterwards; nothing where that can't be."""
        found = search(self.wanted, self._editor.text(), self.replacement.text())
        if found.error:
            self._found = found
            self._places = []
            self._show_count()
        return found.places


def _field(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(name)
    field.setProperty("size", "small")
    field.setMinimumWidth(120)
    field.setMaxLength(500)
    return field


def _toggle(text: str, name: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setAccessibleName(name)
    button.setToolTip(name)
    button.setCheckable(True)
    button.setFont(theme().mono(12, MEDIUM))
    button.setFixedSize(28, 24)
    return button
