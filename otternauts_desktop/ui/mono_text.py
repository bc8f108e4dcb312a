"""What a program printed: read-only, in the font of logs, as high as it needs to be."""

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from otternauts_desktop.ui.theme import theme

_PAD = 10


class MonoText(QPlainTextEdit):
    """Grows with its lines up to `most` of them."""

    def __init__(self, name: str, parent: QWidget | None = None, *, most: int = 8) -> None:
        super().__init__(parent)
        self._most = most
        self.setReadOnly(True)
        self.setAccessibleName(name)
        self.setProperty("surface", "well")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(_PAD)
        self._fit()
        theme().changed.connect(self._fit)

    def set_text(self, text: str) -> None:
        """Show a text, unless it is the one that is shown."""
        if text != self.toPlainText():
            self.setPlainText(text)
            self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """The style sheet takes the font away when a parent is given."""
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setFont(theme().mono(12))
        lines = min(max(self.blockCount(), 1), self._most)
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 2 * _PAD + 4)
