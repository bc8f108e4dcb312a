"""From what holds now to alerts: raised after a while, cleared after a while, never flapping.

Only time in which somebody looked counts: a machine that slept, or a program that was closed,
raises nothing of what it missed.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

from otternauts_desktop.core.alerts.alert import Alert, AlertKind, AlertState, News, Sign
from otternauts_desktop.core.alerts.rules import Rules
from otternauts_desktop.core.names import ClusterId

LONGEST_LOOK: Final = 15.0
"""Seconds: a longer time between two looks counts as this, because nobody was there."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one look has changed."""

    changed: tuple[Alert, ...] = ()
    """Alerts as they are from now on, where they differ from before."""
    dropped: tuple[Alert, ...] = ()
    """Pending ones that came to nothing."""
    news: tuple[tuple[Alert, News], ...] = ()
    left: int = 0
    """How many are pending or active now."""


def look(
    open_alerts: Iterable[Alert],
    signs: Iterable[Sign],
    judged: Collection[AlertKind],
    rules: Rules,
    *,
    cluster_id: ClusterId,
    elapsed: float,
    now: float,
    new_id: Callable[[], str],
) -> Outcome:
    """One look at a cluster, `elapsed` seconds after the one before.

    Of kinds that are not `judged` nothing is known now: their alerts stay as they are.
    """
    elapsed = min(max(elapsed, 0.0), LONGEST_LOOK)
    known = {alert.sign.key: alert for alert in open_alerts}
    seen = {sign.key: sign for sign in signs if rules[sign.kind].enabled and sign.kind in judged}
    changed, dropped, news = [], [], []
    left = 0
    for key in dict.fromkeys([*known, *seen]):
        if key[0] not in judged:
            left += 1
            continue
        before, sign = known.get(key), seen.get(key)
        if sign is not None:
            after = _holding(before or Alert(new_id(), cluster_id, sign), sign, elapsed)
        else:
            assert before is not None
            if before.state is AlertState.PENDING:
                dropped.append(before)
                continue
            after = replace(before, absent=before.absent + elapsed)
        after, told = _moved(after, rules, holds=sign is not None, now=now)
        if told is not None:
            news.append((after, told))
        if after != before:
            changed.append(after)
        left += after.state is not AlertState.CLEARED
    return Outcome(tuple(changed), tuple(dropped), tuple(news), left)


def _holding(alert: Alert, sign: Sign, elapsed: float) -> Alert:
    held = alert.held + elapsed if alert.state is AlertState.PENDING else alert.held
    return replace(alert, sign=sign, held=held, absent=0.0)


def _moved(alert: Alert, rules: Rules, *, holds: bool, now: float) -> tuple[Alert, News | None]:
    rule = rules[alert.sign.kind]
    if alert.state is AlertState.PENDING:
        if alert.held < rule.raise_after:
            return alert, None
        return replace(alert, state=AlertState.ACTIVE, raised_at=now), News.RAISED
    if not holds and (alert.absent >= rule.clear_after or not rule.enabled):
        quiet = alert.snoozed(now)
        after = replace(alert, state=AlertState.CLEARED, cleared_at=now)
        return after, None if quiet else News.CLEARED
    if holds and 0 < alert.snoozed_until <= now:
        return replace(alert, snoozed_until=0.0), News.AGAIN
    return alert, None
