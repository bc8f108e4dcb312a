"""`${VAR}` and its defaults, as the Compose Spec has them; which names are used or missing.

Done here and sent resolved, because the stack parser's own interpolation swallows text, forgets
errors and knows no nesting. The one difference on purpose: a variable that is not set and has no
default is an error, not a blank.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from otternauts_desktop.core.errors import FlightPlanInvalid, VariablesMissing
from otternauts_desktop.core.fleet.compose import Document, Path
from otternauts_desktop.core.secret import Secret

Variables = Mapping[str, Secret]

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR: Final = re.compile(r":?[-?+]")


@dataclass
class Interpolated:
    """A document's values with every variable resolved."""

    data: Any
    used: set[str] = field(default_factory=set)
    """Names that were looked up, set or not."""
    changed: set[Path] = field(default_factory=set)
    """Paths whose text held a variable."""


def interpolate(document: Document, variables: Variables) -> Interpolated:
    """Resolve all variables in the values (never in the keys).

    Raises `VariablesMissing`, listing every missing name with its line, or `FlightPlanInvalid`
    for an expression that is none.
    """
    result = Interpolated(None)
    missing: dict[str, tuple[int, str]] = {}

    def text(raw: str, path: Path) -> str:
        expression = _Expression(raw, variables)
        resolved = expression.resolve()
        result.used |= expression.used
        if expression.used:
            result.changed.add(path)
        line, column = document.position(path)
        if expression.error:
            raise FlightPlanInvalid(
                detail=f"Line {line}: {expression.error} in {_where(path)}.",
                next_step="Write $$ for a plain $.",
                line=line,
                column=column,
            )
        for name, message in expression.missing.items():
            missing.setdefault(name, (line, message))
        return resolved

    result.data = _mapped(document.data, (), text)
    if missing:
        listed = ", ".join(
            f"{name} (line {line}{': ' + message if message else ''})"
            for name, (line, message) in missing.items()
        )
        raise VariablesMissing(detail=f"Missing: {listed}.", line=min(missing.values())[0])
    return result


def names_used(document: Document) -> tuple[str, ...]:
    """Every variable that the document names, sorted; malformed expressions are skipped."""
    return _names(document, lambda expression: expression.used)


def names_required(document: Document) -> tuple[str, ...]:
    """The variables that need a value, because they are used without a default; sorted."""
    return _names(document, lambda expression: expression.missing)


def _names(document: Document, chosen: "Callable[[_Expression], Iterable[str]]") -> tuple[str, ...]:
    names: set[str] = set()

    def text(raw: str, path: Path) -> str:
        expression = _Expression(raw, {})
        expression.resolve()
        names.update(chosen(expression))
        return raw

    _mapped(document.data, (), text)
    return tuple(sorted(names))


def cast(interpolated: Interpolated) -> Any:
    """The values, with text that came out of a variable turned into the type its place wants.

    `replicas: ${N}` is a number to Compose, although `${N}` gave text. Raises
    `FlightPlanInvalid` where it is none.
    """

    def text(raw: str, path: Path) -> Any:
        wanted = _wanted_type(path) if path in interpolated.changed else None
        if wanted is None:
            return raw
        try:
            return wanted(raw)
        except ValueError:
            raise FlightPlanInvalid(
                detail=f"{_where(path)} has to be a {_TYPE_NAMES[wanted]}, "
                "and its variable holds something else."
            ) from None

    return _mapped(interpolated.data, (), text)


def read_env_file(text: str) -> dict[str, Secret]:
    """`NAME=value` lines as Compose reads them: comments, `export`, single and double quotes.

    Raises `FlightPlanInvalid` naming the line (never its text: it may hold a secret).
    """
    values: dict[str, Secret] = {}
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.removeprefix("export ").partition("=")
        name = name.strip()
        if not equals or _NAME.fullmatch(name) is None:
            raise FlightPlanInvalid(
                detail=f"Line {number} of the file of variables is not NAME=value.", line=number
            )
        values[name] = Secret(_env_value(value.strip(), number))
    return values


_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$"}


def _env_value(value: str, number: int) -> str:
    if value[:1] in ("'", '"'):
        quote, end = value[0], 1
        while end < len(value) and value[end] != quote:
            end += 2 if quote == '"' and value[end] == "\\" else 1
        if end >= len(value):
            raise FlightPlanInvalid(
                detail=f"Line {number} of the file of variables opens a quote and never closes it.",
                line=number,
            )
        inner = value[1:end]
        if quote == "'":
            return inner
        return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), inner)
    return re.split(r"\s#", value, maxsplit=1)[0].rstrip()


class _Expression:
    """One text with variables in it. A small recursive-descent reader: defaults may nest."""

    def __init__(self, text: str, variables: Variables) -> None:
        self._text = text
        self._variables = variables
        self._at = 0
        self.used: set[str] = set()
        self.missing: dict[str, str] = {}
        """Missing names, and the message that `${NAME:?message}` gives."""
        self.error = ""

    def resolve(self) -> str:
        return self._until(closing=False, active=True)

    def _until(self, *, closing: bool, active: bool) -> str:
        """Text up to the end, or to the `}` that closes a braced expression.

        `active` is False in a branch that is not taken: its variables need no value.
        """
        out: list[str] = []
        while self._at < len(self._text) and not self.error:
            char = self._text[self._at]
            if closing and char == "}":
                return "".join(out)
            self._at += 1
            if char != "$":
                out.append(char)
                continue
            out.append(self._dollar(active=active))
        if closing and not self.error:
            self.error = "a ${ is never closed"
        return "".join(out)

    def _dollar(self, *, active: bool) -> str:
        if self._text.startswith("$", self._at):
            self._at += 1
            return "$"
        if self._text.startswith("{", self._at):
            self._at += 1
            return self._braced(active=active)
        name = _NAME.match(self._text, self._at)
        if name is None:
            self.error = "a $ is followed by no name"
            return ""
        self._at = name.end()
        return self._plain(name[0], active=active)

    def _braced(self, *, active: bool) -> str:
        name = _NAME.match(self._text, self._at)
        if name is None:
            self.error = "${ is followed by no name"
            return ""
        self._at = name.end()
        if self._text.startswith("}", self._at):
            self._at += 1
            return self._plain(name[0], active=active)
        operator = _OPERATOR.match(self._text, self._at)
        if operator is None:
            self.error = f"${{{name[0]} is followed by something that is not }}, -, ? or +"
            return ""
        self._at = operator.end()
        self.used.add(name[0])
        secret = self._variables.get(name[0])
        value = None if secret is None else secret.reveal()
        counts = bool(value) if operator[0].startswith(":") else value is not None
        kind = operator[0][-1]
        taken = active and (counts if kind == "+" else not counts)
        word = self._until(closing=True, active=taken and kind != "?")
        self._at += 1
        if kind == "+":
            return word if counts else ""
        if counts:
            return value or ""
        if kind == "?" and active:
            self.missing[name[0]] = word
        return word if kind == "-" else ""

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
    if isinstance(data, dict):
        return {key: _mapped(value, (*path, key), text) for key, value in data.items()}
    if isinstance(data, list):
        return [_mapped(item, (*path, i), text) for i, item in enumerate(data)]
    return data


def _where(path: Path) -> str:
    return ".".join(str(part) for part in path) or "the file"


def _boolean(text: str) -> bool:
    low = text.strip().lower()
    if low in ("true", "yes", "y", "on", "1"):
        return True
    if low in ("false", "no", "n", "off", "0"):
        return False
    raise ValueError


_TYPE_NAMES: Final[Mapping[Callable[[str], Any], str]] = {
    int: "whole number",
    float: "number",
    _boolean: "yes or no (true, false)",
}
# docker/cli, cli/compose/loader/interpolate.go, and the same in compose-go; * is any one key.
_CASTS: Final[tuple[tuple[str, Callable[[str], Any]], ...]] = (
    ("services.*.deploy.replicas", int),
    ("services.*.deploy.update_config.parallelism", int),
    ("services.*.deploy.update_config.max_failure_ratio", float),
    ("services.*.deploy.rollback_config.parallelism", int),
    ("services.*.deploy.rollback_config.max_failure_ratio", float),
    ("services.*.deploy.restart_policy.max_attempts", int),
    ("services.*.deploy.placement.max_replicas_per_node", int),
    ("services.*.deploy.resources.limits.pids", int),
    ("services.*.healthcheck.retries", int),
    ("services.*.healthcheck.disable", _boolean),
    ("services.*.ports.*.target", int),
    ("services.*.ports.*.published", int),
    ("services.*.ulimits.*", int),
    ("services.*.ulimits.*.soft", int),
    ("services.*.ulimits.*.hard", int),
    ("services.*.init", _boolean),
    ("services.*.read_only", _boolean),
    ("services.*.stdin_open", _boolean),
    ("services.*.tty", _boolean),
    ("services.*.volumes.*.read_only", _boolean),
    ("services.*.volumes.*.volume.nocopy", _boolean),
    ("services.*.volumes.*.tmpfs.size", int),
    ("services.*.x-otternauts.port", int),
    ("networks.*.external", _boolean),
    ("networks.*.internal", _boolean),
    ("networks.*.attachable", _boolean),
    ("volumes.*.external", _boolean),
    ("secrets.*.external", _boolean),
    ("configs.*.external", _boolean),
)
_CAST_PATHS: Final = tuple((tuple(pattern.split(".")), kind) for pattern, kind in _CASTS)


def _wanted_type(path: Path) -> Callable[[str], Any] | None:
    for pattern, kind in _CAST_PATHS:
        if len(pattern) == len(path) and all(
            part in ("*", str(step)) for part, step in zip(pattern, path, strict=True)
        ):
            return kind
    return None
