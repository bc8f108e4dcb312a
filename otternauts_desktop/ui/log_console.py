"""Comms: the log of a fleet or a vessel, live, with a filter, follow and pause."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from otternauts_desktop.core.comms.keeping import Filter, LogKeeper
from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.ui.buttons import Button, IconButton
from otternauts_desktop.ui.frames import column, row, rule
from otternauts_desktop.ui.labels import ElidedLabel, Label
from otternauts_desktop.ui.log_view import LogView, as_text
from otternauts_desktop.ui.theme import theme


class LogConsole(QWidget):
    """Give it lines by `append`; it keeps the last ones and paints what is in view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.keeper = LogKeeper()
        self.view = LogView(self.keeper)
        self.filter_field = QLineEdit()
        self.filter_field.setPlaceholderText("Filter: text or /regex/")
        self.filter_field.setAccessibleName("Filter the log")
        self.filter_field.setProperty("size", "small")
        self.filter_field.setClearButtonEnabled(True)
        self.filter_field.setMaximumWidth(320)
        self._filter_timer = QTimer(self)
        self._filter_timer.setSingleShot(True)
        self._filter_timer.setInterval(150)
        self._filter_timer.timeout.connect(self._choose)
        self.filter_field.textChanged.connect(self._filter_timer.start)
        self.stderr_button = Button("Errors only", size="small", tip="Only what came on stderr")
        self.stderr_button.setCheckable(True)
        self.stderr_button.toggled.connect(self._choose)
        self.follow_button = Button("Follow", icon="down", size="small", tip="Stay at the end")
        self.follow_button.setCheckable(True)
        self.follow_button.setChecked(True)
        self.follow_button.clicked.connect(self.view.follow)
        self.view.follow_changed.connect(self._follow_changed)
        self.note = ElidedLabel("Choose a fleet or a vessel, then Comms.", size=12, tone="fg2")
        self._count = Label("", size=12, tone="fg3")
        copy = IconButton("copy", "Copy the chosen lines", size=24)
        copy.clicked.connect(self.view.copy)
        save = IconButton("save", "Save what is shown…", size=24)
        save.clicked.connect(self._save)
        clear = IconButton("x", "Clear", size=24)
        clear.clicked.connect(self.clear)
        head = row(margins=(12, 4, 8, 4), spacing=8)
        head.addWidget(self.note, 1)
        head.addWidget(self._count)
        for widget in (self.stderr_button, self.filter_field, self.follow_button, copy, save):
            head.addWidget(widget)
        head.addWidget(clear)
        outer = column(self)
        outer.addLayout(head)
        outer.addWidget(rule(soft=True))
        outer.addWidget(self.view, 1)
        self._set_fonts()
        theme().changed.connect(self._set_fonts)

    def append(self, lines: Sequence[LogLine]) -> None:
        """Take over lines, newest last."""
        self.keeper.append(lines)
        self._show_count()
        self.view.lines_came()

    def clear(self) -> None:
        """Forget all lines; what comes afterwards is shown."""
        self.keeper.clear()
        self._show_count()
        self.view.follow(True)

    def show_note(self, text: str) -> None:
        """Say whose log it is, or why it has ended."""
        self.note.setText(text)

    def shown_texts(self, count: int) -> list[str]:
        """The last lines that are shown, as text."""
        last = len(self.keeper)
        return [as_text(line) for line in self.keeper.rows(last - count, last)]

    def save_to(self, path: str) -> None:
        """Write what is shown to a file; says where that can't be."""
        lines = self.keeper.rows(0, len(self.keeper))
        try:
            Path(path).write_text("\n".join(map(as_text, lines)) + "\n", encoding="utf-8")
        except OSError as error:
            self.show_note(f"It could not be saved to {path}: {error.strerror}.")
        else:
            self.show_note(f"Saved to {path}.")

    def _choose(self) -> None:
        self.keeper.choose(Filter(self.filter_field.text(), self.stderr_button.isChecked()))
        self._show_count()
        self.view.fit()

    def _show_count(self) -> None:
        shown, total = len(self.keeper), self.keeper.total
        words = f"{total:,} lines" if shown == self.keeper.kept else f"{shown:,} of {total:,} lines"
        self._count.setText(words if total else "")

    def _follow_changed(self, following: bool) -> None:
        self.follow_button.setChecked(following)

    def _save(self) -> None:
        dialog = QFileDialog(self, "Save the log", "transmissions.log")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(self.save_to)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _set_fonts(self) -> None:
        self.filter_field.setFont(theme().ui_font(12))
