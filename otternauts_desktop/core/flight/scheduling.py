"""Which outposts could take the tasks of a service, and why the others could not.

The same questions as swarmkit's scheduler asks, with the same answers (manager/scheduler/filter.go,
manager/constraint/constraint.go), asked before a launch instead of after it.
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from otternauts_desktop.core.flight.amounts import byte_count, cpus, nano_cpus, size
from otternauts_desktop.core.flight.wanted import Form
from otternauts_desktop.core.swarm.state import Node, Snapshot
from otternauts_desktop.core.words import tr

Platforms = tuple[tuple[str, str], ...]
"""Systems and architectures that an image is made for; empty where that is not known."""

_ARCHITECTURES: Final = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "armv6l": "arm"}
_CONSTRAINT: Final = re.compile(r"\s*(\S+?)\s*(==|!=)\s*(.*?)\s*")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why one outpost can't take a task, and what would help."""

    outpost: str
    reason: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Room:
    """Where the tasks of one vessel can go."""

    vessel: str
    wanted: int
    places: Mapping[str, int]
    """How many of its tasks each outpost could take, by the outposts' names."""
    obstacles: tuple[Obstacle, ...]

    @property
    def missing(self) -> int:
        """Tasks that find no place."""
        return max(0, self.wanted - sum(self.places.values()))


@dataclass
class _Load:
    """What is taken on one outpost by the tasks of other services."""

    cpus: int = 0
    memory: int = 0
    generic: dict[str, int] = field(default_factory=dict)
    ports: dict[tuple[int, str], str] = field(default_factory=dict)
    """Host-mode ports, and the service that has each."""


def satisfies(node: Node, form: Form) -> bool:
    """Whether a node meets all placement constraints of a service."""
    return all(_meets(node, c) for c in _placement(form).get("constraints", ()))


def rooms(
    forms: Mapping[str, Form],
    fleet: str,
    snapshot: Snapshot,
    platforms: Mapping[str, Platforms] | None = None,
) -> tuple[Room, ...]:
    """Where the tasks of the services in `forms` could go, in the order of `forms`."""
    return tuple(
        _room(vessel, form, f"{fleet}_{vessel}", snapshot, (platforms or {}).get(form["image"], ()))
        for vessel, form in forms.items()
    )


def _room(
    vessel: str, form: Form, service_name: str, snapshot: Snapshot, platforms: Platforms
) -> Room:
    mode = form["deploy"]["mode"]
    loads = _loads(snapshot, service_name, form)
    places: dict[str, int] = {}
    obstacles = []
    needed = 0
    for node in snapshot.nodes:
        found = _obstacle(node, form, loads[node.id], platforms)
        if found is None:
            places[node.name] = _capacity(node, form, loads[node.id])
            needed += 1
            continue
        obstacles.append(found)
        # A global service passes over outposts that its constraints leave out.
        needed += node.usable and satisfies(node, form)
    if mode.startswith("global"):
        wanted = needed
        places = dict.fromkeys(places, 1)
    else:
        wanted = int(form["deploy"]["replicas"])
    return Room(vessel, wanted, places, tuple(obstacles))


def _obstacle(node: Node, form: Form, load: _Load, platforms: Platforms) -> Obstacle | None:
    """The first thing in the way, in the scheduler's own order."""
    for check in (_availability, _resources, _plugins, _constraints):
        if found := check(node, form, load):
            return Obstacle(node.name, *found)
    if platforms and not any(_runs(node, system, arch) for system, arch in platforms):
        made_for = ", ".join(f"{system}/{arch}" for system, arch in platforms)
        return Obstacle(
            node.name,
            tr(
                "The image is made for {platforms}, not for {own}.",
                platforms=made_for,
                own=f"{node.os}/{_ARCHITECTURES.get(node.arch, node.arch)}",
            ),
            tr("Use an image built for its architecture."),
        )
    for port in form.get("ports", ()):
        owner = load.ports.get((port.get("published", 0), port["protocol"]))
        if port["mode"] == "host" and owner:
            return Obstacle(
                node.name,
                tr(
                    "Port {port} is taken there by {service}.",
                    port=port["published"],
                    service=owner,
                ),
                tr("Publish another port, or keep the two apart by constraints."),
            )
    return None


def _availability(node: Node, form: Form, load: _Load) -> tuple[str, str] | None:
    if not node.ready:
        return tr("It is {state}.", state=node.state), tr("Bring it back, or remove it.")
    if node.availability == "drain":
        return tr("It is drained."), tr("Activate it.")
    if node.availability == "pause":
        return tr("It takes no new tasks (paused)."), tr("Activate it.")
    return None


def _resources(node: Node, form: Form, load: _Load) -> tuple[str, str] | None:
    asked = _reserved(form)
    lower = tr("Lower deploy.resources.reservations, or add an outpost.")
    free_cpus = round(node.cpus * 1e9) - load.cpus
    if asked.cpus > free_cpus:
        words = tr(
            "It has {free} CPUs left, {asked} are reserved.",
            free=cpus(max(0, free_cpus)),
            asked=cpus(asked.cpus),
        )
        return words, lower
    free_memory = node.memory - load.memory
    if asked.memory > free_memory:
        words = tr(
            "It has {free} of memory left, {asked} is reserved.",
            free=_rounded(max(0, free_memory)),
            asked=size(asked.memory),
        )
        return words, lower
    for kind, count in asked.generic.items():
        free = node.generic.get(kind, 0) - load.generic.get(kind, 0)
        if count > free:
            words = tr(
                "It has {free} of {kind} left, {asked} are reserved.",
                free=max(0, free),
                kind=kind,
                asked=count,
            )
            return words, lower
    return None


def _plugins(node: Node, form: Form, load: _Load) -> tuple[str, str] | None:
    if not node.plugins:
        return None  # an engine that tells nothing of them
    driver = form.get("logging", {}).get("driver", "none")
    needed = [] if driver == "none" else [("Log", driver)]
    needed += [
        ("Volume", mount["driver"])
        for mount in form.get("volumes", ())
        if mount.get("driver", "local") != "local"
    ]
    for kind, name in needed:
        if (kind, name) not in node.plugins and (kind, f"{name}:latest") not in node.plugins:
            words = tr("It has no plugin {name}.", name=name)
            return words, tr("Install the plugin there, or use another driver.")
    return None


def _constraints(node: Node, form: Form, load: _Load) -> tuple[str, str] | None:
    for constraint in _placement(form).get("constraints", ()):
        if not _meets(node, constraint):
            words = tr("It does not meet {constraint}.", constraint=constraint)
            return words, _advice(constraint)
    return None


def _advice(constraint: str) -> str:
    match = _CONSTRAINT.fullmatch(constraint)
    if match and match[1].lower().startswith("node.labels.") and match[2] == "==":
        label = f"{match[1][len('node.labels.') :]}={match[3]}"
        return tr("Give it the label {label}, or change the constraint.", label=label)
    return tr("Compare deploy.placement.constraints with the outpost's role and labels.")


def _meets(node: Node, constraint: str) -> bool:
    """Whether a node meets one constraint; a key that swarm doesn't know is met by no node."""
    match = _CONSTRAINT.fullmatch(constraint)
    if match is None:
        return False
    key, operator, value = match.groups()
    low = key.lower()
    if low == "node.ip":
        same = _same_address(node.address, value)
    elif low.startswith("node.labels."):
        same = _folded(node.labels.get(key[len("node.labels.") :], ""), value)
    elif low.startswith("engine.labels."):
        same = _folded(node.engine_labels.get(key[len("engine.labels.") :], ""), value)
    else:
        known = {
            "node.id": node.id,
            "node.hostname": node.name,
            "node.role": node.role,
            "node.platform.os": node.os,
            "node.platform.arch": node.arch,
        }
        if low not in known:
            return False
        same = _folded(known[low], value)
    return same == (operator == "==")


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


def _capacity(node: Node, form: Form, load: _Load) -> int:
    """How many of its tasks would fit beside what runs there."""
    limits = [10**6]
    asked = _reserved(form)
    if asked.cpus:
        limits.append((round(node.cpus * 1e9) - load.cpus) // asked.cpus)
    if asked.memory:
        limits.append((node.memory - load.memory) // asked.memory)
    for kind, count in asked.generic.items():
        limits.append((node.generic.get(kind, 0) - load.generic.get(kind, 0)) // max(1, count))
    if most := _placement(form).get("max_replicas_per_node"):
        limits.append(int(most))
    if any(port["mode"] == "host" and port.get("published") for port in form.get("ports", ())):
        limits.append(1)
    return min(limits)


def _loads(snapshot: Snapshot, service_name: str, form: Form) -> Mapping[str, _Load]:
    """What the tasks of other services take. Its own count only where new ones start first."""
    loads = {node.id: _Load() for node in snapshot.nodes}
    policy = form["deploy"].get("update_config") or {}
    both = policy.get("order") == "start-first"
    for service in snapshot.services:
        if service.name == service_name and not both:
            continue
        template = service.spec.get("TaskTemplate") or {}
        reserved = (template.get("Resources") or {}).get("Reservations") or {}
        ports = [
            (port.get("PublishedPort", 0), port.get("Protocol", "tcp"))
            for port in (service.spec.get("EndpointSpec") or {}).get("Ports") or []
            if port.get("PublishMode") == "host"
        ]
        if not reserved and not ports:
            continue
        for task in snapshot.tasks_by_service.get(service.id, ()):
            load = loads.get(task.node_id)
            if load is None or not task.live or task.desired not in ("running", "ready"):
                continue
            load.cpus += reserved.get("NanoCPUs", 0)
            load.memory += reserved.get("MemoryBytes", 0)
            for kind, count in _generic(reserved.get("GenericResources") or []):
                load.generic[kind] = load.generic.get(kind, 0) + count
            load.ports |= dict.fromkeys(ports, service.name)
    return loads


def _generic(entries: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, int]]:
    for entry in entries:
        counted = entry.get("DiscreteResourceSpec") or {}
        yield str(counted.get("Kind", "")), int(counted.get("Value", 0))


def _reserved(form: Form) -> _Load:
    asked = (form["deploy"].get("resources") or {}).get("reservations") or {}
    pairs = [text.rpartition("=") for text in asked.get("generic_resources", ())]
    return _Load(
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
