"""The network doctor's findings: for each outpost, whether it reaches each of the others.

A cluster whose ports are shut looks well in `docker node ls`; only packets tell. Immutable: a
newer examination replaces the one before as ways are tried.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from otternauts_desktop.core.flight.preflight import Check, CheckState, worst


@dataclass(frozen=True, slots=True)
class Way:
    """All that was tried from one outpost to another."""

    checks: tuple[Check, ...]

    @property
    def state(self) -> CheckState:
        """The worst of its checks."""
        return worst(check.state for check in self.checks)


@dataclass(frozen=True, slots=True)
class Patient:
    """An outpost, as far as it could be looked at."""

    name: str
    address: str = ""
    """What the others use; "" where that is not known."""
    trouble: str = ""
    """Why it could not be logged in to: nothing is tried from it or to it."""


@dataclass(frozen=True, slots=True)
class Examination:
    """How far the doctor has come. Ways are named by the places of their ends in `patients`."""

    patients: tuple[Patient, ...] = ()
    ways: Mapping[tuple[int, int], Way] = field(default_factory=dict)
    """(from, to); those not tried yet are missing."""

    @property
    def wanted(self) -> int:
        """How many ways there are to try."""
        able = sum(not patient.trouble for patient in self.patients)
        return able * (able - 1)

    @property
    def finished(self) -> bool:
        """Whether every way was tried."""
        return len(self.ways) == self.wanted

    @property
    def state(self) -> CheckState:
        """The worst of all; an outpost that is out of reach is a failure."""
        if any(patient.trouble for patient in self.patients):
            return CheckState.FAILED
        return worst(way.state for way in self.ways.values())

    def tried(self, source: int, target: int, checks: tuple[Check, ...]) -> "Examination":
        """This one, with one way more."""
        return replace(self, ways={**self.ways, (source, target): Way(checks)})
