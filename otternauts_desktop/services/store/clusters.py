"""Records of clusters and of the outposts that make them up."""

from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from otternauts_desktop.core.names import ClusterId, OutpostId
from otternauts_desktop.core.swarm.cluster import Cluster, Login, Outpost
from otternauts_desktop.services.store.database import Database
from otternauts_desktop.services.store.tables import CLUSTERS, OUTPOSTS


class ClusterRecords:
    """Clusters and outposts, both in the order in which they were added."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Cluster, ...]:
        """All clusters."""
        with self._database.reading() as connection:
            rows = connection.execute(select(CLUSTERS).order_by(CLUSTERS.c.number))
            return tuple(
                Cluster(ClusterId(row.id), row.name, row.swarm_id, bool(row.simulated))
                for row in rows
            )

    def add(self, cluster: Cluster) -> None:
        """Keep a new cluster. Its id and its name must be new."""
        with self._database.writing() as connection:
            connection.execute(
                insert(CLUSTERS).values(
                    id=cluster.id,
                    name=cluster.name,
                    swarm_id=cluster.swarm_id,
                    simulated=int(cluster.simulated),
                )
            )

    def remove(self, cluster_id: ClusterId) -> None:
        """Forget a cluster with all that is kept of it: outposts, drafts, launches, sightings."""
        with self._database.writing() as connection:
            connection.execute(delete(CLUSTERS).where(CLUSTERS.c.id == cluster_id))

    def outposts(self, cluster_id: ClusterId) -> tuple[Outpost, ...]:
        """The outposts of a cluster."""
        query = (
            select(OUTPOSTS).where(OUTPOSTS.c.cluster_id == cluster_id).order_by(OUTPOSTS.c.number)
        )
        with self._database.reading() as connection:
            return tuple(map(_outpost, connection.execute(query)))

    def add_outpost(self, outpost: Outpost) -> None:
        """Keep a new outpost of a cluster that is kept."""
        with self._database.writing() as connection:
            connection.execute(insert(OUTPOSTS).values(id=outpost.id, **_columns(outpost)))

    def update_outpost(self, outpost: Outpost) -> None:
        """Replace what is kept of the outpost with that id; nothing happens where it is gone."""
        with self._database.writing() as connection:
            connection.execute(
                update(OUTPOSTS).where(OUTPOSTS.c.id == outpost.id).values(**_columns(outpost))
            )

    def remove_outpost(self, outpost_id: OutpostId) -> None:
        """Forget an outpost."""
        with self._database.writing() as connection:
            connection.execute(delete(OUTPOSTS).where(OUTPOSTS.c.id == outpost_id))


def _columns(outpost: Outpost) -> dict[str, object]:
    return {
        "cluster_id": outpost.cluster_id,
        "name": outpost.name,
        "host": outpost.login.host,
        "user": outpost.login.user,
        "port": outpost.login.port,
        "key_file": outpost.login.key_file,
        "host_key": outpost.host_key,
        "node_id": outpost.node_id,
        "sudo": int(outpost.sudo),
    }


def _outpost(row: Row[Any]) -> Outpost:
    return Outpost(
        id=OutpostId(row.id),
        cluster_id=ClusterId(row.cluster_id),
        name=row.name,
        login=Login(row.host, row.user, row.port, row.key_file),
        host_key=row.host_key,
        node_id=row.node_id,
        sudo=bool(row.sudo),
    )
