"""Channels that alerts are sent to, and what is still to be sent to them."""

from typing import Final

STATEMENTS: Final = (
    """
    CREATE TABLE channels (
        number INTEGER NOT NULL PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        target TEXT NOT NULL,
        cluster_id TEXT REFERENCES clusters (id) ON DELETE CASCADE,
        least TEXT NOT NULL,
        tells_cleared INTEGER NOT NULL,
        allows_local INTEGER NOT NULL,
        sent_at REAL NOT NULL,
        trouble TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE notices (
        number INTEGER NOT NULL PRIMARY KEY,
        channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
        alert_id TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        news TEXT NOT NULL,
        tries INTEGER NOT NULL,
        due_at REAL NOT NULL
    )
    """,
    "CREATE INDEX ix_notices_channel_id ON notices (channel_id)",
)
