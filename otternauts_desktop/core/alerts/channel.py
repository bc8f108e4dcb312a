"""Channels that alerts are sent to: what they take, and when another try is due."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from otternauts_desktop.core.alerts.alert import Alert, News, Severity
from otternauts_desktop.core.names import ClusterId

RETRY_SECONDS: Final = (15.0, 60.0, 300.0, 900.0, 3600.0)
"""How long after each try in vain the next one is made; after the last there is none."""
GATHER_SECONDS: Final = 5.0
"""What is told within so many seconds goes as one message."""
LEAST_GAP: Final = 30.0
"""Seconds between two messages of a channel; what comes meanwhile goes with the next."""

_RANKS: Final = {severity: rank for rank, severity in enumerate(Severity)}


class ChannelKind(StrEnum):
    """`WEBHOOK` is signed and sent by ourselves, `SERVICE` is one that apprise knows."""

    WEBHOOK = "webhook"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Channel:
    """A place that alerts are sent to. Its address may hold a token: that is in the vault."""

    id: str
    name: str
    kind: ChannelKind
    target: str
    """What may be shown of the address: a host, or the name of a service."""
    cluster_id: ClusterId | None = None
    """None for alerts of all clusters."""
    least: Severity = Severity.WARNING
    """What is less than that is not sent."""
    tells_cleared: bool = True
    """Whether it is sent, too, that something is over."""
    allows_local: bool = False
    """Whether it may be on this machine or its link."""
    sent_at: float = 0.0
    """When something was last sent, in seconds since 1970; 0.0 for never."""
    trouble: str = ""
    """Why the last try was in vain, "" where it was not."""

    def wants(self, alert: Alert, news: News) -> bool:
        """Whether this is sent to it."""
        if self.cluster_id not in (None, alert.cluster_id):
            return False
        if news is News.CLEARED and not self.tells_cleared:
            return False
        return _RANKS[alert.sign.severity] >= _RANKS[self.least]


def retry_after(tries: int) -> float | None:
    """Seconds to the next try after so many in vain; None where there is none."""
    return RETRY_SECONDS[tries - 1] if tries <= len(RETRY_SECONDS) else None
