"""What was last seen of each cluster, so that there is something to show while none answers."""

from dataclasses import dataclass

from sqlalchemy import literal, select
from sqlalchemy.dialects.sqlite import insert

from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.services.store.database import Database
from otternauts_desktop.services.store.tables import CLUSTERS, LAST_SEEN


@dataclass(frozen=True, slots=True)
class Sighting:
    """A cluster at one moment."""

    document: str
    """JSON of the Engine's lists by name. Holds no values of environment variables."""
    taken_at: float
    """Wall clock, seconds since 1970."""


class LastSeenRecords:
    """One sighting per cluster: the newest."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, cluster_id: ClusterId) -> Sighting | None:
        """The last sighting of a cluster, None where it was never read."""
        query = select(LAST_SEEN.c.document, LAST_SEEN.c.taken_at).where(
            LAST_SEEN.c.cluster_id == cluster_id
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Sighting(row.document, row.taken_at)

    def save(self, cluster_id: ClusterId, document: str, taken_at: float) -> None:
        """Keep a sighting, replacing the one before. The caller took the values out.

        Nothing happens where the cluster was removed meanwhile: a read may end late.
        """
        row = select(CLUSTERS.c.id, literal(document), literal(taken_at)).where(
            CLUSTERS.c.id == cluster_id
        )
        with self._database.writing() as connection:
            connection.execute(
                insert(LAST_SEEN)
                .from_select(["cluster_id", "document", "taken_at"], row)
                .on_conflict_do_update(
                    index_elements=["cluster_id"],
                    set_={"document": document, "taken_at": taken_at},
                )
            )
