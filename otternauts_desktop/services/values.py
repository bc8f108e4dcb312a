"""Values of variables that are kept between runs, for a fleet or for all fleets of a cluster.

They take part in plans and launches where nothing else gives a value. A fleet's own comes before
its cluster's.
"""

import asyncio
from collections.abc import Collection, Mapping

from otternauts_desktop.core.errors import BadName, NothingFound, ValueUnusable
from otternauts_desktop.core.fleet.interpolation import nul
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.sealing import Seal
from otternauts_desktop.services.store.kept_values import KeptValue, KeptValueRecords, place_of


class Values:
    """Keeps values sealed. A fleet named "" stands for all fleets of the cluster."""

    def __init__(self, seal: Seal, records: KeptValueRecords) -> None:
        self._seal = seal
        self._records = records

    def all(self, cluster_id: ClusterId) -> tuple[KeptValue, ...]:
        """What is kept for a cluster and its fleets, still sealed."""
        return self._records.all(cluster_id)

    def any_kept(self) -> bool:
        """Whether there is any value at all, of whichever cluster."""
        return self._records.any()

    async def of(self, cluster_id: ClusterId, fleet: str) -> dict[str, Secret]:
        """The values that a fleet has. The vault is left alone where there are none.

        Raises `VaultLocked` and its kin.
        """
        rows = await asyncio.to_thread(self._records.all, cluster_id)
        return {
            row.name: await self._seal.open(row.place, row.sealed)
            for row in rows  # the cluster's come first, the fleet's replace them
            if row.fleet in ("", fleet)
        }

    async def reveal(self, cluster_id: ClusterId, fleet: str, name: str) -> Secret:
        """What one holds. Raises `NothingFound`, `VaultLocked` and its kin."""
        row = self._row(cluster_id, fleet, name)
        return await self._seal.open(row.place, row.sealed)

    async def keep(self, cluster_id: ClusterId, fleet: str, values: Mapping[str, Secret]) -> None:
        """Keep values by the names of their variables.

        Raises `BadName`, `ValueUnusable`, `VaultLocked`.
        """
        for name, value in values.items():
            _checked(name)
            if "\0" in value.reveal():
                raise ValueUnusable(detail=nul(name))
        sealed = {
            name: await self._seal.seal(place_of(cluster_id, fleet, name), value)
            for name, value in values.items()
        }
        await asyncio.to_thread(self._records.put, cluster_id, fleet, sealed)

    async def rename(self, cluster_id: ClusterId, fleet: str, name: str, new_name: str) -> None:
        """Keep a value under another name. Raises `NothingFound`, `BadName` where that is taken."""
        row = self._row(cluster_id, fleet, name)
        if any((r.fleet, r.name) == (fleet, new_name) for r in self.all(cluster_id)):
            raise BadName(detail=tr('"{name}" has a value already.', name=new_name))
        value = await self._seal.open(row.place, row.sealed)
        sealed = await self._seal.seal(place_of(cluster_id, fleet, _checked(new_name)), value)
        await asyncio.to_thread(self._records.replace, row, new_name, sealed)

    def remove(self, cluster_id: ClusterId, fleet: str, name: str) -> None:
        """Forget a value. Raises `NothingFound`."""
        self._row(cluster_id, fleet, name)
        self._records.remove(cluster_id, fleet, name)

    async def recovery_key(self) -> Secret:
        """What opens the values again where the keyring lost its key. Raises `VaultLocked`."""
        return await self._seal.recovery_key()

    async def recover(self, noted: Secret) -> None:
        """Give the keyring its key again. Raises `RecoveryKeyWrong`."""
        await self._seal.recover(noted)

    def _row(self, cluster_id: ClusterId, fleet: str, name: str) -> KeptValue:
        for row in self.all(cluster_id):
            if (row.fleet, row.name) == (fleet, name):
                return row
        raise NothingFound(detail=tr('No value is kept for "{name}" here.', name=name))


def users(
    kept: KeptValue, others: Collection[KeptValue], asked: Mapping[str, Collection[str]]
) -> tuple[str, ...]:
    """The fleets that get a value, of those whose flight plans ask for these names.

    A fleet's own value stands before its cluster's.
    """
    own = {other.fleet for other in others if other.name == kept.name and other.fleet}
    return tuple(
        fleet
        for fleet, names in sorted(asked.items())
        if kept.name in names and (fleet == kept.fleet or (not kept.fleet and fleet not in own))
    )


def _checked(name: str) -> str:
    """A name that a flight plan can have in `${...}`."""
    if not name.isascii() or not name.replace("_", "a").isalnum() or name[:1].isdigit():
        raise BadName(detail=tr('"{name}" is no name of a variable.', name=name))
    return name
