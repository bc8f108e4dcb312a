"""Scenes of alerts: the list, the rules, the channels."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from otternauts_desktop.core.alerts.alert import (
    UNTIL_CLEAR,
    Alert,
    AlertKind,
    AlertState,
    Severity,
    Sign,
)
from otternauts_desktop.core.alerts.channel import Channel, ChannelKind
from otternauts_desktop.core.alerts.steps import Outcome
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.ui.dialogs.alert_rules import AlertRulesDialog
from otternauts_desktop.ui.dialogs.channels import ChannelsDialog
from otternauts_desktop.ui.places import alerts_place
from tests.screenshots.stage import PROD, STAGING, Stage
from tests.ui.acme import NOW

_TROUBLES: Final[tuple[tuple[ClusterId, AlertKind, Severity, float, Mapping[str, str]], ...]] = (
    (
        PROD,
        AlertKind.CRASH_LOOP,
        Severity.CRITICAL,
        180,
        {"service": "payments_worker", "count": "4", "said": "task: non-zero exit (137)"},
    ),
    (PROD, AlertKind.OUTPOST, Severity.CRITICAL, 2_400, {"outpost": "vega-2"}),
    (
        PROD,
        AlertKind.CERTIFICATE,
        Severity.WARNING,
        40_000,
        {"domain": "pay.acme.dev", "days": "9"},
    ),
    (STAGING, AlertKind.DISK, Severity.WARNING, 90_000, {"outpost": "s-orion-1", "percent": "93"}),
)


def _alerts(*, over: bool) -> list[Alert]:
    found = []
    for number, (cluster, kind, severity, ago, values) in enumerate(_TROUBLES):
        since = NOW - ago - (200_000 if over else 0)
        found.append(
            Alert(
                f"{kind}{over}",
                cluster,
                Sign(kind, f"{number}{over}", severity, values),
                AlertState.CLEARED if over else AlertState.ACTIVE,
                raised_at=since,
                cleared_at=since + 1_270 * (number + 1) if over else 0.0,
                snoozed_until=UNTIL_CLEAR if number == 3 and not over else 0.0,
            )
        )
    return found


def _as_it_is(alert: Alert, _: tuple[Alert, ...]) -> Outcome:
    return Outcome((alert,))


def _kept(stage: Stage) -> None:
    for alert in (*_alerts(over=False), *_alerts(over=True)):
        stage.control.alerts._records.step(alert.cluster_id, partial(_as_it_is, alert), NOW)
    stage.desk.alerts.freshen()


async def _list(stage: Stage) -> None:
    _kept(stage)
    stage.desk.go(alerts_place(PROD))


async def _calm(stage: Stage) -> None:
    stage.desk.go(alerts_place(PROD))


async def _rules(stage: Stage) -> None:
    await _list(stage)
    stage.desk.alerts.page.rules_button.click()
    await stage.dialog(AlertRulesDialog)


async def _channels(stage: Stage) -> None:
    await _list(stage)
    for channel in (
        Channel("1", "team", ChannelKind.SERVICE, "Slack", sent_at=NOW - 60),
        Channel(
            "2",
            "on call",
            ChannelKind.WEBHOOK,
            "hooks.acme.dev",
            PROD,
            Severity.CRITICAL,
            trouble="The notification could not be sent. The server answered 503.",
        ),
    ):
        stage.control.courier._channels.add(channel)
    stage.desk.alerts.page.channels_button.click()
    dialog = await stage.dialog(ChannelsDialog)
    dialog.table.setCurrentIndex(dialog.model.index(1, 0))
    dialog.show_key(Secret("dF9zaW1wbHktYS1rZXktZm9yLXRoZS1waWN0dXJl"))


ALARMS: Final[dict[str, Callable[[Stage], Awaitable[None]]]] = {
    "alerts": _list,
    "alerts-calm": _calm,
    "alert-rules": _rules,
    "channels": _channels,
}
