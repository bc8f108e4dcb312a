"""The plan by meaning: what a launch would create, change, restart and remove."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from otternauts_desktop.core.fleet.flight_plan import Prepared
from otternauts_desktop.core.flight.settings import (
    KEEPS_TASKS,
    Settings,
    live,
    network_name,
    wanted,
)
from otternauts_desktop.core.secret import Secret, masked
from otternauts_desktop.core.swarm.state import Snapshot


class ChangeKind(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    REMOVE = "remove"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one vessel."""

    vessel: str
    kind: ChangeKind
    fields: tuple[str, ...] = ()
    """What differs, in words: `image nginx:1.26 -> nginx:1.27`, `environment API_KEY`."""
    restarts: bool = False
    """Whether running tasks are replaced."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All vessels, changed or not, in order of their names."""

    changes: tuple[Change, ...]
    new_networks: tuple[str, ...] = ()
    missing_networks: tuple[str, ...] = ()
    """Networks that have to be there already and are not: Docker would refuse the launch."""

    @property
    def nothing_to_do(self) -> bool:
        return all(c.kind is ChangeKind.UNCHANGED for c in self.changes) and not self.new_networks

    @property
    def summary(self) -> str:
        """`1 to create, 2 to update (1 restarts), 1 to remove`, in one line."""
        if self.nothing_to_do:
            return "nothing to change"
        parts = []
        for kind in (ChangeKind.CREATE, ChangeKind.UPDATE, ChangeKind.REMOVE):
            of_kind = [change for change in self.changes if change.kind is kind]
            if of_kind:
                restarts = sum(change.restarts for change in of_kind)
                tail = f" ({restarts} restarting)" if restarts else ""
                parts.append(f"{len(of_kind)} to {kind}{tail}")
        if self.new_networks:
            count = len(self.new_networks)
            parts.append(f"{count} new network{'s' if count > 1 else ''}")
        return ", ".join(parts)


def plan(prepared: Prepared, snapshot: Snapshot) -> Plan:
    """Compare what is wanted with what is there."""
    there = {service.vessel: service for service in snapshot.fleets.get(prepared.fleet, ())}
    changes = []
    for vessel in sorted({*prepared.data["services"], *there}):
        if vessel not in there:
            changes.append(Change(vessel, ChangeKind.CREATE))
        elif vessel not in prepared.data["services"]:
            changes.append(Change(vessel, ChangeKind.REMOVE))
        else:
            new = wanted(prepared.fleet, prepared.data, vessel)
            old = live(snapshot, there[vessel])
            changes.append(_compared(vessel, old, new, list(prepared.secrets)))
    names = {network.name for network in snapshot.networks}
    new_networks: list[str] = []
    missing: list[str] = []
    for key, settings in _networks(prepared):
        name = network_name(prepared.fleet, key, settings)
        # A host's own networks (`host`, `none`) are external and not of swarm scope.
        if name not in names and name not in ("host", "none", "bridge", "ingress"):
            (missing if settings.get("external") else new_networks).append(name)
    return Plan(tuple(changes), tuple(new_networks), tuple(missing))


def _networks(prepared: Prepared) -> list[tuple[str, dict[str, Any]]]:
    """The networks that services use, `default` included where one names none."""
    defined = prepared.data.get("networks") or {}
    used: set[str] = set()
    for service in prepared.data["services"].values():
        used |= set(service.get("networks") or ["default"])
    return [(key, defined.get(key) or {}) for key in sorted(used)]


def _compared(vessel: str, old: Settings, new: Settings, secrets: list[Secret]) -> Change:
    different = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    if not different:
        return Change(vessel, ChangeKind.UNCHANGED)
    fields = tuple(
        masked(_in_words(name, old.get(name), new.get(name)), secrets) for name in different
    )
    return Change(vessel, ChangeKind.UPDATE, fields, not KEEPS_TASKS.issuperset(different))


def _in_words(name: str, old: Any, new: Any) -> str:
    """What differs in one setting. Values of the environment and of commands are not said."""
    if isinstance(old, dict) or isinstance(new, dict):
        before, after = old or {}, new or {}
        keys = sorted(k for k in {**before, **after} if before.get(k) != after.get(k))
        return f"{name}: {', '.join(keys)}"
    if name in ("image", "replicas", "mode", "user", "restart policy", "endpoint mode"):
        return f"{name}: {_value(old)} -> {_value(new)}"
    return name


def _value(value: Any) -> str:
    return "none" if value in (None, "", []) else str(value)
