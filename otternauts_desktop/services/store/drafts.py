"""Flight plans being edited, so that no crash costs what was typed."""

import time

from sqlalchemy import delete, literal, select
from sqlalchemy.dialects.sqlite import insert

from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.services.store.database import Database
from otternauts_desktop.services.store.tables import CLUSTERS, DRAFTS


class DraftRecords:
    """At most one draft for each fleet of a cluster."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, cluster_id: ClusterId, fleet: str) -> str | None:
        """The text of a draft, None where there is none."""
        query = select(DRAFTS.c.text).where(
            DRAFTS.c.cluster_id == cluster_id, DRAFTS.c.fleet == fleet
        )
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def save(self, cluster_id: ClusterId, fleet: str, text: str) -> None:
        """Keep a draft, replacing the one before.

        Nothing happens where the cluster was removed meanwhile: saving may come late.
        """
        now = time.time()
        row = select(CLUSTERS.c.id, literal(fleet), literal(text), literal(now)).where(
            CLUSTERS.c.id == cluster_id
        )
        with self._database.writing() as connection:
            connection.execute(
                insert(DRAFTS)
                .from_select(["cluster_id", "fleet", "text", "updated_at"], row)
                .on_conflict_do_update(
                    index_elements=["cluster_id", "fleet"],
                    set_={"text": text, "updated_at": now},
                )
            )

    def remove(self, cluster_id: ClusterId, fleet: str) -> None:
        """Forget a draft."""
        with self._database.writing() as connection:
            connection.execute(
                delete(DRAFTS).where(DRAFTS.c.cluster_id == cluster_id, DRAFTS.c.fleet == fleet)
            )

    def fleets(self, cluster_id: ClusterId) -> tuple[str, ...]:
        """Names of the fleets that have a draft, sorted."""
        query = (
            select(DRAFTS.c.fleet).where(DRAFTS.c.cluster_id == cluster_id).order_by(DRAFTS.c.fleet)
        )
        with self._database.reading() as connection:
            return tuple(connection.execute(query).scalars())
