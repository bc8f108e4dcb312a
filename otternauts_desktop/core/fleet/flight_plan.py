"""From the text of a flight plan to what is sent to Docker, in one pure step.

load (variables, `extends`, `include`, merging) -> lower. What is sent is JSON, which is YAML:
every text is quoted and typed, so no version of Docker's parser can read it in its own way.
"""

from dataclasses import dataclass

from otternauts_desktop.core.errors import FlightPlanInvalid, FlightPlanTooLarge, VariablesMissing
from otternauts_desktop.core.fleet.beside import NOTHING, Beside
from otternauts_desktop.core.fleet.findings import Finding, Severity
from otternauts_desktop.core.fleet.interpolation import Missing, Variables, nul
from otternauts_desktop.core.fleet.loading import Project, load
from otternauts_desktop.core.fleet.lowering import lower
from otternauts_desktop.core.fleet.prepared import PreDeploy, Prepared, SwarmObject
from otternauts_desktop.core.words import tr

__all__ = [
    "Beside",
    "PreDeploy",
    "Prepared",
    "Reading",
    "SwarmObject",
    "Variables",
    "files_wanted",
    "prepare",
    "read",
]

_UNNAMED = "fleet"
"""Stands for the fleet's name while a text is only read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What can be said about a flight plan while it is being written."""

    findings: tuple[Finding, ...]
    variables: tuple[str, ...] = ()
    """Names it uses, sorted."""
    required: tuple[str, ...] = ()
    """Those of them that need a value."""
    vessels: tuple[str, ...] = ()


def read(text: str, beside: Beside = NOTHING) -> Reading:
    """Findings and names of a text that may be unfinished; never raises for its content."""
    try:
        project = load(_UNNAMED, text, {}, beside)
    except FlightPlanInvalid as error:
        line, column = max(error.line, 1), max(error.column, 1)
        code = "too-large" if isinstance(error, FlightPlanTooLarge) else "invalid-yaml"
        finding = Finding(line, column, Severity.ERROR, code, error.detail, error.next_step)
        return Reading((finding,))
    if project.root:
        lower(_UNNAMED, text, project, beside)
    for missing in project.missing:
        words = tr("{name} has no value here: a launch asks for it.", name=missing.name)
        project.report.at(missing.place, Severity.NOTE, "variable-needed", words)
    services = project.root.get("services")
    return Reading(
        project.report.in_order(),
        tuple(sorted(project.used - {"COMPOSE_PROJECT_NAME"})),
        tuple(sorted({missing.name for missing in project.missing})),
        tuple(services) if isinstance(services, dict) else (),
    )


def prepare(fleet: str, text: str, variables: Variables, beside: Beside = NOTHING) -> Prepared:
    """Resolve and lower a flight plan for the fleet of that name.

    With errors among its findings it must not be launched, and is lowered all the same, as far
    as it can be. Raises `VariablesMissing` where variables have no value, and `FlightPlanInvalid`
    where there is nothing to lower: no YAML, no Compose, files that can't be read, circles.
    """
    project = load(fleet, text, variables, beside)
    if project.missing:
        raise _variables_missing(project.missing)
    lowered = lower(fleet, text, project, beside)
    if project.missing:  # contents of secrets and configs
        raise _variables_missing(project.missing)
    findings = project.report.in_order()
    if project.fatal or not (lowered.data["services"] or _has_services(project)):
        raise _first(findings)
    used = {name: project.variables[name] for name in sorted(project.used & {*project.variables})}
    for name, value in used.items():
        if "\0" in value.reveal():
            raise FlightPlanInvalid(detail=nul(name))
    return Prepared(
        fleet,
        tuple(f for f in findings if f.severity is not Severity.NOTE),
        tuple(f for f in findings if f.severity is Severity.NOTE),
        lowered.data,
        (*used.values(), *lowered.secrets),
        tuple(lowered.objects),
        tuple(lowered.jobs),
        lowered.waves,
    )


def files_wanted(text: str, variables: Variables, beside: Beside) -> frozenset[str]:
    """Files that belong to the flight plan and are not in `beside.files` yet, as far as is known.

    Give them (or None for what can't be read) and ask again until there are none.
    """
    try:
        project = load(_UNNAMED, text, variables, beside)
        lower(_UNNAMED, text, project, beside)
    except FlightPlanInvalid:
        return frozenset()
    return frozenset(project.wanted)


def _has_services(project: Project) -> bool:
    """Whether there are services, were it that profiles leave out all of them."""
    services = project.root.get("services")
    return isinstance(services, dict) and bool(services)


def _first(findings: tuple[Finding, ...]) -> FlightPlanInvalid:
    finding = next(f for f in findings if f.severity is Severity.ERROR)
    line, message = finding.line, finding.message
    return FlightPlanInvalid(
        detail=tr("{file}, line {line}: {message}", file=finding.file, line=line, message=message)
        if finding.file
        else tr("Line {line}: {message}", line=line, message=message),
        next_step=finding.fix,
        line=finding.line,
        column=finding.column,
    )


def _variables_missing(missing: list[Missing]) -> VariablesMissing:
    named: dict[str, str] = {}
    for one in missing:
        line, file = one.place.line, one.place.file
        place = tr("line {line}", line=line)
        if file:
            place = tr("line {line} of {file}", line=line, file=file)
        message = f": {one.message}" if one.message else ""
        named.setdefault(one.name, f"{one.name} ({place}{message})")
    words = tr("Missing: {names}.", names=", ".join(named.values()))
    return VariablesMissing(detail=words, line=min(one.place.line for one in missing))
