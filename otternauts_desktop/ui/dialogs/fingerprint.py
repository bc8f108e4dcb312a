"""Is the server who it says it is? Its fingerprint, how to check it, and the comparison."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import IconButton
from otternauts_desktop.ui.dialogs.frame import field
from otternauts_desktop.ui.frames import Surface, column, row
from otternauts_desktop.ui.labels import SEMIBOLD, Label, MarkLabel
from otternauts_desktop.ui.status_marks import DONE, FAILED

CHECK_COMMAND = "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"


class FingerprintCheck(QWidget):
    """Compares what the server shows with what its console prints."""

    compared = Signal()
    """Something else was pasted: ask `matches` and `differs`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fingerprint = Label(mono=True, wrap=True, selectable=True)
        copy = IconButton("copy", tr("Copy the fingerprint"), size=24)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.fingerprint.text()))
        well = Surface("well")
        line = row(well, margins=(12, 8, 8, 8))
        line.addWidget(self.fingerprint, 1)
        line.addWidget(copy)
        command = Label(f"$ {CHECK_COMMAND}", mono=True, selectable=True, wrap=True)
        command_well = Surface("well")
        row(command_well, margins=(12, 8, 12, 8)).addWidget(command)
        self.pasted = field(tr("What it prints"), hint="256 SHA256:… root@server (ED25519)")
        self.pasted.textChanged.connect(self._compare)
        self._match_mark = MarkLabel(DONE)
        self.match = Label()
        match_line = row(spacing=8)
        match_line.addWidget(self._match_mark)
        match_line.addWidget(self.match, 1)
        box = column(self, spacing=8)
        box.addWidget(Label(tr("It shows this fingerprint:"), tone="fg2"))
        box.addWidget(well)
        box.addSpacing(4)
        box.addWidget(Label(tr("How to check it"), weight=SEMIBOLD))
        box.addWidget(
            Label(
                tr("Run this in your provider's web console, not over SSH:"), tone="fg2", wrap=True
            )
        )
        box.addWidget(command_well)
        box.addWidget(Label(tr("Paste what it prints, and it is compared for you:"), tone="fg2"))
        box.addWidget(self.pasted)
        box.addLayout(match_line)
        self._match_mark.hide()

    @property
    def matches(self) -> bool:
        """Whether what was pasted is the fingerprint that the server shows."""
        shown = self.fingerprint.text()
        return bool(shown) and self._found() == shown

    @property
    def differs(self) -> bool:
        """Whether something was pasted that is not that fingerprint."""
        return bool(self.pasted.text().strip()) and not self.matches

    def show_fingerprint(self, fingerprint: str) -> None:
        """What the server shows, `SHA256:...`."""
        self.fingerprint.setText(fingerprint)
        self._compare()

    def _found(self) -> str:
        words = self.pasted.text().split()
        return next((word for word in words if word.startswith("SHA256:")), "")

    def _compare(self) -> None:
        found, same = bool(self._found()), self.matches
        self._match_mark.setVisible(found)
        self._match_mark.show_mark(DONE if same else FAILED)
        self.match.setText(
            "" if not found else tr("It matches.") if same else tr("It is another one!")
        )
        self.match.set_tone("ok" if same else "bad")
        self.compared.emit()
