"""A shell on an outpost or in a task: the command, which can be copied, and a terminal's window."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.command_box import CommandBox
from otternauts_desktop.ui.dialogs.frame import DialogFrame, form
from otternauts_desktop.ui.labels import Label


class ShellDialog(DialogFrame):
    """Accepted by whoever opened it, once a window was opened."""

    open_requested = Signal()
    target_chosen = Signal()

    def __init__(self, targets: Sequence[str], target: str, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Open a shell"),
            tr(
                "It opens in your own terminal program. The command can be copied and run "
                "anywhere else."
            ),
            tr("Open in a terminal"),
            parent,
        )
        self.target = QComboBox()
        self.target.addItems(list(targets))
        self.target.setCurrentText(target)
        self.target.setAccessibleName(tr("Shell of"))
        self.target.activated.connect(lambda _: self.target_chosen.emit())
        self.command = CommandBox()
        lines = form()
        lines.addRow(Label(tr("Shell of")), self.target)
        self.body.addLayout(lines)
        self.body.addWidget(self.command)
        self.none = Label(
            tr("No terminal program was found. Copy the command and run it in one."),
            tone="warn",
            wrap=True,
        )
        self.none.hide()
        self.body.addWidget(self.none)
        self.body.addStretch(1)
        self.primary.setEnabled(False)

    def show_command(self, line: str) -> None:
        """Show the command of the chosen target; "" while it is not known."""
        self.command.show_command(line or "…")
        self.primary.setEnabled(bool(line))
        if line:
            self.notice.hide()

    def confirm(self) -> None:
        """Ask for the window."""
        self.open_requested.emit()
