"""Logins of private registries: those that are kept, and a new one."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.dialogs.frame import DialogFrame, field, form
from otternauts_desktop.ui.frames import row
from otternauts_desktop.ui.labels import Label
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView
from otternauts_desktop.ui.status_marks import DONE, WAITING

_HEADINGS = (
    Heading(marked("Registry"), 0),
    Heading(marked("User"), 110),
    Heading(marked("Clusters"), 100),
    Heading(marked("Checked"), 80),
)


@dataclass(frozen=True, slots=True)
class LoginSeen:
    """One login as a line of the table."""

    registry: str
    user: str
    cluster_id: ClusterId | None
    """None where it is for all clusters."""
    cluster: str
    """The name of that cluster; "" for all."""
    checked: bool


class RegistriesDialog(DialogFrame):
    """Stays open: each login is kept, or refused, on its own."""

    add_requested = Signal()
    remove_requested = Signal(object)
    """The `LoginSeen` that is to go."""

    def __init__(self, cluster: str, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Registries"),
            tr(
                "A launch hands the login of a private registry to every outpost that runs one of "
                "its images, and it stays readable there for root. Use a token that can only read."
            ),
            tr("Keep login"),
            parent,
        )
        self.cancel.setText(tr("Done"))
        self.model = RowTreeModel(_HEADINGS)
        self.table = RowView(self.model, _HEADINGS, tr("Logins"), surface="card")
        self.table.setMinimumHeight(120)
        self.none = Label(tr("No logins are kept yet."), tone="fg2")
        self.remove = Button(tr("Remove login"), size="small")
        self.remove.clicked.connect(self._remove)
        self.table.selectionModel().selectionChanged.connect(self._show_choice)
        self.host = field(tr("Registry"), hint="ghcr.io")
        self.user = field(tr("User"))
        self.password = field(tr("Password or token"), secret=True)
        self.only_here = QCheckBox(tr("Only for {cluster}", cluster=cluster))
        self.check = QCheckBox(tr("Have a manager of {cluster} try it first", cluster=cluster))
        self.check.setChecked(True)
        lines = form()
        for name, line in (
            (tr("Registry"), self.host),
            (tr("User"), self.user),
            (tr("Password or token"), self.password),
        ):
            lines.addRow(Label(name), line)
        foot = row()
        foot.addWidget(self.none, 1)
        foot.addStretch(1)
        foot.addWidget(self.remove)
        self.body.addWidget(self.table, 1)
        self.body.addLayout(foot)
        self.body.addLayout(lines)
        self.body.addWidget(self.only_here)
        self.body.addWidget(self.check)
        self.show_logins(())

    @property
    def secret(self) -> Secret:
        """What was typed as password."""
        return Secret(self.password.text())

    def show_logins(self, logins: Sequence[LoginSeen]) -> None:
        """Take over what is kept now."""
        self.model.show_rows(
            [
                Row(
                    f"{login.registry} {login.cluster}",
                    (
                        Cell(login.registry, mark=DONE if login.checked else WAITING, strong=True),
                        Cell(login.user),
                        Cell(login.cluster or tr("all"), tone="fg2"),
                        Cell(tr("yes") if login.checked else tr("no"), tone="fg2"),
                    ),
                    (),
                    login,
                )
                for login in logins
            ]
        )
        self.table.setVisible(bool(logins))
        self.none.setVisible(not logins)
        self._show_choice()

    def confirm(self) -> None:
        """Ask for the login to be kept; what is missing gets the focus instead."""
        for line in (self.host, self.user, self.password):
            if not line.text().strip():
                line.setFocus()
                return
        self.add_requested.emit()

    def clear(self) -> None:
        """Empty the fields: what stood in them is kept now."""
        for line in (self.host, self.user, self.password):
            line.clear()
        self.host.setFocus()

    def _chosen(self) -> LoginSeen | None:
        found = self.model.row_at(self.table.currentIndex())
        seen = found.subject if found is not None else None
        return seen if isinstance(seen, LoginSeen) else None

    def _show_choice(self) -> None:
        self.remove.setVisible(self.table.isVisibleTo(self))
        self.remove.setEnabled(self.table.selectionModel().hasSelection())

    def _remove(self) -> None:
        if (login := self._chosen()) is not None:
            self.remove_requested.emit(login)
