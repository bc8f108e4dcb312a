"""Values of variables and secrets, sealed: of one fleet, or of all fleets of a cluster."""

import time
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.services.store.database import Database
from otternauts_desktop.services.store.tables import KEPT_VALUES


@dataclass(frozen=True, slots=True)
class KeptValue:
    """One row. What it holds takes the seal to open."""

    cluster_id: ClusterId
    fleet: str
    """"" where it is for every fleet of the cluster."""
    name: str
    sealed: str
    changed_at: float
    """Wall clock, seconds since 1970."""

    @property
    def place(self) -> str:
        """What the seal binds it to."""
        return place_of(self.cluster_id, self.fleet, self.name)


def place_of(cluster_id: ClusterId, fleet: str, name: str) -> str:
    """Table, row and column of a value."""
    return "/".join(("kept_values", cluster_id, fleet, name, "sealed"))


class KeptValueRecords:
    """The table of kept values."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, cluster_id: ClusterId) -> tuple[KeptValue, ...]:
        """Those of a cluster and of its fleets, the cluster's first, by name."""
        query = (
            select(KEPT_VALUES)
            .where(KEPT_VALUES.c.cluster_id == cluster_id)
            .order_by(KEPT_VALUES.c.fleet, KEPT_VALUES.c.name)
        )
        with self._database.reading() as connection:
            return tuple(KeptValue(**row._mapping) for row in connection.execute(query))

    def any(self) -> bool:
        """Whether there is one."""
        with self._database.reading() as connection:
            return connection.execute(select(KEPT_VALUES.c.name).limit(1)).first() is not None

    def put(self, cluster_id: ClusterId, fleet: str, values: dict[str, str]) -> None:
        """Keep sealed values by name, all or none of them; each replaces the one before."""
        with self._database.writing() as connection:
            for name, sealed in values.items():
                changed = {"sealed": sealed, "changed_at": time.time()}
                row = {"cluster_id": cluster_id, "fleet": fleet, "name": name, **changed}
                connection.execute(
                    insert(KEPT_VALUES)
                    .values(**row)
                    .on_conflict_do_update(
                        index_elements=["cluster_id", "fleet", "name"], set_=changed
                    )
                )

    def replace(self, old: KeptValue, name: str, sealed: str) -> None:
        """Put a value under another name; its age stays."""
        with self._database.writing() as connection:
            self._remove(connection, old.cluster_id, old.fleet, old.name)
            connection.execute(
                insert(KEPT_VALUES).values(
                    cluster_id=old.cluster_id,
                    fleet=old.fleet,
                    name=name,
                    sealed=sealed,
                    changed_at=old.changed_at,
                )
            )

    def remove(self, cluster_id: ClusterId, fleet: str, name: str) -> None:
        """Forget one."""
        with self._database.writing() as connection:
            self._remove(connection, cluster_id, fleet, name)

    def _remove(self, connection: Connection, cluster_id: ClusterId, fleet: str, name: str) -> None:
        connection.execute(
            delete(KEPT_VALUES).where(
                KEPT_VALUES.c.cluster_id == cluster_id,
                KEPT_VALUES.c.fleet == fleet,
                KEPT_VALUES.c.name == name,
            )
        )
