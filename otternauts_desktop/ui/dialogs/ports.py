"""Ports of this machine that lead to tasks and outposts: those there are, and a new one."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QIntValidator
from PySide6.QtWidgets import QComboBox, QWidget

from otternauts_desktop.core.swarm.forward import LOOPBACK, Forward
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.dialogs.frame import DialogFrame, field, form
from otternauts_desktop.ui.frames import row
from otternauts_desktop.ui.labels import Label
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView
from otternauts_desktop.ui.status_marks import STOPPED, Mark

_HEADINGS: Final = (
    Heading(marked("On this machine"), 150),
    Heading(marked("Leads to"), 0),
    Heading(marked("State"), 150),
)
_LISTENS: Final = Mark("status-ok", "ok", marked("Listens"))
_NOT_CONNECTED: Final = Mark("status-bad", "bad", marked("Not connected"))


class PortsDialog(DialogFrame):
    """Stays open. A forward lives on when it is closed, until it is stopped or the program ends."""

    start_requested = Signal()
    stop_requested = Signal(str)
    restart_requested = Signal(str)
    remove_requested = Signal(str)

    def __init__(
        self, targets: Sequence[str], target: str, port: str, parent: QWidget | None = None
    ) -> None:
        """`target` and `port` are what is most likely meant."""
        super().__init__(
            tr("Ports"),
            tr(
                "A port of this machine leads to one of a task or an outpost, through its SSH "
                "connection. Nobody but this machine can use it, and nothing is published."
            ),
            tr("Forward"),
            parent,
        )
        self.cancel.setText(tr("Done"))
        self.setMinimumWidth(680)
        self.model = RowTreeModel(_HEADINGS)
        self.table = RowView(self.model, _HEADINGS, tr("Forwarded ports"), surface="card")
        self.table.setMinimumHeight(140)
        self.none = Label(tr("No ports are forwarded yet."), tone="fg2")
        self.copy = Button(tr("Copy address"), icon="copy", size="small")
        self.stop = Button(tr("Stop"), size="small")
        self.restart = Button(tr("Restart"), size="small")
        self.remove = Button(tr("Remove"), size="small")
        self.copy.clicked.connect(self._copy)
        for button, signal in (
            (self.stop, self.stop_requested),
            (self.restart, self.restart_requested),
            (self.remove, self.remove_requested),
        ):
            button.clicked.connect(lambda _=False, signal=signal: self._ask(signal))
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._show_choice())
        foot = row(spacing=8)
        foot.addWidget(self.none, 1)
        foot.addStretch(1)
        for button in (self.copy, self.stop, self.restart, self.remove):
            foot.addWidget(button)
        self.target = QComboBox()
        self.target.addItems(list(targets))
        self.target.setCurrentText(target)
        self.target.setAccessibleName(tr("Leads to"))
        self.port = field(tr("Port over there"), port)
        self.local = field(tr("Port of this machine"), hint=tr("the same, or a free one"))
        for line in (self.port, self.local):
            line.setValidator(QIntValidator(1, 65535, line))
        lines = form()
        lines.addRow(Label(tr("Leads to")), self.target)
        lines.addRow(Label(tr("Port over there")), self.port)
        lines.addRow(Label(tr("Port of this machine")), self.local)
        self.body.addWidget(self.table, 1)
        self.body.addLayout(foot)
        self.body.addLayout(lines)
        self.show_forwards(())

    def show_forwards(self, forwards: Sequence[Forward]) -> None:
        """Take over how they stand now."""
        self.model.show_rows([_row(forward) for forward in forwards])
        self.table.setVisible(bool(forwards))
        self.none.setVisible(not forwards)
        self._show_choice()

    def choose(self, forward_id: str) -> None:
        """Select one."""
        self.table.setCurrentIndex(self.model.find(forward_id))

    def confirm(self) -> None:
        """Ask for a new one; what is missing gets the focus instead."""
        if not self.port.hasAcceptableInput():
            self.port.setFocus()
            return
        if self.local.text() and not self.local.hasAcceptableInput():
            self.local.setFocus()
            return
        self.start_requested.emit()

    def _chosen(self) -> Forward | None:
        found = self.table.chosen_row()
        return found.subject if found and isinstance(found.subject, Forward) else None

    def _show_choice(self) -> None:
        chosen = self._chosen()
        for button in (self.copy, self.stop, self.restart, self.remove):
            button.setVisible(self.model.rowCount() > 0)
            button.setEnabled(chosen is not None)
        self.stop.setEnabled(chosen is not None and chosen.listening)

    def _copy(self) -> None:
        if (chosen := self._chosen()) is not None:
            QGuiApplication.clipboard().setText(chosen.address)

    def _ask(self, signal: Signal) -> None:
        if (chosen := self._chosen()) is not None:
            signal.emit(chosen.id)  # type: ignore[attr-defined]


def _row(forward: Forward) -> Row:
    mark = _LISTENS if forward.listening else STOPPED
    note = ""
    if forward.listening and forward.trouble:
        mark = _NOT_CONNECTED
    elif forward.connections:
        note = tr("{number} open", number=forward.connections)
    return Row(
        forward.id,
        (
            Cell(f"{LOOPBACK}:{forward.local_port}", mono=True, strong=True),
            Cell(f"{forward.target.words}:{forward.port}"),
            Cell(mark.word, mark=mark, tone="fg2", note=note, tip=forward.trouble),
        ),
        subject=forward,
    )
