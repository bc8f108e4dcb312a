"""The fields for a passphrase: once for one that exists, twice for a new one."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.dialogs.frame import field, form
from otternauts_desktop.ui.labels import Label


class PassphraseFields(QWidget):
    """Ask `usable` when it has changed."""

    changed = Signal()

    def __init__(self, *, new: bool, least: int = 1, parent: QWidget | None = None) -> None:
        """`least` characters are needed."""
        super().__init__(parent)
        self._new, self._least = new, least
        self.phrase = field(tr("Passphrase"), secret=True)
        self.again = field(tr("Once more"), secret=True)
        self.differs = Label(size=12, tone="bad")
        lines = form()
        lines.addRow(Label(tr("Passphrase")), self.phrase)
        if new:
            lines.addRow(Label(tr("Once more")), self.again)
            lines.addRow(Label(), self.differs)
        lines.setContentsMargins(0, 0, 0, 0)
        self.setLayout(lines)
        for line in (self.phrase, self.again):
            line.textChanged.connect(self._judge)

    @property
    def passphrase(self) -> Secret:
        """What was typed."""
        return Secret(self.phrase.text())

    @property
    def usable(self) -> bool:
        """Whether it is long enough, and twice the same where it is new."""
        first, second = self.phrase.text(), self.again.text()
        return len(first) >= self._least and (not self._new or first == second)

    def ask_again(self) -> None:
        """It did not fit: ready to be typed over."""
        self.phrase.selectAll()
        self.phrase.setFocus()

    def _judge(self) -> None:
        first, second = self.phrase.text(), self.again.text()
        other = self._new and bool(second) and not first.startswith(second)
        self.differs.setText(tr("The two differ.") if other else "")
        self.changed.emit()
