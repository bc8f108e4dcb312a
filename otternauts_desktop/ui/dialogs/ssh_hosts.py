"""The hosts of the person's own SSH configuration, to choose one from. Nothing is copied."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.dialogs.frame import DialogFrame
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView

_HEADINGS: Final = (
    Heading(marked("Host"), 200),
    Heading(marked("User"), 110),
    Heading(marked("Key"), 0),
)


class SshHosts(DialogFrame):
    """Gives `chosen` once accepted."""

    def __init__(self, logins: Sequence[Login], parent: QWidget | None = None) -> None:
        words = (
            tr("From ~/.ssh/config. Keys stay where they are.")
            if logins
            else tr("No hosts were found in ~/.ssh/config.")
        )
        super().__init__(tr("Import from SSH config"), words, tr("Add this host…"), parent)
        self.chosen: Login | None = None
        self.setMinimumSize(620, 420)
        self.model = RowTreeModel(_HEADINGS)
        self.view = RowView(self.model, _HEADINGS, tr("Hosts"), surface="panel")
        self.model.show_rows(tuple(_row(login) for login in logins))
        self.view.setCurrentIndex(self.model.index(0, 0))
        self.view.opened.connect(lambda _: self.confirm())
        self.body.addWidget(self.view, 1)
        self.primary.setEnabled(bool(logins))

    def confirm(self) -> None:
        row = self.view.current_row()
        if row is not None and isinstance(row.subject, Login):
            self.chosen = row.subject
            self.accept()


def _row(login: Login) -> Row:
    cells = (
        Cell(login.host if login.port == 22 else f"{login.host}:{login.port}", strong=True),
        Cell(login.user, tone="fg2"),
        Cell(login.key_file or "ssh-agent", tone="fg2", mono=True),
    )
    return Row(str(login), cells, subject=login)
