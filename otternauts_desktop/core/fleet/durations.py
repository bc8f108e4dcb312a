"""`1m30s` and `64m` as numbers: durations as Compose reads them, sizes as docker/go-units does."""

import math
import re
from typing import Any, Final

_PART: Final = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w)")
_DURATION: Final = re.compile(rf"[-+]?(?:{_PART.pattern})+|[-+]?0")
_UNITS: Final = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "w": 7 * 86400.0,
}
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)*|\.\d+) ?(?:([kmgtp])?i?b?)", re.IGNORECASE)
_MOST: Final = 2**63
_POWERS: Final = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}


def seconds(value: Any) -> float | None:
    """A duration in seconds, bare numbers being seconds; None where it is none."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) else None
    if not isinstance(value, str) or len(value) > 60 or _DURATION.fullmatch(value) is None:
        return None
    total = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(value))
    return -total if value.startswith("-") else total


def go_duration(value: Any) -> str | None:
    """A duration without the days and weeks that Compose knows and Go does not. None: none."""
    found = seconds(value)
    if found is None:
        return None
    if isinstance(value, str) and not re.search("[dw]", value):
        return value
    return f"{found:.9f}".rstrip("0").rstrip(".") + "s"


def size_in_bytes(value: Any) -> int | None:
    """A size in bytes: `512m`, `1.5gb`, `64 MiB` or a bare number; powers of 1024. None: none."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return int(value) if abs(value) < _MOST else None
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or match[1].count(".") > 1:
        return None
    size = float(match[1]) * 1024 ** _POWERS[(match[2] or "").lower()]
    return int(size) if size < _MOST else None
