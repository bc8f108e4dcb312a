"""From the text of a flight plan to what is sent to Docker, in one pure step.

parse -> lint -> resolve variables -> lower. What is sent is JSON, which is YAML: every text is
quoted and typed, so no version of Docker's parser can read it in its own way.
"""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from otternauts_desktop.core.errors import FlightPlanInvalid
from otternauts_desktop.core.fleet.compose import Document, parse
from otternauts_desktop.core.fleet.findings import Finding, Severity
from otternauts_desktop.core.fleet.interpolation import (
    Variables,
    cast,
    interpolate,
    names_required,
    names_used,
)
from otternauts_desktop.core.fleet.jobs import pre_deploy
from otternauts_desktop.core.fleet.lint import lint
from otternauts_desktop.core.fleet.lowering import lower
from otternauts_desktop.core.fleet.prepared import PreDeploy, Prepared, SwarmObject
from otternauts_desktop.core.secret import Secret

__all__ = ["PreDeploy", "Prepared", "Reading", "SwarmObject", "Variables", "prepare", "read"]


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
        return Prepared(fleet, findings, (), {}, ())
    interpolated = interpolate(document, variables)
    data, notes, jobs = lower(fleet, document, cast(interpolated), _plain(variables.items()))
    used = tuple(
        secret
        for name, secret in variables.items()
        if name in interpolated.used or name in _bare_names(document)
    )
    services = data["services"]
    return Prepared(
        fleet,
        (*findings, *(note for note in notes if note.severity is not Severity.NOTE)),
        tuple(note for note in notes if note.severity is Severity.NOTE),
        data,
        used,
        (),
        tuple(
            pre_deploy(name, number, _words(job.command), job.timeout, services[name])
            for name, number, job in jobs
        ),
        (tuple(services),),
    )


def _words(command: Any) -> list[str]:
    return shlex.split(command) if isinstance(command, str) else [str(word) for word in command]


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
