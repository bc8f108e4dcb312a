"""`otternauts plan` and `launch`."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.clusters import CANCELLED, chosen_cluster
from otternauts_desktop.cli.inputs import Written, confirmed, given, kept
from otternauts_desktop.cli.offline import in_words
from otternauts_desktop.cli.output import Output
from otternauts_desktop.core.errors import FlightPlanInvalid, NothingFound
from otternauts_desktop.core.events import Event, LaunchMoved
from otternauts_desktop.core.fleet.flight_plan import Prepared
from otternauts_desktop.core.flight.plan import Change, Plan
from otternauts_desktop.core.flight.progress import LaunchProgress, LaunchState, StepState
from otternauts_desktop.core.flight.things import Fate
from otternauts_desktop.core.names import ClusterId, fleet_name
from otternauts_desktop.core.swarm.cluster import Cluster
from otternauts_desktop.services.launches import Preview

CHANGES = 2
NOT_CONVERGED = 3
_SIGNS = {"create": "+", "update": "~", "remove": "-", "unchanged": " "}
_FATES = {Fate.CREATED: "+", Fate.MISSING: "!", Fate.LEFT: "o"}


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
        output.progress(in_words(note))
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
        detail=" ".join(f"Line {in_words(f)}" for f in prepared.errors),
        line=first.line,
        column=first.column,
    )


def _plan_document(plan: Plan) -> dict[str, Any]:
    return {
        "nothing_to_do": plan.nothing_to_do,
        "summary": plan.summary,
        "changes": [_change_document(change) for change in plan.changes],
        "things": [asdict(thing) for thing in plan.things],
        "steps": list(plan.steps),
        "placement": [{**asdict(room), "missing": room.missing} for room in plan.rooms],
    }


def _change_document(change: Change) -> dict[str, Any]:
    """Its parts under the names that scripts rely on; without the form, where secrets stand."""
    document = asdict(change)
    del document["form"]
    return {**document, "effect": change.effect}


def _plan_text(plan: Plan) -> str:
    lines = []
    for change in plan.changes:
        lines.append(f"{_SIGNS[change.kind]} {change.vessel}: {change.kind}. {change.effect}")
        lines += [f"    {field.words}" for field in change.fields]
    for thing in plan.things:
        if thing.fate is not Fate.USED:
            lines.append(f"{_FATES[thing.fate]} {thing.kind} {thing.name}: {thing.fate}")
    lines += [f"{number}. {step}" for number, step in enumerate(plan.steps, 1)]
    for room in plan.rooms:
        if room.missing:
            lines.append(f"! {room.vessel}: no outpost for {room.missing} of {room.wanted} tasks")
            lines += [f"    {o.outpost}: {o.reason} {o.suggestion}" for o in room.obstacles]
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
