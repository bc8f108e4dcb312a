"""A fleet's versions as the swarm itself keeps them: one config, compressed, of bounded size.

So a second desktop that connects sees the same history, and there is no control plane to lose.
Values of variables are never in it: the flight plan is kept as it was written, and what was sent
with its values masked. What is written into a flight plan itself can be read by whoever may read
the services, here as there.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from otternauts_desktop.core.names import LaunchId
from otternauts_desktop.core.swarm.state import SwarmFile

MOST: Final = 10
MOST_BYTES: Final = 48_000
"""Compressed. Every read of a swarm brings its configs along; Docker itself takes 1 MB."""
_MOST_READ: Final = 8_000_000
"""What is unpacked at most: a config may be anybody's."""
_FLEET: Final = "otternauts.versions.fleet"
_NEWEST: Final = "otternauts.versions.newest"


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A launch that has ended, without the values of its variables."""

    launch: LaunchId
    version: int
    template: str
    rendered: str
    body_sha256: str
    state: str
    started_at: float
    ended_at: float
    cause: str
    """JSON of the `Cause`, "" where there is none."""
    operator: str
    returns_to: int
    git_commit: str
    pins: Mapping[str, str]
    """Digests by vessel."""


def fleet_of(config: SwarmFile) -> str:
    """The fleet whose versions a config keeps; "" where it keeps none."""
    return config.labels.get(_FLEET, "")


def newest_in(config: SwarmFile) -> LaunchId:
    """The newest launch that a config tells of."""
    return LaunchId(config.labels.get(_NEWEST, ""))


def versions_filter(fleet: str) -> Mapping[str, list[str]]:
    """What `GET /configs` takes in `filters` for a fleet's versions."""
    return {"label": [f"{_FLEET}={fleet}"]}


def versions_document(fleet: str, versions: Iterable[KeptVersion]) -> Mapping[str, Any] | None:
    """What `POST /configs/create` takes to keep the newest of these; None where not one fits.

    It has no stack's label, so a deploy leaves it alone.
    """
    newest = sorted(versions, key=lambda kept: kept.started_at, reverse=True)[:MOST]
    while newest:
        # One line each: what they have in common is then compressed away.
        text = "\n".join(json.dumps(asdict(kept), sort_keys=True) for kept in newest)
        packed = zlib.compress(text.encode(), 9)
        if len(packed) <= MOST_BYTES:
            return {
                "Name": f"otternauts-versions-{newest[0].launch}",
                "Labels": {_FLEET: fleet, _NEWEST: newest[0].launch},
                "Data": base64.b64encode(packed).decode(),
            }
        newest.pop()
    return None


def read_versions(data: str) -> tuple[KeptVersion, ...]:
    """The versions in a config's `Data`, newest first; what is no version is left out."""
    try:
        unpacked = zlib.decompressobj()
        text = unpacked.decompress(base64.b64decode(data), _MOST_READ)
        if unpacked.unconsumed_tail:
            return ()
        lines = text.decode().splitlines()
    except (binascii.Error, zlib.error, ValueError):
        return ()
    return tuple(kept for line in lines if (kept := _read(line)) is not None)


def unknown(
    configs: Sequence[SwarmFile], known: Iterable[LaunchId]
) -> dict[str, tuple[SwarmFile, ...]]:
    """The configs whose newest launch is not known here, by fleet."""
    there = {*known}
    found: dict[str, tuple[SwarmFile, ...]] = {}
    for config in configs:
        if (fleet := fleet_of(config)) and newest_in(config) not in there:
            found[fleet] = (*found.get(fleet, ()), config)
    return found


_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "version": (int,),
    "started_at": (float, int),
    "ended_at": (float, int),
    "returns_to": (int,),
    "pins": (dict,),
}


def _read(line: str) -> KeptVersion | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    values: dict[str, Any] = {field.name: found.get(field.name) for field in fields(KeptVersion)}
    if any(not isinstance(value, _TYPES.get(name, (str,))) for name, value in values.items()):
        return None
    pins = values["pins"]
    if any(not isinstance(part, str) for pair in pins.items() for part in pair):
        return None
    return KeptVersion(**values) if _tells_a_cause(values["cause"]) else None


def _tells_a_cause(text: str) -> bool:
    """Whether it is what a launch writes down of its failure, or nothing."""
    if not text:
        return True
    try:
        cause = json.loads(text)
    except ValueError:
        return False
    return isinstance(cause, dict) and isinstance(cause.get("sentence"), str)
