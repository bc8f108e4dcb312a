"""What the database knows of one cluster, read and nothing else: for whoever can't wait.

SQLite's own module reads it in a few milliseconds; what all others use takes longer to load.
"""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otternauts_desktop.core.flight.drift import Sums
from otternauts_desktop.core.kept_errors import DatabaseDamaged
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Cluster
from otternauts_desktop.services.store.home import KEY_SETTING
from otternauts_desktop.services.store.migrations import MIGRATIONS


@dataclass(frozen=True)
class Glance:
    """What is kept of one fleet of one cluster."""

    lists: dict[str, Any] | None
    """The Engine's lists as last seen, for `read_snapshot`; None where it was never read."""
    taken_at: float
    """Wall clock, seconds since 1970."""
    draft: str
    """The flight plan being edited, else the one launched last, else ""."""
    left: Sums
    """Sums of what the launches from here left behind, by vessel."""
    key_name: str = ""
    """What `key_of_sums` is to be given for them."""


def known_clusters(database: Path) -> tuple[Cluster, ...]:
    """All clusters, in the order in which they were added; () where there is no database.

    Raises `DatabaseDamaged`, and for one of another version what opening it raises.
    """
    if not database.exists():
        return ()
    _bring_up_to_date(database)
    query = "SELECT id, name, swarm_id, simulated FROM clusters ORDER BY number"
    return tuple(
        Cluster(ClusterId(id_), name, swarm_id, bool(simulated))
        for id_, name, swarm_id, simulated in _read(database, query)
    )


def glance(database: Path, cluster_id: ClusterId, fleet: str) -> Glance:
    """One fleet of a cluster that `known_clusters` named. Raises `DatabaseDamaged`."""
    seen = _read(
        database, "SELECT document, taken_at FROM last_seen WHERE cluster_id = ?", cluster_id
    )
    drafts = _read(
        database,
        "SELECT text FROM drafts WHERE cluster_id = :c AND fleet = :f UNION ALL SELECT * FROM"
        " (SELECT template FROM launches WHERE cluster_id = :c AND fleet = :f"
        " ORDER BY version DESC LIMIT 1)",
        {"c": cluster_id, "f": fleet},
    )
    left = _read(
        database,
        "SELECT sums FROM left_by_launches WHERE cluster_id = :c AND fleet = :f",
        {"c": cluster_id, "f": fleet},
    )
    key_name = _read(database, "SELECT value FROM settings WHERE key = ?", KEY_SETTING)
    return Glance(
        json.loads(seen[0][0]) if seen else None,
        seen[0][1] if seen else 0.0,
        drafts[0][0] if drafts else "",
        json.loads(left[0][0]) if left else {},
        json.loads(key_name[0][0]) if key_name else "",
    )


def _bring_up_to_date(database: Path) -> None:
    ((version,),) = _read(database, "PRAGMA user_version")
    if version != len(MIGRATIONS):
        from otternauts_desktop.services.store.database import open_database

        open_database(database).close()


def _read(database: Path, query: str, values: Any = ()) -> list[Any]:
    values = (values,) if isinstance(values, str) else values
    # Without a log nobody has it open; `immutable` then keeps SQLite from making one.
    log = database.with_name(f"{database.name}-wal")
    mode = "mode=ro" if log.exists() else "immutable=1"
    try:
        with closing(
            sqlite3.connect(f"{database.absolute().as_uri()}?{mode}", uri=True)
        ) as connection:
            return connection.execute(query, values).fetchall()
    except sqlite3.Error as error:
        raise DatabaseDamaged(detail=f"{database}: {error}.") from error
