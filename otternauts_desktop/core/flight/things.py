"""What is around the services of a fleet: networks, volumes, configs and secrets.

Docker creates what is missing and never removes any of it, so what is left behind is told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from otternauts_desktop.core.fleet.flight_plan import Prepared
from otternauts_desktop.core.flight.wanted import Form, full_name
from otternauts_desktop.core.swarm.state import CONTENT_LABEL, STACK_LABEL, Snapshot

_LOCAL_NETWORKS: Final = ("host", "none", "bridge", "ingress")
"""Docker's own, which need not be of swarm scope."""


class Fate(StrEnum):
    """What happens to something beside the services."""

    CREATED = "created"
    USED = "used"
    MISSING = "missing"
    """It has to be there already and is not: Docker would refuse the launch."""
    LEFT = "left behind"
    """Of the fleet, and named no more. Docker never removes it."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A network, volume, config or secret, and what happens to it."""

    kind: str
    """`network`, `volume`, `config` or `secret`."""
    name: str
    fate: Fate


def things(
    prepared: Prepared, snapshot: Snapshot, had: Iterable[Form], has: Iterable[Form]
) -> Iterable[Thing]:
    """What is around the services of a fleet, whose forms are `had` now and `has` afterwards."""
    yield from _networks(prepared, snapshot)
    yield from _volumes(had, has)
    for kind, section, files in (
        ("config", "configs", snapshot.configs),
        ("secret", "secrets", snapshot.secrets),
    ):
        existing = {file.name for file in files}
        keys = {made.key for made in prepared.objects if made.kind == kind}
        ours = {made.name for made in prepared.objects if made.kind == kind}
        named = set()
        for key, settings in sorted((prepared.data.get(section) or {}).items()):
            name = full_name(prepared.fleet, key, settings or {})
            named.add(name)
            if name in existing:
                yield Thing(kind, name, Fate.USED)
            elif name in ours or not (settings or {}).get("external"):
                yield Thing(kind, name, Fate.CREATED)
            else:
                yield Thing(kind, name, Fate.MISSING)
        for file in files:
            former = file.labels.get(CONTENT_LABEL) in keys  # it goes by itself, in time
            if file.fleet == prepared.fleet and file.name not in named and not former:
                yield Thing(kind, file.name, Fate.LEFT)


def _networks(prepared: Prepared, snapshot: Snapshot) -> Iterable[Thing]:
    defined = prepared.data.get("networks") or {}
    used: set[str] = set()
    for service in prepared.data["services"].values():
        used |= set(service.get("networks") or ["default"])
    existing = {network.name for network in snapshot.networks}
    named = set()
    for key in sorted(used):
        settings = defined.get(key) or {}
        name = full_name(prepared.fleet, key, settings)
        named.add(name)
        if name in existing:
            yield Thing("network", name, Fate.USED)
        elif name not in _LOCAL_NETWORKS:
            fate = Fate.MISSING if settings.get("external") else Fate.CREATED
            yield Thing("network", name, fate)
    for network in snapshot.networks:
        if network.labels.get(STACK_LABEL) == prepared.fleet and network.name not in named:
            yield Thing("network", network.name, Fate.LEFT)


def _volumes(had: Iterable[Form], has: Iterable[Form]) -> Iterable[Thing]:
    """Volumes are made by the outposts when a task needs them; what is known are the mounts."""
    before = {name for form in had for name in _mounted(form)}
    after = {name for form in has for name in _mounted(form)}
    for name in sorted(before | after):
        if name not in after:
            yield Thing("volume", name, Fate.LEFT)
        elif name in before:
            yield Thing("volume", name, Fate.USED)


def _mounted(form: Form) -> Iterable[str]:
    for mount in form.get("volumes", ()):
        if mount["type"] == "volume" and mount.get("source"):
            yield mount["source"]
