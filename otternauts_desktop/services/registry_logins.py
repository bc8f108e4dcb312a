"""Logins of private registries: kept, checked, and found for the images of a launch.

Passwords are in the vault. A launch hands the login to Docker, which hands it to every outpost
that runs a task of a private image, and keeps it there in clear: so it should be a token that
can only read.
"""

import asyncio
import time
import uuid
from collections.abc import Iterable
from typing import Final

from otternauts_desktop.core.errors import (
    EngineRefused,
    NothingFound,
    RegistryRefused,
    RegistryUnreachable,
)
from otternauts_desktop.core.flight.logins import Access, registries_of, registry_named
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.store.registry_logins import RegistryLogin, RegistryLoginRecords
from otternauts_desktop.services.telemetry import Telemetry
from otternauts_desktop.services.vault import Vault

CHECK_SECONDS: Final = 12.0
_REFUSALS: Final = ("401", "403", "unauthorized", "denied", "incorrect username or password")
"""In what the Engine says of a registry that it reached; its own status is 500 for that, too."""


class RegistryLogins:
    """Keeps them. One for a cluster comes before the one for all clusters."""

    def __init__(self, vault: Vault, records: RegistryLoginRecords, telemetry: Telemetry) -> None:
        self._vault = vault
        self._records = records
        self._telemetry = telemetry

    def all(self) -> tuple[RegistryLogin, ...]:
        """Every login, without its password."""
        return self._records.all()

    async def add(
        self,
        registry: str,
        user: str,
        password: Secret,
        cluster_id: ClusterId | None = None,
        *,
        ask: ClusterId | None = None,
    ) -> RegistryLogin:
        """Keep a login, for one cluster or for all, in place of the one before.

        A manager of the cluster `ask` tries it first; with None it is kept unchecked. Raises
        `BadName`, `RegistryRefused`, `RegistryUnreachable`, `ClusterUnreachable`, `VaultLocked`;
        then nothing is changed.
        """
        access = Access(registry_named(registry), user.strip(), password)
        if ask is not None:
            await self._check(ask, access)
        former = await asyncio.to_thread(self._at, access.registry, cluster_id)
        # The password is there before the row that speaks of it.
        login = RegistryLogin(
            uuid.uuid4().hex, access.registry, access.user, cluster_id, ask is not None, time.time()
        )
        await self._vault.put(login_entry(login), password)
        await asyncio.to_thread(self._records.put, login)
        if former is not None:
            await self._vault.remove(login_entry(former))
        return login

    async def remove(self, registry: str, cluster_id: ClusterId | None = None) -> None:
        """Forget a login and its password. Raises `NothingFound`, `VaultLocked`."""
        login = await asyncio.to_thread(self._at, registry_named(registry), cluster_id)
        if login is None:
            raise NothingFound(
                detail=tr("No login is kept for {registry} here.", registry=registry)
            )
        await self._vault.remove(login_entry(login))
        await asyncio.to_thread(self._records.remove, login)

    async def access(self, cluster_id: ClusterId, images: Iterable[str]) -> tuple[Access, ...]:
        """The logins for these images in a cluster; the vault is left alone where there are none.

        Raises `SecretMissing`, `VaultLocked`.
        """
        rows = {
            (login.registry, login.cluster_id): login
            for login in await asyncio.to_thread(self._records.all)
        }
        found = []
        for registry in registries_of(images):
            login = rows.get((registry, cluster_id)) or rows.get((registry, None))
            if login is not None:
                password = await self._vault.get(login_entry(login))
                found.append(Access(login.registry, login.user, password))
        return tuple(found)

    async def _check(self, cluster_id: ClusterId, access: Access) -> None:
        """Have a manager log in: it is the one that will ask the registry at a launch."""
        try:
            async with (
                asyncio.timeout(CHECK_SECONDS),
                self._telemetry.manager(cluster_id) as (_, engine),
            ):
                await engine.post("/auth", access.document())
        except TimeoutError:
            raise RegistryUnreachable(
                detail=tr("{registry} gave no answer.", registry=access.registry)
            ) from None
        except EngineRefused as error:
            words = shown(error.detail, limit=500)
            said = f"{error.status} {words}".lower()
            refused = any(sign in said for sign in _REFUSALS)
            raise (RegistryRefused if refused else RegistryUnreachable)(detail=words) from None

    def _at(self, registry: str, cluster_id: ClusterId | None) -> RegistryLogin | None:
        for login in self._records.all():
            if (login.registry, login.cluster_id) == (registry, cluster_id):
                return login
        return None


def login_entry(login: RegistryLogin) -> str:
    """The name that the password of a login has in the vault."""
    return f"registry-login/{login.id}"
