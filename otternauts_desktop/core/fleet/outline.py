"""Where a place of a YAML text stands in its structure, by indentation alone.

The text is being written and is often no YAML at that moment, so nothing is parsed: the lines
above are walked up. A list item is `*` in a path.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from otternauts_desktop.core.fleet.colours import colours

ITEM: Final = "*"
_DASH: Final = re.compile(r"-(?:[ ]+|$)")
_KEY: Final = re.compile(
    r"""(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<plain>[^\s"'\[\]{}\#,&*!|>%@`][^\#]*?))
    \s*:(?=\s|$)""",
    re.X,
)
_BLOCK: Final = re.compile(r"\s*(?:[&!]\S+\s+)*[|>]")
_VARIABLE: Final = re.compile(r"\$\{(\w*)\Z")
_WORD: Final = re.compile(r"[^\s,\[\]{}]*\Z")


class SpotKind(StrEnum):
    """What a place of the outline is."""

    KEY = "key"
    VALUE = "value"
    VARIABLE = "variable"
    """Inside of `${`."""


@dataclass(frozen=True, slots=True)
class Spot:
    """What is being typed at a place."""

    kind: SpotKind
    path: tuple[str, ...]
    """Of a key: the mapping in which it stands. Of a value: the key or list to which it belongs."""
    typed: str
    """What stands of it before the place, on the same line."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A key or a dash in a line, and its column from 0."""

    column: int
    name: str


def pieces(text: str) -> tuple[list[Piece], int]:
    """The dashes and the key with which a line begins, and where its value begins."""
    found: list[Piece] = []
    at = len(text) - len(text.lstrip(" "))
    while dash := _DASH.match(text, at):
        found.append(Piece(at, ITEM))
        at = dash.end()
    if key := _KEY.match(text, at):
        found.append(Piece(at, key["double"] or key["single"] or key["plain"] or ""))
        at = key.end()
    return found, at


def parents(lines: Sequence[str], line: int, column: int, *, dash: bool) -> tuple[str, ...] | None:
    """The path around what begins at `column` of a line; None inside of a block text."""
    path: list[str] = []
    for index in range(line - 1, -1, -1):
        text = lines[index]
        begins = text[: column + 1].lstrip(" ")
        if not begins or begins.startswith("#"):  # deeper, blank, or a comment
            continue
        found, value = pieces(text)
        for piece in reversed(found):
            holds = dash and piece.name != ITEM and piece.column == column
            if piece.column < column or holds:
                if piece.name != ITEM and _BLOCK.match(text, value):
                    return None
                path.append(piece.name)
                column, dash = piece.column, piece.name == ITEM
        if column == 0 and not dash:
            break
    return tuple(reversed(path))


def path_at(lines: Sequence[str], line: int, column: int) -> tuple[str, ...] | None:
    """The path of the key or item at a place, or of the nearest one before it in the line."""
    found, _ = pieces(lines[line])
    if not found:
        return None
    around = parents(lines, line, found[0].column, dash=found[0].name == ITEM)
    if around is None:
        return None
    return (*around, *(p.name for p in found if p.column <= column or p.name == ITEM))


def spot(lines: Sequence[str], line: int, column: int) -> Spot | None:
    """What is being typed before a place (both from 0); None in comments and block texts."""
    before = lines[line][:column]
    spans, _ = colours(lines[line], 0)
    if any(kind == "com" and start < column for start, _, kind in spans):
        return None
    found, at = pieces(before)
    first = found[0] if found else Piece(at, "")
    around = parents(lines, line, first.column, dash=first.name == ITEM)
    if around is None:
        return None
    path = (*around, *(piece.name for piece in found))
    if variable := _VARIABLE.search(before):
        return Spot(SpotKind.VARIABLE, path, variable[1])
    if found and found[-1].name != ITEM:
        return _in_value(path, before[at:])
    if found and before[at:].startswith(("[", "{")):
        return _in_value(path, before[at:])
    return Spot(SpotKind.KEY, path, before[at:])


def _in_value(path: tuple[str, ...], value: str) -> Spot:
    """What is typed in what follows a key, which may be a list or a mapping in one line."""
    value = value.lstrip()
    typed = _WORD.search(value)
    assert typed is not None
    if value.startswith("["):
        return Spot(SpotKind.VALUE, (*path, ITEM), typed[0])
    if value.startswith("{"):
        entry = re.split(r"[{,]", value)[-1]
        key, colon, _ = entry.partition(":")
        if colon:
            return Spot(SpotKind.VALUE, (*path, key.strip()), typed[0])
        return Spot(SpotKind.KEY, path, typed[0])
    return Spot(SpotKind.VALUE, path, value)
