"""`otternauts outpost evacuate` and `return`, `otternauts cluster rebalance`."""

from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.inputs import confirmed
from otternauts_desktop.cli.jobs import followed
from otternauts_desktop.cli.output import Output, table
from otternauts_desktop.core.flight.evacuation import Departure, Evacuation
from otternauts_desktop.core.names import ClusterId

CHANGES = 2


async def evacuate(
    control: MissionControl, cluster_id: ClusterId, arguments: Namespace, output: Output
) -> int:
    """Empty an outpost, or show what that means; gives the exit code."""
    await control.telemetry.refresh(cluster_id)
    node = control.membership.node(cluster_id, arguments.name)
    preview = control.evacuations.preview(cluster_id, node)
    if arguments.preview:
        output.result(evacuation_document(preview), evacuation_words(preview))
        return CHANGES if preview.departures else 0
    output.progress(evacuation_words(preview))
    if not arguments.yes and not confirmed(f"Evacuate {node.name}?"):
        output.progress("Nothing was done; --yes does it without asking.")
        return CHANGES
    return await followed(control, control.evacuations.evacuate(cluster_id, node), output)


async def bring_back(
    control: MissionControl, cluster_id: ClusterId, arguments: Namespace, output: Output
) -> int:
    """Let an outpost take tasks again; gives the exit code."""
    await control.telemetry.refresh(cluster_id)
    node = control.membership.node(cluster_id, arguments.name)
    return await followed(control, control.evacuations.bring_back(cluster_id, node), output)


async def rebalance(
    control: MissionControl, cluster_id: ClusterId, arguments: Namespace, output: Output
) -> int:
    """Even out a cluster, or show what would move; gives the exit code."""
    await control.telemetry.refresh(cluster_id)
    moves = control.rebalancing.preview(cluster_id)
    rows = [(move.service.name, move.source.name, move.target.name) for move in moves]
    words = table(("SERVICE", "FROM", "TO"), rows) if rows else "The outposts are even."
    if arguments.preview or not moves:
        document = [dict(zip(("service", "from", "to"), row, strict=True)) for row in rows]
        output.result({"moves": document}, words)
        return CHANGES if moves else 0
    output.progress(words)
    if not arguments.yes and not confirmed("Move them?"):
        output.progress("Nothing was done; --yes does it without asking.")
        return CHANGES
    return await followed(control, control.rebalancing.rebalance(cluster_id, moves), output)


def evacuation_document(preview: Evacuation) -> dict[str, Any]:
    """An evacuation for programs."""
    return {
        "outpost": preview.node.name,
        "without_downtime": preview.gapless,
        "services": departure_documents(preview.departures),
    }


def evacuation_words(preview: Evacuation) -> str:
    """An evacuation for people."""
    if not preview.departures:
        return f"Nothing runs on {preview.node.name}."
    return departure_words(preview.departures)


def departure_documents(departures: Sequence[Departure]) -> list[dict[str, Any]]:
    """What becomes of each service, for programs."""
    return [
        {
            "name": departure.service.name,
            "tasks": departure.tasks,
            "way": departure.way.value,
            "places": list(departure.places),
            "warnings": list(departure.warnings),
        }
        for departure in departures
    ]


def departure_words(departures: Sequence[Departure]) -> str:
    """What becomes of each service, for people."""
    rows = [
        (d.service.name, str(d.tasks), d.way, ", ".join(d.places), " ".join(d.warnings))
        for d in departures
    ]
    return table(("SERVICE", "TASKS", "WAY", "CAN GO TO", "NOTE"), rows)
