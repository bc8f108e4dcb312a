"""Is the server who it says it is? Its fingerprint, how to check it, and the comparison."""

from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.flight.commands import show_host_key
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import IconButton
from otternauts_desktop.ui.command_box import CommandBox
from otternauts_desktop.ui.dialogs.frame import field
from otternauts_desktop.ui.frames import Surface, column, row, rule
from otternauts_desktop.ui.labels import SEMIBOLD, FoldingLabel, Label, MarkLabel
from otternauts_desktop.ui.status_marks import DONE, FAILED


class Shown(Protocol):
    """What a server showed as its identity."""

    @property
    def fingerprint(self) -> str:
        """As OpenSSH writes it: `SHA256:…`."""

    @property
    def host_key(self) -> str:
        """The public key, as in known_hosts."""

    @property
    def randomart(self) -> str:
        """The picture that OpenSSH draws of it."""


class FingerprintCheck(QWidget):
    """Compares what the server shows with what its console prints."""

    compared = Signal()
    """Something else was pasted: ask `matches` and `differs`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fingerprint = FoldingLabel(mono=True)
        self.fingerprint.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        copy = IconButton("copy", tr("Copy the fingerprint"), size=24)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.fingerprint.text()))
        well = Surface("well")
        line = row(well, margins=(12, 8, 8, 8))
        line.addWidget(self.fingerprint, 1)
        line.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        self.art = Label(size=11, mono=True)
        self.art.setAccessibleName(tr("The fingerprint as a picture"))
        left = column(margins=(14, 12, 14, 12), spacing=8)
        left.addWidget(Label(tr("It shows this fingerprint:"), tone="fg2"))
        left.addWidget(well)
        left.addStretch(1)
        card = Surface("card")
        across = row(card, margins=(1, 1, 1, 1))
        across.addLayout(left, 1)
        across.addWidget(rule(vertical=True))
        self.art.setContentsMargins(12, 6, 12, 6)
        across.addWidget(self.art)
        self.command = CommandBox()
        self.pasted = field(tr("What it prints"), hint="256 SHA256:… root@server (ED25519)")
        self.pasted.textChanged.connect(self._compare)
        self._match_mark = MarkLabel(DONE)
        self.match = Label()
        match_line = row(spacing=8)
        match_line.addWidget(self._match_mark)
        match_line.addWidget(self.match, 1)
        box = column(self, spacing=8)
        box.addWidget(card)
        box.addSpacing(4)
        box.addWidget(Label(tr("How to check it"), weight=SEMIBOLD))
        box.addWidget(
            Label(
                tr("Run this in your provider's web console, not over SSH:"), tone="fg2", wrap=True
            )
        )
        box.addWidget(self.command)
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

    def show_key(self, shown: Shown) -> None:
        """What the server shows. What was pasted for another one is taken away."""
        if shown.fingerprint != self.fingerprint.text():
            self.pasted.clear()
        self.fingerprint.setText(shown.fingerprint)
        self.art.setText(shown.randomart)
        self.command.show_command(show_host_key(shown.host_key).line())
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
