"""What was changed since the last launch from here: by hand, or from another machine.

Of every setting that a launch left behind a keyed sum is kept, never the value: it tells that
something was changed, and nothing else. What it was changed to is in the swarm.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from otternauts_desktop.core.flight.live import live
from otternauts_desktop.core.flight.settings import Place, settings
from otternauts_desktop.core.flight.wanted import Form
from otternauts_desktop.core.swarm.state import Snapshot

Sums = Mapping[str, Mapping[str, str]]
"""By vessel and setting, ready for JSON; nothing for a vessel of which it is not known."""

_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Launched:
    """What the last launch from here left behind."""

    sums: Sums
    key: bytes = field(repr=False)
    """16 to 64 bytes that are kept apart from the sums."""

    def changed(self, vessel: str, form: Form) -> frozenset[Place]:
        """Settings in which a service as it is differs from what was left behind."""
        if not self.sums.get(vessel):
            return frozenset()
        was, now = self.sums[vessel], settings(form)
        gone = {place for name in was if (place := _place(name)) not in now}
        moved = {place for place, value in now.items() if was.get(_name(place)) != self._sum(value)}
        return frozenset(gone | moved)

    def left(self, snapshot: Snapshot, fleet: str, vessels: tuple[str, ...]) -> Sums:
        """The sums of these vessels of a fleet as they are now."""
        return {
            service.vessel: {
                _name(place): self._sum(value)
                for place, value in settings(live(snapshot, service)).items()
            }
            for service in snapshot.fleets.get(fleet, ())
            if service.vessel in vessels
        }

    def _sum(self, value: Any) -> str:
        text = json.dumps(value, sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=_BYTES, key=self.key).hexdigest()


def _name(place: Place) -> str:
    return json.dumps(place)


def _place(name: str) -> Place:
    field_name, key = json.loads(name)
    return field_name, key
