"""Colours that programs write into their logs -> spans. Every other escape is made visible.

The console is a text view, never a terminal: only "select graphic rendition" is understood
(ECMA-48, 8.3.117), with the sixteen colours; no sequence moves, erases or answers.
"""

import re
from dataclasses import dataclass
from typing import Final

from otternauts_desktop.core.untrusted import shown

_SGR: Final = re.compile(r"\x1b\[([0-9;:]{0,64})m")

COLOURS: Final = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


@dataclass(frozen=True, slots=True)
class Span:
    """Text in one rendition. `colour` is one of `COLOURS` or "" for the usual one."""

    text: str
    colour: str = ""
    bold: bool = False


def spans(text: str) -> tuple[Span, ...]:
    """`text` cut where its rendition changes; control characters become visible symbols."""
    if "\x1b" not in text:
        return (Span(shown(text).replace("\t", "    ")),)
    found: list[Span] = []
    colour, bold, last = "", False, 0
    for match in _SGR.finditer(text):
        _add(found, text[last : match.start()], colour, bold=bold)
        colour, bold = _selected(match[1], colour, bold=bold)
        last = match.end()
    _add(found, text[last:], colour, bold=bold)
    return tuple(found)


def plain(text: str) -> str:
    """The same without colours, fit for the clipboard or a file."""
    return "".join(span.text for span in spans(text))


def _add(found: list[Span], text: str, colour: str, *, bold: bool) -> None:
    if text:
        found.append(Span(shown(text).replace("\t", "    "), colour, bold))


def _selected(codes: str, colour: str, *, bold: bool) -> tuple[str, bool]:
    numbers = [int(code) if code else 0 for code in re.split("[;:]", codes)]
    while numbers:
        code = numbers.pop(0)
        if code == 0:
            colour, bold = "", False
        elif code in (1, 22):
            bold = code == 1
        elif 30 <= code <= 37 or 90 <= code <= 97:
            colour = COLOURS[code % 10]
        elif code in (38, 48):
            # 256 or true colours: skipped with their arguments, the text stays readable.
            del numbers[: {5: 2, 2: 4}.get(numbers[0], 1) if numbers else 0]
            colour = "" if code == 38 else colour
        elif code == 39:
            colour = ""
    return colour, bold
