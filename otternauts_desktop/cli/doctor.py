"""`otternauts cluster doctor`: whether outposts reach each other."""

from contextlib import aclosing, suppress
from typing import Any, Final

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.checks import NOT_WELL, check_document
from otternauts_desktop.cli.output import Output, table
from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.flight.doctor import Examination, Way
from otternauts_desktop.core.flight.preflight import CheckState
from otternauts_desktop.core.swarm.cluster import Cluster

_MARKS: Final = {CheckState.PASSED: "ok", CheckState.WARNED: "!", CheckState.FAILED: "FAILED"}


async def doctor(control: MissionControl, cluster: Cluster, output: Output) -> int:
    """Try all ways of a cluster; gives the exit code: 3 where something has to be mended."""
    with suppress(KnownError):  # it looks all the more where the cluster can't be read
        await control.telemetry.refresh(cluster.id)
    seen = Examination()
    steps = control.doctor.examine(cluster.id)
    async with aclosing(steps):
        async for step in steps:
            for (source, target), way in step.ways.items():
                if (source, target) not in seen.ways:
                    names = f"{step.patients[source].name} → {step.patients[target].name}"
                    output.progress(f"{names}: {_MARKS[way.state]}")
            seen = step
    output.result({"cluster": cluster.name, **examination_document(seen)}, examination_text(seen))
    return NOT_WELL if seen.state is CheckState.FAILED else 0


def examination_document(seen: Examination) -> dict[str, Any]:
    """An examination for programs."""
    return {
        "state": seen.state.value,
        "outposts": [
            {"name": p.name, "address": p.address, "error": p.trouble} for p in seen.patients
        ],
        "ways": [
            {
                "from": seen.patients[source].name,
                "to": seen.patients[target].name,
                "state": way.state.value,
                "checks": [check_document(check) for check in way.checks],
            }
            for (source, target), way in sorted(seen.ways.items())
        ],
    }


def examination_text(seen: Examination) -> str:
    """An examination for people: rows from, columns to; then what is not well."""
    places = range(len(seen.patients))
    rows = [
        (seen.patients[source].name, *(_cell(seen, source, target) for target in places))
        for source in places
    ]
    lines = [table(("FROM / TO", *(patient.name for patient in seen.patients)), rows)]
    for patient in seen.patients:
        if patient.trouble:
            lines.append(f"\n{patient.name}: {patient.trouble}")
    for (source, target), way in sorted(seen.ways.items()):
        lines += _troubles(seen.patients[source].name, seen.patients[target].name, way)
    if len(seen.patients) == 1:
        lines.append("\nThere is one outpost only: no way to try.")
    return "\n".join(lines)


def _cell(seen: Examination, source: int, target: int) -> str:
    if source == target:
        return "-"
    way = seen.ways.get((source, target))
    return _MARKS[way.state] if way else "?"


def _troubles(source: str, target: str, way: Way) -> list[str]:
    lines = []
    for check in way.checks:
        if check.state is not CheckState.PASSED:
            lines.append(f"\n{source} → {target}, {check.name}: {check.seen}. {check.advice}")
            lines += [f"  On {target}: {check.fix}"] if check.fix else []
    return lines
