"""`otternauts outpost stats` and `otternauts fleet stats`: what outposts and services use."""

import asyncio
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.output import Output, table
from otternauts_desktop.core.errors import KnownError, NothingFound
from otternauts_desktop.core.gauges.rates import Sample, Use
from otternauts_desktop.core.gauges.scale import decimals, scaled
from otternauts_desktop.core.gauges.series import COARSE, FIELDS, FINE
from otternauts_desktop.core.swarm.cluster import Cluster, Outpost
from otternauts_desktop.core.swarm.state import Service, Snapshot

_KEYS: Final = {
    "cpu": "cpu_cores",
    "memory": "memory_bytes",
    "received": "received_bytes_per_second",
    "sent": "sent_bytes_per_second",
    "read": "read_bytes_per_second",
    "written": "written_bytes_per_second",
    "disk": "disk_used_bytes",
}
"""The names of a series' fields for programs."""
_FLOWS: Final = ("IN/S", "OUT/S", "READ/S", "WRITTEN/S")
_CLEAR: Final = "\x1b[H\x1b[2J"


async def outpost_stats(
    control: MissionControl, cluster: Cluster, arguments: Namespace, output: Output
) -> int:
    """What outposts use: now, again and again, or since some time."""
    outposts = [
        outpost
        for outpost in control.outposts.outposts(cluster.id)
        if arguments.name in (None, outpost.name, outpost.id)
    ]
    if not outposts:
        raise NothingFound(detail=f'There is no outpost "{arguments.name}" in {cluster.name}.')
    if arguments.since:
        named = {outpost.name: ("", outpost.id) for outpost in outposts}
        return await _past(control, cluster, named, arguments.since, output)
    await _sampled(control, outposts)
    while True:
        await asyncio.sleep(arguments.over)
        troubles = await _sampled(control, outposts)
        if len(troubles) == len(outposts) == 1:
            raise next(iter(troubles.values()))
        samples = {outpost.name: control.gauges.latest(outpost.id) for outpost in outposts}
        document = [
            {"outpost": name, "error": troubles[name].text()}
            if sample is None or name in troubles
            else {"outpost": name, **_sample_document(sample)}
            for name, sample in samples.items()
        ]
        rows = [
            (name, "-", *("",) * 7, troubles[name].title)
            if sample is None or name in troubles
            else (name, *_sample_cells(sample))
            for name, sample in samples.items()
        ]
        headings = ("OUTPOST", "CPU", "MEMORY", "DISK", *_FLOWS, "LOAD", "CLOCK")
        if not _shown(document, table(headings, rows), arguments, output):
            return 0


async def fleet_stats(
    control: MissionControl, cluster: Cluster, arguments: Namespace, output: Output
) -> int:
    """What services use; with the name of a fleet, their tasks as well."""
    snapshot = await control.telemetry.refresh(cluster.id)
    services = _services_of(snapshot, arguments.name)
    if arguments.since:
        named = {service.name: (service.id, None) for service in services}
        return await _past(control, cluster, named, arguments.since, output)
    outposts = control.outposts.outposts(cluster.id)
    await _sampled(control, outposts)
    while True:
        await asyncio.sleep(arguments.over)
        for name, trouble in (await _sampled(control, outposts)).items():
            output.progress(f"{name} could not be sampled: {trouble.text()}")
        snapshot = await control.telemetry.refresh(cluster.id)
        services = _services_of(snapshot, arguments.name)
        by_service = control.gauges.services(cluster.id)
        by_task = control.gauges.tasks(cluster.id)
        document, rows = [], []
        for service in services:
            use = by_service.get(service.id, Use())
            tasks = [
                (f"{service.vessel}.{task.slot or snapshot.node_name(task.node_id)}", task)
                for task in snapshot.tasks_by_service[service.id]
                if task.id in by_task
            ]
            document.append(
                {
                    "service": service.name,
                    **_use_document(use),
                    "tasks": [
                        {
                            "task": name,
                            "id": task.id,
                            "node": snapshot.node_name(task.node_id),
                            **_use_document(by_task[task.id]),
                        }
                        for name, task in tasks
                    ],
                }
            )
            rows.append((service.name, str(len(tasks)), *_use_cells(use)))
            if arguments.name:
                rows += [
                    (f"  {name}", snapshot.node_name(task.node_id), *_use_cells(by_task[task.id]))
                    for name, task in tasks
                ]
        headings = ("SERVICE", "TASKS", "CPU", "MEMORY", *_FLOWS)
        if not _shown(document, table(headings, rows), arguments, output):
            return 0


def _shown(document: Any, text: str, arguments: Namespace, output: Output) -> bool:
    """Print it; whether it is to be looked at again."""
    if arguments.watch and not output.as_json:
        text = _CLEAR + text
    output.result(document, text)
    return bool(arguments.watch)


async def _sampled(control: MissionControl, outposts: Sequence[Outpost]) -> dict[str, KnownError]:
    """Sample them all; gives what stood in the way, by name."""

    async def take(outpost: Outpost) -> KnownError | None:
        try:
            await control.gauges.take(outpost)
        except KnownError as error:
            return error
        return None

    told = await asyncio.gather(*(take(outpost) for outpost in outposts))
    return {outpost.name: e for outpost, e in zip(outposts, told, strict=True) if e is not None}


def _services_of(snapshot: Snapshot, fleet: str | None) -> tuple[Service, ...]:
    if fleet is None:
        return snapshot.services
    if fleet not in snapshot.fleets:
        names = ", ".join(snapshot.fleets) or "none"
        raise NothingFound(detail=f'No fleet "{fleet}" flies here. Flying: {names}.')
    return snapshot.fleets[fleet]


# -- the past ----------------------------------------------------------------------------------


async def _past(
    control: MissionControl,
    cluster: Cluster,
    named: Mapping[str, tuple[str, str | None]],
    since: float,
    output: Output,
) -> int:
    """What the window has kept, of subjects by name: fine where all of it is, else coarse."""
    now = time.time()
    grain = FINE if since <= FINE.kept else COARSE
    document, rows = {}, []
    for name, (service_id, subject) in named.items():
        series = await control.gauge_history.series(
            grain, cluster.id, service_id, subject, now - since, now
        )
        slots = list(zip(*(series[field] for field in FIELDS), strict=True))
        first = int(now - since) // grain.step * grain.step
        kept = [
            {
                "at": _stamp(first + number * grain.step),
                **{_KEYS[field]: figure for field, figure in zip(FIELDS, slot, strict=True)},
            }
            for number, slot in enumerate(slots)
            if any(figure is not None for figure in slot)
        ]
        document[name] = kept
        rows.append((name, str(len(kept)), *_summary(series)))
    if not any(document.values()):
        output.progress(
            "Nothing is kept of that time. The window keeps what it samples while it is open."
        )
    text = table(
        ("NAME", "SLOTS", "CPU (MEAN)", "CPU (TOP)", "MEMORY (MEAN)", "MEMORY (TOP)"), rows
    )
    output.result(
        {"cluster": cluster.name, "seconds_per_slot": grain.step, "subjects": document}, text
    )
    return 0


def _summary(series: Mapping[str, list[float | None]]) -> tuple[str, ...]:
    cells = []
    for field, words in (("cpu", _cores), ("memory", _bytes)):
        known = [figure for figure in series[field] if figure is not None]
        mean = sum(known) / len(known) if known else None
        cells += [words(mean), words(max(known, default=None))]
    return tuple(cells)


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


# -- figures -----------------------------------------------------------------------------------


def _sample_document(sample: Sample) -> dict[str, Any]:
    return {
        "at": _stamp(sample.taken_at),
        "seconds": round(sample.seconds, 2),
        **_use_document(sample.own),
        "cores": sample.cores,
        "memory_total_bytes": sample.memory_total,
        "disk_used_bytes": sample.disk_used,
        "disk_total_bytes": sample.disk_total,
        "load": list(sample.load),
        "clock_ahead_seconds": sample.skew,
        "uptime_seconds": sample.uptime,
    }


def _use_document(use: Use) -> dict[str, float | None]:
    return {name: getattr(use, field) for field, name in _KEYS.items() if field in Use.__slots__}


def _sample_cells(sample: Sample) -> tuple[str, ...]:
    own, skew = sample.own, sample.skew
    part = own.cpu / sample.cores if own.cpu is not None and sample.cores else None
    clock = "" if skew is None else "ok" if abs(skew) < 1 else f"{skew:+.0f} s"
    return (
        _percent(part),
        _of(own.memory, sample.memory_total),
        _of(sample.disk_used, sample.disk_total),
        *_flows(own),
        f"{sample.load[0]:.2f}",
        clock,
    )


def _use_cells(use: Use) -> tuple[str, ...]:
    return (_cores(use.cpu), _bytes(use.memory), *_flows(use))


def _flows(use: Use) -> tuple[str, ...]:
    return tuple(_bytes(amount) for amount in (use.received, use.sent, use.read, use.written))


def _cores(amount: float | None) -> str:
    """100 % is one core, as `docker stats` has it."""
    return _percent(amount)


def _percent(part: float | None) -> str:
    return "-" if part is None else f"{part * 100:.1f} %"


def _bytes(amount: float | None) -> str:
    if amount is None:
        return "-"
    number, prefix = scaled(amount)
    return f"{number:.{decimals(number) if prefix else 0}f} {prefix}B"


def _of(amount: float | None, whole: float) -> str:
    if amount is None or not whole:
        return "-"
    return f"{_bytes(amount)} of {_bytes(whole)}"
