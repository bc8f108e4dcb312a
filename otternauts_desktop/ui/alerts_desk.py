"""The wires of alerts: the bell, the page, rules and channels, and telling whoever looks away."""

import time
from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer

from otternauts_desktop.core.alerts.alert import Alert, AlertKind, News, Severity
from otternauts_desktop.core.alerts.telling import lines, summary
from otternauts_desktop.core.events import AlertsMoved, ChannelsMoved
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.alerts_page import AlertsPage
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.bridge import Bridge
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.dialogs.alert_rules import AlertRulesDialog
from otternauts_desktop.ui.dialogs.channels import ChannelsDialog
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.places import (
    Place,
    PlaceKind,
    alerts_place,
    cluster_place,
    fleet_place,
    outpost_place,
    service_place,
)
from otternauts_desktop.ui.status_marks import DONE, FAILED, WARNING
from otternauts_desktop.ui.tasks import Tasks
from otternauts_desktop.ui.theme import theme
from otternauts_desktop.ui.tray import Tray

FRESHEN_MS: Final = 30_000
"""How often ages are painted anew, and a snooze that is over is noticed."""
_SERVICES: Final = (AlertKind.SERVICE, AlertKind.CRASH_LOOP, AlertKind.IMAGE)


class AlertsDesk(QObject):
    """Keeps the bell and the page true."""

    def __init__(self, window: MainWindow, crew: Crew, tasks: Tasks, bridge: Bridge) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._tasks = tasks
        self.page = AlertsPage()
        self.tray = Tray(window, partial(theme().icon, "bell", "accent"))
        self._timer = QTimer(self)
        self._timer.setInterval(FRESHEN_MS)
        self._timer.timeout.connect(self.freshen)
        self._timer.start()
        bridge.alerts_moved.connect(self._alerts_moved)
        bridge.channels_moved.connect(self._channels_moved)
        window.bell.clicked.connect(self.open)
        self.page.opened.connect(lambda alert: window.place_chosen.emit(self.place_of(alert)))
        self.page.snooze_requested.connect(
            lambda alert_id, seconds: tasks.start(self._snooze(alert_id, seconds))
        )
        self.page.rules_requested.connect(lambda: tasks.start(self._rules(), key="rules"))
        self.page.channels_requested.connect(lambda: tasks.start(self._channels(), key="channels"))

    def register(self) -> None:
        """Add what can be done with alerts to the registry of actions."""
        add = self._window.actions_.add

        def has_cluster() -> bool:
            return self._crew.current(self._window.place.cluster_id) is not None

        add("go.alerts", "Go", tr("Alerts"), self.open, keys="Ctrl+Shift+A", available=has_cluster)
        add(
            "cluster.alert_rules",
            "Cluster",
            tr("Rules of alerts…"),
            self.page.rules_requested.emit,
            available=has_cluster,
        )
        add(
            "cluster.channels",
            "Cluster",
            tr("Channels of alerts…"),
            self.page.channels_requested.emit,
            available=has_cluster,
        )

    def begin(self) -> None:
        """Watch from now on; called before the first cluster is read."""
        self._crew.alerts.begin()
        self.freshen()

    def close(self) -> None:
        """Take away what would outlive the window."""
        self._timer.stop()
        self.tray.close()

    def open(self) -> None:
        """Go to the alerts."""
        cluster = self._crew.current(self._window.place.cluster_id)
        if cluster is not None:
            self._window.place_chosen.emit(alerts_place(cluster.id))

    def _alerts_moved(self, event: AlertsMoved) -> None:
        """Show it, and tell what is new."""
        self.freshen()
        if event.news:
            self._tell(event)

    def _channels_moved(self, event: ChannelsMoved) -> None:
        """A message that is given up is said: somebody relies on it."""
        if event.failed:
            self._window.notice.show_notice(
                "bad",
                tr("{channel} was not told of an alert.", channel=event.failed),
                event.sentence,
                action=tr("Channels…"),
                do=self.page.channels_requested.emit,
            )

    def freshen(self) -> None:
        """Count, and fill the page where it is in front."""
        active = self._crew.alerts.active()
        now = time.time()
        self._window.bell.show_count(sum(not alert.snoozed(now) for alert in active))
        if self._window.place.kind is PlaceKind.ALERTS:
            self.show()

    def show(self) -> None:
        """Fill the page."""
        self.page.show_alerts(
            self._crew.alerts.active(),
            self._crew.alerts.history(),
            self._names(),
            watching=tr("Watched while the window is open"),
        )

    def place_of(self, alert: Alert) -> Place:
        """Where a person can do something about it."""
        cluster_id, sign = alert.cluster_id, alert.sign
        if sign.kind in _SERVICES:
            return service_place(cluster_id, sign.subject)
        if sign.kind is AlertKind.OUTPOST:
            return outpost_place(cluster_id, sign.subject)
        if sign.kind in (AlertKind.LAUNCH, AlertKind.CERTIFICATE):
            return fleet_place(cluster_id, sign.values["fleet"])
        if sign.kind in (AlertKind.DISK, AlertKind.CLOCK):
            known = self._crew.outposts.outposts(cluster_id)
            node = next((o.node_id for o in known if o.id == sign.subject), "")
            if node:
                return outpost_place(cluster_id, node)
        return cluster_place(cluster_id)

    def _tell(self, event: AlertsMoved) -> None:
        title = summary(event.news, self._names().get(event.cluster_id, ""))
        raised = [alert.sign.severity for alert, kind in event.news if kind is not News.CLEARED]
        bad = Severity.CRITICAL in raised
        go = partial(self._come_and_show, event.news, alerts_place(event.cluster_id))
        if self._window.isActiveWindow():
            self._window.toast.say_next(title, FAILED if bad else WARNING if raised else DONE)
        else:
            self.tray.tell(title, lines(event.news), bad=bad, go=go)

    def _come_and_show(self, news: Sequence[tuple[Alert, News]], alerts: Place) -> None:
        """The one place that it is about, or the list of all."""
        self._window.come_to_front()
        self._window.place_chosen.emit(self.place_of(news[0][0]) if len(news) == 1 else alerts)

    def _names(self) -> dict[str, str]:
        return {cluster.id: cluster.name for cluster in self._crew.outposts.clusters()}

    async def _snooze(self, alert_id: str, seconds: float | None) -> None:
        await self._crew.alerts.snooze(alert_id, seconds)

    async def _rules(self) -> None:
        """Let the person change the rules of the cluster in view."""
        cluster = self._crew.current(self._window.place.cluster_id)
        if cluster is None:
            return
        rules = self._crew.alerts.rules(cluster.id)
        dialog = AlertRulesDialog(cluster.name, rules, self._window)
        if await ask(dialog):
            for rule in dialog.changed:
                await self._crew.alerts.put_rule(cluster.id, rule)

    async def _channels(self) -> None:
        """Let the person add, test and remove channels, until done."""
        cluster = self._crew.current(self._window.place.cluster_id)
        if cluster is None:
            return
        courier = self._crew.courier
        dialog = ChannelsDialog(cluster.name, self._window)
        work = Tasks(dialog, dialog.show_error)

        def show() -> None:
            dialog.show_channels(courier.all(), self._names())

        async def add() -> None:
            dialog.show_busy(tr("Sending a test…"))
            _, key = await courier.add(
                dialog.name.text(),
                dialog.secret,
                cluster_id=cluster.id if dialog.only_here.isChecked() else None,
                least=dialog.least_severity,
                tells_cleared=dialog.cleared.isChecked(),
                allows_local=dialog.local.isChecked(),
            )
            dialog.show_busy("")
            dialog.clear()
            dialog.show_key(key)
            show()

        async def test(name: str) -> None:
            dialog.show_busy(tr("Sending a test…"))
            await courier.test(name)
            dialog.show_busy("")
            dialog.notice.show_notice("ok", tr("{channel} took the test.", channel=name))

        async def remove(name: str) -> None:
            await courier.remove(name)
            show()

        dialog.add_requested.connect(lambda: work.start(add(), key="channel"))
        dialog.test_requested.connect(lambda name: work.start(test(name), key="channel"))
        dialog.remove_requested.connect(lambda name: work.start(remove(name), key="channel"))
        show()
        await ask(dialog)
