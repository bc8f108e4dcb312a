"""Durations, sizes and shares of a processor: Compose's texts and the Engine's numbers.

Both directions, so that a setting has one text wherever it comes from.
"""

import re
from typing import Any, Final

_DURATION: Final = re.compile(r"([\d.]+)(ns|us|µs|ms|s|m|h)")
_NANOSECONDS: Final = {
    "h": 3600 * 10**9,
    "m": 60 * 10**9,
    "s": 10**9,
    "ms": 10**6,
    "us": 10**3,
    "µs": 10**3,
    "ns": 1,
}
_SIZE: Final = re.compile(r"([\d.]+)\s*([kmgtp]?)i?b?")
_UNITS: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "p": 1 << 50}


def nanoseconds(text: Any) -> int | None:
    """`1m30s` in nanoseconds; None for nothing (Go, time.ParseDuration)."""
    if text in (None, ""):
        return None
    return sum(round(float(n) * _NANOSECONDS[unit]) for n, unit in _DURATION.findall(str(text)))


def duration(number: int) -> str:
    """Nanoseconds as `1m30s`."""
    parts = []
    for unit in ("h", "m", "s", "ms", "us", "ns"):
        count, number = divmod(number, _NANOSECONDS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def byte_count(text: Any) -> int:
    """`512m` in bytes (docker/go-units: powers of 1024); -1 where it is no size."""
    match = _SIZE.fullmatch(str(text).strip().lower())
    return int(float(match[1]) * _UNITS[match[2]]) if match else -1


def size(number: int) -> str:
    """Bytes as `512M`, in the largest unit that keeps them whole."""
    for unit in ("T", "G", "M", "K"):
        if number and number % _UNITS[unit.lower()] == 0:
            return f"{number // _UNITS[unit.lower()]}{unit}"
    return str(number)


def nano_cpus(text: Any) -> int:
    """`0.5` in billionths of a processor."""
    return round(float(text) * 1e9)


def cpus(number: int) -> str:
    """Billionths of a processor as `0.5`."""
    return f"{number / 1e9:.9f}".rstrip("0").rstrip(".")
