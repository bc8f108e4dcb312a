"""Moments as people write them for logs -> stamps."""

import re
from datetime import UTC, datetime
from typing import Final

from otternauts_desktop.core.comms.stamps import NANO, stamp_at

_AGO: Final = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", re.ASCII)
_SECONDS: Final = re.compile(r"(\d{1,11})(?:\.(\d{1,9}))?", re.ASCII)


def moment(text: str, now: int) -> str:
    """The stamp of `10m` or `1h30m` ago, of a day or time (UTC unless it says) or of Unix seconds.

    `now` is in nanoseconds since 1970. Raises `ValueError` for what is none of them.
    """
    if match := _SECONDS.fullmatch(text):
        return stamp_at(int(match[1]) * NANO + int((match[2] or "").ljust(9, "0")))
    if text and (match := _AGO.fullmatch(text)):
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        ago = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * NANO
        return stamp_at(max(now - ago, 0))
    at = datetime.fromisoformat(text)
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond:06}000Z"
