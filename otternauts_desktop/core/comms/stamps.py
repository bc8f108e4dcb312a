"""The Engine's time stamps: text of one width, which sorts as time does."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

NANO: Final = 1_000_000_000
_WIDTH: Final = 30
_FULL: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", re.ASCII)
_ANY: Final = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII
)


def stamp_of(text: str) -> str:
    """`text` as a stamp in UTC with nine digits; "" where it is none."""
    if len(text) == _WIDTH and _FULL.fullmatch(text):
        return text
    match = _ANY.fullmatch(text)
    if match is None:
        return ""
    try:
        at = datetime.fromisoformat(f"{match[1]}{match[3].replace('Z', '+00:00')}")
        second = at.astimezone(UTC).isoformat()[:19]
    except (ValueError, OverflowError):
        return ""
    return f"{second}.{(match[2] or '').ljust(9, '0')}Z"


def nanoseconds(stamp: str) -> int:
    """A stamp as nanoseconds since 1970; 0 for one that names no day there is."""
    second = _second(stamp[:19])
    return second * NANO + int(stamp[20:29]) if second else 0


def stamp_at(nanos: int) -> str:
    """The stamp of a moment, given in nanoseconds since 1970. Only the years 1 to 9999 have one."""
    second, rest = divmod(nanos, NANO)
    return f"{_written(second)}.{rest:09}Z"


def later(stamp: str, nanos: int) -> str:
    """The stamp so much later (or earlier); where there is none, the same."""
    try:
        return stamp_at(nanoseconds(stamp) + nanos) if nanos else stamp
    except (ValueError, OverflowError, OSError):
        return stamp


def since_parameter(stamp: str) -> str:
    """A stamp as `since` and `until` of the Engine's API want it: seconds with nine decimals."""
    second, rest = divmod(nanoseconds(stamp), NANO)
    return f"{second}.{rest:09}"


@lru_cache(64)
def _second(text: str) -> int:
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
    except (ValueError, OverflowError):
        return 0


@lru_cache(64)
def _written(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()[:19]
