"""Alerts as rows, and back."""

import json
from collections.abc import Mapping
from typing import Any

from otternauts_desktop.core.alerts.alert import Alert, AlertKind, AlertState, Severity, Sign
from otternauts_desktop.core.names import ClusterId


def columns_of(alert: Alert) -> dict[str, Any]:
    """The columns of an alert."""
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


def alert_of(row: Mapping[str, Any]) -> Alert:
    """The alert in a row."""
    sign = Sign(
        AlertKind(row["kind"]), row["subject"], Severity(row["severity"]), json.loads(row["named"])
    )
    return Alert(
        id=row["id"],
        cluster_id=ClusterId(row["cluster_id"]),
        sign=sign,
        state=AlertState(row["state"]),
        held=row["held"],
        absent=row["absent"],
        raised_at=row["raised_at"],
        cleared_at=row["cleared_at"],
        snoozed_until=row["snoozed_until"],
    )
