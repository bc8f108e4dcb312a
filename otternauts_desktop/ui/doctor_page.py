"""The network doctor: who reaches whom, what was seen on each way, and what mends it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from otternauts_desktop.core.flight.doctor import Examination
from otternauts_desktop.core.flight.preflight import CheckState
from otternauts_desktop.core.words import marked, tr, trn
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.check_list import CheckList
from otternauts_desktop.ui.doctor_grid import DoctorGrid, DoctorModel
from otternauts_desktop.ui.frames import Card, Surface, column, rule, scrolled
from otternauts_desktop.ui.labels import Label
from otternauts_desktop.ui.page_header import PageHeader
from otternauts_desktop.ui.status_marks import MOVING, WAITING, Mark, of_check
from otternauts_desktop.ui.times import clock_exact

_STATES = {
    CheckState.PASSED: marked("All reach each other"),
    CheckState.WARNED: marked("Something to look at"),
    CheckState.FAILED: marked("Something is in the way"),
}


class DoctorPage(Surface):
    """Shows what `show_examination` was last given."""

    examine_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("page", parent)
        self.header = PageHeader("pulse")
        self.again_button = Button(tr("Look again"), icon="refresh")
        self.again_button.clicked.connect(self.examine_requested)
        self.header.add_action(self.again_button)
        self.model = DoctorModel(self)
        self.grid = DoctorGrid(self.model)
        self.grid.way_chosen.connect(self._show_way)
        self._grid_card = Card(tr("Ways"))
        self._grid_card.caption.setText(tr("from the row to the column"))
        self._grid_card.body.addWidget(self.grid)
        self._grid_card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.words = Label(tone="fg2", wrap=True, selectable=True)
        self.checks = CheckList()
        self._way_card = Card("")
        self.words.setContentsMargins(12, 8, 12, 8)
        self._way_card.body.addWidget(self.words)
        self._way_card.body.addWidget(self.checks)
        self._way_card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        content = QWidget()
        body = column(content, margins=(16, 16, 16, 16), spacing=16)
        body.addWidget(self._grid_card)
        body.addWidget(self._way_card)
        body.addStretch(1)
        outer = column(self)
        outer.addWidget(self.header)
        outer.addWidget(rule())
        outer.addWidget(scrolled(content), 1)

    def show_examination(
        self, cluster: str, seen: Examination, *, running: bool, at: float = 0.0
    ) -> None:
        """Show how far it has come; `at` is when it was finished (seconds since 1970)."""
        title = tr("Network doctor of {cluster}", cluster=cluster)
        mark, state = _state(seen, running=running)
        tried = trn("{number} way tried", "{number} ways tried", len(seen.ways))
        if running and seen.wanted:
            tried = tr("{tried} of {wanted} ways tried", tried=len(seen.ways), wanted=seen.wanted)
        facts = [tried, tr("with real packets on 2377/tcp, 7946/tcp, 7946/udp and 4789/udp")]
        if at:
            facts.append(clock_exact(at))
        self.header.show_page(title, mark, facts, state=state)
        self.again_button.setDisabled(running)
        self.model.show_examination(seen)
        if not self.grid.currentIndex().isValid() and not running:
            self._go_to_trouble(seen)
        self._show_current()

    def _go_to_trouble(self, seen: Examination) -> None:
        """The first way that is not well is what a person wants to see."""
        for state in (CheckState.FAILED, CheckState.WARNED):
            for ends, way in sorted(seen.ways.items()):
                if way.state is state:
                    self.grid.choose(*ends)
                    return

    def _show_current(self) -> None:
        index = self.grid.currentIndex()
        if index.isValid():
            self._show_way(index.row(), index.column())
            return
        self._way_card.title.setText(tr("Way"))
        self._way_card.caption.setText("")
        self._say(tr("Choose a way to see what was tried on it."))

    def _show_way(self, source: int, target: int) -> None:
        ends = [self.model.seen.patients[place] for place in (source, target)]
        names = " → ".join(end.name for end in ends)
        self._way_card.title.setText(names if source != target else ends[0].name)
        self._way_card.caption.setText(
            " → ".join(end.address or "?" for end in ends) if source != target else ends[0].address
        )
        if way := self.model.seen.ways.get((source, target)):
            self.words.hide()
            self.checks.show()
            self.checks.show_checks(way.checks, ends[1].name)
            return
        troubles = list(dict.fromkeys(f"{e.name}: {e.trouble}" for e in ends if e.trouble))
        if troubles:
            self._say("\n".join(troubles))
        elif source == target:
            self._say(tr("What an outpost says to itself crosses no network."))
        else:
            self._say(tr("Not tried yet."))

    def _say(self, words: str) -> None:
        self.checks.hide()
        self.words.setText(words)
        self.words.show()


def _state(seen: Examination, *, running: bool) -> tuple[Mark, str]:
    if running:
        return MOVING, tr("Looking")
    if not seen.patients:
        return WAITING, tr("Not looked yet")
    return of_check(seen.state), tr(_STATES[seen.state])
