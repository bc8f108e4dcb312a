"""Files of `NAME=value` lines, as Compose reads them (compose-go, dotenv).

Comments, `export`, single quotes (raw), double quotes (escapes, variables, several lines), and
`$VARIABLES` from outside or from lines above.
"""

import re
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from otternauts_desktop.core.errors import FlightPlanInvalid, FlightPlanTooLarge
from otternauts_desktop.core.fleet.interpolation import Room, substitute
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr

_KEY: Final = re.compile(r"[^\S\n]*(?P<key>[^\S\n]*[\w.\-\[\]]+)[^\S\n]*(?P<mark>[=:\n]|$)")
_EXPORT: Final = re.compile(r"export[^\S\n]+")
_ESCAPE: Final = re.compile(r'\\(?:[abcfnrtv$"\\]|0\d{0,3})')
_ESCAPED: Final = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    '"': '"',
    "\\": "\\",
    "$": "$$",
}


@dataclass
class EnvFile:
    """What one file gives."""

    values: dict[str, Secret] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    """Where each name stands, from 1."""
    unset: dict[str, int] = field(default_factory=dict)
    """Names that its values use and that have no value themselves: blank, as in Compose."""
    room: Room = field(default_factory=Room)


def read_env_file(text: str, outside: Mapping[str, Secret] | None = None) -> dict[str, Secret]:
    """The values of a file; `outside` wins where a value names a variable. See `parse_env_file`."""
    return parse_env_file(text, outside).values


def parse_env_file(text: str, outside: Mapping[str, Secret] | None = None) -> EnvFile:
    """Read a file. A name alone takes its value from `outside`, and is left out without one.

    Raises `FlightPlanInvalid` naming the line (never its text: it may hold a secret).
    """
    found = EnvFile()
    outside = outside or {}
    known = ChainMap(dict(outside), found.values)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    at, counted, line = 0, 0, 1
    while True:
        at = _next_statement(text, at)
        if at >= len(text):
            return found
        line += text.count("\n", counted, at)
        counted = at
        if export := _EXPORT.match(text, at):
            at = export.end()
        match = _KEY.match(text, at)
        if match is None:
            raise _bad(line, tr("Line {line} is not NAME=value.", line=line))
        key, at = match["key"], match.end()
        if match["mark"] in ("", "\n"):
            if key in outside:
                found.values[key], found.lines[key] = outside[key], line
            continue
        while at < len(text) and text[at] in " \t\v\f\r":
            at += 1
        value, at = _value(text, at, line, found, known)
        found.values[key], found.lines[key] = Secret(value), line


def raw_env_file(text: str) -> EnvFile:
    """`format: raw`: every line as it is, no quotes, no variables, no comments within a line."""
    found = EnvFile()
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, equals, value = line.partition("=")
        if equals:
            found.values[key.strip()], found.lines[key.strip()] = Secret(value), number
    return found


def _next_statement(text: str, at: int) -> int:
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text[at] == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        else:
            break
    return at


def _value(
    text: str, at: int, line: int, found: EnvFile, known: Mapping[str, Secret]
) -> tuple[str, int]:
    """The value that starts at `at`, and where the next line starts."""
    quote = text[at : at + 1]
    if quote not in ("'", '"') or not quote:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        raw = text[at:end].partition(" #")[0].rstrip()
        return _expanded(raw, line, found, known), end
    out: list[str] = []
    position = at + 1
    while position < len(text) and text[position] != quote:
        if text[position] == "\\" and text[position + 1 : position + 2] == quote:
            position += 1
        elif text[position] == "\\" and position + 1 < len(text):
            out.append(text[position])
            position += 1
        out.append(text[position])
        position += 1
    if position >= len(text):
        raise _bad(line, tr("Line {line} opens a quote and never closes it.", line=line))
    inner = "".join(out)
    if quote == "'":
        return inner, position + 1
    return _expanded(_ESCAPE.sub(_unescaped, inner), line, found, known), position + 1


def _unescaped(match: re.Match[str]) -> str:
    code = match[0][1:]
    if code.startswith("0"):
        return chr(int(code, 8) & 0xFF) if len(code) == 4 and code.isdecimal() else match[0]
    return _ESCAPED.get(code, match[0])


def _expanded(raw: str, line: int, found: EnvFile, known: Mapping[str, Secret]) -> str:
    try:
        value, missing = substitute(raw, known, found.room)
    except FlightPlanTooLarge as error:
        raise _bad(line, error.detail) from None
    except ValueError:
        words = tr("Line {line} has a $ that starts no variable; $$ is a plain $.", line=line)
        raise _bad(line, words) from None
    for name in missing:
        found.unset.setdefault(name, line)
    return value


def _bad(line: int, words: str) -> FlightPlanInvalid:
    return FlightPlanInvalid(detail=words, line=line)
