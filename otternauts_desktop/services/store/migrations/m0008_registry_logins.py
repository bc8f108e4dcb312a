"""Logins of registries, for a cluster or for all; their passwords are in the vault."""

from typing import Final

STATEMENTS: Final = (
    """
    CREATE TABLE registry_logins (
        id TEXT NOT NULL PRIMARY KEY,
        registry TEXT NOT NULL,
        user TEXT NOT NULL,
        cluster_id TEXT REFERENCES clusters (id) ON DELETE CASCADE,
        checked INTEGER NOT NULL,
        changed_at REAL NOT NULL
    )
    """,
    """
    CREATE UNIQUE INDEX registry_logins_place
        ON registry_logins (registry, coalesce(cluster_id, ''))
    """,
)
