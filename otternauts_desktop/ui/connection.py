"""What is true about a connection, in words, and what helps.

The navigator, the page headers, the status line and the notice all say it from here, so that
they never differ. Given the time, not reading it: who shows a countdown asks again each second.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final

from otternauts_desktop.core.names import OutpostId
from otternauts_desktop.core.swarm.cluster import LinkState, LinkStatus, Outpost
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.status_marks import Mark, of_link
from otternauts_desktop.ui.times import age, clock_exact

STALE_SECONDS: Final = 15.0
"""So old a reading may be before it is said how old it is."""
_UNREACHABLE: Final = Mark("status-off", "warn", marked("Unreachable"))
_UNREADABLE: Final = Mark("status-bad", "bad", marked("Can't be read"))
_STALE: Final = Mark("status-warn", "warn", marked("Not up to date"))


class Remedy(Enum):
    """What a person can do about it from here."""

    NONE = auto()
    RECONNECT = auto()
    LOG_IN_AGAIN = auto()
    UNLOCK = auto()
    COMPARE = auto()

    @property
    def takes_a_person(self) -> bool:
        """Whether trying again by itself is no use."""
        return self in (Remedy.LOG_IN_AGAIN, Remedy.UNLOCK, Remedy.COMPARE)

    @property
    def title(self) -> str:
        """What stands on its button; "" for none."""
        match self:
            case Remedy.NONE:
                return ""
            case Remedy.RECONNECT:
                return tr("Reconnect now")
            case Remedy.LOG_IN_AGAIN:
                return tr("Log in again")
            case Remedy.UNLOCK:
                return tr("Unlock…")
            case Remedy.COMPARE:
                return tr("Compare fingerprints…")


@dataclass(frozen=True, slots=True)
class Connection:
    """The truth about the connection to a cluster or to one outpost."""

    mark: Mark
    reason: str = ""
    """Why it is so, with the next step."""
    retry: str = ""
    """`Attempt 3, next in 4 s.`"""
    soon: str = ""
    """The same for a tight place: `Attempt 3: 4 s`."""
    as_of: float = 0.0
    """Wall clock of what is shown where that is no longer fresh, else 0."""
    remedy: Remedy = Remedy.NONE
    outpost_id: OutpostId | None = None
    """Whom the remedy is for, None for all outposts of the cluster."""

    @property
    def well(self) -> bool:
        """Whether there is nothing to say about it."""
        return self.remedy is Remedy.NONE

    @property
    def state(self) -> str:
        """`Unreachable, as of 14:02:09`."""
        if not self.as_of:
            return self.mark.word
        return tr("{word}, as of {time}", word=self.mark.word, time=clock_exact(self.as_of))

    @property
    def text(self) -> str:
        """All of it, in one paragraph."""
        return " ".join(part for part in (f"{self.state}.", self.retry, self.reason) if part)


CONNECTED: Final = Connection(of_link(LinkState.CONNECTED))
_REMEDIES: Final = {
    LinkState.RECONNECTING: Remedy.RECONNECT,
    LinkState.FAILED: Remedy.RECONNECT,
    LinkState.AUTH_FAILED: Remedy.LOG_IN_AGAIN,
    LinkState.LOCKED: Remedy.UNLOCK,
    LinkState.HOST_KEY_CHANGED: Remedy.COMPARE,
}


def of_outpost(outpost: Outpost, link: LinkStatus, now: float) -> Connection:
    """What is true about the connection to one outpost at `now`."""
    reason = link.error
    if link.state is LinkState.IDLE:
        reason = tr("It is logged in to when it is needed.")
    return Connection(
        of_link(link.state),
        reason,
        *_retry(link, now),
        remedy=_REMEDIES.get(link.state, Remedy.NONE),
        outpost_id=outpost.id,
    )


def of_cluster(
    outposts: Sequence[tuple[Outpost, LinkStatus]],
    *,
    lost: str,
    awaited: bool,
    as_of: float,
    now: float,
) -> Connection:
    """What is true about the connection to a cluster at `now`.

    `lost` says why it can't be read, "" while it can; `awaited` that it was not tried yet in
    this run; `as_of` is the wall clock of the last good reading, 0 for never.
    """
    links = [of_outpost(outpost, link, now) for outpost, link in outposts]
    troubled = [connection for connection in links if not connection.well]
    connected = any(link.state is LinkState.CONNECTED for _, link in outposts)
    if awaited and not troubled:
        return Connection(of_link(LinkState.CONNECTING), as_of=as_of)
    if lost and not awaited:
        return _lost(troubled, lost, as_of, connected=connected)
    if troubled and not connected:
        first = _first(troubled)
        return replace(first, as_of=as_of)
    if now - as_of > STALE_SECONDS and not awaited:
        reason = tr("The answer of its manager takes long: {age} so far.", age=age(now - as_of))
        return Connection(_STALE, reason, as_of=as_of, remedy=Remedy.RECONNECT)
    return CONNECTED


def _lost(troubled: list[Connection], lost: str, as_of: float, *, connected: bool) -> Connection:
    """No manager answers as one."""
    if connected or not troubled:
        return Connection(_UNREADABLE, lost, as_of=as_of, remedy=Remedy.RECONNECT)
    first = _first(troubled)
    mark = _UNREACHABLE if first.remedy is Remedy.RECONNECT else first.mark
    return replace(first, mark=mark, reason=lost, as_of=as_of)


def _first(troubled: list[Connection]) -> Connection:
    """The one to act on: a person has to look at a changed key before anything else."""
    return max(troubled, key=lambda connection: connection.remedy.value)


def _retry(link: LinkStatus, now: float) -> tuple[str, str]:
    """The next attempt in a sentence, and for a tight place."""
    if not link.attempt or link.state is LinkState.CONNECTING:
        return "", ""
    if not link.next_try_at:
        return (
            tr("Attempt {attempt} is under way.", attempt=link.attempt),
            tr("Attempt {attempt}…", attempt=link.attempt),
        )
    seconds = max(round(link.next_try_at - now), 0)
    return (
        tr("Attempt {attempt}, next in {seconds} s.", attempt=link.attempt, seconds=seconds),
        tr("Attempt {attempt}: {seconds} s", attempt=link.attempt, seconds=seconds),
    )
