"""`otternauts cleanup plan` and `run`, `otternauts volume list`."""

from argparse import Namespace
from typing import Any

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.clusters import chosen_cluster
from otternauts_desktop.cli.inputs import confirmed
from otternauts_desktop.cli.jobs import followed
from otternauts_desktop.cli.output import Output, table
from otternauts_desktop.core.errors import NothingFound
from otternauts_desktop.core.flight.cleaning import (
    VERSIONS_KEPT,
    WORDS,
    CleaningPlan,
    Item,
    Kind,
    mounting,
    wandering,
)

CHANGES = 2


async def cleanup(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Show or do a cleaning; gives the exit code."""
    cluster_id = chosen_cluster(control, arguments.cluster).id
    plan = await control.cleaning.plan(cluster_id, max(arguments.keep, 1))
    if arguments.only:
        plan = plan.only([Kind(kind) for kind in arguments.only])
    plan = plan.choosing(_chosen(plan, arguments))
    if arguments.action == "plan":
        output.result(plan_document(plan), plan_words(plan, stays=arguments.all))
        return CHANGES if plan.going else 0
    if not plan.going:
        output.result(plan_document(plan), plan_words(plan, stays=False))
        return 0
    output.progress(plan_words(plan, stays=False))
    if not arguments.yes and not confirmed(f"Remove these {len(plan.going)}?"):
        output.progress("Nothing was done; --yes does it without asking.")
        return CHANGES
    return await followed(control, control.cleaning.start(cluster_id, plan), output)


async def volume(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Show the map of all volumes; gives the exit code."""
    cluster_id = chosen_cluster(control, arguments.cluster).id
    plan = await control.cleaning.plan(cluster_id, VERSIONS_KEPT)
    snapshot = await control.telemetry.refresh(cluster_id)
    found = [(disk, one) for disk in plan.disks for one in disk.volumes]
    users = {v.name: [s.name for s in mounting(snapshot, v.name)] for _, v in found}
    wanders = wandering(snapshot)
    document = {
        "volumes": [
            {
                "name": one.name,
                "outpost": disk.outpost,
                "driver": one.driver,
                "bytes": one.size if one.size >= 0 else None,
                "fleet": one.fleet,
                "services": users[one.name],
                "elsewhere": one.remote,
            }
            for disk, one in found
        ],
        "warnings": [wander.words for wander in wanders],
        "unread": _unread(plan),
    }
    rows = [
        (one.name, disk.outpost, one.driver, size_words(one.size), ", ".join(users[one.name]))
        for disk, one in sorted(found, key=lambda pair: (pair[1].name, pair[0].outpost))
    ]
    lines = [table(("VOLUME", "OUTPOST", "DRIVER", "SIZE", "SERVICES"), rows)]
    lines += [wander.words for wander in wanders] + _unread_words(plan)
    output.result(document, "\n".join(lines))
    return 0


def plan_document(plan: CleaningPlan) -> dict[str, Any]:
    """A cleaning for programs."""
    return {
        "kept_versions": plan.kept_versions,
        "frees_bytes": plan.freed,
        "outposts": [
            {
                "name": disk.outpost,
                "images_bytes": disk.layers,
                "containers_bytes": disk.container_bytes,
                "build_cache_bytes": disk.cache_bytes,
                "volumes_bytes": disk.volume_bytes,
                "error": disk.trouble,
            }
            for disk in plan.disks
        ],
        "items": [
            {
                "outpost": item.outpost,
                "kind": item.kind.value,
                "id": item.id,
                "name": item.name,
                "bytes": item.size if item.size >= 0 else None,
                "goes": item.goes,
                "by_name_only": item.by_name,
                "reason": item.reason,
            }
            for item in plan.items
        ],
    }


def plan_words(plan: CleaningPlan, *, stays: bool) -> str:
    """A cleaning for people."""
    rows = [
        (
            disk.outpost,
            size_words(disk.layers),
            size_words(disk.container_bytes),
            size_words(disk.cache_bytes),
            size_words(disk.volume_bytes),
            size_words(sum(max(i.size, 0) for i in plan.going if i.node_id == disk.node_id)),
        )
        for disk in plan.disks
        if not disk.trouble
    ]
    lines = [table(("OUTPOST", "IMAGES", "CONTAINERS", "CACHE", "VOLUMES", "WOULD GO"), rows)]
    shown = [item for item in plan.items if item.goes or stays]
    if shown:
        headings = ("OUTPOST", "", "KIND", "NAME", "SIZE", "WHY")
        lines += ["", table(headings, [_row(item) for item in shown])]
    else:
        lines += ["", "There is nothing to remove."]
    by_name = sum(item.by_name and not item.goes for item in plan.items)
    if by_name and not stays:
        lines.append(f"{by_name} more would go only by their names: see --all.")
    return "\n".join([*lines, *_unread_words(plan)])


def size_words(size: int) -> str:
    """`310 MB`; "?" where nobody knows."""
    if size < 0:
        return "?"
    for unit, one in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= one:
            return f"{size / one:.1f} {unit}"
    return f"{size} B"


def _row(item: Item) -> tuple[str, ...]:
    mark = "goes" if item.goes else "by name" if item.by_name else "stays"
    kind = WORDS[item.kind].lower()
    return (item.outpost, mark, kind, item.name, size_words(item.size), item.reason)


def _unread(plan: CleaningPlan) -> list[dict[str, str]]:
    return [{"outpost": d.outpost, "error": d.trouble} for d in plan.disks if d.trouble]


def _unread_words(plan: CleaningPlan) -> list[str]:
    return [f"{disk.outpost} was not read: {disk.trouble}" for disk in plan.disks if disk.trouble]


def _chosen(plan: CleaningPlan, arguments: Namespace) -> list[str]:
    """The keys of what was named. Raises `NothingFound` for what can't be chosen."""
    keys = []
    for kind in (Kind.VOLUME, Kind.CONTAINER, Kind.IMAGE):
        for name in getattr(arguments, kind.value):
            found = next(
                (i for i in plan.items if i.kind is kind and f"{i.outpost}/{i.name}" == name), None
            )
            if found is None:
                raise NothingFound(
                    detail=f"There is no {kind.value} {name}.",
                    next_step="See otternauts cleanup plan --all.",
                )
            if not found.by_name and not found.goes:
                raise NothingFound(detail=f"The {kind.value} {name} stays: {found.reason}")
            keys.append(found.key)
    return keys
