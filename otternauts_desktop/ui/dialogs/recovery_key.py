"""The recovery key: shown to be noted, or given where the keyring has lost its own."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.dialogs.frame import DialogFrame, field
from otternauts_desktop.ui.labels import Label
from otternauts_desktop.ui.mono_text import MonoText

_GROUPS = 7
"""Of the key in one line."""


class RecoveryKey(DialogFrame):
    """Accepted means: the person has noted it."""

    def __init__(self, key: Secret, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Note your recovery key"),
            tr(
                "Values are sealed under a key that only this system's vault has. Should the "
                "vault be lost, this opens them again."
            ),
            tr("I noted it"),
            parent,
        )
        self.cancel.setText(tr("Later"))
        groups = key.reveal().split("-")
        self.key = MonoText(tr("Recovery key"))
        self.key.set_text(
            "\n".join("-".join(groups[at : at + _GROUPS]) for at in range(0, len(groups), _GROUPS))
        )
        self.body.addWidget(self.key)
        self.body.addWidget(
            Label(
                tr(
                    "Keep it where only you find it: who has it and this data directory reads "
                    "all values. File, Recovery key… shows it again."
                ),
                size=12,
                tone="fg2",
                wrap=True,
            )
        )
        self.body.addStretch(1)


class GiveRecoveryKey(DialogFrame):
    """Accepted by whoever opened it, once the key fits."""

    recover_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Give your recovery key"),
            tr(
                "The key to the values that are kept here is gone from the vault. Nothing that "
                "is kept was changed: your recovery key opens it again."
            ),
            tr("Recover"),
            parent,
        )
        self.noted = field(tr("Recovery key"), hint=tr("14 groups of 4 letters and digits"))
        self.body.addWidget(self.noted)
        self.body.addStretch(1)

    @property
    def key(self) -> Secret:
        """What was typed."""
        return Secret(self.noted.text())

    def confirm(self) -> None:
        self.recover_requested.emit()
