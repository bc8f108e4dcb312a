"""The passphrase of the encrypted vault, where the system has no keyring."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.dialogs.frame import DialogFrame
from otternauts_desktop.ui.dialogs.passphrase import PassphraseFields


class OpenVault(DialogFrame):
    """Accepted by whoever opened it, once the vault is open."""

    unlock_requested = Signal()

    def __init__(self, *, new: bool, parent: QWidget | None = None) -> None:
        """`new`: there is no vault yet, and the passphrase makes it."""
        title, words, verb = (
            (
                tr("Make a vault for your keys"),
                tr(
                    "This system has no keyring that Otternauts could use. Keys and secrets are "
                    "kept in an encrypted file instead. Without its passphrase they can't be had "
                    "back."
                ),
                tr("Make the vault"),
            )
            if new
            else (
                tr("Open the vault"),
                tr("Your keys and secrets lie in an encrypted file. It stays open until you quit."),
                tr("Open"),
            )
        )
        super().__init__(title, words, verb, parent)
        self.fields = PassphraseFields(new=new)
        self.fields.changed.connect(self._judge)
        self.body.addWidget(self.fields)
        self.body.addStretch(1)
        self._judge()

    @property
    def passphrase(self) -> Secret:
        """What was typed."""
        return self.fields.passphrase

    def confirm(self) -> None:
        self.show_busy(tr("Opening the vault…"))
        self.unlock_requested.emit()

    def show_busy(self, text: str) -> None:
        super().show_busy(text)
        if not text:
            self._judge()
            self.fields.ask_again()

    def _judge(self) -> None:
        self.primary.setEnabled(self.fields.usable)
