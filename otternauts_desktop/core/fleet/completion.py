"""What may be typed at a place of a flight plan: keys, values, and names defined elsewhere."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from otternauts_desktop.core.fleet.compose_keys import Key, key_at
from otternauts_desktop.core.fleet.definitions import SECTIONS, anchors, names
from otternauts_desktop.core.fleet.outline import ITEM, SpotKind, pieces, spot
from otternauts_desktop.core.words import tr

_USED: Final = re.compile(r"(?<!\$)\$(?:\{(\w+)|([A-Za-z_]\w*))")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known outside of the text."""

    hostnames: tuple[str, ...] = ()
    """Of the cluster's outposts."""
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Labels of the outposts with the values they have."""
    variables: tuple[str, ...] = ()
    """Names that have a value."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that may stand there."""

    text: str
    """What is shown, and what is typed matches."""
    insert: str
    """What takes the place of what is typed. A tab in it is one step of indentation."""
    detail: str = ""
    """A few words on it."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What fits at a place, the best first."""

    typed: str = ""
    """What stands there already and is replaced."""
    candidates: tuple[Candidate, ...] = ()


def complete(lines: Sequence[str], line: int, column: int, around: Surroundings) -> Completion:
    """What may stand at a place (from 0) after what is typed there."""
    at = spot(lines, line, column)
    if at is None:
        return Completion()
    typed = at.typed
    if at.kind is SpotKind.VARIABLE:
        closed = lines[line][column : column + 1] == "}"
        found = _variables(lines, at.typed, around, "" if closed else "}")
    elif typed.startswith("*"):
        found = [Candidate(f"*{name}", f"*{name}", tr("Anchor")) for name in anchors(lines)]
    else:
        typed, found = _of_path(lines, line, at.kind, at.path, typed, around)
    return Completion(typed, tuple(_fitting(typed, found)))


def _of_path(
    lines: Sequence[str],
    line: int,
    kind: SpotKind,
    path: tuple[str, ...],
    typed: str,
    around: Surroundings,
) -> tuple[str, list[Candidate]]:
    """Keys and values of a path, and the part of what is typed that they replace."""
    known = key_at(path)
    if known is None:
        return typed, []
    found: list[Candidate] = []
    if kind is SpotKind.KEY:
        there = _siblings(lines, line)
        found += [_key(name, key) for name, key in known.keys.items() if name not in there]
        if path and path[-1] != ITEM and known.names in SECTIONS:
            found += [
                Candidate(name, f"{name}:", tr("Defined in this file"))
                for name in names(lines, known.names)
                if name not in there
            ]
    if kind is SpotKind.VALUE or (path and path[-1] == ITEM):
        quote = typed[:1] if typed[:1] in ('"', "'") else ""
        found += [Candidate(value, value) for value in known.values]
        if known.names == "constraints":
            typed = typed.removeprefix(quote)
            found += _constraints(around)
        elif known.names == "spread":
            found += [Candidate(n, n) for n in (f"node.labels.{key}" for key in around.labels)]
        elif known.names == "mounts":
            volumes = names(lines, "volumes")
            found += [Candidate(name, f"{name}:/", tr("Volume of this file")) for name in volumes]
        elif known.names:
            detail = tr("Defined in this file")
            found += [Candidate(name, name, detail) for name in names(lines, known.names)]
            if known.names == "networks":
                found.append(Candidate("default", "default", tr("The fleet's own network")))
    return typed, found


def _fitting(typed: str, found: Sequence[Candidate]) -> list[Candidate]:
    """Those that begin with what is typed, then those that hold it; none that is it already."""
    small = typed.lower()
    begin = [c for c in found if c.text.lower().startswith(small)]
    hold = [c for c in found if len(small) > 1 and small in c.text.lower() and c not in begin]
    fitting = list(dict.fromkeys([*begin, *hold]))
    if len(fitting) == 1 and fitting[0].text == typed and fitting[0].insert == typed:
        return []
    return fitting


def _key(name: str, key: Key) -> Candidate:
    if key.items is not None and not key.every:
        after = ":\n\t- "
    elif key.keys or key.every:
        after = ":\n\t"
    else:
        after = ": "
    return Candidate(name, name + after, tr(key.help) if key.help else "")


def _siblings(lines: Sequence[str], line: int) -> set[str]:
    """Keys of the same mapping, which can't be there twice."""
    own, at = pieces(lines[line])
    column = next((p.column for p in own if p.name != ITEM), at)
    found: set[str] = set()
    for step, stop in ((-1, -1), (1, len(lines))):
        for index in range(line + step, stop, step):
            text = lines[index]
            content = text.lstrip(" ")
            if not content or content.startswith("#"):
                continue
            there, _ = pieces(text)
            found |= {p.name for p in there if p.column == column and p.name != ITEM}
            if len(text) - len(content) < column:
                break
    return found


def _variables(lines: Sequence[str], typed: str, around: Surroundings, end: str) -> list[Candidate]:
    """Names that have a value, and those that the text uses elsewhere."""
    uses = Counter(m[1] or m[2] for text in lines for m in _USED.finditer(text))
    used = uses - Counter({typed: 1})  # the one that is being typed
    return [
        *(Candidate(name, name + end, tr("Has a value")) for name in around.variables),
        *(
            Candidate(name, name + end, tr("Used in this file"))
            for name in sorted(used)
            if name not in around.variables
        ),
    ]


def _constraints(around: Surroundings) -> list[Candidate]:
    found = [
        Candidate(f"node.role=={role}", f"node.role=={role}") for role in ("manager", "worker")
    ]
    for name, values in around.labels.items():
        for value in values:
            text = f"node.labels.{name}=={value}"
            found.append(Candidate(text, text, tr("Label of an outpost")))
    for name in around.hostnames:
        text = f"node.hostname=={name}"
        found.append(Candidate(text, text, tr("Outpost")))
    return [*found, Candidate("node.platform.os==linux", "node.platform.os==linux")]
