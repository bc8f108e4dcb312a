"""`otternauts plan` and `launch`."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.clusters import CANCELLED, chosen_cluster
from otternauts_desktop.cli.ingress import shields_document, told_shields
from otternauts_desktop.cli.inputs import Written, confirmed, given, kept
from otternauts_desktop.cli.offline import in_words, usable
from otternauts_desktop.cli.output import Output
from otternauts_desktop.cli.plan_report import (
    CHANGES,
    plan_document,
    plan_words,
    taken_over_words,
)
from otternauts_desktop.core.errors import FileUnwritable, NothingFound
from otternauts_desktop.core.events import Event, LaunchMoved
from otternauts_desktop.core.flight.images import ImageSeen
from otternauts_desktop.core.flight.progress import LaunchProgress, LaunchState, StepState
from otternauts_desktop.core.flight.taking_over import TakenOver
from otternauts_desktop.core.names import ClusterId, fleet_name
from otternauts_desktop.core.swarm.cluster import Cluster
from otternauts_desktop.services.launches import Preview
from otternauts_desktop.services.plan_files import PlanText, read_plan, write_plan

NOT_CONVERGED = 3


async def plan(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """The plan by meaning; exit 0: nothing to do, 2: changes."""
    cluster, written, preview = await _previewed(control, arguments)
    taken = None
    if arguments.take_over:
        taken = _take_over(control, cluster.id, arguments, written)
        output.progress(taken_over_words(taken))
        written = replace(written, text=taken.text)
        preview = await _preview(control, cluster.id, arguments, written)
    shields = await control.ingress.shields(cluster.id, preview.domains)
    told_shields(shields, output)
    document = {**plan_document(preview.plan, taken), "certificates": shields_document(shields)}
    output.result(document, plan_words(preview.plan))
    return 0 if preview.plan.nothing_to_do else CHANGES


def _take_over(
    control: MissionControl, cluster_id: ClusterId, arguments: Namespace, written: Written
) -> TakenOver:
    """Change the file, or the flight plan kept here, to what was changed by hand."""
    name = arguments.file[0] if arguments.file else ""
    if name == "-":
        raise FileUnwritable(
            detail="The flight plan comes from standard input.",
            next_step="Give --file F, or leave it out for the one kept here.",
        )
    file = read_plan(name) if name else PlanText(written.text)
    taken = control.launches.take_over(
        cluster_id, arguments.name, file.text, written.variables, written.beside
    )
    if name:
        write_plan(name, replace(file, text=taken.text))
    else:
        control.launches.save_draft(cluster_id, arguments.name, taken.text)
    return taken


async def launch(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Launch and wait; exit 3 where it was launched and did not converge."""
    cluster, written, preview = await _previewed(control, arguments)
    text = preview.new_text
    for note in (*preview.prepared.findings, *preview.prepared.notes):
        output.progress(in_words(note))
    output.progress(plan_words(preview.plan))
    told_shields(await control.ingress.shields(cluster.id, preview.domains), output)
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
            return_on_failure=arguments.return_on_failure,
        )
        ended = await control.launches.wait(launch_id)
        if back := control.launches.return_of(launch_id):
            output.progress(_ending(ended))
            returned = await control.launches.wait(back)
            words = f"Returned to what flew before. {_ending(returned)}"
            output.result({**_document(ended), "returned": _document(returned)}, words)
            return NOT_CONVERGED
    finally:
        forget()
    return _told(ended, output)


async def return_to_base(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Bring back a former version and wait; exit 3 where it did not converge."""
    cluster = chosen_cluster(control, arguments.cluster)
    base = control.launches.version(cluster.id, fleet_name(arguments.name), arguments.to)
    known = await control.values.of(cluster.id, base.fleet)
    written = kept(base.template, arguments, known)
    await control.telemetry.refresh(cluster.id)
    preview = control.launches.preview_return(base, written.variables, written.beside)
    usable(preview.prepared)
    output.progress(plan_words(preview.plan))
    if not arguments.yes and not confirmed(f"Return {base.fleet} to version {base.version}?"):
        output.progress("Nothing was done; --yes returns without asking.")
        return CANCELLED
    forget = control.bus.subscribe(_Teller(output).hear)
    try:
        launch_id = control.launches.return_to(
            base, written.variables, written.beside, seconds=arguments.timeout
        )
        return _told(await control.launches.wait(launch_id), output)
    finally:
        forget()


def _told(ended: LaunchProgress, output: Output) -> int:
    output.result(_document(ended), _ending(ended))
    return 0 if ended.state is LaunchState.CONVERGED else NOT_CONVERGED


def _document(ended: LaunchProgress) -> dict[str, object]:
    return {
        "fleet": ended.fleet,
        "state": ended.state.value,
        "seconds": round(ended.ended_at - ended.started_at, 1),
        "vessels": [asdict(vessel) for vessel in ended.vessels],
        "steps": [asdict(step) for step in ended.steps],
        "cause": asdict(ended.cause) if ended.cause else None,
    }


async def _previewed(
    control: MissionControl, arguments: Namespace
) -> tuple[Cluster, Written, Preview]:
    """The cluster, what was given and what would change. Raises where it can't be launched."""
    cluster = chosen_cluster(control, arguments.cluster)
    known = await control.values.of(cluster.id, arguments.name)
    if arguments.file:
        written = given(arguments.file[0], arguments, arguments.file[1:], known)
    else:
        written = kept(_kept_text(control, cluster.id, arguments.name), arguments, known)
    await control.telemetry.refresh(cluster.id)
    preview = await _preview(control, cluster.id, arguments, written)
    usable(preview.prepared)
    return cluster, written, preview


async def _preview(
    control: MissionControl, cluster_id: ClusterId, arguments: Namespace, written: Written
) -> Preview:
    """What would change; registries are asked where the launch pins all images."""

    def look(images: Mapping[str, ImageSeen]) -> Preview:
        return control.launches.preview(
            cluster_id, arguments.name, written.text, written.variables, written.beside, images
        )

    preview = look({})
    if arguments.resolve_image != "always" or preview.prepared.errors:
        return preview
    return look(await control.registries.ask(cluster_id, preview.images))


def _kept_text(control: MissionControl, cluster_id: ClusterId, name: str) -> str:
    text = control.launches.draft(cluster_id, fleet_name(name))
    if not text:
        raise NothingFound(
            detail=f"No flight plan of {name} is kept here.", next_step="Give --file F."
        )
    return text


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
