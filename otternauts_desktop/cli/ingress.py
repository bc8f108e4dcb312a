"""`otternauts ingress`: Traefik in front of a cluster's fleets."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import Any

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.clusters import CANCELLED, chosen_cluster
from otternauts_desktop.cli.inputs import confirmed
from otternauts_desktop.cli.jobs import followed
from otternauts_desktop.cli.output import Output, error_document, pairs
from otternauts_desktop.cli.plan_report import CHANGES, plan_document, plan_words
from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.fleet.traefik import STAGING, IngressSettings, flight_plan
from otternauts_desktop.core.flight.ingress import IngressSeen
from otternauts_desktop.core.swarm.cluster import Cluster
from otternauts_desktop.core.swarm.domains import domains
from otternauts_desktop.services.private_files import read_private, write_private

NOT_AS_WANTED = 3


async def ingress(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Do an `ingress` action; gives the exit code."""
    cluster = chosen_cluster(control, arguments.cluster)
    snapshot = await control.telemetry.refresh(cluster.id)
    if arguments.action == "status":
        seen = control.ingress.seen(cluster.id)
        assert seen is not None  # it was read just now
        troubles = await control.ingress.troubles(cluster.id)
        document = status_document(seen)
        document["errors"] = [error_document(trouble) for trouble in troubles]
        told = pairs({name: _word(v) for name, v in document.items() if name != "errors"})
        output.result(document, "\n".join([told, *(t.text() for t in troubles)]))
        return 0 if document["state"] == "healthy" else NOT_AS_WANTED
    if arguments.action == "check":
        return await _check(control, cluster, arguments.domains, output)
    if arguments.action == "backup":
        content = await control.ingress.backup(cluster.id)
        write_private(arguments.file, content)
        output.result({"file": arguments.file, "bytes": len(content)}, f"Kept: {arguments.file}")
        return 0
    if arguments.action == "restore":
        await control.ingress.restore(cluster.id, read_private(arguments.file))
        output.result({"restored": arguments.file}, "The certificates are back.")
        return 0
    if arguments.action == "upgrade":
        job_id = control.ingress.upgrade(
            cluster.id, arguments.image, resolve_image=arguments.resolve_image
        )
        return await followed(control, job_id, output)
    settings = _settings(arguments)
    node = control.ingress.pin(cluster.id, arguments.outpost, settings)
    preview = control.ingress.preview(cluster.id, settings)
    if arguments.action == "plan":
        text = flight_plan(settings)
        document = {"outpost": node.name, "file": text, **plan_document(preview.plan)}
        words = f"# It runs on {node.name}.\n{text}\n{plan_words(preview.plan)}"
        output.result(document, words)
        return 0 if preview.plan.nothing_to_do else CHANGES
    output.progress(plan_words(preview.plan))
    question = f"Launch the ingress of {cluster.name} on {node.name} (via {snapshot.via})?"
    if not arguments.yes and not confirmed(question):
        output.progress("Nothing was done; --yes launches without asking.")
        return CANCELLED
    job_id = control.ingress.launch(
        cluster.id, settings, outpost=node.id, resolve_image=arguments.resolve_image
    )
    return await followed(control, job_id, output)


def told_shields(troubles: Mapping[str, KnownError | None], output: Output) -> None:
    """Say before a launch why certificates could not be had."""
    for trouble in troubles.values():
        if trouble is not None:
            output.progress(trouble.text())


def shields_document(troubles: Mapping[str, KnownError | None]) -> list[dict[str, Any]]:
    """Whether certificates can be had, for programs."""
    return [
        {"domain": name, "error": error_document(trouble) if trouble else None}
        for name, trouble in troubles.items()
    ]


async def _check(
    control: MissionControl, cluster: Cluster, names: Sequence[str], output: Output
) -> int:
    """Say of each domain whether a certificate for it could be had."""
    snapshot = control.telemetry.snapshot(cluster.id)
    names = names or (domains(snapshot.services) if snapshot else ())
    found = await control.ingress.shields(cluster.id, names)
    output.result(
        shields_document(found),
        pairs({name: t.text() if t else "ok" for name, t in found.items()}) or "No domains.",
    )
    return 1 if any(found.values()) else 0


def status_document(seen: IngressSeen) -> dict[str, Any]:
    """An ingress for programs."""
    settings = seen.settings
    return {
        "state": seen.condition.health.value if seen.condition else "not launched",
        "tasks": seen.condition.count if seen.condition else "0/0",
        "outposts": [node.name for node in seen.pinned],
        "network": seen.network,
        "image": settings.image if settings else "",
        "email": settings.email if settings else "",
        "ca": settings.ca if settings else "",
        "ports": settings.ports if settings else "",
        "foreign": list(seen.foreign),
        "too_old": list(seen.old),
    }


def _settings(arguments: Namespace) -> IngressSettings:
    return IngressSettings(
        email=arguments.email,
        ca=STAGING if arguments.staging else arguments.ca,
        ports=arguments.ports,
        encrypted=arguments.encrypted,
        subnet=arguments.subnet,
        image=arguments.image,
    )


def _word(value: Any) -> str:
    if isinstance(value, list):
        value = ", ".join(value)
    elif isinstance(value, bool):
        value = "yes" if value else "no"
    return value or "-"
