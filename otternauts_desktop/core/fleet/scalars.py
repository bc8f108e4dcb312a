"""Single values as Compose reads them: texts, numbers, yes and no, words of a command."""

import math
from decimal import Decimal
from typing import Any, Final, NamedTuple

_CUTS: Final = ";&|<>"


def text(value: Any) -> str:
    """A scalar as Compose turns it into text (Go, fmt `%v`)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _go_float(value)
    return value if isinstance(value, str) else str(value)


def _go_float(value: float) -> str:
    """Go's shortest form, with an exponent below 1e-4 and from 1e6 on (strconv, format `g`)."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    exact = Decimal(repr(value)).normalize()
    power = exact.adjusted()
    if exact == 0 or -4 <= power < 6:
        return f"{exact:f}"
    mantissa = f"{exact.scaleb(-power):f}"
    return f"{mantissa}e{'-' if power < 0 else '+'}{abs(power):02}"


def integer(value: Any) -> int | None:
    """A whole number, also one in quotes or out of a variable; None where it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str):
        digits = value.removeprefix("-").removeprefix("+")
        if digits.isdecimal() and digits.isascii() and len(digits) < 20:
            return int(value)
    return None


def number(value: Any) -> float | None:
    """A number, also one in quotes or out of a variable; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value) if not isinstance(value, str) or len(value) < 40 else math.nan
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def boolean(value: Any) -> bool | None:
    """Yes or no, also as a word out of a variable; None where it is neither."""
    if isinstance(value, bool):
        return value
    low = value.lower() if isinstance(value, str) else ""
    if low in ("true", "yes", "y", "on"):
        return True
    return False if low in ("false", "no", "n", "off") else None


class Words(NamedTuple):
    """A command line taken apart."""

    words: list[str]
    cut_at: str = ""
    """The character at which Compose stops reading, "" where it reads all."""


def split(line: str) -> Words:
    """A command line as words, as Compose splits it (mattn/go-shellwords): quotes, backslashes,
    and nothing after the first bare one of `; & | < >`.

    Raises `ValueError` where quotes or brackets don't match.
    """
    words: list[str] = []
    current: list[str] = []
    started = False
    single = double = back = dollar = escaped = False
    cut = ""
    for char in line:
        quoted = single or double or back or dollar
        if escaped:
            current.append(char)
            escaped, started = False, True
        elif char == "\\":
            if single:
                current.append(char)
            else:
                escaped = True
        elif char in " \t\r\n" and not quoted:
            if started or current:
                words.append("".join(current))
            current, started = [], False
        elif char == "`" and not (single or double or dollar):
            current.append(char)
            back = not back
        elif char == ")" and dollar and not (single or double or back):
            current.append(char)
            dollar = False
        elif char == "(" and not (single or double or back):
            if dollar or current[-1:] != ["$"]:
                raise ValueError
            current.append(char)
            dollar = True
        elif char == '"' and not (single or dollar):
            double, started = not double, True
        elif char == "'" and not (double or dollar):
            single, started = not single, True
        elif char in _CUTS and not quoted:
            if char == ">" and current and current[0].isdecimal():
                current, started = [], False
            cut = char
            break
        else:
            current.append(char)
    if started or current:
        words.append("".join(current))
    if escaped or single or double or back or dollar:
        raise ValueError
    return Words(words, cut)
