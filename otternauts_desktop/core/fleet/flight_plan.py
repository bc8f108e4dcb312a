"""From the text of a flight plan to what is sent to Docker, in one pure step.

parse -> lint -> resolve variables -> lower. What is sent is JSON, which is YAML: every text is
quoted and typed, so no version of Docker's parser can read it in its own way.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from otternauts_desktop.core.errors import FlightPlanInvalid
from otternauts_desktop.core.fleet.compose import Document, dump, parse
from otternauts_desktop.core.fleet.findings import Finding, Severity
from otternauts_desktop.core.fleet.interpolation import (
    Variables,
    cast,
    interpolate,
    names_required,
    names_used,
)
from otternauts_desktop.core.fleet.lint import lint
from otternauts_desktop.core.fleet.lowering import lower
from otternauts_desktop.core.secret import MASK, Secret, masked

__all__ = ["Prepared", "Reading", "Variables", "prepare", "read"]


@dataclass(frozen=True)
class Prepared:
    """A flight plan ready to be compared and sent."""

    fleet: str
    findings: tuple[Finding, ...]
    """Of the file as written, by line. With an error among them it must not be launched."""
    notes: tuple[Finding, ...]
    """What was changed on the way to Docker, step by step."""
    data: dict[str, Any] = field(repr=False)
    """The canonical file as plain values. Holds resolved secrets."""
    secrets: tuple[Secret, ...] = field(repr=False)
    """The values of the variables used, to be masked wherever text comes back."""
    _shown: str = field(repr=False)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stand in the way of a launch."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)

    def body(self) -> str:
        """What `docker stack deploy -c -` reads. Holds resolved secrets.

        Docker interpolates once more, so every `$` is doubled. Characters that JSON allows bare
        and YAML does not (or folds away) are escaped.
        """
        doubled = _with_dollars_doubled(self.data)
        return _NOT_IN_YAML.sub(
            lambda match: f"\\u{ord(match[0]):04x}", json.dumps(doubled, ensure_ascii=False)
        )

    def shown(self) -> str:
        """The same as YAML for people, with the values of variables masked."""
        return self._shown

    def revealed(self) -> str:
        """The same as YAML with the values in it: only where the user asked for it."""
        return dump(self.data)


@dataclass(frozen=True, slots=True)
class Reading:
    """What can be said about a flight plan while it is being written."""

    findings: tuple[Finding, ...]
    variables: tuple[str, ...] = ()
    """Names it uses, sorted."""
    required: tuple[str, ...] = ()
    """Those of them that need a value."""
    vessels: tuple[str, ...] = ()


def read(text: str) -> Reading:
    """Findings and names of a text that may be unfinished; never raises for its content."""
    try:
        document = parse(text)
    except FlightPlanInvalid as error:
        line, column = max(error.line, 1), max(error.column, 1)
        code = "too-large" if type(error) is not FlightPlanInvalid else "invalid-yaml"
        finding = Finding(line, column, Severity.ERROR, code, error.detail, error.next_step)
        return Reading((finding,))
    services = document.data.get("services") if isinstance(document.data, dict) else None
    return Reading(
        lint(document),
        names_used(document),
        names_required(document),
        tuple(services) if isinstance(services, dict) else (),
    )


def prepare(fleet: str, text: str, variables: Variables) -> Prepared:
    """Resolve and lower a flight plan for the fleet of that name.

    Raises `FlightPlanInvalid` and its kin. Where lint finds errors, the result carries them and
    an empty body: there is nothing to lower.
    """
    document = parse(text)
    findings = lint(document)
    if any(f.severity is Severity.ERROR for f in findings):
        return Prepared(fleet, findings, (), {}, (), "")
    interpolated = interpolate(document, variables)
    data, notes = lower(fleet, document, cast(interpolated), _plain(variables.items()))
    used = tuple(
        secret
        for name, secret in variables.items()
        if name in interpolated.used or name in _bare_names(document)
    )
    return Prepared(fleet, findings, notes, data, used, _masked_dump(data, used))


def _masked_dump(data: Any, secrets: tuple[Secret, ...]) -> str:
    values = {s.reveal() for s in secrets} - {""}

    def mask(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: mask(item) for key, item in value.items()}
        if isinstance(value, list):
            return [mask(item) for item in value]
        if isinstance(value, str):
            return MASK if value in values else masked(value, list(secrets))
        return value

    return dump(mask(data))


def _bare_names(document: Document) -> set[str]:
    """Variables named without a value under `environment:`; they come from outside, too."""
    names: set[str] = set()
    for service in document.data["services"].values():
        environment = service.get("environment") or {}
        if isinstance(environment, dict):
            names |= {name for name, value in environment.items() if value is None}
        else:
            names |= {str(entry) for entry in environment if "=" not in str(entry)}
    return names


def _plain(variables: Iterable[tuple[str, Secret]]) -> dict[str, str]:
    return {name: secret.reveal() for name, secret in variables}


# DEL and C1, line separators and byte order marks: go-yaml refuses or folds them.
_NOT_IN_YAML = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]")


def _with_dollars_doubled(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, dict):
        return {key: _with_dollars_doubled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_dollars_doubled(item) for item in value]
    return value
