"""Clusters, outposts, drafts, launches, what was last seen, settings."""

from typing import Final

STATEMENTS: Final = (
    """
    CREATE TABLE clusters (
        number INTEGER NOT NULL PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL UNIQUE,
        swarm_id TEXT NOT NULL,
        simulated INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE outposts (
        number INTEGER NOT NULL PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        cluster_id TEXT NOT NULL REFERENCES clusters (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        host TEXT NOT NULL,
        user TEXT NOT NULL,
        port INTEGER NOT NULL,
        key_file TEXT,
        host_key TEXT NOT NULL,
        node_id TEXT NOT NULL,
        sudo INTEGER NOT NULL
    )
    """,
    "CREATE INDEX ix_outposts_cluster_id ON outposts (cluster_id)",
    """
    CREATE TABLE drafts (
        cluster_id TEXT NOT NULL REFERENCES clusters (id) ON DELETE CASCADE,
        fleet TEXT NOT NULL,
        text TEXT NOT NULL,
        updated_at REAL NOT NULL,
        PRIMARY KEY (cluster_id, fleet)
    )
    """,
    """
    CREATE TABLE launches (
        number INTEGER NOT NULL PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        cluster_id TEXT NOT NULL REFERENCES clusters (id) ON DELETE CASCADE,
        fleet TEXT NOT NULL,
        version INTEGER NOT NULL,
        template TEXT NOT NULL,
        body_sha256 TEXT NOT NULL,
        state TEXT NOT NULL,
        started_at REAL NOT NULL,
        ended_at REAL NOT NULL,
        cause TEXT NOT NULL,
        UNIQUE (cluster_id, fleet, version)
    )
    """,
    """
    CREATE TABLE last_seen (
        cluster_id TEXT NOT NULL PRIMARY KEY REFERENCES clusters (id) ON DELETE CASCADE,
        document TEXT NOT NULL,
        taken_at REAL NOT NULL
    )
    """,
    """
    CREATE TABLE settings (
        key TEXT NOT NULL PRIMARY KEY,
        value TEXT NOT NULL
    )
    """,
)
