"""The lock of a fleet while it is launched: a config of a fixed name in the swarm itself.

The quorum lets only one of a name be made (20 races over three managers: one winner each), so it
holds between any two people who launch. It is released by its id: nobody frees another's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from otternauts_desktop.core.names import LaunchId
from otternauts_desktop.core.swarm.state import SwarmFile
from otternauts_desktop.core.untrusted import shown

_HOLDER: Final = "otternauts.lock.holder"
_LAUNCH: Final = "otternauts.lock.launch"
_DATA: Final = "bG9ja2Vk"
"""`locked`: Docker takes no empty config."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock as the swarm has it."""

    id: str
    """Of the config."""
    fleet: str
    holder: str
    """Who launches, like `ada@laptop`; made safe to show."""
    launch: LaunchId
    created_at: str
    """RFC 3339, by the manager's clock."""


def lock_name(fleet: str) -> str:
    """The name of the config that locks a fleet."""
    return f"otternauts-lock-{fleet}"


def lock_document(fleet: str, holder: str, launch: LaunchId) -> Mapping[str, Any]:
    """What `POST /configs/create` takes to lock a fleet.

    It has no stack's label: it is no part of the fleet, and a removal leaves it alone.
    """
    labels = {_HOLDER: holder, _LAUNCH: launch}
    return {"Name": lock_name(fleet), "Labels": labels, "Data": _DATA}


def lock_of(fleet: str, configs: Iterable[SwarmFile]) -> Lock | None:
    """The lock of a fleet among the configs of a swarm; None where there is none."""
    config = next((c for c in configs if c.name == lock_name(fleet)), None)
    if config is None:
        return None
    holder = shown(config.labels.get(_HOLDER, ""), limit=200)
    launch = LaunchId(config.labels.get(_LAUNCH, ""))
    return Lock(config.id, fleet, holder, launch, config.created_at)
