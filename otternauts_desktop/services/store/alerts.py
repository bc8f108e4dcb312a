"""Alerts, and the rules of each cluster that differ from what is usual."""

import json
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from otternauts_desktop.core.alerts.alert import Alert, AlertKind, AlertState, Severity, Sign
from otternauts_desktop.core.alerts.rules import DEFAULTS, Rule, Rules
from otternauts_desktop.core.alerts.steps import Outcome
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.services.store.database import Database
from otternauts_desktop.services.store.tables import ALERT_RULES, ALERTS, CLUSTERS

KEPT: Final = 2_000
"""So many cleared alerts of a cluster are kept, the newest."""


class AlertRecords:
    """Alerts in the order in which they were first seen."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def active(self) -> tuple[Alert, ...]:
        """Those of all clusters that are active, newest first."""
        query = select(ALERTS).where(ALERTS.c.state == AlertState.ACTIVE.value)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(ALERTS.c.raised_at.desc(), ALERTS.c.number))
            return tuple(_alert(row) for row in rows)

    def history(self, limit: int) -> tuple[Alert, ...]:
        """Those of all clusters that are over, newest first."""
        query = (
            select(ALERTS)
            .where(ALERTS.c.state == AlertState.CLEARED.value)
            .order_by(ALERTS.c.cleared_at.desc(), ALERTS.c.number.desc())
            .limit(limit)
        )
        with self._database.reading() as connection:
            return tuple(_alert(row) for row in connection.execute(query))

    def step(self, cluster_id: ClusterId, look: Callable[[tuple[Alert, ...]], Outcome]) -> Outcome:
        """Have a look taken at the alerts of a cluster that are not over, and keep what it gives.

        All of it or nothing, and nobody else changes them meanwhile. Nothing happens where the
        cluster was forgotten.
        """
        are_open = (ALERTS.c.cluster_id == cluster_id) & (
            ALERTS.c.state != AlertState.CLEARED.value
        )
        with self._database.writing() as connection:
            cluster = select(CLUSTERS.c.id).where(CLUSTERS.c.id == cluster_id)
            if connection.execute(cluster).first() is None:
                return Outcome()
            rows = connection.execute(select(ALERTS).where(are_open).order_by(ALERTS.c.number))
            outcome = look(tuple(_alert(row) for row in rows))
            for alert in outcome.dropped:
                connection.execute(delete(ALERTS).where(ALERTS.c.id == alert.id))
            for alert in outcome.changed:
                row = _columns(alert)
                connection.execute(
                    insert(ALERTS)
                    .values(**row)
                    .on_conflict_do_update(index_elements=["id"], set_=row)
                )
        return outcome

    def snooze(self, alert_id: str, until: float) -> None:
        """Put one off until that time (see `Alert.snoozed_until`)."""
        with self._database.writing() as connection:
            connection.execute(
                update(ALERTS).where(ALERTS.c.id == alert_id).values(snoozed_until=until)
            )

    def prune(self, cluster_id: ClusterId) -> None:
        """Forget the oldest of those that are over."""
        over = (ALERTS.c.cluster_id == cluster_id) & (ALERTS.c.state == AlertState.CLEARED.value)
        newest = select(ALERTS.c.id).where(over).order_by(ALERTS.c.number.desc()).limit(KEPT)
        with self._database.writing() as connection:
            connection.execute(delete(ALERTS).where(over, ALERTS.c.id.not_in(newest)))

    # -- rules -------------------------------------------------------------------------------

    def rules(self, cluster_id: ClusterId) -> Rules:
        """The rules of a cluster, every kind."""
        query = select(ALERT_RULES).where(ALERT_RULES.c.cluster_id == cluster_id)
        with self._database.reading() as connection:
            own = [
                Rule(
                    AlertKind(row.kind),
                    bool(row.enabled),
                    row.threshold,
                    row.raise_after,
                    row.clear_after,
                )
                for row in connection.execute(query)
            ]
        return {**DEFAULTS, **{rule.kind: rule for rule in own}}

    def put_rule(self, cluster_id: ClusterId, rule: Rule) -> None:
        """Keep a rule in place of the one before; the usual one is not kept."""
        row = {
            "enabled": int(rule.enabled),
            "threshold": rule.threshold,
            "raise_after": rule.raise_after,
            "clear_after": rule.clear_after,
        }
        of_rule = (ALERT_RULES.c.cluster_id == cluster_id) & (ALERT_RULES.c.kind == rule.kind.value)
        with self._database.writing() as connection:
            connection.execute(delete(ALERT_RULES).where(of_rule))
            if rule != DEFAULTS[rule.kind]:
                connection.execute(
                    insert(ALERT_RULES).values(cluster_id=cluster_id, kind=rule.kind.value, **row)
                )


def _columns(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "cluster_id": alert.cluster_id,
        "kind": alert.sign.kind.value,
        "subject": alert.sign.subject,
        "severity": alert.sign.severity.value,
        "named": json.dumps(dict(alert.sign.values)),
        "state": alert.state.value,
        "held": alert.held,
        "absent": alert.absent,
        "raised_at": alert.raised_at,
        "cleared_at": alert.cleared_at,
        "snoozed_until": alert.snoozed_until,
    }


def _alert(row: Row[Any]) -> Alert:
    sign = Sign(AlertKind(row.kind), row.subject, Severity(row.severity), json.loads(row.named))
    return Alert(
        id=row.id,
        cluster_id=ClusterId(row.cluster_id),
        sign=sign,
        state=AlertState(row.state),
        held=row.held,
        absent=row.absent,
        raised_at=row.raised_at,
        cleared_at=row.cleared_at,
        snoozed_until=row.snoozed_until,
    )
