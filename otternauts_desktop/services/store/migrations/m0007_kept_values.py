"""Values of variables, sealed."""

from typing import Final

STATEMENTS: Final = (
    """
    CREATE TABLE kept_values (
        cluster_id TEXT NOT NULL REFERENCES clusters (id) ON DELETE CASCADE,
        fleet TEXT NOT NULL,
        name TEXT NOT NULL,
        sealed TEXT NOT NULL,
        changed_at REAL NOT NULL,
        PRIMARY KEY (cluster_id, fleet, name)
    )
    """,
)
