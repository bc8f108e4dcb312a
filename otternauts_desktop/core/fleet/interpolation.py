"""`${VAR}` and its defaults, as the Compose Spec has them; which names are used or missing.

Done here and sent resolved, because the stack parser's own interpolation swallows text, forgets
errors and knows no nesting. The one difference on purpose: a variable that is not set and has no
default is an error, not a blank.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from otternauts_desktop.core.errors import FlightPlanTooLarge
from otternauts_desktop.core.fleet.compose import Map, Path, Place, Seq, place
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr

Variables = Mapping[str, Secret]

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BRACE: Final = re.compile(r"\{.?|\}", re.DOTALL)
_OPERATOR: Final = re.compile(r":?[-?+]")
_MAX_DEPTH: Final = 50
MAX_LENGTH: Final = 4 * 1024 * 1024
"""Characters of all texts of one document with their variables resolved."""


class Room:
    """How much may still be written: a few variables can stand for any amount of text."""

    def __init__(self) -> None:
        self.left = MAX_LENGTH

    def take(self, text: str) -> str:
        """The text itself. Raises `FlightPlanTooLarge` where there is no room for it."""
        self.left -= len(text)
        if self.left < 0:
            raise FlightPlanTooLarge(
                detail=tr(
                    "Its variables blow it up to more than {count} MB.",
                    count=MAX_LENGTH // 1024 // 1024,
                )
            )
        return text


def nul(name: str) -> str:
    """What is said of a value with a NUL character in it."""
    return tr(
        "The value of {name} has a NUL character in it, which no variable of a container can have.",
        name=name,
    )


class Open(str):
    """A text whose variables have no value yet: what it will be is not known."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """A variable that is used without a default and has no value."""

    name: str
    path: Path
    place: Place
    message: str
    """Of `${NAME:?message}`, else ""."""


@dataclass
class Interpolated:
    """A document's values with every variable resolved that has a value."""

    data: Any
    used: list[tuple[str, Path]] = field(default_factory=list)
    """Names that were looked up, set or not, and where."""
    missing: list[Missing] = field(default_factory=list)
    bad: list[tuple[Path, str]] = field(default_factory=list)
    """Expressions that are none, and why."""


def interpolate(data: Any, variables: Variables) -> Interpolated:
    """Resolve variables in the values (never in the keys), places kept.

    Where one has no value and no default, its text stays as it is, as `Open`.
    Raises `FlightPlanTooLarge` where the values make too much of it.
    """
    result = Interpolated(None)
    room = Room()

    def text(raw: str, path: Path) -> str:
        if "$" not in raw:
            return raw
        expression = _Expression(raw, variables, room)
        resolved = expression.resolve()
        result.used += [(name, path) for name in expression.used]
        if expression.error:
            result.bad.append((path, expression.error))
            return Open(raw)
        for name, message in expression.missing.items():
            result.missing.append(Missing(name, path, place(data, path), message))
        return Open(raw) if expression.missing else resolved

    result.data = _mapped(data, (), text)
    return result


def substitute(text: str, variables: Variables, room: Room) -> tuple[str, tuple[str, ...]]:
    """A text with its variables resolved, and the names that have no value: those are blank.

    Raises `ValueError` for an expression that is none, `FlightPlanTooLarge` as `interpolate`.
    """
    expression = _Expression(text, variables, room)
    resolved = expression.resolve()
    if expression.error:
        raise ValueError(expression.error)
    return resolved, tuple(expression.missing)


class _Expression:
    """One text with variables in it; the words after `:-` and the like are texts of their own."""

    def __init__(self, text: str, variables: Variables, room: Room, depth: int = 0) -> None:
        self._text = text
        self._variables = variables
        self._room = room
        self._at = 0
        self._depth = depth
        self.used: set[str] = set()
        self.missing: dict[str, str] = {}
        """Missing names, and the message that `${NAME:?message}` gives."""
        self.error = ""

    def resolve(self, *, active: bool = True) -> str:
        """What the text stands for.

        `active` is False in a branch that is not taken: its variables need no value.
        """
        out: list[str] = []
        while not self.error:
            dollar = self._text.find("$", self._at)
            if dollar < 0:
                break
            out.append(self._text[self._at : dollar])
            self._at = dollar + 1
            out.append(self._room.take(self._dollar(active=active)))
        return "".join([*out, self._text[self._at :]])

    def _dollar(self, *, active: bool) -> str:
        if self._text.startswith("$", self._at):
            self._at += 1
            return "$"
        if self._text.startswith("{", self._at):
            self._at += 1
            return self._braced(active=active)
        name = _NAME.match(self._text, self._at)
        if name is None:
            return "$"
        self._at = name.end()
        return self._plain(name[0], active=active)

    def _braced(self, *, active: bool) -> str:
        name = _NAME.match(self._text, self._at)
        if name is None:
            self.error = tr("${ is followed by no name")
            return ""
        self._at = name.end()
        if self._text.startswith("}", self._at):
            self._at += 1
            return self._plain(name[0], active=active)
        operator = _OPERATOR.match(self._text, self._at)
        if operator is None:
            self.error = tr(
                "${{{name} is followed by something that is not }}, -, ? or +", name=name[0]
            )
            return ""
        end = self._closing(operator.end())
        if end < 0:
            self.error = tr("a ${ is never closed")
            return ""
        self._at = end + 1
        self.used.add(name[0])
        secret = self._variables.get(name[0])
        value = None if secret is None else secret.reveal()
        counts = bool(value) if operator[0].startswith(":") else value is not None
        kind = operator[0][-1]
        taken = active and (counts if kind == "+" else not counts)
        word = self._word(self._text[operator.end() : end], active=taken and kind != "?")
        if kind == "+":
            return word if counts else ""
        if counts:
            return value or ""
        if kind == "?" and active:
            self.missing[name[0]] = word
        return word if kind == "-" else ""

    def _closing(self, start: int) -> int:
        """Where the `}` is that closes an expression whose word starts at `start`; -1: nowhere.

        Braces of the word's own come in pairs: `${A:-{"a": 1}}`. Where they don't, the last one
        closes it: `${A:-{}`. What follows a `{` is not counted (compose-go, template.go).
        """
        depth = 1
        for brace in _BRACE.finditer(self._text, start):
            depth += 1 if brace[0][0] == "{" else -1
            if not depth:
                return brace.start()
        return self._text.rfind("}", start)

    def _word(self, text: str, *, active: bool) -> str:
        if self._depth >= _MAX_DEPTH:
            self.error = tr("defaults are nested too deep")
            return ""
        inner = _Expression(text, self._variables, self._room, self._depth + 1)
        word = inner.resolve(active=active)
        self.used |= inner.used
        for name, message in inner.missing.items():
            self.missing.setdefault(name, message)
        if active:
            self.error = inner.error
        return word

    def _plain(self, name: str, *, active: bool) -> str:
        self.used.add(name)
        secret = self._variables.get(name)
        if secret is None:
            if active:
                self.missing.setdefault(name, "")
            return ""
        return secret.reveal()


def _mapped(data: Any, path: Path, text: Callable[[str, Path], Any]) -> Any:
    """A copy of `data` in which every text value went through `text`."""
    if isinstance(data, str):
        return text(data, path)
    if isinstance(data, Map):
        values = {key: _mapped(value, (*path, key), text) for key, value in data.items()}
        return Map(values, data.places)
    if isinstance(data, Seq):
        items = [_mapped(item, (*path, index), text) for index, item in enumerate(data)]
        return Seq(items, data.places)
    return data
