"""A server that is in no swarm of ours: which one it shall enter, and what stands in the way."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from otternauts_desktop.core.flight.preflight import Check, CheckState
from otternauts_desktop.core.words import tr, trn
from otternauts_desktop.ui.buttons import Button, Segments
from otternauts_desktop.ui.check_list import CheckList
from otternauts_desktop.ui.dialogs.frame import field, form
from otternauts_desktop.ui.frames import Surface, column, row, scrolled
from otternauts_desktop.ui.labels import Label

_ROLES: Final = ("worker", "manager")


class SetUp(QWidget):
    """The last step of adding a server. Looking at it changes nothing."""

    check_requested = Signal()
    """Look the server over, and the ways to the cluster that is chosen."""
    changed = Signal()
    """Something else was chosen or seen: ask `ready`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place = ""
        self._may_go_on = False
        self.swarm = QComboBox()
        self.swarm.setAccessibleName(tr("Swarm"))
        self.swarm.view().setAccessibleName(tr("Swarm"))
        self.swarm_name = field(tr("Name of the new swarm"), hint=tr("production"))
        self.role = Segments((tr("Worker"), tr("Manager")), tr("Role"))
        self.role_words = Label(size=12, tone="fg2", wrap=True)
        role_line = row()
        role_line.addWidget(self.role)
        role_line.addStretch(1)
        lines = form()
        lines.addRow(Label(tr("Swarm")), self.swarm)
        lines.addRow(Label(tr("Name")), self.swarm_name)
        lines.addRow(Label(tr("Role")), role_line)
        lines.addRow(Label(), self.role_words)
        self._lines = lines
        self.checks = CheckList()
        card = Surface("card")
        column(card, margins=(1, 1, 1, 1)).addWidget(scrolled(self.checks))
        self.summary = Label(tone="fg2", wrap=True)
        self.again = Button(tr("Check again"), icon="refresh", size="small")
        self.again.clicked.connect(self.check_requested)
        head = row(spacing=8)
        head.addWidget(self.summary, 1)
        head.addWidget(self.again)
        box = column(self, spacing=10)
        box.addLayout(lines)
        box.addLayout(head)
        box.addWidget(card, 1)
        self.swarm.currentIndexChanged.connect(self._choose_swarm)
        self.swarm_name.textChanged.connect(lambda _: self.changed.emit())
        self.role.chosen.connect(self._choose_role)

    @property
    def ready(self) -> bool:
        """Whether the server can be set up as it stands."""
        return self._may_go_on and bool(self.cluster_name)

    @property
    def cluster_name(self) -> str:
        """The cluster to join, or the name of the new one."""
        if self.is_new:
            return self.swarm_name.text().strip()
        return self.swarm.currentText()

    @property
    def is_new(self) -> bool:
        """Whether a new swarm is to be made."""
        return self.swarm.currentData() is None

    @property
    def cluster_id(self) -> str:
        """Of the cluster to join, "" for a new one."""
        return str(self.swarm.currentData() or "")

    @property
    def chosen_role(self) -> str:
        """`worker` or `manager`."""
        return "manager" if self.is_new else _ROLES[self.role.current]

    def show_clusters(self, clusters: Sequence[tuple[str, str]], chosen: str) -> None:
        """Offer clusters by id and name; the one with the id `chosen` comes first."""
        self.swarm.blockSignals(True)
        self.swarm.clear()
        for id_, name in clusters:
            self.swarm.addItem(name, id_)
        self.swarm.addItem(tr("A new swarm"), None)
        self.swarm.setCurrentIndex(max(self.swarm.findData(chosen), 0))
        self.swarm.blockSignals(False)
        self._choose_swarm()

    def show_looking(self, place: str) -> None:
        """The server of that name is being looked over."""
        self._place, self._may_go_on = place, False
        self.summary.setText(tr("Looking {host} over. Nothing is changed on it.", host=place))
        self.again.setEnabled(False)
        self.changed.emit()

    def show_progress(self, checks: Sequence[Check], doing: str) -> None:
        """What was seen so far, as it came, and what is looked at now."""
        words = tr("Nothing is changed on {host}. Now: {doing}.", host=self._place, doing=doing)
        self.summary.setText(words)
        self.checks.show_checks(checks, self._place)

    def show_checks(self, checks: Sequence[Check], *, may_go_on: bool) -> None:
        """All that was seen, the worst first; `may_go_on`: nothing of it stands in the way."""
        self._may_go_on = may_go_on
        failed = sum(check.state is CheckState.FAILED for check in checks)
        if failed and not may_go_on:
            words = trn(
                "Nothing was changed yet. {number} check needs your help.",
                "Nothing was changed yet. {number} checks need your help.",
                failed,
            )
        elif failed:
            words = tr("Nothing was changed yet. You will be asked about the upgrade of Docker.")
        else:
            words = tr("Nothing was changed yet. Nothing stands in the way.")
        self.summary.setText(words)
        order = (CheckState.FAILED, CheckState.WARNED, CheckState.PASSED)
        self.checks.show_checks(sorted(checks, key=lambda c: order.index(c.state)), self._place)
        self.again.setEnabled(True)
        self.changed.emit()

    def show_failure(self) -> None:
        """It could not be looked over; why is said elsewhere."""
        self.summary.setText("")
        self.again.setEnabled(True)

    def _choose_swarm(self) -> None:
        self._lines.setRowVisible(self.swarm_name, self.is_new)
        self._lines.setRowVisible(2, not self.is_new)
        self._choose_role()
        self.check_requested.emit()

    def _choose_role(self) -> None:
        words = (
            tr("It becomes the first manager of the new swarm.")
            if self.is_new
            else tr("It runs vessels.")
            if self.role.current == 0
            else tr("It also helps to decide. Three or five managers are best: two are no better.")
        )
        self.role_words.setText(words)
        self.changed.emit()
