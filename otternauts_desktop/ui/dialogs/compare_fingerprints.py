"""A server shows another identity than the confirmed one: look at both before anything else."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.dialogs.fingerprint import FingerprintCheck, Shown
from otternauts_desktop.ui.dialogs.frame import DialogFrame
from otternauts_desktop.ui.frames import Surface, row
from otternauts_desktop.ui.labels import Label


class CompareFingerprints(DialogFrame):
    """Nothing is trusted before the new fingerprint was compared with the server's own."""

    trust_requested = Signal()

    def __init__(self, outpost: str, confirmed: str, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("{outpost} shows another fingerprint", outpost=outpost),
            tr(
                "Nothing was sent to it. If you reinstalled the server or renewed its keys, this "
                "is expected. If you did not, somebody may be between you and the server: do not "
                "trust it before you know why."
            ),
            tr("Trust the new fingerprint"),
            parent,
            kind="danger",
        )
        self.setMinimumSize(620, 520)
        known = Surface("well")
        self.confirmed = Label(confirmed, mono=True, wrap=True, selectable=True)
        row(known, margins=(12, 8, 12, 8)).addWidget(self.confirmed)
        self.check = FingerprintCheck()
        self.by_eye = QCheckBox(tr("I compared it with what the server's console prints"))
        for part in (self.check.compared, self.by_eye.toggled):
            part.connect(self._judge)
        self.body.addWidget(Label(tr("You confirmed this one:"), tone="fg2"))
        self.body.addWidget(known)
        self.body.addWidget(self.check)
        self.body.addWidget(self.by_eye)
        self.body.addStretch(1)
        self._judge()

    def show_key(self, shown: Shown) -> None:
        """What the server shows now."""
        self.show_busy("")
        self.check.show_key(shown)
        self.check.pasted.setFocus()

    def confirm(self) -> None:
        self.show_busy(tr("Logging in…"))
        self.trust_requested.emit()

    def show_busy(self, text: str) -> None:
        super().show_busy(text)
        self.check.setEnabled(not text)
        if not text:
            self._judge()

    def _judge(self) -> None:
        compared = self.check.matches or (self.by_eye.isChecked() and not self.check.differs)
        self.primary.setEnabled(compared and bool(self.check.fingerprint.text()))
