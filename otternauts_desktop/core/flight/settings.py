"""A service's settings in one comparable form, made from a flight plan or from the Engine.

Both sides become the same plain values under the same names. What can't be translated for sure
is compared by a sum that travels as a label (`fleet/rest.py`).
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from otternauts_desktop.core.fleet.rest import REST_LABEL, rest_sum
from otternauts_desktop.core.swarm.state import IMAGE_LABEL, STACK_LABEL, Service, Snapshot

Settings = dict[str, Any]

KEEPS_TASKS: Final = frozenset(
    {"replicas", "mode", "service labels", "update policy", "rollback policy", "placement"}
)
"""A change of these alone restarts no task (swarmkit, manager/orchestrator/task.go IsTaskDirty)."""


def wanted(fleet: str, data: Mapping[str, Any], vessel: str) -> Settings:
    """Settings of one service of a canonical file (`Prepared.data`)."""
    service = data["services"][vessel]
    deploy = service.get("deploy") or {}
    placement = deploy.get("placement") or {}
    resources = deploy.get("resources") or {}
    policy = deploy.get("restart_policy") or {}
    mode = deploy.get("mode", "replicated")
    settings: Settings = {
        "image": service["image"],
        "mode": mode,
        "replicas": deploy.get("replicas", 1) if mode.startswith("replicated") else None,
        "command": service.get("command") or [],
        "entrypoint": service.get("entrypoint") or [],
        "environment": service.get("environment") or {},
        "container labels": service.get("labels") or {},
        "service labels": {
            k: v for k, v in (deploy.get("labels") or {}).items() if k != REST_LABEL
        },
        "user": service.get("user", ""),
        "working directory": service.get("working_dir", ""),
        "hostname": service.get("hostname", ""),
        "init": service.get("init"),
        "read only": bool(service.get("read_only", False)),
        "terminal": bool(service.get("tty", False)),
        "stop signal": service.get("stop_signal", ""),
        "stop grace period": _nanoseconds(service.get("stop_grace_period")),
        "health check": _wanted_health(service.get("healthcheck")),
        "networks": _wanted_networks(fleet, data, service.get("networks") or ["default"]),
        "ports": sorted(_port(port) for port in service.get("ports") or []),
        "volumes": sorted(
            (_wanted_mount(fleet, data, v) for v in service.get("volumes") or []), key=repr
        ),
        "placement": sorted(_constraint(c) for c in placement.get("constraints") or []),
        "limits": _wanted_resources(resources.get("limits") or {}),
        "reservations": _wanted_resources(resources.get("reservations") or {}),
        "restart policy": policy.get("condition", "any"),
        "restart attempts": policy.get("max_attempts", 0),
        "endpoint mode": deploy.get("endpoint_mode", "vip"),
    }
    if rest := rest_sum(service):
        settings["other settings"] = rest
    return settings


def live(snapshot: Snapshot, service: Service) -> Settings:
    """Settings of a service as the swarm has it, under the same names as `wanted`."""
    spec = service.spec
    template = spec.get("TaskTemplate") or {}
    container = template.get("ContainerSpec") or {}
    resources = template.get("Resources") or {}
    policy = template.get("RestartPolicy") or {}
    endpoint = spec.get("EndpointSpec") or {}
    labels = {k: v for k, v in service.labels.items() if k not in (STACK_LABEL, IMAGE_LABEL)}
    rest = labels.pop(REST_LABEL, "")
    container_labels = dict(container.get("Labels") or {})
    container_labels.pop(STACK_LABEL, None)
    names = {network.id: network.name for network in snapshot.networks}
    networks = template.get("Networks") or spec.get("Networks") or []
    settings: Settings = {
        "image": service.labels.get(IMAGE_LABEL) or service.image.partition("@")[0],
        "mode": service.mode,
        "replicas": service.replicas if service.mode.startswith("replicated") else None,
        "command": list(container.get("Args") or []),
        "entrypoint": list(container.get("Command") or []),
        "environment": _environment(container.get("Env") or []),
        "container labels": container_labels,
        "service labels": labels,
        "user": container.get("User", ""),
        "working directory": container.get("Dir", ""),
        "hostname": container.get("Hostname", ""),
        "init": container.get("Init"),
        "read only": bool(container.get("ReadOnly", False)),
        "terminal": bool(container.get("TTY", False)),
        "stop signal": container.get("StopSignal", ""),
        "stop grace period": container.get("StopGracePeriod"),
        "health check": _live_health(container.get("Healthcheck")),
        "networks": sorted(names.get(n.get("Target", ""), n.get("Target", "")) for n in networks),
        "ports": sorted(_live_port(port) for port in endpoint.get("Ports") or []),
        "volumes": sorted((_live_mount(m) for m in container.get("Mounts") or []), key=repr),
        "placement": sorted(
            _constraint(c) for c in (template.get("Placement") or {}).get("Constraints") or []
        ),
        "limits": _live_resources(resources.get("Limits") or {}),
        "reservations": _live_resources(resources.get("Reservations") or {}),
        "restart policy": policy.get("Condition") or "any",
        "restart attempts": policy.get("MaxAttempts") or 0,
        "endpoint mode": endpoint.get("Mode") or "vip",
    }
    if rest:
        settings["other settings"] = rest
    return settings


def _environment(entries: list[str]) -> dict[str, str]:
    return dict(sorted((name, value) for name, _, value in (e.partition("=") for e in entries)))


def _wanted_networks(fleet: str, data: Mapping[str, Any], networks: Any) -> list[str]:
    defined = data.get("networks") or {}
    return sorted(network_name(fleet, name, defined.get(name) or {}) for name in networks)


def network_name(fleet: str, key: str, settings: Mapping[str, Any]) -> str:
    """A network's or volume's full name: as given, as external, or with the fleet in front."""
    external = settings.get("external")
    if isinstance(external, dict) and external.get("name"):
        return str(external["name"])
    if settings.get("name"):
        return str(settings["name"])
    return key if external else f"{fleet}_{key}"


def _port(port: Mapping[str, Any]) -> tuple[int, int, str, str]:
    """Published (0: chosen by Swarm), target, protocol, mode."""
    return port.get("published", 0), port["target"], port["protocol"], port["mode"]


def _live_port(port: Mapping[str, Any]) -> tuple[int, int, str, str]:
    return (
        port.get("PublishedPort", 0),
        port.get("TargetPort", 0),
        port.get("Protocol", "tcp"),
        port.get("PublishMode", "ingress"),
    )


def _wanted_mount(fleet: str, data: Mapping[str, Any], volume: Any) -> tuple[str, str, str, bool]:
    """Type, source, target, read only."""
    if isinstance(volume, dict):
        kind, source = volume.get("type", "volume"), volume.get("source", "")
        target, read_only = volume.get("target", ""), bool(volume.get("read_only", False))
    else:
        source, colon, rest = volume.partition(":")
        target, _, mode = rest.partition(":") if colon else (source, "", "")
        source = source if colon else ""
        kind = "bind" if source.startswith("/") else "volume"
        read_only = "ro" in mode.split(",")
    if kind == "volume" and source:
        source = network_name(fleet, source, (data.get("volumes") or {}).get(source) or {})
    return kind, source, target, read_only


def _live_mount(mount: Mapping[str, Any]) -> tuple[str, str, str, bool]:
    return (
        mount.get("Type", "volume"),
        mount.get("Source", ""),
        mount.get("Target", ""),
        bool(mount.get("ReadOnly", False)),
    )


def _constraint(text: str) -> str:
    return re.sub(r"\s*(==|!=)\s*", r"\1", text.strip())


def _wanted_resources(part: Mapping[str, Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    if part.get("cpus"):
        found["cpus"] = round(float(part["cpus"]) * 1e9)
    if part.get("memory"):
        found["memory"] = _bytes(part["memory"])
    if part.get("pids"):
        found["pids"] = int(part["pids"])
    return found


def _live_resources(part: Mapping[str, Any]) -> dict[str, int]:
    names = (("cpus", "NanoCPUs"), ("memory", "MemoryBytes"), ("pids", "Pids"))
    return {name: part[key] for name, key in names if part.get(key)}


_UNITS: Final = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SIZE: Final = re.compile(r"([\d.]+)\s*([kmgt]?)i?b?")


def _bytes(text: Any) -> int:
    """`512m` in bytes (docker/go-units: powers of 1024)."""
    match = _SIZE.fullmatch(str(text).strip().lower())
    return int(float(match[1]) * _UNITS[match[2]]) if match else -1


_DURATION: Final = re.compile(r"([\d.]+)(ns|us|µs|ms|s|m|h)")
_NANOSECONDS: Final = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}


def _nanoseconds(text: Any) -> int | None:
    """`1m30s` in nanoseconds; None for nothing (Go, time.ParseDuration)."""
    if text in (None, ""):
        return None
    return sum(round(float(n) * _NANOSECONDS[unit]) for n, unit in _DURATION.findall(str(text)))


def _wanted_health(check: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    if not check:
        return None
    if check.get("disable"):
        return (("NONE",), None, None, None, None)
    test = check.get("test")
    return (
        ("CMD-SHELL", test) if isinstance(test, str) else tuple(test or ()),
        _nanoseconds(check.get("interval")) or None,
        _nanoseconds(check.get("timeout")) or None,
        _nanoseconds(check.get("start_period")) or None,
        check.get("retries") or None,
    )


def _live_health(check: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    if not check:
        return None
    return (
        tuple(check.get("Test") or ()),
        check.get("Interval") or None,
        check.get("Timeout") or None,
        check.get("StartPeriod") or None,
        check.get("Retries") or None,
    )
