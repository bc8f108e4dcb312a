"""Another name for an outpost, here only."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.dialogs.frame import DialogFrame, field


class RenameDialog(DialogFrame):
    """Accepted by whoever opened it, once the name was taken over."""

    rename_requested = Signal()

    def __init__(self, name: str, host_name: str, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Rename {outpost}", outpost=name),
            tr(
                "The name is used here only. For Docker, and in placement constraints, it stays "
                "{host_name}, the host name of the server.",
                host_name=host_name,
            ),
            tr("Rename"),
            parent,
        )
        self.name_field = field(tr("Name"), name)
        self.name_field.selectAll()
        self.body.addWidget(self.name_field)
        self.body.addStretch(1)

    def confirm(self) -> None:
        """What the default button does."""
        self.rename_requested.emit()

    @property
    def name(self) -> str:
        """What was typed."""
        return self.name_field.text().strip()
