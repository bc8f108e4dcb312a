"""Alerts, and the rules of each cluster that differ from what is usual."""

from collections.abc import Callable
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert

from otternauts_desktop.core.alerts.alert import Alert, AlertKind, AlertState
from otternauts_desktop.core.alerts.rules import DEFAULTS, Rule, Rules
from otternauts_desktop.core.alerts.steps import Outcome
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.services.store.alert_rows import alert_of, columns_of
from otternauts_desktop.services.store.database import Database
from otternauts_desktop.services.store.notices import put_notices
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
            return tuple(alert_of(row._asdict()) for row in rows)

    def history(self, limit: int) -> tuple[Alert, ...]:
        """Those of all clusters that are over, newest first."""
        query = (
            select(ALERTS)
            .where(ALERTS.c.state == AlertState.CLEARED.value)
            .order_by(ALERTS.c.cleared_at.desc(), ALERTS.c.number.desc())
            .limit(limit)
        )
        with self._database.reading() as connection:
            return tuple(alert_of(row._asdict()) for row in connection.execute(query))

    def step(
        self, cluster_id: ClusterId, look: Callable[[tuple[Alert, ...]], Outcome], now: float
    ) -> Outcome:
        """Have a look taken at the alerts of a cluster that are not over, and keep what it gives.

        With it is kept what channels are to be told. All of it or nothing, and nobody else
        changes them meanwhile. Nothing happens where the cluster was forgotten.
        """
        of_cluster = ALERTS.c.cluster_id == cluster_id
        are_open = ALERTS.c.state != AlertState.CLEARED.value
        with self._database.writing() as connection:
            cluster = select(CLUSTERS.c.id).where(CLUSTERS.c.id == cluster_id)
            if connection.execute(cluster).first() is None:
                return Outcome()
            rows = connection.execute(
                select(ALERTS).where(of_cluster, are_open).order_by(ALERTS.c.number)
            )
            outcome = look(tuple(alert_of(row._asdict()) for row in rows))
            for alert in outcome.dropped:
                connection.execute(delete(ALERTS).where(ALERTS.c.id == alert.id))
            for alert in outcome.changed:
                row = columns_of(alert)
                connection.execute(
                    insert(ALERTS)
                    .values(**row)
                    .on_conflict_do_update(index_elements=["id"], set_=row)
                )
            put_notices(connection, outcome.news, now)
            if any(alert.state is AlertState.CLEARED for alert in outcome.changed):
                over = of_cluster & ~are_open
                newest = select(ALERTS.c.id).where(over).order_by(ALERTS.c.number.desc())
                connection.execute(
                    delete(ALERTS).where(over, ALERTS.c.id.not_in(newest.limit(KEPT)))
                )
        return outcome

    def snooze(self, alert_id: str, until: float) -> None:
        """Put one off until that time (see `Alert.snoozed_until`)."""
        with self._database.writing() as connection:
            connection.execute(
                update(ALERTS).where(ALERTS.c.id == alert_id).values(snoozed_until=until)
            )

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
