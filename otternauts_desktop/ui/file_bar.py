"""Says above the editor that the file of a flight plan became another one behind its back."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.frames import Surface, row
from otternauts_desktop.ui.labels import Label, MarkLabel
from otternauts_desktop.ui.status_marks import WARNING


class FileBar(Surface):
    """Hidden while the file is what it was."""

    reload_requested = Signal()
    """Take the file's text over; what was typed can be brought back by undo."""
    keep_requested = Signal()
    compare_requested = Signal()
    save_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("notice-warn", parent)
        self.setAccessibleName(tr("The file changed"))
        self.words = Label(wrap=True)
        self.reload_button = Button(tr("Reload"), size="small")
        self.keep_button = Button(tr("Keep mine"), size="small")
        self.compare_button = Button(tr("Compare"), size="small")
        self.save_button = Button(tr("Save again"), size="small")
        self.reload_button.clicked.connect(self.reload_requested)
        self.keep_button.clicked.connect(self.keep_requested)
        self.compare_button.clicked.connect(self.compare_requested)
        self.save_button.clicked.connect(self.save_requested)
        line = row(self, margins=(12, 6, 8, 6), spacing=8)
        line.addWidget(MarkLabel(WARNING))
        line.addWidget(self.words, 1)
        for button in self._buttons():
            line.addWidget(button)
        self.hide()

    def show_changed(self, name: str) -> None:
        """Another program wrote the file."""
        self._show(
            tr("{name} was changed by another program.", name=name),
            {self.reload_button, self.keep_button, self.compare_button},
        )

    def show_gone(self, name: str) -> None:
        """The file is not there any more."""
        self._show(
            tr("{name} is gone. The text is kept here.", name=name),
            {self.save_button, self.keep_button},
        )

    def _show(self, words: str, offered: set[Button]) -> None:
        self.words.setText(words)
        self.setAccessibleDescription(words)
        for button in self._buttons():
            button.setVisible(button in offered)
        self.show()

    def _buttons(self) -> tuple[Button, ...]:
        return self.reload_button, self.keep_button, self.compare_button, self.save_button
