"""Colours that programs write into their logs -> spans. Every other escape is made visible.

The console is a text view, never a terminal: only "select graphic rendition" is understood
(ECMA-48, 8.3.117), for the colour of letters and bold; no sequence moves, erases or answers.
"""

import re
from dataclasses import dataclass
from typing import Final

from otternauts_desktop.core.untrusted import shown

_SGR: Final = re.compile(r"\x1b\[([0-9;:]{0,64})m")

COLOURS: Final = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


@dataclass(frozen=True, slots=True)
class Span:
    """Text in one rendition. `colour` is one of `COLOURS`, `#rrggbb`, or "" for the usual one."""

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
            kind = numbers[0] if numbers else 0
            count = {5: 2, 2: 4}.get(kind, 1)
            arguments, numbers = numbers[1:count], numbers[count:]
            if code == 38:
                colour = _of_many(arguments) if len(arguments) == count - 1 else ""
        elif code == 39:
            colour = ""
    return colour, bold


def _of_many(arguments: list[int]) -> str:
    """One of the 256 colours of xterm, or the one of three parts; "" for anything else."""
    if any(part > 255 for part in arguments):
        return ""
    if len(arguments) == 3:
        return "#{:02x}{:02x}{:02x}".format(*arguments)
    if len(arguments) != 1:
        return ""
    (number,) = arguments
    if number < 16:
        return COLOURS[number % 8]
    if number >= 232:
        return f"#{8 + 10 * (number - 232):02x}" + f"{8 + 10 * (number - 232):02x}" * 2
    red, rest = divmod(number - 16, 36)
    return "#" + "".join(f"{part and 55 + 40 * part:02x}" for part in (red, *divmod(rest, 6)))
