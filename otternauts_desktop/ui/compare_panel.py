"""Any two versions of a flight plan, compared: which ones, how, and the way through the changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QWidget

from otternauts_desktop.core.flight.comparison import Pair
from otternauts_desktop.core.flight.diff import LineKind
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button, IconButton, Segments
from otternauts_desktop.ui.diff_overview import DiffOverview
from otternauts_desktop.ui.diff_view import DiffView
from otternauts_desktop.ui.frames import Surface, column, row, rule
from otternauts_desktop.ui.labels import SEMIBOLD, ElidedLabel, Label
from otternauts_desktop.ui.theme import theme


@dataclass(frozen=True, slots=True)
class Version:
    """Something to compare: a launch, the draft, what flies now."""

    id: str
    title: str


class ComparePanel(Surface):
    """Asks for a comparison by `wanted` and shows it when it comes."""

    wanted = Signal(str, str, bool)
    """Ids of the old and the new version, and whether equal lines are wanted, too."""
    left = Signal()
    """The person is done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("page", parent)
        self.setAccessibleName(tr("Compare versions"))
        self._versions: tuple[Version, ...] = ()
        self.view = DiffView(beside=True)
        self.old = _picker(tr("Old version"))
        self.new = _picker(tr("New version"))
        self.old.activated.connect(self.ask)
        self.new.activated.connect(self.ask)
        self.swap = IconButton("swap", tr("Swap the two"), size=24)
        self.swap.clicked.connect(self._swap)
        self.manner = Segments((tr("Side by side"), tr("Inline")), tr("How to compare"))
        self.extent = Segments((tr("Changes"), tr("Full file")), tr("How much to show"))
        self.manner.chosen.connect(lambda number: self.view.set_beside(number == 0))
        self.extent.chosen.connect(self.ask)
        previous = IconButton("chev-u", tr("Previous change"), size=24, shortcut="Shift+F7")
        following = IconButton("chev-d", tr("Next change"), size=24, shortcut="F7")
        previous.clicked.connect(lambda: self.view.go_to_change(-1))
        following.clicked.connect(lambda: self.view.go_to_change(1))
        self.count = ElidedLabel(size=12, tone="fg2")
        close = Button(tr("Back to the editor"), size="small")
        close.clicked.connect(self.left)
        first = row(margins=(16, 6, 8, 6), spacing=8)
        first.addWidget(Label(tr("Compare"), tone="fg2"))
        for widget in (self.old, self.swap, self.new):
            first.addWidget(widget)
        first.addWidget(self.count, 1)
        first.addWidget(close)
        second = row(margins=(16, 0, 8, 6), spacing=8)
        second.addWidget(self.manner)
        second.addWidget(self.extent)
        second.addStretch(1)
        second.addWidget(previous)
        second.addWidget(following)
        self.view.skipped_pressed.connect(lambda: self.extent.choose(1))
        self._old_title, self._new_title = (ElidedLabel(weight=SEMIBOLD) for _ in range(2))
        titles = row(margins=(16, 4, 16, 4), spacing=16)
        titles.addWidget(self._old_title, 1)
        titles.addWidget(self._new_title, 1)
        body = row()
        body.addWidget(self.view, 1)
        body.addWidget(DiffOverview(self.view))
        outer = column(self)
        outer.addLayout(first)
        outer.addLayout(second)
        outer.addWidget(rule())
        outer.addLayout(titles)
        outer.addWidget(rule(soft=True))
        outer.addLayout(body, 1)
        self._restyle()
        theme().changed.connect(self._restyle)

    def show_versions(self, versions: Sequence[Version], old: str = "", new: str = "") -> None:
        """Offer versions, choose two, and ask for their comparison."""
        self._versions = tuple(versions)
        for picker, chosen in ((self.old, old), (self.new, new)):
            kept = chosen or picker.currentData()
            picker.clear()
            for version in self._versions:
                picker.addItem(version.title, version.id)
            picker.setCurrentIndex(max(picker.findData(kept), 0))
        self.ask()

    def ask(self) -> None:
        """Ask for the comparison that is chosen."""
        if self._versions:
            old, new = self.old.currentData(), self.new.currentData()
            self.wanted.emit(str(old), str(new), self.extent.current == 1)

    def show_comparison(self, rows: tuple[Pair, ...]) -> None:
        """Show the rows that were asked for."""
        self._old_title.setText(self.old.currentText())
        self._new_title.setText(self.new.currentText())
        self.view.show_rows(rows, tr("Nothing differs between the two."))
        kinds = [pair.kind for pair in rows]
        self.count.setText(
            tr(
                "{added} added, {removed} removed, {changed} changed",
                added=kinds.count(LineKind.ADDED),
                removed=kinds.count(LineKind.REMOVED),
                changed=kinds.count(LineKind.CHANGED),
            )
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _swap(self) -> None:
        old, new = self.old.currentIndex(), self.new.currentIndex()
        self.old.setCurrentIndex(new)
        self.new.setCurrentIndex(old)
        self.ask()

    def _restyle(self) -> None:
        for picker in (self.old, self.new):
            picker.setFont(theme().ui_font(12))


def _picker(name: str) -> QComboBox:
    picker = QComboBox()
    picker.setAccessibleName(name)
    picker.view().setAccessibleName(name)
    picker.setProperty("size", "small")
    picker.setMinimumWidth(120)
    picker.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return picker
