"""Keyed sums of the settings that the last launch of a fleet left behind."""

from typing import Final

STATEMENTS: Final = (
    """
    CREATE TABLE left_by_launches (
        cluster_id TEXT NOT NULL REFERENCES clusters (id) ON DELETE CASCADE,
        fleet TEXT NOT NULL,
        sums TEXT NOT NULL,
        PRIMARY KEY (cluster_id, fleet)
    )
    """,
)
