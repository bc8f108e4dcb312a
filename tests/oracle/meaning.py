"""One normal form for a service, whichever of the two said it, and where two of them differ.

What Swarm spells differently is the same here (`mem_limit` and `deploy.resources.limits.memory`,
`restart` and `deploy.restart_policy`, `tmpfs` and a volume of that type); nothing else is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.oracle.docker import PROJECT

Normal = dict[tuple[str, ...], Any]
"""Path below the root of the file -> plain value."""

FROM: Mapping[str, tuple[str, ...]] = {
    "deploy.resources.limits.memory": ("mem_limit",),
    "deploy.resources.limits.cpus": ("cpus", "cpu_quota", "cpu_period"),
    "deploy.resources.limits.pids": ("pids_limit",),
    "deploy.resources.reservations.memory": ("mem_reservation",),
    "deploy.resources.reservations.devices": ("gpus",),
    "deploy.restart_policy": ("restart",),
    "deploy.replicas": ("scale",),
    "deploy.labels": ("x-otternauts",),
    "deploy.placement": ("platform",),
    "volumes": ("tmpfs", "shm_size", "volumes_from"),
    "networks": ("network_mode", "links", "x-otternauts"),
    "environment": ("env_file",),
    "image": ("build",),
    "labels": ("label_file",),
    "depends_on": ("links", "network_mode", "volumes_from", "ipc", "pid"),
    "healthcheck": ("healthcheck",),
}
"""Other keys of a service that a value may come from, besides the one it is found under."""


@dataclass(frozen=True)
class Difference:
    """One place where two meanings differ."""

    path: tuple[str, ...]
    compose: Any
    ours: Any

    def __str__(self) -> str:
        return f"{'.'.join(self.path)}: {self.compose!r} for Compose, {self.ours!r} as sent"


def differences(compose: Mapping[str, Any], sent: Mapping[str, Any]) -> list[Difference]:
    """Where what is sent means something else than what Compose says."""
    theirs, ours = normal(compose), normal(sent)
    used = {path[:2] for path in theirs}
    found = []
    for path in sorted(theirs.keys() | ours.keys()):
        if path[0] != "services" and path[:2] not in used:
            continue  # Compose leaves out what no service uses
        if theirs.get(path) != ours.get(path):
            found.append(Difference(path, theirs.get(path), ours.get(path)))
    return _whole_services_once(found, theirs, ours)


def _whole_services_once(found: list[Difference], theirs: Normal, ours: Normal) -> list[Difference]:
    """A service that only one side has is one difference."""
    names = [{path[1] for path in side if path[0] == "services"} for side in (theirs, ours)]
    lone = names[0] ^ names[1]
    kept = [d for d in found if d.path[0] != "services" or d.path[1] not in lone]
    for name in sorted(lone):
        kept.append(Difference(("services", name), name in names[0], name in names[1]))
    return kept


def normal(config: Mapping[str, Any]) -> Normal:
    """The normal form of a whole file."""
    out: Normal = {}
    for name, service in (config.get("services") or {}).items():
        out["services", name] = True
        for path, value in _service(service):
            if (value not in (None, {}, False) and value != []) or path[0] in (
                "entrypoint",
                "init",
            ):
                out["services", name, *path] = value
    for section in ("networks", "volumes", "configs", "secrets"):
        for name, settings in (config.get(section) or {}).items():
            if (section, name) == ("networks", "default") and set(settings or {}) <= {
                "name",
                "ipam",
            }:
                continue  # there without being named
            out[section, name] = True
            for key, value in _object(section, name, settings or {}).items():
                if value not in (None, {}, [], False, ""):
                    out[section, name, key] = value
    return out


def _service(service: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    settings = dict(service)
    # A service that is there has an active one; which one it was is of no use to Docker.
    settings.pop("profiles", None)
    deploy = dict(settings.pop("deploy", None) or {})
    resources = {k: dict(v or {}) for k, v in (deploy.pop("resources", None) or {}).items()}
    for key, part, name in (
        ("mem_limit", "limits", "memory"),
        ("cpus", "limits", "cpus"),
        ("pids_limit", "limits", "pids"),
        ("mem_reservation", "reservations", "memory"),
    ):
        value = settings.pop(key, None)
        if value not in (None, 0, "0"):
            resources.setdefault(part, {}).setdefault(name, value)
    restart = settings.pop("restart", None)
    if restart and not deploy.get("restart_policy"):
        deploy["restart_policy"] = _restart(str(restart))
    scale = settings.pop("scale", None)
    if scale is not None:
        deploy.setdefault("replicas", scale)
    volumes = [
        *(settings.pop("volumes", None) or ()),
        *map(_tmpfs, settings.pop("tmpfs", None) or ()),
    ]
    for volume in volumes:
        yield ("volumes", str(volume.get("target"))), _volume(volume)
    for port in settings.pop("ports", None) or ():
        for target, rest in _port(port):
            yield ("ports", target, *rest), True
    for key, value in settings.items():
        if key.startswith("x-"):
            continue
        value = _SHAPES.get(key, _plain)(value)
        if isinstance(value, dict) and key not in ("logging", "credential_spec", "build"):
            for name, item in value.items():
                # A network without settings is still one.
                yield (key, str(name)), item if item or key != "networks" else True
        else:
            yield (key,), value
    yield from _deploy(deploy, resources)


def _deploy(
    deploy: Mapping[str, Any], resources: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for part, settings in resources.items():
        for name, value in settings.items():
            if name == "memory":
                value = _bytes(value)
            elif name in ("cpus", "pids"):
                value = float(value)
            elif name == "generic_resources":
                value = [item.get("discrete_resource_spec") for item in value]
            yield ("deploy", "resources", part, name), value
    for key, value in deploy.items():
        if key in ("update_config", "rollback_config", "restart_policy", "placement"):
            for name, item in (value or {}).items():
                if name in ("delay", "monitor", "window"):
                    item = _seconds(item)
                if key == "restart_policy" and name == "condition":
                    item = {"always": "any", "unless-stopped": "any"}.get(item, item)
                yield ("deploy", key, name), item
        elif key == "labels":
            for name, text in _pairs(value).items():
                if not name.startswith("otternauts."):
                    yield ("deploy", "labels", name), text
        elif not key.startswith("x-"):
            yield ("deploy", key), value


def _restart(text: str) -> dict[str, Any]:
    name, _, attempts = text.partition(":")
    condition = {"no": "none", "always": "any", "unless-stopped": "any"}.get(name, name)
    number = int(attempts) if attempts.isdecimal() else attempts
    return {"condition": condition, **({"max_attempts": number} if attempts else {})}


def _tmpfs(text: str) -> dict[str, Any]:
    target, _, options = str(text).partition(":")
    settings = dict(o.partition("=")[::2] for o in options.split(",") if o)
    known: dict[str, Any] = {k: settings.pop(k) for k in ("size", "mode") if k in settings}
    if "mode" in known:
        known["mode"] = int(known["mode"], 8)
    return {"type": "tmpfs", "target": target, "tmpfs": known, "options": settings}


def _volume(volume: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in volume.items():
        if key in ("bind", "volume", "tmpfs", "options"):
            for name, item in (value or {}).items():
                if name == "size":
                    item = _bytes(item)
                if item not in (None, False, "", 0):
                    out[f"{key}.{name}"] = item
        elif value not in (None, False, "") and key != "target":
            out[key] = value
    return out


def _port(port: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    published = str(port.get("published") or "")
    if published == "0":
        published = ""
    rest = (
        port.get("protocol") or "tcp",
        port.get("mode") or "ingress",
        published,
        port.get("host_ip") or "",
        *(f"{k}={v}" for k, v in sorted(port.items()) if k in ("name", "app_protocol")),
    )
    yield str(port.get("target")), rest


def _object(section: str, name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    out = {k: v for k, v in settings.items() if not k.startswith("x-")}
    external = out.get("external")
    if isinstance(external, dict):
        out["name"] = external.get("name") or out.get("name")
        external = True
    out["external"] = external in (True, "true")
    if out["external"]:
        out.setdefault("name", name)
    elif out.get("name") == f"{PROJECT}_{name}":
        out["name"] = None
    for key in ("driver_opts", "labels"):
        if key in out:
            out[key] = _pairs(out[key])
    ipam = out.get("ipam") or {}
    if set(ipam) <= {"driver"} and ipam.get("driver", "default") == "default":
        out["ipam"] = None
    if section == "networks" and out.get("driver") == "overlay":
        out["driver"] = None
    if section == "volumes" and out.get("driver") == "local":
        out["driver"] = None
    return out


def _pairs(value: Any) -> dict[str, str | None]:
    if isinstance(value, list):
        return {k: v for k, _, v in (str(entry).partition("=") for entry in value)}
    return {str(k): None if v is None else _text(v) for k, v in (value or {}).items()}


def _environment(value: Any) -> dict[str, str | None]:
    return {k: v for k, v in _pairs(value).items() if v is not None}


def _labels(value: Any) -> dict[str, str | None]:
    return {k: v or "" for k, v in _pairs(value).items()}


def _networks(value: Any) -> dict[str, Any]:
    entries = value if isinstance(value, dict) else dict.fromkeys(value or ())
    found = {name: _network(settings or {}) for name, settings in entries.items()}
    # A service that names no network is on this one.
    return {} if found == {"default": {}} else found


def _network(settings: Mapping[str, Any]) -> dict[str, Any]:
    out = {k: v for k, v in settings.items() if v not in (None, [], {}, 0)}
    if "aliases" in out:
        out["aliases"] = sorted(set(out["aliases"]))
    return out


def _healthcheck(value: Any) -> dict[str, Any]:
    out = {k: v for k, v in (value or {}).items() if v is not None and not k.startswith("x-")}
    if out.get("disable") or out.get("test") == ["NONE"]:
        return {"disable": True}
    out.pop("disable", None)
    for key in ("interval", "timeout", "start_period", "start_interval"):
        if key in out:
            out[key] = _seconds(out[key])
    return out


def _files(default: str) -> Callable[[Any], dict[str, Any]]:
    def normal_form(value: Any) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for entry in value or ():
            settings = {"source": entry} if isinstance(entry, str) else dict(entry)
            source = settings.pop("source")
            target = settings.pop("target", None) or source
            target = target if target.startswith("/") else default + target
            mode = settings.pop("mode", None)
            rest = {k: v for k, v in settings.items() if v not in (None, "")}
            mode = int(mode, 8) if isinstance(mode, str) else mode
            out[f"{source} at {target}"] = {**rest, **({"mode": mode} if mode is not None else {})}
        # One without uid, gid and mode still is one.
        return {key: settings or True for key, settings in out.items()}

    return normal_form


def _ulimits(value: Any) -> dict[str, Any]:
    return {
        name: (limit.get("soft"), limit.get("hard")) if isinstance(limit, dict) else (limit, limit)
        for name, limit in (value or {}).items()
    }


def _hosts(value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        pairs = [(k, v) for k, v in value.items()]
    else:
        split = [re.split(r"[:=]", entry, maxsplit=1) for entry in value or ()]
        pairs = [(host, ip) for host, ip in split]
    return sorted({(str(host), str(ip).strip("[]")) for host, ip in pairs})


def _logging(value: Any) -> dict[str, Any]:
    out = {k: v for k, v in (value or {}).items() if not k.startswith("x-")}
    out["options"] = _pairs(out.get("options"))
    return {key: item for key, item in out.items() if item}


def _depends_on(value: Any) -> Any:
    return sorted(value or ())


def _command(value: Any) -> Any:
    return value if value is None else [str(word) for word in value]


def _plain(value: Any) -> Any:
    return value


def _text(value: Any) -> str:
    return (
        {True: "true", False: "false"}.get(value, str(value))
        if isinstance(value, bool)
        else str(value)
    )


_SHAPES: Mapping[str, Callable[[Any], Any]] = {
    "command": _command,
    "configs": _files("/"),
    "depends_on": _depends_on,
    "dns": lambda value: [value] if isinstance(value, str) else value,
    "dns_search": lambda value: [value] if isinstance(value, str) else value,
    "cap_add": lambda value: sorted(set(value or ())),
    "cap_drop": lambda value: sorted(set(value or ())),
    "entrypoint": _command,
    "environment": _environment,
    "extra_hosts": _hosts,
    "healthcheck": _healthcheck,
    "labels": _labels,
    "logging": _logging,
    "networks": _networks,
    "secrets": _files("/run/secrets/"),
    "stop_grace_period": lambda value: _seconds(value),
    "sysctls": _pairs,
    "ulimits": _ulimits,
}

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


def _seconds(value: Any) -> float | None:
    if value is None:
        return None
    found = re.findall(r"([\d.]+)(h|ms|us|µs|ns|m|s)", str(value))
    return round(sum(float(number) * _UNITS[unit] for number, unit in found), 9)


_SIZES = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}


def _bytes(value: Any) -> int | str:
    match = re.fullmatch(r"([\d.]+) ?([kmgt]?)i?b?", str(value).lower())
    return int(float(match[1]) * _SIZES[match[2]]) if match else str(value)
