"""What needs somebody: the alerts of all clusters, those that are over, and putting off."""

import time
from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from otternauts_desktop.core.alerts.alert import UNTIL_CLEAR, Alert, Severity
from otternauts_desktop.core.alerts.telling import detail, headline
from otternauts_desktop.core.words import marked, tr, trn
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.frames import Card, Surface, column, row, rule
from otternauts_desktop.ui.labels import Label
from otternauts_desktop.ui.page_header import PageHeader
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView
from otternauts_desktop.ui.status_marks import DONE, FAILED, HEALTHY, WARNING, Mark
from otternauts_desktop.ui.times import age, duration, when

_NOW: Final = (
    Heading(marked("Alert"), 0),
    Heading(marked("Cluster"), 140, spare=2),
    Heading(marked("Since"), 90, right=True),
    Heading(marked("Snoozed"), 140, spare=1),
)
_PAST: Final = (
    Heading(marked("Alert"), 0),
    Heading(marked("Cluster"), 140, spare=2),
    Heading(marked("Raised"), 110, right=True),
    Heading(marked("Lasted"), 110, right=True, spare=1),
)
_NOTE: Final = Mark("info", "accent", marked("Note"))
_MARKS: Final = {
    Severity.NOTE: _NOTE,
    Severity.WARNING: WARNING,
    Severity.CRITICAL: Mark(FAILED.icon, FAILED.tone, marked("Critical")),
}
HOUR: Final = 3600.0
DAY: Final = 86_400.0


class AlertsPage(Surface):
    """Shows what `show_alerts` was last given. The alert that is chosen stays chosen."""

    opened = Signal(object)
    """The `Alert` whose place is wanted."""
    snooze_requested = Signal(str, object)
    """An alert's id and seconds; None for as long as it lasts, 0 for not at all."""
    rules_requested = Signal()
    channels_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("page", parent)
        self.header = PageHeader("bell")
        self.rules_button = Button(tr("Rules…"), icon="sliders")
        self.rules_button.clicked.connect(self.rules_requested)
        self.channels_button = Button(tr("Channels…"), icon="comms")
        self.channels_button.clicked.connect(self.channels_requested)
        self.header.add_action(self.rules_button)
        self.header.add_action(self.channels_button)

        self.model = RowTreeModel(_NOW)
        self.view = RowView(self.model, _NOW, tr("Alerts now"), surface="panel")
        self.view.opened.connect(self._open)
        self.view.selectionModel().currentChanged.connect(self._show_choice)
        self.view.selectionModel().selectionChanged.connect(self._show_choice)
        self.none = Label(tr("All is well. Otto is watching."), tone="fg2")
        self.none.setContentsMargins(12, 12, 12, 12)
        self.words = Label(tone="fg2", wrap=True, selectable=True)
        self.open_button = Button(tr("Show where"), size="small")
        self.open_button.clicked.connect(lambda: self._open(self.view.chosen_row()))
        self.hour_button = Button(tr("Snooze for 1 hour"), size="small")
        self.day_button = Button(tr("1 day"), size="small")
        self.clear_button = Button(tr("Until it clears"), size="small")
        self.wake_button = Button(tr("Tell it again"), size="small")
        foot = row(margins=(12, 8, 12, 8), spacing=8)
        foot.addWidget(self.words, 1)
        foot.addWidget(self.open_button)
        for button, seconds in (
            (self.hour_button, HOUR),
            (self.day_button, DAY),
            (self.clear_button, None),
            (self.wake_button, 0.0),
        ):
            button.clicked.connect(lambda _=False, seconds=seconds: self._snooze(seconds))
            foot.addWidget(button)
        self._foot = QWidget()
        self._foot.setLayout(foot)
        self._now = Card(tr("Now"))
        for part in (self.view, self.none, self._foot):
            self._now.body.addWidget(part)

        self.past_model = RowTreeModel(_PAST)
        self.past = RowView(self.past_model, _PAST, tr("Alerts that are over"), surface="panel")
        self.past.opened.connect(self._open)
        self._past = Card(tr("History"))
        self._past.body.addWidget(self.past)
        self._past.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        outer = column(self)
        outer.addWidget(self.header)
        outer.addWidget(rule())
        inside = column(margins=(16, 16, 16, 16), spacing=16)
        inside.addWidget(self._now, 3)
        inside.addWidget(self._past, 2)
        outer.addLayout(inside, 1)

    def show_alerts(
        self,
        active: Sequence[Alert],
        past: Sequence[Alert],
        clusters: Mapping[str, str],
        *,
        watching: str,
    ) -> None:
        """Show them, newest first; `clusters` are names by id, `watching` who else looks."""
        now = time.time()
        awake = [alert for alert in active if not alert.snoozed(now)]
        worst = max((a.sign.severity for a in awake), key=list(Severity).index, default=None)
        put_off = len(active) - len(awake)
        facts = [watching]
        if put_off:
            facts.insert(0, trn("{number} snoozed", "{number} snoozed", put_off))
        self.header.show_page(
            tr("Alerts"),
            _MARKS[worst] if worst else HEALTHY,
            facts,
            state=trn("{number} alert", "{number} alerts", len(awake)) if awake else "",
        )
        self.model.show_rows([_now_row(alert, clusters, now) for alert in active])
        self.view.setVisible(bool(active))
        self.none.setVisible(not active)
        if active and not self.view.selectionModel().hasSelection():
            self.view.setCurrentIndex(self.model.index(0, 0))
        self.past_model.show_rows([_past_row(alert, clusters, now) for alert in past])
        self._past.setVisible(bool(past))
        self._show_choice()

    def choose(self, alert_id: str) -> None:
        """Bring one of them into view, where it is still there."""
        index = self.model.find(alert_id)
        if index.isValid():
            self.view.setCurrentIndex(index)

    def _chosen(self) -> Alert | None:
        found = self.view.chosen_row()
        return found.subject if found and isinstance(found.subject, Alert) else None

    def _show_choice(self) -> None:
        alert = self._chosen()
        self._foot.setVisible(alert is not None)
        if alert is None:
            return
        self.words.setText(detail(alert))
        snoozed = alert.snoozed(time.time())
        for button in (self.hour_button, self.day_button, self.clear_button):
            button.setVisible(not snoozed)
        self.wake_button.setVisible(snoozed)

    def _open(self, found: Row | None) -> None:
        if found is not None and isinstance(found.subject, Alert):
            self.opened.emit(found.subject)

    def _snooze(self, seconds: float | None) -> None:
        if alert := self._chosen():
            self.snooze_requested.emit(alert.id, seconds)


def _now_row(alert: Alert, clusters: Mapping[str, str], now: float) -> Row:
    snoozed = alert.snoozed(now)
    until = ""
    if snoozed:
        until = tr("until it clears")
        if alert.snoozed_until != UNTIL_CLEAR:
            until = tr("until {time}", time=when(alert.snoozed_until, now))
    words = headline(alert)
    cells = (
        Cell(
            words,
            "fg2" if snoozed else "fg1",
            mark=_MARKS[alert.sign.severity],
            strong=not snoozed,
            note=detail(alert),
            tip="\n".join(filter(None, (words, detail(alert)))),
        ),
        Cell(clusters.get(alert.cluster_id, ""), "fg2"),
        Cell(age(now - alert.raised_at), "fg2", right=True),
        Cell(until, "fg2"),
    )
    return Row(alert.id, cells, subject=alert)


def _past_row(alert: Alert, clusters: Mapping[str, str], now: float) -> Row:
    cells = (
        Cell(headline(alert), "fg2", mark=DONE, tip=detail(alert)),
        Cell(clusters.get(alert.cluster_id, ""), "fg2"),
        Cell(when(alert.raised_at, now), "fg2", right=True),
        Cell(duration(alert.cleared_at - alert.raised_at), "fg2", right=True),
    )
    return Row(alert.id, cells, subject=alert)
