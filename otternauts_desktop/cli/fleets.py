"""`otternauts fleet`, `history`, `diff` and `explain`."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.clusters import CANCELLED, chosen_cluster
from otternauts_desktop.cli.flight_plans import return_to_base
from otternauts_desktop.cli.inputs import confirmed
from otternauts_desktop.cli.output import Output, table
from otternauts_desktop.cli.plan_report import plan_words
from otternauts_desktop.cli.stats import fleet_stats
from otternauts_desktop.core.errors import NothingFound
from otternauts_desktop.core.flight.diff import LineKind, diff
from otternauts_desktop.core.flight.explain import explain as explained
from otternauts_desktop.core.flight.export import export
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.health import (
    Health,
    current_tasks,
    fleet_condition,
    service_condition,
)
from otternauts_desktop.core.swarm.state import Service, Snapshot

NOT_AS_WANTED = 3
_SIGNS = {LineKind.ADDED: "+", LineKind.REMOVED: "-", LineKind.SAME: " ", LineKind.SKIPPED: "@"}


async def fleet(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Do a `fleet` action; gives the exit code."""
    cluster = chosen_cluster(control, arguments.cluster)
    if arguments.action == "remove":
        if not arguments.yes and not confirmed(f"Stop the fleet {arguments.name}?"):
            output.progress("Nothing was done; --yes does it without asking.")
            return CANCELLED
        _services(await control.telemetry.refresh(cluster.id), arguments.name)
        await control.launches.remove(cluster.id, arguments.name)
        output.result(
            {"removed": arguments.name}, f"{arguments.name} is gone. Its volumes are still there."
        )
        return 0
    if arguments.action == "stats":
        return await fleet_stats(control, cluster, arguments, output)
    if arguments.action == "return":
        return await return_to_base(control, arguments, output)
    if arguments.action == "rollback":
        return await _roll_back(control, cluster.id, arguments, output)
    if arguments.action == "unlock":
        return await _unlock(control, cluster.id, arguments, output)
    snapshot = await control.telemetry.refresh(cluster.id)
    if arguments.action == "list":
        return _list(snapshot, output)
    services = _services(snapshot, arguments.name)
    if arguments.action == "export":
        text = export(snapshot, arguments.name)
        output.result({"fleet": arguments.name, "text": text}, text.rstrip())
        return 0
    if arguments.action == "show":
        document = [_service_document(snapshot, service) for service in services]
        text = _columns(("vessel", "image", "tasks", "health"), document)
        output.result({"fleet": arguments.name, "vessels": document}, text)
        return 0
    condition = fleet_condition(snapshot, services)
    tasks = [task for service in services for task in _task_documents(snapshot, service)]
    text = _columns(("name", "node", "desired", "state", "error"), tasks)
    output.result(
        {
            "fleet": arguments.name,
            "health": condition.health.value,
            "running": condition.running,
            "wanted": condition.wanted,
            "as_of": snapshot.taken_at,
            "tasks": tasks,
        },
        f"{arguments.name}: {condition.health.value}, {condition.count} running\n{text}",
    )
    good = (Health.HEALTHY, Health.DONE, Health.STOPPED)
    return 0 if condition.health in good else NOT_AS_WANTED


async def _unlock(
    control: MissionControl, cluster_id: ClusterId, arguments: Namespace, output: Output
) -> int:
    held = await control.launches.lock(cluster_id, arguments.name)
    if held is None:
        raise NothingFound(detail=f"{arguments.name} is not locked.")
    output.progress(held.words)
    if not arguments.yes and not confirmed(
        "If that launch still goes on, two at once mix up the fleet. Break the lock?"
    ):
        output.progress("Nothing was done; --yes does it without asking.")
        return CANCELLED
    await control.launches.break_lock(cluster_id, held)
    output.result(
        {"unlocked": arguments.name, "holder": held.lock.holder, "launch": held.lock.launch},
        f"{arguments.name} can be launched again.",
    )
    return 0


def _list(snapshot: Snapshot, output: Output) -> int:
    conditions = {n: fleet_condition(snapshot, s) for n, s in snapshot.fleets.items()}
    document = [
        {"name": name, "health": c.health.value, "running": c.running, "wanted": c.wanted}
        for name, c in conditions.items()
    ]
    rows = [(name, c.count, c.health.value) for name, c in conditions.items()]
    text = table(("FLEET", "TASKS", "STATE"), rows) if rows else "No fleets yet."
    output.result(document, text)
    return 0


def _columns(names: Sequence[str], documents: Sequence[Mapping[str, Any]]) -> str:
    rows = [tuple(str(document[name]) for name in names) for document in documents]
    return table(tuple(name.upper() for name in names), rows)


async def _roll_back(
    control: MissionControl, cluster_id: ClusterId, arguments: Namespace, output: Output
) -> int:
    """Docker's own rollback of one service."""
    name, vessel = _target(arguments.name)
    snapshot = await control.telemetry.refresh(cluster_id)
    service = next((s for s in _services(snapshot, name) if s.vessel == vessel), None)
    if service is None:
        raise NothingFound(
            detail=f"There is no service {arguments.name}.", next_step="Give it as FLEET/SERVICE."
        )
    output.progress(plan_words(await control.rollbacks.preview(cluster_id, service.id)))
    if not arguments.yes and not confirmed(f"Roll {arguments.name} back?"):
        output.progress("Nothing was done; --yes does it without asking.")
        return CANCELLED
    await control.rollbacks.roll_back(cluster_id, service.id)
    output.result({"rolled_back": arguments.name}, f"{arguments.name} is what it was before.")
    return 0


def _services(snapshot: Snapshot, name: str) -> tuple[Service, ...]:
    services = snapshot.fleets.get(name)
    if services is None:
        names = ", ".join(snapshot.fleets) or "none"
        raise NothingFound(detail=f'No fleet "{name}" flies here. Flying: {names}.')
    return services


def _service_document(snapshot: Snapshot, service: Service) -> dict[str, str]:
    condition = service_condition(snapshot, service)
    return {
        "vessel": service.vessel,
        "service": service.name,
        "image": service.image,
        "mode": service.mode,
        "tasks": condition.count,
        "health": condition.health.value,
    }


def _task_documents(snapshot: Snapshot, service: Service) -> list[dict[str, Any]]:
    return [
        {
            "id": task.id,
            "name": f"{service.vessel}.{task.slot or snapshot.node_name(task.node_id)}",
            "node": snapshot.node_name(task.node_id),
            "desired": task.desired,
            "state": task.state,
            "error": task.error,
        }
        for task in current_tasks(snapshot, service)
    ]


async def history(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Earlier launches of a fleet from this data directory, newest first."""
    cluster = chosen_cluster(control, arguments.cluster)
    records = control.records.history(cluster.id, arguments.name)
    cut_off = {record.id for record in control.launches.cut_off()}
    document = [
        {
            "version": record.version,
            "started": datetime.fromtimestamp(record.started_at, UTC).isoformat(timespec="seconds"),
            "state": "interrupted" if record.id in cut_off else record.state,
            "seconds": round(record.ended_at - record.started_at, 1) if record.ended_at else None,
            "operator": record.operator,
            "returns_to": record.returns_to or None,
            "commit": record.git_commit or None,
            "digests": dict(control.records.pins(record.id)),
            "body_sha256": record.body_sha256,
        }
        for record in records
    ]
    rows = [
        (
            str(r["version"]),
            str(r["started"]),
            f"returned to {r['returns_to']}: {r['state']}" if r["returns_to"] else str(r["state"]),
            str(r["operator"]),
            str(r["commit"] or "-"),
        )
        for r in document
    ]
    heads = ("VERSION", "STARTED", "STATE", "BY", "COMMIT")
    output.result(document, table(heads, rows) if rows else "No launches yet.")
    return 0


async def compare(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """The difference of two launched flight plans by their version numbers."""
    cluster = chosen_cluster(control, arguments.cluster)
    texts = [
        control.launches.version(cluster.id, arguments.name, number).template
        for number in (arguments.old, arguments.new)
    ]
    lines = diff(*texts)
    output.result(
        [asdict(line) for line in lines],
        "\n".join(f"{_SIGNS[line.kind]} {line.text}" for line in lines) or "No difference.",
    )
    return 0


def _target(text: str) -> tuple[str, str | None]:
    name, slash, vessel = text.partition("/")
    return name, vessel if slash else None


async def explain(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Why what does not run does not: Docker's words and what they amount to."""
    cluster = chosen_cluster(control, arguments.cluster)
    name, vessel = _target(arguments.target)
    snapshot = await control.telemetry.refresh(cluster.id)
    causes = []
    for service in _services(snapshot, name):
        if vessel not in (None, service.vessel):
            continue
        for task in snapshot.tasks_by_service.get(service.id, ()):
            if not task.error and task.state not in ("failed", "rejected"):
                continue
            words = explained(task.error, task.exit_code)
            causes.append(
                {
                    "task": f"{service.vessel}.{task.slot}",
                    "node": snapshot.node_name(task.node_id),
                    "state": task.state,
                    "at": task.timestamp,
                    "sentence": words.sentence,
                    "next_step": words.next_step,
                    "docker_said": task.error,
                }
            )
    causes.sort(key=lambda cause: cause["at"], reverse=True)
    text = "\n\n".join(
        f"{c['task']} {c['node']} ({c['state']}, {c['at'][:19]}): {c['sentence']} {c['next_step']}"
        f"\n  Docker said: {c['docker_said'] or '(nothing)'}"
        for c in causes
    )
    output.result(causes, text or "No task of it has failed as far as Docker remembers.")
    return 0
