"""What a service asks of an outpost, and what the outpost has to that.

The same questions as swarmkit's scheduler asks, with the same answers (manager/scheduler/filter.go,
manager/constraint/constraint.go). Docker decides; its own words are shown beside it.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from otternauts_desktop.core.flight.amounts import byte_count, cpus, nano_cpus, size
from otternauts_desktop.core.flight.wanted import Form
from otternauts_desktop.core.swarm.state import Node, Service, Snapshot
from otternauts_desktop.core.words import tr

Platforms = tuple[tuple[str, str], ...]
"""Systems and architectures that an image is made for; empty where that is not known."""

_ARCHITECTURES: Final = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "armv6l": "arm"}
_LABEL: Final = "node.labels."
_CONSTRAINT: Final = re.compile(r"\s*(\S+?)\s*(==|!=)\s*(.*?)\s*")


@dataclass(frozen=True, slots=True)
class Check:
    """One question of the scheduler to one outpost, and its answer."""

    question: str
    """In a word or two, the same for all outposts."""
    passed: bool
    found: str
    """What the outpost has: `ssd`, `Drain`, `0.5 CPUs left`."""
    reason: str = ""
    """Why it can't take the task, in a sentence; "" where it passed."""
    suggestion: str = ""


@dataclass
class Load:
    """What is taken on one outpost."""

    cpus: int = 0
    """Billionths of a processor."""
    memory: int = 0
    """Bytes."""
    generic: dict[str, int] = field(default_factory=dict)
    ports: dict[tuple[int, str], str] = field(default_factory=dict)
    """Host-mode ports, and the service that has each."""
    own: int = 0
    """Tasks of the service in question."""


_NOTHING: Final = Load()


def satisfies(node: Node, form: Form) -> bool:
    """Whether a node meets all placement constraints of a service."""
    return all(_meets(node, c) for c in _placement(form).get("constraints", ()))


def checks(node: Node, form: Form, load: Load, platforms: Platforms = ()) -> Iterator[Check]:
    """All that a service asks of an outpost, in the scheduler's own order."""
    yield _availability(node)
    yield from _resources(node, form, load)
    yield from _plugins(node, form)
    for constraint in _placement(form).get("constraints", ()):
        yield _constraint(node, constraint)
    if platforms:
        yield _platform(node, platforms)
    yield from _ports(form, load)
    if most := _placement(form).get("max_replicas_per_node"):
        yield _most(int(most), load)


def _availability(node: Node) -> Check:
    question = tr("Availability")
    if not node.ready:
        found = tr("Down") if node.state == "down" else tr("Unreachable")
        reason = tr("It is {state}.", state=node.state)
        return Check(question, False, found, reason, tr("Bring it back, or remove it."))
    if node.availability == "drain":
        return Check(question, False, tr("Drain"), tr("It is drained."), tr("Activate it."))
    if node.availability == "pause":
        reason = tr("It takes no new tasks (paused).")
        return Check(question, False, tr("Paused"), reason, tr("Activate it."))
    return Check(question, True, tr("Active"))


def _resources(node: Node, form: Form, load: Load) -> Iterator[Check]:
    asked = reserved(form)
    lower = tr("Lower deploy.resources.reservations, or add an outpost.")
    if asked.cpus:
        free = max(0, round(node.cpus * 1e9) - load.cpus)
        left = tr("{number} left", number=cpus(free))
        reason = tr(
            "It has {free} CPUs left, {asked} are reserved.",
            free=cpus(free),
            asked=cpus(asked.cpus),
        )
        yield _check(tr("CPUs"), asked.cpus <= free, left, reason, lower)
    if asked.memory:
        free = max(0, node.memory - load.memory)
        left = tr("{number} left", number=_rounded(free))
        reason = tr(
            "It has {free} of memory left, {asked} is reserved.",
            free=_rounded(free),
            asked=size(asked.memory),
        )
        yield _check(tr("Memory"), asked.memory <= free, left, reason, lower)
    for kind, count in asked.generic.items():
        free = max(0, node.generic.get(kind, 0) - load.generic.get(kind, 0))
        left = tr("{number} left", number=free)
        reason = tr(
            "It has {free} of {kind} left, {asked} are reserved.", free=free, kind=kind, asked=count
        )
        yield _check(kind, count <= free, left, reason, lower)


def _plugins(node: Node, form: Form) -> Iterator[Check]:
    driver = form.get("logging", {}).get("driver", "none")
    needed = [] if driver == "none" else [("Log", driver)]
    needed += [
        ("Volume", mount["driver"])
        for mount in form.get("volumes", ())
        if mount.get("driver", "local") != "local"
    ]
    for kind, name in needed:
        has = (kind, name) in node.plugins or (kind, f"{name}:latest") in node.plugins
        has = has or not node.plugins  # an engine that tells nothing of them
        found = tr("there") if has else tr("not there")
        reason = tr("It has no plugin {name}.", name=name)
        suggestion = tr("Install the plugin there, or use another driver.")
        yield _check(tr("Plugin {name}", name=name), has, found, reason, suggestion)


def _constraint(node: Node, constraint: str) -> Check:
    match = _CONSTRAINT.fullmatch(constraint)
    key, operator, value = match.groups() if match else (constraint, "==", "")
    found = _found(node, key)
    return _check(
        _question(key),
        found is not None and _holds(found, operator, value, key),
        tr("not known to Docker") if found is None else found or tr("not set"),
        tr("It does not meet {constraint}.", constraint=constraint),
        _advice(constraint),
    )


def _question(key: str) -> str:
    low = key.lower()
    if low.startswith(_LABEL):
        return tr("Label {name}", name=key[len(_LABEL) :])
    return low.removeprefix("node.")


def _platform(node: Node, platforms: Platforms) -> Check:
    made_for = ", ".join(f"{system}/{arch}" for system, arch in platforms)
    own = f"{node.os}/{_ARCHITECTURES.get(node.arch, node.arch)}"
    return _check(
        tr("Platform"),
        any(_runs(node, system, arch) for system, arch in platforms),
        own,
        tr("The image is made for {platforms}, not for {own}.", platforms=made_for, own=own),
        tr("Use an image built for its architecture."),
    )


def _ports(form: Form, load: Load) -> Iterator[Check]:
    for port in form.get("ports", ()):
        number = port.get("published", 0)
        if port["mode"] != "host" or not number:
            continue
        owner = load.ports.get((number, port["protocol"]), "")
        yield _check(
            tr("Port {port}", port=number),
            not owner,
            tr("free") if not owner else tr("taken by {service}", service=owner),
            tr("Port {port} is taken there by {service}.", port=number, service=owner),
            tr("Publish another port, or keep the two apart by constraints."),
        )


def _most(most: int, load: Load) -> Check:
    return _check(
        tr("Replicas"),
        load.own < most,
        tr("{number} of {most}", number=load.own, most=most),
        tr(
            "It runs {number} of its tasks already, {most} are allowed.", number=load.own, most=most
        ),
        tr("Raise deploy.placement.max_replicas_per_node, or add an outpost."),
    )


def _check(question: str, passed: bool, found: str, reason: str, suggestion: str) -> Check:
    """Words of refusal only where it is refused."""
    return Check(question, passed, found, *(("", "") if passed else (reason, suggestion)))


def _advice(constraint: str) -> str:
    match = _CONSTRAINT.fullmatch(constraint)
    if match and match[1].lower().startswith("node.labels.") and match[2] == "==":
        label = f"{match[1][len('node.labels.') :]}={match[3]}"
        return tr("Give it the label {label}, or change the constraint.", label=label)
    return tr("Compare deploy.placement.constraints with the outpost's role and labels.")


def _meets(node: Node, constraint: str) -> bool:
    return _constraint(node, constraint).passed


def _found(node: Node, key: str) -> str | None:
    """What a node has under a key of constraints; None for a key that swarm doesn't know."""
    low = key.lower()
    if low.startswith(_LABEL):
        return node.labels.get(key[len(_LABEL) :], "")
    if low.startswith("engine.labels."):
        return node.engine_labels.get(key[len("engine.labels.") :], "")
    known = {
        "node.id": node.id,
        "node.hostname": node.name,
        "node.ip": node.address,
        "node.role": node.role,
        "node.platform.os": node.os,
        "node.platform.arch": node.arch,
    }
    return known.get(low)


def _holds(found: str, operator: str, value: str, key: str) -> bool:
    same = _same_address if key.lower() == "node.ip" else _folded
    return same(found, value) == (operator == "==")


def _folded(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _same_address(address: str, value: str) -> bool:
    """Whether an address is the one given, or in the network given (`10.0.0.0/8`)."""
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False


def _runs(node: Node, system: str, architecture: str) -> bool:
    own = _ARCHITECTURES.get(node.arch, node.arch)
    asked = _ARCHITECTURES.get(architecture, architecture)
    return system in ("", node.os) and asked in ("", own)


def capacity(node: Node, form: Form, load: Load) -> int:
    """How many of its tasks would fit beside what runs there."""
    limits = [10**6]
    asked = reserved(form)
    if asked.cpus:
        limits.append((round(node.cpus * 1e9) - load.cpus) // asked.cpus)
    if asked.memory:
        limits.append((node.memory - load.memory) // asked.memory)
    for kind, count in asked.generic.items():
        limits.append((node.generic.get(kind, 0) - load.generic.get(kind, 0)) // max(1, count))
    if most := _placement(form).get("max_replicas_per_node"):
        limits.append(int(most) - load.own)
    if any(port["mode"] == "host" and port.get("published") for port in form.get("ports", ())):
        limits.append(1)
    return min(limits)


@dataclass(frozen=True, slots=True)
class Taker:
    """A service whose tasks take something that others want, too."""

    service: Service
    asked: Load
    """What each of its tasks takes."""


def takers(snapshot: Snapshot) -> tuple[Taker, ...]:
    """All services, with what their tasks take of an outpost."""
    found = []
    for service in snapshot.services:
        template = service.spec.get("TaskTemplate") or {}
        asked = (template.get("Resources") or {}).get("Reservations") or {}
        ports = {
            (port.get("PublishedPort", 0), port.get("Protocol", "tcp")): service.name
            for port in (service.spec.get("EndpointSpec") or {}).get("Ports") or []
            if port.get("PublishMode") == "host"
        }
        generic = dict(_generic(asked.get("GenericResources") or []))
        load = Load(asked.get("NanoCPUs", 0), asked.get("MemoryBytes", 0), generic, ports)
        found.append(Taker(service, load))
    return tuple(found)


def loads(
    snapshot: Snapshot, taking: Iterable[Taker], own: str, *, counted: bool
) -> Mapping[str, Load]:
    """What is taken on each outpost, by the nodes' ids.

    `own` is the full name of the service in question; its own tasks count where they stay.
    """
    found = {node.id: Load() for node in snapshot.nodes}
    for taker in taking:
        mine, asked = taker.service.name == own, taker.asked
        if (mine and not counted) or not (mine or asked != _NOTHING):
            continue
        for task in snapshot.tasks_by_service.get(taker.service.id, ()):
            load = found.get(task.node_id)
            if load is None or not task.live or task.desired not in ("running", "ready"):
                continue
            load.own += mine
            load.cpus += asked.cpus
            load.memory += asked.memory
            for kind, count in asked.generic.items():
                load.generic[kind] = load.generic.get(kind, 0) + count
            load.ports |= asked.ports
    return found


def _generic(entries: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, int]]:
    for entry in entries:
        counted = entry.get("DiscreteResourceSpec") or {}
        yield str(counted.get("Kind", "")), int(counted.get("Value", 0))


def reserved(form: Form) -> Load:
    """What one task of a service reserves."""
    asked = (form["deploy"].get("resources") or {}).get("reservations") or {}
    pairs = [text.rpartition("=") for text in asked.get("generic_resources", ())]
    return Load(
        cpus=nano_cpus(asked["cpus"]) if "cpus" in asked else 0,
        memory=byte_count(asked["memory"]) if "memory" in asked else 0,
        generic={kind: int(count) for kind, _, count in pairs if count.isdecimal()},
    )


def _placement(form: Form) -> Mapping[str, Any]:
    placement: Mapping[str, Any] = form["deploy"].get("placement") or {}
    return placement


def _rounded(number: int) -> str:
    """Bytes for a person: `1.5G`."""
    for unit, amount in (("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)):
        if number >= amount:
            return f"{number / amount:.1f}".removesuffix(".0") + unit
    return str(number)
