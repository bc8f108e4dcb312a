"""A log line as text that is safe to show: one line, no control characters, the time as here."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from otternauts_desktop.core.comms.ansi import plain
from otternauts_desktop.core.comms.line import LogLine

TIME_FIGURES: Final = 12
BREAKS: Final = {0x0A: "\u240a", 0x0D: "\u240d", 0x2028: "\u240a", 0x2029: "\u240a"}
"""Line breaks inside a line, made visible."""


def local_time(stamp: str) -> str:
    """`14:02:09.412` of an Engine's stamp, on this machine's clock."""
    clock = _clock(stamp[:19])
    if not clock:
        return one_line(stamp[:TIME_FIGURES])
    fraction = stamp[20:23] if stamp[19:20] == "." else ""
    if len(fraction) != 3 or not fraction.isascii() or not fraction.isdecimal():
        fraction = f"{''.join(figure for figure in fraction if figure in '0123456789'):0<3}"
    return f"{clock}.{fraction}"


@lru_cache(maxsize=4096)
def _clock(second: str) -> str:
    try:
        return f"{datetime.fromisoformat(second).replace(tzinfo=UTC).astimezone():%H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return ""


def one_line(untrusted: str) -> str:
    """What a container wrote, as one line without a control character."""
    if untrusted.isascii() and untrusted.isprintable():
        return untrusted
    return plain(untrusted).translate(BREAKS)


def as_seen(line: LogLine) -> str:
    """A line for the clipboard, as the console shows it."""
    return f"{local_time(line.time)}  {one_line(line.replica)}  {one_line(line.text)}"


def as_saved(line: LogLine) -> str:
    """A line for a file, with the full time, which sorts."""
    return f"{one_line(line.time)} {one_line(line.replica)} {one_line(line.text)}"
