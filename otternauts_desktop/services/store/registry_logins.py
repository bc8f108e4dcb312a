"""Logins of registries; their passwords are in the vault."""

from dataclasses import asdict, dataclass, replace

from sqlalchemy import delete, select

from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.services.store.database import Database
from otternauts_desktop.services.store.tables import REGISTRY_LOGINS


@dataclass(frozen=True, slots=True)
class RegistryLogin:
    """One row."""

    id: str
    """Names its password in the vault; a new one with each password."""
    registry: str
    user: str
    cluster_id: ClusterId | None
    """None where it is for all clusters."""
    checked: bool
    """Whether the registry took it when it was kept."""
    changed_at: float
    """Wall clock, seconds since 1970."""


class RegistryLoginRecords:
    """The table of logins: one for a registry and a cluster, or for all clusters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[RegistryLogin, ...]:
        """Every login, by registry, those for all clusters first."""
        query = select(REGISTRY_LOGINS).order_by(
            REGISTRY_LOGINS.c.registry, REGISTRY_LOGINS.c.cluster_id
        )
        with self._database.reading() as connection:
            logins = [RegistryLogin(**row._mapping) for row in connection.execute(query)]
        return tuple(replace(login, checked=bool(login.checked)) for login in logins)

    def put(self, login: RegistryLogin) -> None:
        """Keep a login in place of the one for the same registry and cluster."""
        with self._database.writing() as connection:
            connection.execute(
                delete(REGISTRY_LOGINS).where(
                    REGISTRY_LOGINS.c.registry == login.registry,
                    REGISTRY_LOGINS.c.cluster_id.is_not_distinct_from(login.cluster_id),
                )
            )
            connection.execute(REGISTRY_LOGINS.insert().values(**asdict(login)))

    def remove(self, login: RegistryLogin) -> None:
        """Forget one."""
        with self._database.writing() as connection:
            connection.execute(delete(REGISTRY_LOGINS).where(REGISTRY_LOGINS.c.id == login.id))
