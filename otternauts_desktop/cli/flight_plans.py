"""`otternauts lint`, `render`, `plan` and `launch`."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.clusters import CANCELLED, chosen_cluster
from otternauts_desktop.cli.inputs import Written, confirmed, given, kept, write_text
from otternauts_desktop.cli.output import Output
from otternauts_desktop.core.errors import FlightPlanInvalid, NothingFound
from otternauts_desktop.core.events import Event, LaunchMoved
from otternauts_desktop.core.fleet.findings import Finding, Severity
from otternauts_desktop.core.fleet.fixes import applied
from otternauts_desktop.core.fleet.flight_plan import Prepared, prepare, read
from otternauts_desktop.core.fleet.report import ACCEPTABLE
from otternauts_desktop.core.flight.plan import Plan
from otternauts_desktop.core.flight.progress import LaunchProgress, LaunchState, StepState
from otternauts_desktop.core.names import ClusterId, fleet_name
from otternauts_desktop.core.swarm.cluster import Cluster
from otternauts_desktop.services.launches import Preview

CHANGES = 2
NOT_CONVERGED = 3
MOST_FIXES = 1000
"""Each fix takes one finding away; a file with more of them is not mended by hand either."""
_SIGNS = {"create": "+", "update": "~", "remove": "-", "unchanged": " "}


def lint(arguments: Namespace, output: Output) -> int:
    """Findings of all files; exit 1 where one of them is an error."""
    document: list[dict[str, Any]] = []
    lines = []
    failed = False
    for name in arguments.files:
        written = given(name, arguments)
        if arguments.fix:
            written = _mended(name, written, output)
        for finding in read(written.text, written.beside).findings:
            failed = failed or finding.severity is Severity.ERROR
            document.append({**asdict(finding), "file": finding.file or name})
            lines.append(f"{'' if finding.file else name + ':'}{_in_words(finding)}")
    output.result(document, "\n".join(lines) or "Nothing to note.")
    return 1 if failed else 0


def _mended(name: str, written: Written, output: Output) -> Written:
    """The flight plan after all quick fixes that decide nothing for the person."""
    text = written.text
    for _ in range(MOST_FIXES):
        findings = read(text, written.beside).findings
        fix = next(
            (
                finding.quick_fixes[0]
                for finding in findings
                if finding.quick_fixes and finding.code not in ACCEPTABLE
            ),
            None,
        )
        if fix is None:
            break
        output.progress(f"{name}: {fix.title}")
        text = applied(text, fix)
    if text != written.text:
        write_text(name, text)
    return replace(written, text=text)


def render(arguments: Namespace, output: Output) -> int:
    """The canonical file that Docker would get, values masked unless asked for.

    It is shown even where errors stand in the way of a launch: those are told beside it.
    """
    written = given(arguments.file[0], arguments, arguments.file[1:])
    prepared = prepare(fleet_name(arguments.name), written.text, written.variables, written.beside)
    text = prepared.revealed() if arguments.reveal else prepared.shown()
    findings = (*prepared.findings, *prepared.notes)
    for finding in findings:
        output.progress(_in_words(finding))
    output.result(
        {
            "file": text,
            "launchable": not prepared.errors,
            "notes": [asdict(finding) for finding in findings],
        },
        text.rstrip("\n"),
    )
    return 0


async def plan(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """The plan by meaning; exit 0: nothing to do, 2: changes."""
    _, _, preview = await _previewed(control, arguments)
    output.result(_plan_document(preview.plan), _plan_text(preview.plan))
    return 0 if preview.plan.nothing_to_do else CHANGES


async def launch(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Launch and wait; exit 3 where it was launched and did not converge."""
    cluster, written, preview = await _previewed(control, arguments)
    text = preview.new_text
    for note in (*preview.prepared.findings, *preview.prepared.notes):
        output.progress(_in_words(note))
    output.progress(_plan_text(preview.plan))
    if not arguments.yes and not confirmed(f"Launch {arguments.name} on {cluster.name}?"):
        output.progress("Nothing was done; --yes launches without asking.")
        return CANCELLED
    control.launches.save_draft(cluster.id, arguments.name, text)
    teller = _Teller(output)
    forget = control.bus.subscribe(teller.hear)
    try:
        launch_id = await control.launches.launch(
            cluster.id,
            arguments.name,
            text,
            written.variables,
            written.beside,
            timeout=arguments.timeout,
            resolve_image=arguments.resolve_image,
        )
        ended = await control.launches.wait(launch_id)
    finally:
        forget()
    document = {
        "fleet": ended.fleet,
        "state": ended.state.value,
        "seconds": round(ended.ended_at - ended.started_at, 1),
        "vessels": [asdict(vessel) for vessel in ended.vessels],
        "steps": [asdict(step) for step in ended.steps],
        "cause": asdict(ended.cause) if ended.cause else None,
    }
    output.result(document, _ending(ended))
    return 0 if ended.state is LaunchState.CONVERGED else NOT_CONVERGED


async def _previewed(
    control: MissionControl, arguments: Namespace
) -> tuple[Cluster, Written, Preview]:
    """The cluster, what was given and what would change. Raises where it can't be launched."""
    cluster = chosen_cluster(control, arguments.cluster)
    if arguments.file:
        written = given(arguments.file[0], arguments, arguments.file[1:])
    else:
        written = kept(_kept_text(control, cluster.id, arguments.name), arguments)
    await control.telemetry.refresh(cluster.id)
    preview = control.launches.preview(
        cluster.id, arguments.name, written.text, written.variables, written.beside
    )
    _usable(preview.prepared)
    return cluster, written, preview


def _kept_text(control: MissionControl, cluster_id: ClusterId, name: str) -> str:
    text = control.launches.draft(cluster_id, fleet_name(name))
    if not text:
        raise NothingFound(
            detail=f"No flight plan of {name} is kept here.", next_step="Give --file F."
        )
    return text


def _usable(prepared: Prepared) -> Prepared:
    """`prepared` itself where it can be launched. Raises `FlightPlanInvalid` with all errors."""
    if not prepared.errors:
        return prepared
    first = prepared.errors[0]
    raise FlightPlanInvalid(
        detail=" ".join(f"Line {_in_words(f)}" for f in prepared.errors),
        line=first.line,
        column=first.column,
    )


def _in_words(finding: Finding) -> str:
    fix = f" {finding.fix}" if finding.fix else ""
    beside = f"{finding.file}:" if finding.file else ""
    where = f"{beside}{finding.line}:{finding.column}"
    return f"{where}: {finding.severity}: {finding.message}{fix} [{finding.code}]"


def _plan_document(plan: Plan) -> dict[str, Any]:
    return {
        "nothing_to_do": plan.nothing_to_do,
        "summary": plan.summary,
        "changes": [asdict(change) for change in plan.changes],
        "new_networks": list(plan.new_networks),
        "missing_networks": list(plan.missing_networks),
    }


def _plan_text(plan: Plan) -> str:
    lines = []
    for change in plan.changes:
        restarts = " (restarts)" if change.restarts else ""
        lines.append(f"{_SIGNS[change.kind]} {change.vessel}: {change.kind}{restarts}")
        lines += [f"    {field}" for field in change.fields]
    lines += [f"+ network {name}" for name in plan.new_networks]
    lines += [f"! network {name} has to exist beforehand" for name in plan.missing_networks]
    return "\n".join([*lines, f"Plan: {plan.summary}."])


class _Teller:
    """Says what moves in a launch, each thing once."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._said: Sequence[object] = ()

    def hear(self, event: Event) -> None:
        if not isinstance(event, LaunchMoved):
            return
        said: list[object] = []
        for step in event.progress.steps:
            if step.state is not StepState.WAITING:
                words = f"{step.name}: {step.note}" if step.note else f"{step.name}…"
                said.append(words)
                if words not in self._said:
                    self._output.progress(words)
        for vessel in event.progress.vessels:
            note = f" - {vessel.note}" if vessel.note else ""
            words = f"  {vessel.vessel} {vessel.settled}/{vessel.wanted}{note}"
            said.append(words)
            if words not in self._said:
                self._output.progress(words)
        self._said = said


def _ending(ended: LaunchProgress) -> str:
    took = ended.ended_at - ended.started_at
    if ended.state is LaunchState.CONVERGED:
        settled, wanted = ended.settled
        return f"{ended.fleet} flies: {settled} of {wanted} tasks, after {took:.0f} s."
    lines = [f"{ended.fleet}: {ended.state.value} after {took:.0f} s."]
    if ended.cause:
        lines.append(f"{ended.cause.sentence} {ended.cause.next_step}".strip())
        if ended.cause.docker_said:
            lines.append(f"Docker said: {ended.cause.docker_said}")
        if ended.cause.log:
            lines += ["Its last lines:", *(f"  {line}" for line in ended.cause.log)]
    return "\n".join(lines)
