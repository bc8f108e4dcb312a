"""Records of clusters and of the outposts that make them up."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Row, Table, delete, insert, select, update

from otternauts_desktop.core.names import ClusterId, OutpostId
from otternauts_desktop.core.swarm.cluster import Cluster, Jump, Login, Outpost
from otternauts_desktop.services.store.database import Database
from otternauts_desktop.services.store.tables import CLUSTERS, METADATA, OUTPOSTS


@dataclass(frozen=True)
class ForgottenCluster:
    """All that was kept of a cluster, for as long as forgetting it can be undone."""

    name: str
    swarm_id: str
    rows: tuple[tuple[Table, tuple[dict[str, Any], ...]], ...]


class ClusterRecords:
    """Clusters and outposts, both in the order in which they were added."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read_at = -1
        self._all: tuple[Cluster, ...] = ()
        self._outposts: dict[ClusterId, tuple[Outpost, ...]] = {}

    def all(self) -> tuple[Cluster, ...]:
        """All clusters."""
        self._read()
        return self._all

    def _read(self) -> None:
        """Read them where the file has changed: the window asks for them many times a second."""
        changes = self._database.changes()
        if changes == self._read_at:
            return
        with self._database.reading() as connection:
            rows = connection.execute(select(CLUSTERS).order_by(CLUSTERS.c.number))
            self._all = tuple(
                Cluster(ClusterId(row.id), row.name, row.swarm_id, bool(row.simulated))
                for row in rows
            )
            outposts = list(
                map(_outpost, connection.execute(select(OUTPOSTS).order_by(OUTPOSTS.c.number)))
            )
        self._outposts = {
            cluster.id: tuple(o for o in outposts if o.cluster_id == cluster.id)
            for cluster in self._all
        }
        self._read_at = changes

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

    def remove(self, cluster_id: ClusterId) -> ForgottenCluster:
        """Forget a cluster with all that is kept of it: outposts, drafts, launches, sightings.

        Gives back what was kept, for `restore`.
        """
        with self._database.writing() as connection:
            record = connection.execute(
                select(CLUSTERS).where(CLUSTERS.c.id == cluster_id)
            ).one_or_none()
            kept = tuple(
                (table, tuple(dict(row._mapping) for row in rows))
                for table, owner in _tables_of_a_cluster()
                if (rows := connection.execute(select(table).where(owner == cluster_id)).all())
            )
            connection.execute(delete(CLUSTERS).where(CLUSTERS.c.id == cluster_id))
        name, swarm_id = (record.name, record.swarm_id) if record else ("", "")
        return ForgottenCluster(name, swarm_id, kept)

    def restore(self, forgotten: ForgottenCluster) -> None:
        """Keep a forgotten cluster again, as it was. Its id and its name must be new."""
        with self._database.writing() as connection:
            for table, rows in forgotten.rows:
                connection.execute(insert(table), rows)

    def outposts(self, cluster_id: ClusterId) -> tuple[Outpost, ...]:
        """The outposts of a cluster."""
        self._read()
        return self._outposts.get(cluster_id, ())

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


def _tables_of_a_cluster() -> list[tuple[Table, Column[Any]]]:
    """Each table that says something of a cluster, with the column of its id; owners first."""
    found = [(CLUSTERS, CLUSTERS.c.id)]
    for table in METADATA.sorted_tables:
        if "cluster_id" in table.c:
            found.append((table, table.c.cluster_id))
    return found


def login_document(login: Login, host_key: str) -> dict[str, object]:
    """A login and the host key that belongs to it, as JSON holds them."""
    return {
        "host": login.host,
        "user": login.user,
        "port": login.port,
        "key_file": login.key_file,
        "key_name": login.key_name,
        "jump": login_document(login.jump.login, login.jump.host_key) if login.jump else None,
        "host_key": host_key,
    }


def login_read(document: dict[str, Any]) -> tuple[Login, str]:
    """What `login_document` made."""
    jump = document["jump"]
    login = Login(
        document["host"],
        document["user"],
        document["port"],
        document["key_file"],
        document["key_name"],
        Jump(*login_read(jump)) if jump else None,
    )
    return login, document["host_key"]


def _columns(outpost: Outpost) -> dict[str, object]:
    return {
        "cluster_id": outpost.cluster_id,
        "name": outpost.name,
        "host": outpost.login.host,
        "user": outpost.login.user,
        "port": outpost.login.port,
        "key_file": outpost.login.key_file,
        "key_name": outpost.login.key_name,
        "jump": json.dumps(login_document(outpost.login.jump.login, outpost.login.jump.host_key))
        if outpost.login.jump
        else None,
        "host_key": outpost.host_key,
        "node_id": outpost.node_id,
        "sudo": int(outpost.sudo),
    }


def _outpost(row: Row[Any]) -> Outpost:
    return Outpost(
        id=OutpostId(row.id),
        cluster_id=ClusterId(row.cluster_id),
        name=row.name,
        login=Login(
            *(row.host, row.user, row.port, row.key_file, row.key_name),
            jump=Jump(*login_read(json.loads(row.jump))) if row.jump else None,
        ),
        host_key=row.host_key,
        node_id=row.node_id,
        sudo=bool(row.sudo),
    )
