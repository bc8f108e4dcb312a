"""Periods of time as arguments: `90m`, `24h`, `7d`."""

import re
from argparse import ArgumentTypeError
from typing import Final

_SECONDS: Final = {"m": 60, "h": 3600, "d": 86_400}


def period(text: str) -> float:
    """Seconds of `90m`, `24h` or `7d`. Raises `ArgumentTypeError`."""
    match = re.fullmatch(r"(\d{1,4})([mhd])", text)
    if match is None or not int(match[1]):
        raise ArgumentTypeError("a number of minutes, hours or days: 90m, 24h, 7d")
    return float(int(match[1]) * _SECONDS[match[2]])
