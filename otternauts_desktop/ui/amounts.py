"""What is used, as people read it: parts in percent, bytes, bytes per second."""

from PySide6.QtCore import QLocale

from otternauts_desktop.core.gauges.scale import decimals, scaled
from otternauts_desktop.core.words import tr


def percent(part: float | None) -> str:
    """`31 %` for 0.31, `0.4 %` for 0.004; `–` where it is not known."""
    if part is None:
        return "–"
    number = QLocale().toString(part * 100, "f", 0 if part >= 0.0995 or part == 0 else 1)
    return tr("{number} %", number=number)


def amount(size: float | None) -> str:
    """`412 MB`; `–` where it is not known."""
    if size is None:
        return "–"
    number, prefix = scaled(size)
    round_one = not prefix or abs(number - round(number)) < 1e-9
    return f"{QLocale().toString(number, 'f', 0 if round_one else decimals(number))} {prefix}B"


def rate(flow: float | None) -> str:
    """`1.20 MB/s`; `–` where it is not known."""
    return "–" if flow is None else f"{amount(flow)}/s"
