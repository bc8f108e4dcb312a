"""Before something stops or is lost: says what, and what stays."""

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from otternauts_desktop.ui.dialogs.frame import DialogFrame


class Confirm(DialogFrame):
    """`verb` is on the button: what is about to happen, never "OK"."""

    def __init__(self, title: str, words: str, verb: str, parent: QWidget | None = None) -> None:
        super().__init__(title, words, verb, parent, kind="danger")
        self.cancel.setDefault(True)

    def showEvent(self, event: QShowEvent) -> None:
        """Enter must not do harm by itself."""
        super().showEvent(event)
        self.cancel.setFocus()
