"""The rules: what is looked at, from which threshold on, and how long it must last."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from otternauts_desktop.core.alerts.alert import AlertKind
from otternauts_desktop.core.errors import ValueUnusable
from otternauts_desktop.core.words import marked, tr

LONGEST_SECONDS: Final = 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a cluster."""

    kind: AlertKind
    enabled: bool = True
    threshold: float = 0.0
    """In the rule's `unit`; 0 for one that has none."""
    raise_after: float = 0.0
    """Seconds that it must be seen to hold before it is raised."""
    clear_after: float = 60.0
    """Seconds that it must be seen not to hold before it is cleared."""


Rules = Mapping[AlertKind, Rule]

DEFAULTS: Final[Rules] = MappingProxyType(
    {
        rule.kind: rule
        for rule in (
            # After a change of the leader services look smaller than they are for up to 60 s.
            Rule(AlertKind.SERVICE, raise_after=120.0, clear_after=60.0),
            # Docker keeps four ended tasks of a replica beside the one that lives.
            Rule(AlertKind.CRASH_LOOP, threshold=3, clear_after=60.0),
            Rule(AlertKind.LAUNCH, threshold=24, clear_after=0.0),
            Rule(AlertKind.CLUSTER, raise_after=180.0, clear_after=10.0),
            # Swarm itself takes 39 to 43 s to call a node down (measured).
            Rule(AlertKind.OUTPOST, raise_after=10.0, clear_after=30.0),
            Rule(AlertKind.QUORUM, raise_after=15.0, clear_after=30.0),
            Rule(AlertKind.DISK, threshold=90, raise_after=120.0, clear_after=300.0),
            Rule(AlertKind.CLOCK, threshold=30, raise_after=300.0, clear_after=300.0),
            # An ingress renews 30 days before the end: with 14 left that has failed for weeks.
            Rule(AlertKind.CERTIFICATE, threshold=14, clear_after=0.0),
            Rule(AlertKind.IMAGE, enabled=False, clear_after=0.0),
        )
    }
)

NAMES: Final[Mapping[AlertKind, str]] = MappingProxyType(
    {
        AlertKind.SERVICE: marked("A service runs fewer tasks than wanted"),
        AlertKind.CRASH_LOOP: marked("A service keeps crashing"),
        AlertKind.LAUNCH: marked("A launch has failed"),
        AlertKind.CLUSTER: marked("No manager of the cluster answers"),
        AlertKind.OUTPOST: marked("An outpost is lost"),
        AlertKind.QUORUM: marked("The quorum is at risk, or lost"),
        AlertKind.DISK: marked("A disk is nearly full"),
        AlertKind.CLOCK: marked("A clock is wrong"),
        AlertKind.CERTIFICATE: marked("A certificate is close to its end"),
        AlertKind.IMAGE: marked("There is a newer image"),
    }
)

UNITS: Final[Mapping[AlertKind, str]] = MappingProxyType(
    {
        AlertKind.CRASH_LOOP: marked("crashes in 10 minutes"),
        AlertKind.LAUNCH: marked("hours it is news"),
        AlertKind.DISK: marked("percent used"),
        AlertKind.CLOCK: marked("seconds off"),
        AlertKind.CERTIFICATE: marked("days left"),
    }
)
"""What a threshold counts; a rule without one is missing here."""

_LIMITS: Final[Mapping[AlertKind, tuple[float, float]]] = MappingProxyType(
    {
        AlertKind.CRASH_LOOP: (2, 4),
        AlertKind.LAUNCH: (1, 168),
        AlertKind.DISK: (1, 100),
        AlertKind.CLOCK: (1, 3600),
        AlertKind.CERTIFICATE: (1, 90),
    }
)


def checked(rule: Rule) -> Rule:
    """`rule`, where it makes sense. Raises `ValueUnusable`."""
    for name, seconds in (("raise-after", rule.raise_after), ("clear-after", rule.clear_after)):
        if not 0 <= seconds <= LONGEST_SECONDS:
            raise ValueUnusable(detail=tr("{name} is a time of up to 7 days.", name=name))
    low, high = _LIMITS.get(rule.kind, (0.0, 0.0))
    if not low <= rule.threshold <= high:
        if low == high:
            raise ValueUnusable(detail=tr("{rule} has no threshold.", rule=rule.kind))
        raise ValueUnusable(
            detail=tr(
                "{rule} takes {low:g} to {high:g} {unit}.",
                rule=rule.kind,
                low=low,
                high=high,
                unit=tr(UNITS[rule.kind]),
            )
        )
    return rule
