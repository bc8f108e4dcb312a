"""A command for a person to run somewhere, and the button that copies it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import IconButton
from otternauts_desktop.ui.frames import Surface, row
from otternauts_desktop.ui.labels import FoldingLabel


class CommandBox(Surface):
    """Shows one command, folded where it is too long."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__("well", parent)
        self.words = FoldingLabel(text, size=12, mono=True)
        self.words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        copy = IconButton("copy", tr("Copy the command"), size=24)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.words.text()))
        line = row(self, margins=(10, 4, 4, 4), spacing=8)
        line.addWidget(self.words, 1)
        line.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)

    def show_command(self, text: str) -> None:
        """Show another command."""
        self.words.setText(text)
