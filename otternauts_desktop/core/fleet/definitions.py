"""From a name to where it is defined: anchors, networks, volumes, secrets, configs, services."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from otternauts_desktop.core.fleet.compose_keys import key_at
from otternauts_desktop.core.fleet.outline import ITEM, path_at, pieces

SECTIONS: Final = ("services", "networks", "volumes", "secrets", "configs")
_ALIAS: Final = re.compile(r"\*([^\s,\[\]{}]+)")
_ANCHOR: Final = re.compile(r"(?:^|(?<=[\s\[{,]))&([^\s,\[\]{}]+)")
_WORD: Final = re.compile(r"[^\s,\[\]{}:\"']+")

Place = tuple[int, int]
"""Line and column, from 0."""


def definition(lines: Sequence[str], line: int, column: int) -> Place | None:
    """Where the name at a place is defined, None where none stands there."""
    text = lines[line]
    for alias in _ALIAS.finditer(text):
        if alias.start() <= column <= alias.end():
            return _anchor(lines, alias[1], line)
    path = path_at(lines, line, column)
    word = next((w for w in _WORD.finditer(text) if w.start() <= column <= w.end()), None)
    if path is None or word is None:
        return None
    section = _section_of(path, text, word.start())
    return dict(_defined(lines, section)).get(word[0]) if section else None


def names(lines: Sequence[str], section: str) -> list[str]:
    """The names that a section of the file defines, in order."""
    return [name for name, _ in _defined(lines, section)]


def anchors(lines: Sequence[str]) -> list[str]:
    """The names of all anchors, in order."""
    return list(dict.fromkeys(m[1] for text in lines for m in _ANCHOR.finditer(text)))


def _section_of(path: Sequence[str], text: str, column: int) -> str:
    """The section in which a word of that path is looked for, "" for none."""
    if len(path) < 3 or path[0] != "services":
        return ""
    known = key_at(path)
    in_line = path[-1] != ITEM and "[" in text[:column]
    if known is not None and in_line:
        known = known.items
    section = known.names if known else ""
    if not section and len(path) == 4 and path[3] != ITEM:
        section = path[2]
    if section == "mounts":
        section = "volumes"
    return section if section in SECTIONS else ""


def _anchor(lines: Sequence[str], name: str, line: int) -> Place | None:
    """The anchor of that name: of several, the last one before the alias."""
    found: Place | None = None
    for number in range(line + 1):
        for anchor in _ANCHOR.finditer(lines[number]):
            if anchor[1] == name:
                found = (number, anchor.start())
    return found


def _defined(lines: Sequence[str], section: str) -> Iterator[tuple[str, Place]]:
    inside, depth = False, 0
    for number, text in enumerate(lines):
        content = text.lstrip(" ")
        column = len(text) - len(content)
        # Most lines stand deeper than what is looked for.
        if (
            not content
            or content.startswith("#")
            or (column and (not inside or column > depth > 0))
        ):
            continue
        found, _ = pieces(text)
        if not found:
            continue
        first = found[0]
        if first.column == 0:
            inside, depth = first.name == section, 0
        elif inside and (not depth or first.column == depth):
            depth = first.column
            yield first.name, (number, first.column)
