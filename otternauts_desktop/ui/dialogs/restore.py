"""Choosing a backup, and what is in it, before it replaces what is kept."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.dialogs.frame import DialogFrame
from otternauts_desktop.ui.dialogs.passphrase import PassphraseFields
from otternauts_desktop.ui.frames import row
from otternauts_desktop.ui.labels import FoldingLabel, Label
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView
from otternauts_desktop.ui.times import date_and_time

if TYPE_CHECKING:
    from otternauts_desktop.services.backups import Copy

_HEADINGS: Final = (
    Heading(marked("Made"), 220),
    Heading(marked("Copy"), 200),
    Heading(marked("Size"), 0),
)
_KINDS: Final = {"daily": marked("of the day"), "before-restore": marked("before a restore")}


class Restore(DialogFrame):
    """First looked over, then restored: `wanted` of whoever opened it."""

    file_requested = Signal()
    look_requested = Signal(str, object)
    """A path, and the `Secret` passphrase or None."""
    restore_requested = Signal()

    def __init__(self, copies: "Sequence[Copy]", parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Restore"),
            tr("What is kept here now is replaced. It stays as a copy that can be restored."),
            tr("Look it over"),
            parent,
        )
        self.setMinimumWidth(620)
        self.resize(620, 460)  # and more where its layout needs it
        self._file, self._looked = "", False
        self.model = RowTreeModel(_HEADINGS)
        self.view = RowView(self.model, _HEADINGS, tr("Copies on this machine"), surface="panel")
        self.model.show_rows(tuple(_row(copy) for copy in copies))
        self.view.setCurrentIndex(self.model.index(0, 0))
        self.view.selectionModel().currentChanged.connect(lambda *_: self.show_file(""))
        self.view.opened.connect(lambda _: self.confirm())
        self.other = Button(tr("A backup file…"), size="small")
        self.other.clicked.connect(self.file_requested)
        self.chosen = FoldingLabel(tone="fg2", mono=True)
        self.fields = PassphraseFields(new=False)
        self.fields.changed.connect(self._judge)
        self.facts = Label(wrap=True)
        line = row(spacing=8)
        line.addWidget(self.other)
        line.addWidget(self.chosen, 1)
        self.body.addWidget(self.view, 1)
        self.body.addLayout(line)
        self.body.addWidget(self.fields)
        self.body.addWidget(self.facts)
        self.show_file("")

    @property
    def path(self) -> str:
        """The file or copy that is chosen, "" for none."""
        current = self.view.current_row()
        return self._file or (current.key if current else "")

    def show_file(self, path: str) -> None:
        """Take this file; "" for the copy that is chosen in the list."""
        self._file, self._looked = path, False
        self.chosen.setText(path)
        self.fields.phrase.clear()
        self.fields.hide()
        self.facts.setText("")
        self.notice.hide()
        self.primary.setText(tr("Look it over"))
        self._judge()

    def show_sealed(self) -> None:
        """It takes a passphrase."""
        self.show_busy("")
        self.fields.show()
        self.fields.ask_again()
        self._judge()

    def show_facts(self, made_at: float, clusters: Sequence[str]) -> None:
        """It is whole, and this is in it."""
        self.show_busy("")
        self._looked = True
        self.fields.hide()
        names = ", ".join(clusters) or tr("none")
        self.facts.setText(
            tr(
                "It is whole. Made {time}; clusters in it: {names}. Otternauts closes, restores "
                "it and opens again.",
                time=date_and_time(made_at),
                names=names,
            )
        )
        self.primary.setText(tr("Restore"))

    def confirm(self) -> None:
        if self._looked:
            self.restore_requested.emit()
            return
        if self.path:
            typed: Secret | None = self.fields.passphrase if self.fields.isVisible() else None
            self.show_busy(tr("Looking it over…"))
            self.look_requested.emit(self.path, typed)

    def show_busy(self, text: str) -> None:
        super().show_busy(text)
        if not text:
            self._judge()

    def _judge(self) -> None:
        phrased = not self.fields.isVisibleTo(self) or self.fields.usable
        self.primary.setEnabled(bool(self.path) and phrased)


def _row(copy: "Copy") -> Row:
    cells = (
        Cell(date_and_time(copy.made_at), strong=True),
        Cell(tr(_KINDS[copy.kind]), tone="fg2"),
        Cell(QLocale().formattedDataSize(copy.size), tone="fg2"),
    )
    return Row(str(Path(copy.path)), cells)
