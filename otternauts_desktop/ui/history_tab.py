"""The versions of a fleet: what flew, what failed, how two differ, and the way back to one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.flight.comparison import Pair
from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.names import LaunchId
from otternauts_desktop.core.words import marked, tr, trn
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.diff_overview import DiffOverview
from otternauts_desktop.ui.diff_view import DiffView
from otternauts_desktop.ui.frames import Surface, column, row, rule
from otternauts_desktop.ui.labels import SEMIBOLD, ElidedLabel, Label
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView
from otternauts_desktop.ui.side_split import SideSplit
from otternauts_desktop.ui.status_marks import RETURNED, Mark, of_launch
from otternauts_desktop.ui.times import duration, when

_HEADINGS: Final = (
    Heading(marked("Version"), 84),
    Heading(marked("Result"), 0),
    Heading(marked("When"), 110, right=True),
)


@dataclass(frozen=True)
class VersionSeen:
    """One launch of a fleet, as its history shows it."""

    id: LaunchId
    version: int
    state: LaunchState
    started_at: float
    """Wall clock, seconds since 1970."""
    seconds: float
    """How long it took; 0.0 where its end is not known."""
    operator: str
    returns_to: int
    git_commit: str
    cause: str
    """A sentence; "" where it did not fail."""
    cut_off: bool
    """The program ended before the launch did."""
    template: str = field(repr=False)
    pins: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Digests by vessel."""

    @property
    def mark(self) -> Mark:
        """How it ended, as a mark."""
        returned = self.returns_to and self.state is LaunchState.CONVERGED
        return RETURNED if returned else of_launch(self.state)

    @property
    def result(self) -> str:
        """How it ended, in words."""
        if self.cut_off:
            return tr("Cut off; its outcome is not known")
        if self.cause:
            return self.cause
        if self.returns_to:
            return tr("Returned to v{version}", version=self.returns_to)
        return of_launch(self.state).word


class HistoryTab(Surface):
    """Shows what `show_versions` was last given, newest first."""

    chosen = Signal(object)
    """A `VersionSeen` whose difference to the one before, or to what flies, is wanted."""
    return_requested = Signal(object)
    """The `VersionSeen` that is to fly again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("page", parent)
        self._versions: tuple[VersionSeen, ...] = ()
        self.model = RowTreeModel(_HEADINGS)
        self.view = RowView(self.model, _HEADINGS, tr("Versions"))
        self.view.selectionModel().currentRowChanged.connect(self._choose)
        self.empty = Label(tr("It was not launched yet."), tone="fg2", wrap=True)
        self.empty.setContentsMargins(16, 16, 16, 16)
        self.title = Label(weight=SEMIBOLD, selectable=True)
        self.words = Label(tone="fg2", wrap=True, selectable=True)
        self.return_button = Button(tr("Return to base…"), icon="return", kind="primary")
        self.return_button.clicked.connect(self._return)
        self.compared = ElidedLabel(size=12, tone="fg2")
        self.diff = DiffView(beside=True)

        head = row(margins=(16, 12, 16, 12), spacing=16)
        texts = column(spacing=2)
        texts.addWidget(self.title)
        texts.addWidget(self.words)
        head.addLayout(texts, 1)
        head.addWidget(self.return_button)
        titles = row(margins=(16, 4, 16, 4))
        titles.addWidget(self.compared, 1)
        body = row()
        body.addWidget(self.diff, 1)
        body.addWidget(DiffOverview(self.diff))
        side = QWidget()
        parts = column(side)
        parts.addLayout(head)
        parts.addWidget(rule())
        parts.addLayout(titles)
        parts.addWidget(rule(soft=True))
        parts.addLayout(body, 1)
        self.beside = SideSplit(self.view, side, (tr("Versions"), tr("Difference")))
        self.beside.split.setStretchFactor(0, 0)
        self.beside.split.setStretchFactor(1, 1)
        self.beside.split.setSizes([380, 800])
        outer = column(self)
        outer.addWidget(self.empty)
        outer.addWidget(self.beside, 1)
        self.show_versions(())

    def show_versions(self, versions: Sequence[VersionSeen], now: float = 0.0) -> None:
        """Take over the whole history at the wall clock `now`; what is selected stays so."""
        self._versions = tuple(versions)
        self.model.show_rows([self._row(seen, now) for seen in self._versions])
        self.empty.setVisible(not versions)
        self.beside.setVisible(bool(versions))
        if versions and not self.view.currentIndex().isValid():
            self.view.setCurrentIndex(self.model.index(0, 0))
        elif versions:
            self._choose(self.view.currentIndex())

    def forget(self) -> None:
        """Show another fleet next: nothing of this one stays selected."""
        self.view.setCurrentIndex(QModelIndex())
        self.show_versions(())

    def show_comparison(self, words: str, rows: tuple[Pair, ...], empty: str) -> None:
        """Show the difference that was asked for; `empty` is said where there is none."""
        self.compared.setText(words)
        self.diff.show_rows(rows, empty)

    def _row(self, seen: VersionSeen, now: float) -> Row:
        quiet = "fg1" if seen.state is LaunchState.CONVERGED else "fg2"
        cells = (
            Cell(f"v{seen.version}", mark=seen.mark, strong=True),
            Cell(seen.result, tone=quiet, tip=seen.result),
            Cell(when(seen.started_at, now), tone="fg3", right=True),
        )
        return Row(seen.id, cells, (), seen)

    def _choose(self, index: QModelIndex) -> None:
        chosen = self.model.row_at(index)
        if chosen is None or not isinstance(chosen.subject, VersionSeen):
            return
        seen = chosen.subject
        self.title.setText(
            tr("Version {number}: {result}", number=seen.version, result=seen.result)
        )
        facts = [seen.operator]
        if seen.seconds:
            facts.append(tr("took {time}", time=duration(seen.seconds)))
        if seen.pins:
            facts.append(trn("{number} image pinned", "{number} images pinned", len(seen.pins)))
        if seen.git_commit:
            facts.append(tr("commit {hash}", hash=seen.git_commit))
        self.words.setText("  ·  ".join(fact for fact in facts if fact))
        self.return_button.setToolTip(
            tr("Launches version {number} again, with its digests.", number=seen.version)
        )
        self.return_button.setEnabled(seen.state is not LaunchState.RUNNING or seen.cut_off)
        self.chosen.emit(seen)

    def _return(self) -> None:
        chosen = self.view.chosen_row()
        if chosen is not None:
            self.return_requested.emit(chosen.subject)
