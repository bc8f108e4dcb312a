"""Values of variables for a fleet's flight plan: typed in this run, and kept from before."""

from typing import TYPE_CHECKING

from otternauts_desktop.core.fleet.interpolation import Variables
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret

if TYPE_CHECKING:
    from otternauts_desktop.services.values import Values

Key = tuple[ClusterId, str]
"""A cluster and the name of a fleet on it."""


class PlanValues:
    """What was typed stands before what is kept."""

    def __init__(self, values: "Values") -> None:
        self._values = values
        self._typed: dict[Key, dict[str, Secret]] = {}
        self._kept: dict[Key, dict[str, Secret]] = {}

    def of(self, key: Key) -> dict[str, Secret]:
        """The values that a fleet has, as far as they were loaded."""
        return {**self._kept.get(key, {}), **self._typed.get(key, {})}

    def give(self, key: Key, entered: Variables) -> None:
        """Take values over for the rest of this run."""
        self._typed.setdefault(key, {}).update(entered)

    async def load(self, key: Key) -> None:
        """Read what is kept. Raises `VaultLocked` and its kin, with what was read before gone."""
        self._kept.pop(key, None)
        self._kept[key] = await self._values.of(*key)

    async def keep(self, key: Key, entered: Variables) -> None:
        """Keep values for later runs, too. Raises `VaultLocked` and its kin."""
        await self._values.keep(*key, entered)
        for name in entered:
            self._typed.get(key, {}).pop(name, None)
        await self.load(key)
