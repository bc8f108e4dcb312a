"""An alert as a value: what it is about, since when, and whether it was put off."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from otternauts_desktop.core.names import ClusterId

UNTIL_CLEAR: Final = -1.0
"""In `snoozed_until`: put off for as long as the alert lasts."""


class AlertKind(StrEnum):
    """What an alert is about. The names are a promise to scripts."""

    SERVICE = "service-below-count"
    CRASH_LOOP = "crash-loop"
    LAUNCH = "launch-failed"
    CLUSTER = "cluster-lost"
    OUTPOST = "outpost-lost"
    QUORUM = "quorum"
    DISK = "disk"
    CLOCK = "clock"
    CERTIFICATE = "certificate"
    IMAGE = "image"


class Severity(StrEnum):
    """How bad it is; the worst comes last."""

    NOTE = "note"
    WARNING = "warning"
    CRITICAL = "critical"


class AlertState(StrEnum):
    """`PENDING`: it holds, but not for long enough yet to say so."""

    PENDING = "pending"
    ACTIVE = "active"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that holds at one moment and is an alert if it lasts."""

    kind: AlertKind
    subject: str
    """What it is about, within its cluster: a service's or node's id, a fleet, a domain."""
    severity: Severity
    values: Mapping[str, str] = field(default_factory=dict)
    """What its sentences name. Remote text in it is made safe to show already."""

    @property
    def key(self) -> tuple[AlertKind, str]:
        """What makes two signs the same alert."""
        return self.kind, self.subject


@dataclass(frozen=True, slots=True)
class Alert:
    """The whole of an alert at one moment. Immutable: a newer one replaces it."""

    id: str
    cluster_id: ClusterId
    sign: Sign
    """As it was last seen."""
    state: AlertState = AlertState.PENDING
    held: float = 0.0
    """Seconds that it was seen to hold before it was raised. Time nobody looked is not counted."""
    absent: float = 0.0
    """Seconds that it was seen not to hold any more."""
    raised_at: float = 0.0
    """Wall clock, seconds since 1970; 0.0 while it is pending."""
    cleared_at: float = 0.0
    snoozed_until: float = 0.0
    """Wall clock; 0.0 for not at all, or `UNTIL_CLEAR`."""

    def snoozed(self, now: float) -> bool:
        """Whether nobody wants to hear of it at that moment."""
        return self.snoozed_until == UNTIL_CLEAR or self.snoozed_until > now


class News(StrEnum):
    """What there is to tell of an alert."""

    RAISED = "raised"
    AGAIN = "again"
    """Its snooze is over, and it still holds."""
    CLEARED = "cleared"
