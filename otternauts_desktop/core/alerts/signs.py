"""What of a snapshot, and of what is known beside it, is a sign of trouble at this moment."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from otternauts_desktop.core.alerts.alert import AlertKind, Severity, Sign
from otternauts_desktop.core.alerts.crashes import Crashes, restarts
from otternauts_desktop.core.alerts.quiet import Quiet
from otternauts_desktop.core.alerts.rules import Rules
from otternauts_desktop.core.flight.images import ImageSeen
from otternauts_desktop.core.flight.live import asked_for, digest
from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.gauges.rates import Sample
from otternauts_desktop.core.names import OutpostId
from otternauts_desktop.core.swarm.health import Health, current_tasks, service_condition
from otternauts_desktop.core.swarm.quorum import quorum
from otternauts_desktop.core.swarm.state import Node, Service, Snapshot

DAY: Final = 86_400.0
_UPDATES: Final = ("updating", "rollback_started")
_FAILED: Final = (LaunchState.FAILED.value, LaunchState.TIMED_OUT.value)


def of_swarm(snapshot: Snapshot, rules: Rules, crashes: Crashes, quiet: Quiet) -> tuple[Sign, ...]:
    """What a snapshot alone tells, of the kinds that `judged` names for it."""
    return (
        *_services(snapshot, rules, crashes, quiet),
        *_outposts(snapshot.nodes, quiet),
        *_managers(snapshot.nodes, quiet),
    )


def judged(snapshot: Snapshot) -> frozenset[AlertKind]:
    """The kinds of which a snapshot tells something.

    A leader that is so new that it has not heard of its nodes yet tells nothing of what they run.
    """
    kinds = {AlertKind.CRASH_LOOP, AlertKind.OUTPOST, AlertKind.QUORUM, AlertKind.CLUSTER}
    if not any(node.unheard for node in snapshot.nodes):
        kinds.add(AlertKind.SERVICE)
    return frozenset(kinds)


def _services(snapshot: Snapshot, rules: Rules, crashes: Crashes, quiet: Quiet) -> Iterator[Sign]:
    most = rules[AlertKind.CRASH_LOOP].threshold
    for service in snapshot.services:
        if service.id in quiet.services:
            continue
        condition = service_condition(snapshot, service)
        count, said = crashes.worst(service.id)
        if count >= most:
            yield Sign(
                AlertKind.CRASH_LOOP,
                service.id,
                Severity.CRITICAL,
                {"service": service.name, "count": str(count), "said": said},
            )
        updated = service.update_state in _UPDATES and condition.health is Health.MOVING
        missing = condition.wanted - condition.running - _done_well(snapshot, service)
        if not service.is_job and missing > 0 and not updated:
            yield Sign(
                AlertKind.SERVICE,
                service.id,
                Severity.CRITICAL if condition.running == 0 else Severity.WARNING,
                {
                    "service": service.name,
                    "running": str(condition.running),
                    "wanted": str(condition.wanted),
                    "said": _why(snapshot, service),
                },
            )


def _done_well(snapshot: Snapshot, service: Service) -> int:
    """Replicas that have ended as they should, and that nothing starts again."""
    if restarts(service) == "any":
        return 0
    return sum(task.state == "complete" for task in current_tasks(snapshot, service))


def _why(snapshot: Snapshot, service: Service) -> str:
    """Docker's words on a replica that does not run, "" where it says nothing."""
    tasks = snapshot.tasks_by_service[service.id]
    return next((task.error for task in tasks if task.error and task.state != "running"), "")


def _outposts(nodes: Iterable[Node], quiet: Quiet) -> Iterator[Sign]:
    for node in nodes:
        # A drained worker was emptied by somebody who may be mending it.
        aside = node.availability == "drain" and node.role == "worker"
        if not (node.ready or node.unheard or aside) and node.id not in quiet.nodes:
            yield Sign(AlertKind.OUTPOST, node.id, Severity.CRITICAL, {"outpost": node.name})


def _managers(nodes: Iterable[Node], quiet: Quiet) -> Iterator[Sign]:
    nodes = tuple(nodes)
    seen = quorum(nodes)
    worked_on = any(n.role == "manager" and n.id in quiet.nodes for n in nodes)
    if seen.reachable < seen.managers and seen.spare <= 0 and not worked_on:
        yield Sign(
            AlertKind.QUORUM,
            "at risk",
            Severity.WARNING,
            {"reachable": str(seen.reachable), "managers": str(seen.managers)},
        )


def of_silence(sentence: str, *, leaderless: bool) -> tuple[Sign, ...]:
    """What it means that no manager could tell how the swarm stands."""
    if leaderless:
        return (Sign(AlertKind.QUORUM, "lost", Severity.CRITICAL, {"said": sentence}),)
    return (Sign(AlertKind.CLUSTER, "", Severity.CRITICAL, {"said": sentence}),)


def of_samples(samples: Mapping[OutpostId, tuple[str, Sample]], rules: Rules) -> tuple[Sign, ...]:
    """Disks and clocks; `samples` are names and newest samples of outposts by their ids.

    Clocks are compared with this machine's. Where all outposts differ from it, it is the one
    that is wrong: so each is held against the one that agrees with it best.
    """
    found = []
    skews = [sample.skew for _, sample in samples.values() if sample.skew is not None]
    own = min(skews, key=abs) if len(skews) > 1 else 0.0
    for outpost, (name, sample) in samples.items():
        part = sample.disk_part
        if part is not None and part * 100 >= rules[AlertKind.DISK].threshold:
            values = {"outpost": name, "percent": f"{part * 100:.0f}"}
            found.append(Sign(AlertKind.DISK, outpost, Severity.WARNING, values))
        off = abs(sample.skew - own) if sample.skew is not None else 0.0
        if off >= rules[AlertKind.CLOCK].threshold:
            values = {"outpost": name, "seconds": f"{off:.0f}"}
            found.append(Sign(AlertKind.CLOCK, outpost, Severity.WARNING, values))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Launched:
    """The newest launch of a fleet."""

    fleet: str
    version: int
    state: str
    """A `LaunchState`."""
    ended_at: float
    said: str = ""
    """The cause, in one sentence."""


def of_launches(newest: Iterable[Launched], rules: Rules, now: float) -> tuple[Sign, ...]:
    """Launches that failed, for as long as that is news and no later one of the fleet was made."""
    fresh = rules[AlertKind.LAUNCH].threshold * 3600
    return tuple(
        Sign(
            AlertKind.LAUNCH,
            f"{launch.fleet}/{launch.version}",
            Severity.WARNING,
            {"fleet": launch.fleet, "version": str(launch.version), "said": launch.said},
        )
        for launch in newest
        if launch.state in _FAILED and now - launch.ended_at < fresh
    )


@dataclass(frozen=True, slots=True)
class Shield:
    """The certificate of a domain, as it was last seen."""

    domain: str
    fleet: str
    expires_at: float
    """Wall clock, seconds since 1970; in the past for one that was refused as expired."""


def of_shields(shields: Iterable[Shield], rules: Rules, now: float) -> tuple[Sign, ...]:
    """Certificates that were not renewed in time."""
    days = rules[AlertKind.CERTIFICATE].threshold
    return tuple(
        Sign(
            AlertKind.CERTIFICATE,
            shield.domain,
            Severity.CRITICAL if shield.expires_at <= now else Severity.WARNING,
            {
                "domain": shield.domain,
                "fleet": shield.fleet,
                "days": str(max(int((shield.expires_at - now) // DAY), 0)),
                "over": "yes" if shield.expires_at <= now else "",
            },
        )
        for shield in shields
        if shield.expires_at - now < days * DAY
    )


def of_images(snapshot: Snapshot, told: Mapping[str, ImageSeen]) -> tuple[Sign, ...]:
    """Services whose tag stands for another image by now; `told` by the text of the image."""
    found = []
    for service in snapshot.services:
        image = asked_for(service)
        seen = told.get(image)
        if seen and seen.digest and digest(service.image) not in ("", seen.digest):
            found.append(
                Sign(
                    AlertKind.IMAGE,
                    service.id,
                    Severity.NOTE,
                    {"service": service.name, "image": image},
                )
            )
    return tuple(found)


def images(snapshot: Snapshot) -> tuple[str, ...]:
    """The images that a registry can be asked about: those with a tag that fly by their digest."""
    asked = (asked_for(s) for s in snapshot.services if digest(s.image))
    return tuple(dict.fromkeys(image for image in asked if image and "@" not in image))
