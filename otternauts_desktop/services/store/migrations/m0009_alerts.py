"""Alerts and the rules that raise them."""

from typing import Final

STATEMENTS: Final = (
    """
    CREATE TABLE alerts (
        number INTEGER NOT NULL PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        cluster_id TEXT NOT NULL REFERENCES clusters (id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        severity TEXT NOT NULL,
        named TEXT NOT NULL,
        state TEXT NOT NULL,
        held REAL NOT NULL,
        absent REAL NOT NULL,
        raised_at REAL NOT NULL,
        cleared_at REAL NOT NULL,
        snoozed_until REAL NOT NULL
    )
    """,
    "CREATE INDEX ix_alerts_cluster_id ON alerts (cluster_id)",
    """
    CREATE UNIQUE INDEX alerts_open
        ON alerts (cluster_id, kind, subject) WHERE state != 'cleared'
    """,
    """
    CREATE TABLE alert_rules (
        cluster_id TEXT NOT NULL REFERENCES clusters (id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        enabled INTEGER NOT NULL,
        threshold REAL NOT NULL,
        raise_after REAL NOT NULL,
        clear_after REAL NOT NULL,
        PRIMARY KEY (cluster_id, kind)
    )
    """,
)
