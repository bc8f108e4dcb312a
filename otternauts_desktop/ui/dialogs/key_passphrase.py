"""The passphrase of a private key."""

from PySide6.QtWidgets import QCheckBox, QWidget

from otternauts_desktop.core.errors import PassphraseNeeded
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.dialogs.frame import DialogFrame, field


class KeyPassphrase(DialogFrame):
    """Once accepted, `passphrase` is what was typed."""

    def __init__(self, needed: PassphraseNeeded, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Passphrase of the private key"),
            needed.detail,
            tr("Use it"),
            parent,
        )
        self.phrase = field(tr("Passphrase"), secret=True)
        self.phrase.textChanged.connect(lambda text: self.primary.setEnabled(bool(text)))
        self.keep = QCheckBox(tr("Keep it in the keyring, so that it is not asked for again"))
        self.body.addWidget(self.phrase)
        self.body.addWidget(self.keep)
        self.body.addStretch(1)
        self.primary.setEnabled(False)

    @property
    def passphrase(self) -> Secret:
        """What was typed."""
        return Secret(self.phrase.text())
