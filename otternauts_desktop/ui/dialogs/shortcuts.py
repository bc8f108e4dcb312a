"""The shortcut sheet: every action with its keys, and a way to change them."""

from typing import Final

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QKeySequenceEdit, QWidget

from otternauts_desktop.core.errors import BadName
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.actions import Actions
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.dialogs.frame import DialogFrame, field
from otternauts_desktop.ui.frames import row
from otternauts_desktop.ui.labels import Label
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView

_HEADINGS: Final = (
    Heading(marked("Action")),
    Heading(marked("Menu"), 120),
    Heading(marked("Keys"), 150),
)


class Shortcuts(DialogFrame):
    """Changes are in force at once."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(tr("Keyboard shortcuts"), "", tr("Done"), parent)
        self._actions = actions
        self.setMinimumSize(640, 560)
        self.cancel.hide()
        self.search = field(tr("Filter"), hint=tr("Filter"))
        self.search.textChanged.connect(self._show)
        self.model = RowTreeModel(_HEADINGS)
        self.view = RowView(self.model, _HEADINGS, tr("Shortcuts"), surface="panel", height=28)
        self.view.selectionModel().currentRowChanged.connect(lambda *_: self._selected())
        self.keys = QKeySequenceEdit()
        self.keys.setMaximumSequenceLength(1)
        self.keys.setAccessibleName(tr("New keys"))
        self.apply_button = Button(tr("Set"), size="small")
        self.apply_button.clicked.connect(self.apply)
        self.reset_button = Button(tr("Reset"), size="small")
        self.reset_button.clicked.connect(self.reset)
        line = row(spacing=8)
        line.addWidget(Label(tr("New keys"), tone="fg2"))
        line.addWidget(self.keys, 1)
        line.addWidget(self.apply_button)
        line.addWidget(self.reset_button)
        self.body.addWidget(self.search)
        self.body.addWidget(self.view, 1)
        self.body.addLayout(line)
        self._show("")

    def choose(self, action_id: str) -> None:
        """Put the cursor on an action."""
        self.view.setCurrentIndex(self.model.find(action_id))

    def apply(self) -> None:
        """Give the chosen action the keys that were typed."""
        chosen = self.view.current_row()
        if chosen is None:
            return
        keys = self.keys.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        try:
            self._actions.set_keys(chosen.key, keys)
        except ValueError as error:
            self.show_error(
                BadName(
                    detail=tr("{keys} is taken by “{error}”.", keys=keys, error=error),
                    next_step=tr("Choose others."),
                )
            )
            return
        self.notice.hide()
        self._show(self.search.text())

    def reset(self) -> None:
        """Give the chosen action the keys that it came with."""
        chosen = self.view.current_row()
        if chosen is not None:
            self._actions.reset_keys(chosen.key)
            self._show(self.search.text())
            self._selected()

    def _selected(self) -> None:
        chosen = self.view.current_row()
        if chosen is not None:
            self.keys.setKeySequence(self._actions.entry(chosen.key).action.shortcut())

    def _show(self, wanted: str) -> None:
        rows = tuple(
            Row(
                entry.id,
                (
                    Cell(entry.title),
                    Cell(tr(entry.menu), tone="fg3"),
                    Cell(entry.keys, tone="fg2", mono=True),
                ),
            )
            for entry in self._actions.all()
            if wanted.casefold() in f"{entry.title} {tr(entry.menu)} {entry.keys}".casefold()
        )
        self.model.show_rows(rows)
