"""Values of variables that are kept for a cluster and its fleets: listed, set anew, taken away."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.dialogs.frame import DialogFrame, field, form
from otternauts_desktop.ui.frames import row
from otternauts_desktop.ui.labels import Label
from otternauts_desktop.ui.mono_text import MonoText
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView

_HEADINGS: Final = (
    Heading(marked("Variable"), 0),
    Heading(marked("Fleet"), 120),
    Heading(marked("Age"), 90),
    Heading(marked("Used by"), 150),
)


@dataclass(frozen=True, slots=True)
class ValueSeen:
    """One value as a line of the table; what it is stays sealed."""

    name: str
    fleet: str
    """"" where it is for every fleet of the cluster."""
    age: str
    users: tuple[str, ...]
    """Fleets whose flight plans ask for it."""


class KeptValuesDialog(DialogFrame):
    """Stays open: each value is kept, or refused, on its own."""

    keep_requested = Signal()
    """`name`, `fleet` and `value` say what, `chosen` what it takes the place of."""
    remove_requested = Signal()
    reveal_requested = Signal()
    import_requested = Signal()

    def __init__(self, cluster: str, fleets: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Variables and secrets"),
            tr(
                "Values that flight plans of {cluster} ask for. They are sealed on this machine "
                "and go to the swarm with a launch.",
                cluster=cluster,
            ),
            tr("Keep value"),
            parent,
        )
        self.setMinimumWidth(680)
        self.resize(680, 560)  # and more where its layout needs it
        self.cancel.setText(tr("Done"))
        self.model = RowTreeModel(_HEADINGS)
        self.table = RowView(self.model, _HEADINGS, tr("Values"), surface="card")
        self.table.setMinimumHeight(180)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._show_choice())
        self.none = Label(tr("No values are kept yet."), tone="fg2")
        self.value_shown = MonoText(tr("The value"), most=5)
        self.new = Button(tr("New"), icon="plus", size="small")
        self.new.clicked.connect(self.clear)
        self.reveal = Button(tr("Show value"), size="small")
        self.reveal.clicked.connect(self._reveal)
        self.remove = Button(tr("Remove value"), size="small")
        self.remove.clicked.connect(self.remove_requested)
        self.import_file = Button(tr("Import a .env file…"), size="small")
        self.import_file.clicked.connect(self.import_requested)
        self.variable = field(tr("Variable"), hint="API_KEY")
        self.owner = QComboBox()
        self.owner.setAccessibleName(tr("Fleet"))
        self.owner.view().setAccessibleName(tr("Fleet"))
        self.owner.addItem(tr("All fleets"), "")
        for fleet in fleets:
            self.owner.addItem(fleet, fleet)
        self.secret = field(tr("Value"), secret=True)
        actions = row(spacing=8)
        for button in (self.new, self.reveal, self.remove):
            actions.addWidget(button)
        actions.addStretch(1)
        actions.addWidget(self.import_file)
        lines = form()
        for name, widget in (
            (tr("Variable"), self.variable),
            (tr("Fleet"), self.owner),
            (tr("Value"), self.secret),
        ):
            lines.addRow(Label(name), widget)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.none)
        self.body.addLayout(actions)
        self.body.addWidget(self.value_shown)
        self.body.addLayout(lines)
        self.show_values(())

    @property
    def chosen(self) -> ValueSeen | None:
        """The value that is chosen in the table."""
        row = self.table.chosen_row()
        return row.subject if row and isinstance(row.subject, ValueSeen) else None

    @property
    def name(self) -> str:
        """The name that was typed."""
        return self.variable.text().strip()

    @property
    def fleet(self) -> str:
        """The fleet that it is for, "" for all."""
        return str(self.owner.currentData())

    @property
    def value(self) -> Secret:
        """What was typed as value."""
        return Secret(self.secret.text())

    def show_values(self, seen: Sequence[ValueSeen]) -> None:
        """Take over what is kept now."""
        self.model.show_rows(tuple(_row(value) for value in seen))
        self.table.setVisible(bool(seen))
        self.none.setVisible(not seen)
        self.clear()

    def show_value(self, value: Secret) -> None:
        """Show what the chosen one holds, until another one is chosen."""
        self.value_shown.set_text(value.reveal())
        self.value_shown.show()
        self.reveal.setText(tr("Hide value"))

    def choose_owner(self, fleet: str) -> None:
        """New values are for this fleet first."""
        self.owner.setCurrentIndex(max(self.owner.findData(fleet), 0))

    def clear(self) -> None:
        """Choose none: what is typed next is a new one."""
        self.table.selectionModel().clear()
        self._show_choice()
        self.variable.clear()
        self.secret.clear()
        self.variable.setFocus()

    def confirm(self) -> None:
        """Ask for the value to be kept; what is missing gets the focus instead."""
        if not self.name:
            self.variable.setFocus()
        elif not self.secret.text() and self.chosen is None:
            self.secret.setFocus()
        else:
            self.keep_requested.emit()

    def _reveal(self) -> None:
        if self.value_shown.isVisible():
            self._hide_value()
        else:
            self.reveal_requested.emit()

    def _hide_value(self) -> None:
        self.value_shown.set_text("")
        self.value_shown.hide()
        self.reveal.setText(tr("Show value"))

    def _show_choice(self) -> None:
        self._hide_value()
        chosen = self.chosen
        for button in (self.new, self.reveal, self.remove):
            button.setEnabled(chosen is not None)
        self.owner.setEnabled(chosen is None)
        hint = tr("A new value; left empty it stays") if chosen else ""
        self.secret.setPlaceholderText(hint)
        if chosen is not None:
            if self.owner.findData(chosen.fleet) < 0:
                self.owner.addItem(chosen.fleet, chosen.fleet)
            self.variable.setText(chosen.name)
            self.choose_owner(chosen.fleet)
            self.secret.clear()


def _row(seen: ValueSeen) -> Row:
    cells = (
        Cell(seen.name, mono=True, strong=True),
        Cell(seen.fleet or tr("All fleets"), tone="fg2"),
        Cell(seen.age, tone="fg2"),
        Cell(", ".join(seen.users) or tr("nobody"), tone="fg2"),
    )
    return Row(f"{seen.fleet}/{seen.name}", cells, subject=seen)
