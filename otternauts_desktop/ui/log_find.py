"""The search in a log: what is looked for, how often it is there, the next and the one before."""

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import IconButton
from otternauts_desktop.ui.frames import Surface, row
from otternauts_desktop.ui.labels import ElidedLabel
from otternauts_desktop.ui.log_lines import LogLines
from otternauts_desktop.ui.log_view import LogView
from otternauts_desktop.ui.theme import theme
from otternauts_desktop.ui.times import grouped

_TYPING_MS: Final = 150


class LogFindBar(Surface):
    """Between the filter and the lines; looks in the lines that the filter lets through."""

    closed = Signal()

    def __init__(self, lines: LogLines, view: LogView) -> None:
        super().__init__("nav")
        self.setAccessibleName(tr("Find in the log"))
        self._lines = lines
        self._view = view
        self._seeking = False
        """The first one is still to be gone to."""
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._search)
        view.ticked.connect(self._ticked)
        field = self.field = QLineEdit()
        field.setAccessibleName(tr("Find in the log"))
        field.setPlaceholderText(tr("Find: text or /regex/"))
        field.setToolTip(tr("Look for text, or for /a regular expression/, in the lines shown"))
        field.setProperty("size", "small")
        field.setProperty("kind", "quiet")
        field.setMaxLength(1_000)
        field.setMaximumWidth(320)
        field.addAction(theme().icon("search", "fg3"), QLineEdit.ActionPosition.LeadingPosition)
        field.textChanged.connect(lambda _: self._typing.start())
        self.count = ElidedLabel(size=12, tone="fg2")
        self.previous = IconButton("chev-u", tr("Previous match"), size=24, shortcut="Shift+F3")
        self.following = IconButton("chev-d", tr("Next match"), size=24, shortcut="F3")
        close = IconButton("x", tr("Close"), size=24, shortcut="Esc")
        self.previous.clicked.connect(lambda: self.go(-1))
        self.following.clicked.connect(lambda: self.go(1))
        close.clicked.connect(self.leave)
        line = row(self, margins=(8, 0, 8, 4), spacing=6)
        line.addWidget(field, 1)
        line.addWidget(self.previous)
        line.addWidget(self.following)
        line.addWidget(self.count, 1)
        line.addWidget(close)
        self._restyle()
        theme().changed.connect(self._restyle)
        self.hide()

    def open(self) -> None:
        """Show the bar, ready to type."""
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self._search()

    def leave(self) -> None:
        """Close the bar; the lines have the keys again, at what was found last."""
        self.hide()
        self._typing.stop()
        self._seeking = False
        self._view.current = -1
        self._lines.find("")
        self._view.viewport().update()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.go(-1 if back else 1)
        else:
            super().keyPressEvent(event)

    def _search(self) -> None:
        self._typing.stop()
        text = self.field.text()
        if text == self._lines.found.matcher.wanted.text:
            return
        self._view.current = -1
        self._seeking = bool(text)
        self._lines.find(text)
        self._view.rows_changed()

    def go(self, step: int) -> None:
        """To the next (1) or the previous (-1) line with a match, around the end."""
        if self._typing.isActive():
            self._search()
        found, current = self._lines.found, self._view.current
        if not self._lines.finding or not len(found):
            return
        if current < 0:
            self._go_to_nearest()
            return
        row = found.row(current + 1) if step > 0 else found.row(current) - 1
        self._go_to(row % len(found))

    def _go_to_nearest(self) -> None:
        """The newest one while the end is followed, else the first one from the view on."""
        found = self._lines.found
        row = len(found) - 1
        if not self._view.following:
            row = min(found.row(self._view.top_serial()), row)
        self._go_to(row)

    def _go_to(self, row: int) -> None:
        self._seeking = False
        self._view.current = self._lines.found.serial(row)
        self._view.go_to(self._view.current)
        self._show_count()

    def _ticked(self) -> None:
        if self.isVisible():
            if self._seeking and len(self._lines.found):
                self._go_to_nearest()
            self._show_count()

    def _show_count(self) -> None:
        found, current = self._lines.found, self._view.current
        error = found.matcher.error
        many = grouped(len(found)) + ("…" if found.working else "")
        if error or not self._lines.finding:
            words = error
        elif not len(found):
            words = tr("Searching…") if found.working else tr("Nothing found")
        elif current in found:
            words = tr("{number} of {many}", number=grouped(found.row(current) + 1), many=many)
        else:
            words = tr("{many} found", many=many)
        self.count.setText(words)
        self.count.set_tone("bad" if error else "fg2")

    def _restyle(self) -> None:
        self.field.setFont(theme().ui_font(12))
