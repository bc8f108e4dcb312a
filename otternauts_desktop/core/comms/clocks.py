"""By how much a server's clock is off, from asking it for the time; and when that is certain.

A server is asked a few times. The answer that came back soonest says most: its clock was read
somewhere between the question and the answer, so it is known to half the time that took.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from otternauts_desktop.core.comms.stamps import nanoseconds, stamp_of


@dataclass(frozen=True, slots=True)
class Skew:
    """How far a clock is ahead of this machine's, in nanoseconds, give or take `error`."""

    ahead: int
    error: int


def skew(answers: Sequence[tuple[int, str, int]]) -> Skew | None:
    """From answers: when it was asked, the stamp it gave, and when that came (nanoseconds).

    None where no stamp can be read.
    """
    read = [(came - asked, asked, stamp_of(stamp)) for asked, stamp, came in answers]
    usable = [answer for answer in read if answer[2]]
    if not usable:
        return None
    took, asked, stamp = min(usable)
    return Skew(nanoseconds(stamp) - asked - took // 2, took // 2)


def correction(of: Skew | None, reference: Skew | None) -> int:
    """What to add to the stamps of one server so that they are in the time of the reference.

    0 where the clocks agree as far as was measured: a wrong guess would put lines out of order
    that are in order.
    """
    if of is None or reference is None:
        return 0
    ahead = of.ahead - reference.ahead
    return -ahead if abs(ahead) > 2 * (of.error + reference.error) else 0
