"""The passphrase of a backup, before a file is chosen for it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.dialogs.frame import DialogFrame
from otternauts_desktop.ui.dialogs.passphrase import PassphraseFields
from otternauts_desktop.ui.labels import Label

_LEAST = 8


class BackUp(DialogFrame):
    """Accepted by whoever opened it, once the file is written."""

    file_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Back up everything"),
            tr(
                "Clusters, flight plans, launches, values and the keys of the vault go into one "
                "file, to be restored on this machine or another one."
            ),
            tr("Choose a file…"),
            parent,
        )
        self.fields = PassphraseFields(new=True, least=_LEAST)
        self.fields.changed.connect(self._judge)
        self.body.addWidget(self.fields)
        self.body.addWidget(
            Label(
                tr(
                    "At least {number} characters; several words are best. Note it: without it "
                    "nothing in the file can be had back.",
                    number=_LEAST,
                ),
                size=12,
                tone="fg2",
                wrap=True,
            )
        )
        self.body.addStretch(1)
        self._judge()

    def confirm(self) -> None:
        self.file_requested.emit()

    def show_busy(self, text: str) -> None:
        super().show_busy(text)
        if not text:
            self._judge()

    def _judge(self) -> None:
        self.primary.setEnabled(self.fields.usable)
