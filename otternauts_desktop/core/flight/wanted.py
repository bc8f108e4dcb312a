"""What a flight plan wants of one service, in the form in which it is compared.

The form is that of Compose, with everything written in one way: full names of networks and
volumes, lists in the order in which Docker sends them, numbers in one unit. `live.py` gives the
same form for what is there. What `docker stack deploy` makes of a Compose file stands in
docker/cli, cli/compose/convert/service.go and volume.go.
"""

from collections.abc import Mapping
from typing import Any, Final

from otternauts_desktop.core.flight.amounts import (
    byte_count,
    cpus,
    duration,
    nano_cpus,
    nanoseconds,
    size,
)

Form = dict[str, Any]

UPDATE_DEFAULTS: Final[Form] = {
    "parallelism": 1,
    "delay": "0s",
    "failure_action": "pause",
    "monitor": "0s",
    "max_failure_ratio": 0.0,
    "order": "stop-first",
}


def wanted(fleet: str, data: Mapping[str, Any], vessel: str) -> Form:
    """The form of one service of a canonical file (`Prepared.data`)."""
    service = data["services"][vessel]
    deploy = service.get("deploy") or {}
    mode = deploy.get("mode") or "replicated"
    grace = nanoseconds(service.get("stop_grace_period"))
    cap_add, cap_drop = capabilities(service.get("cap_add"), service.get("cap_drop"))
    return kept(
        {
            "image": service.get("image"),
            "command": list(service.get("command") or []),
            "entrypoint": list(service.get("entrypoint") or []),
            "environment": dict(service.get("environment") or {}),
            "labels": dict(service.get("labels") or {}),
            "hostname": service.get("hostname"),
            "user": service.get("user"),
            "working_dir": service.get("working_dir"),
            "init": service.get("init"),
            "read_only": bool(service.get("read_only")) or None,
            "tty": bool(service.get("tty")) or None,
            "stdin_open": bool(service.get("stdin_open")) or None,
            "stop_signal": service.get("stop_signal"),
            "stop_grace_period": None if grace is None else duration(grace),
            "healthcheck": _health(service.get("healthcheck")),
            "networks": _networks(fleet, data, service.get("networks")),
            "ports": sorted((port_form(port) for port in service.get("ports") or []), key=repr),
            "volumes": [_volume(fleet, data, volume) for volume in service.get("volumes") or []],
            "secrets": _files(fleet, data, "secrets", service),
            "configs": _files(fleet, data, "configs", service),
            "credential_spec": _credential_spec(fleet, data, service.get("credential_spec")),
            "dns": _list(service.get("dns")),
            "dns_search": _list(service.get("dns_search")),
            "extra_hosts": _hosts(service.get("extra_hosts")),
            "sysctls": _mapping(service.get("sysctls")),
            "ulimits": {
                name: _ulimit(value) for name, value in (service.get("ulimits") or {}).items()
            },
            "cap_add": cap_add,
            "cap_drop": cap_drop,
            "isolation": _unless(service.get("isolation"), "default"),
            "logging": _logging(service.get("logging")),
            "deploy": kept(
                {
                    "mode": mode,
                    "replicas": deploy.get("replicas", 1)
                    if mode.startswith("replicated")
                    else None,
                    "labels": dict(deploy.get("labels") or {}),
                    "endpoint_mode": _unless(deploy.get("endpoint_mode"), "vip"),
                    "placement": _placement(deploy.get("placement") or {}),
                    "resources": _resources(deploy.get("resources") or {}),
                    "restart_policy": _restart(deploy.get("restart_policy")),
                    "update_config": _update(deploy.get("update_config")),
                    "rollback_config": _update(deploy.get("rollback_config")),
                }
            ),
        }
    )


def kept(form: Mapping[str, Any]) -> Form:
    """Without what is not set: nothing, and empty texts, lists and mappings."""
    return {
        key: value
        for key, value in form.items()
        if value is not None and value != "" and value != [] and value != {}
    }


def full_name(fleet: str, key: str, settings: Mapping[str, Any]) -> str:
    """A network's, volume's, config's or secret's full name: as given, else with the fleet's."""
    external = settings.get("external")
    if isinstance(external, dict) and external.get("name"):
        return str(external["name"])
    if settings.get("name"):
        return str(settings["name"])
    return key if external else f"{fleet}_{key}"


def port_form(port: Mapping[str, Any]) -> Form:
    """A port in its long form; 0 published is left out: Swarm chooses."""
    return kept(
        {
            "target": int(port["target"]),
            "published": int(port.get("published") or 0) or None,
            "protocol": port.get("protocol") or "tcp",
            "mode": port.get("mode") or "ingress",
        }
    )


def capabilities(add: Any, drop: Any) -> tuple[list[str], list[str]]:
    """Both lists as Docker sends them (docker/cli, opts.EffectiveCapAddCapDrop)."""

    def names(given: Any) -> set[str]:
        upper = {str(name).strip().upper() for name in given or ()}
        found = {n if n == "ALL" or n.startswith("CAP_") else f"CAP_{n}" for n in upper}
        return {"ALL"} if "ALL" in found else found

    added = names(add)
    return sorted(added), sorted(names(drop) - added)


def update_form(config: Mapping[str, Any]) -> Form:
    """What an update policy says beyond Docker's defaults.

    A monitor of 0 s and of 5 s are one (daemon/cluster/convert/service.go, swarmkit updater.go);
    `docker service update` writes the latter down where a service said nothing.
    """
    said = {key: value for key, value in config.items() if value != UPDATE_DEFAULTS[key]}
    if said.get("monitor") == "5s":
        del said["monitor"]
    return said


def _unless(value: Any, default: str) -> Any:
    return None if value == default else value


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(item) for item in value or []]


def _mapping(value: Any) -> dict[str, str]:
    if isinstance(value, list):
        value = dict(str(item).partition("=")[::2] for item in value)
    return {str(key): _text(item) for key, item in sorted((value or {}).items())}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _health(check: Mapping[str, Any] | None) -> Form:
    if not check:
        return {}
    if check.get("disable"):
        return {"test": ["NONE"]}
    test = check.get("test")
    times = ("interval", "timeout", "start_period", "start_interval")
    return kept(
        {
            "test": ["CMD-SHELL", test] if isinstance(test, str) else list(test or []),
            **{key: duration(n) for key in times if (n := nanoseconds(check.get(key)))},
            "retries": check.get("retries") or None,
        }
    )


def _networks(fleet: str, data: Mapping[str, Any], given: Any) -> Form:
    defined = data.get("networks") or {}
    attached = dict.fromkeys(given) if isinstance(given, list) else dict(given or {})
    return {
        full_name(fleet, key, defined.get(key) or {}): kept(
            {
                "aliases": list((options or {}).get("aliases") or []),
                "driver_opts": _mapping((options or {}).get("driver_opts")),
            }
        )
        for key, options in sorted((attached or {"default": None}).items())
    }


def _volume(fleet: str, data: Mapping[str, Any], volume: Any) -> Form:
    if isinstance(volume, str):
        source, colon, rest = volume.partition(":")
        target, _, mode = rest.partition(":") if colon else (source, "", "")
        source = source if colon else ""
        volume = {
            "type": "bind" if source.startswith(("/", ".", "~")) else "volume",
            "source": source,
            "target": target,
            "read_only": "ro" in mode.split(","),
            "volume": {"nocopy": "nocopy" in mode.split(",")},
        }
    kind, source = volume.get("type") or "volume", str(volume.get("source") or "")
    form: Form = {
        "type": kind,
        "source": source,
        "target": volume.get("target"),
        "read_only": bool(volume.get("read_only")) or None,
    }
    if kind == "volume" and source:
        defined = (data.get("volumes") or {}).get(source) or {}
        options = volume.get("volume") or {}
        form["source"] = full_name(fleet, source, defined)
        form["nocopy"] = bool(options.get("nocopy")) or None
        form["subpath"] = options.get("subpath")
        form["external"] = bool(defined.get("external")) or None
        if not defined.get("external"):
            form["labels"] = _mapping(defined.get("labels"))
            form["driver"] = defined.get("driver")
            form["driver_opts"] = _mapping(defined.get("driver_opts"))
    elif kind == "bind":
        form["propagation"] = (volume.get("bind") or {}).get("propagation")
    elif kind == "tmpfs":
        tmpfs = volume.get("tmpfs") or {}
        form["size"] = size(byte_count(tmpfs["size"])) if tmpfs.get("size") else None
    return kept(form)


def _files(
    fleet: str, data: Mapping[str, Any], section: str, service: Mapping[str, Any]
) -> list[Form]:
    """Secrets or configs that are mounted as files, in order of their names."""
    found = []
    for given in service.get(section) or []:
        entry = {"source": given} if isinstance(given, str) else given
        defined = (data.get(section) or {}).get(entry["source"]) or {}
        mode = entry.get("mode")
        found.append(
            {
                "source": full_name(fleet, entry["source"], defined),
                "target": entry.get("target") or entry["source"],
                "uid": str(entry.get("uid") or "0"),
                "gid": str(entry.get("gid") or "0"),
                "mode": 0o444 if mode is None else int(mode),
            }
        )
    return sorted(found, key=lambda file: file["source"])


def _credential_spec(fleet: str, data: Mapping[str, Any], given: Mapping[str, Any] | None) -> Form:
    form = kept(given or {})
    if "config" in form:
        defined = (data.get("configs") or {}).get(form["config"]) or {}
        form["config"] = full_name(fleet, form["config"], defined)
    return form


def _hosts(given: Any) -> list[str]:
    """`name:address`, in the order given; a mapping is sorted, as Docker does."""
    if isinstance(given, dict):
        return sorted(f"{name}:{address}" for name, address in given.items())
    return [
        host if ":" in host.partition("=")[0] else host.replace("=", ":", 1)
        for host in map(str, given or [])
    ]


def _ulimit(value: Any) -> Form:
    if isinstance(value, dict):
        return {"soft": int(value.get("soft") or 0), "hard": int(value.get("hard") or 0)}
    return {"soft": int(value), "hard": int(value)}


def _logging(given: Mapping[str, Any] | None) -> Form:
    if not given:
        return {}
    return kept({"driver": given.get("driver"), "options": _mapping(given.get("options"))})


def _placement(given: Mapping[str, Any]) -> Form:
    return kept(
        {
            "constraints": [str(c) for c in given.get("constraints") or []],
            "preferences": [str(p["spread"]) for p in given.get("preferences") or []],
            "max_replicas_per_node": given.get("max_replicas_per_node") or None,
        }
    )


def _resources(given: Mapping[str, Any]) -> Form:
    return kept({part: _amounts(given.get(part) or {}) for part in ("limits", "reservations")})


def _amounts(part: Mapping[str, Any]) -> Form:
    generic = [
        (entry.get("discrete_resource_spec") or {}) for entry in part.get("generic_resources") or []
    ]
    return kept(
        {
            "cpus": cpus(nano_cpus(part["cpus"])) if part.get("cpus") else None,
            "memory": size(byte_count(part["memory"])) if part.get("memory") else None,
            "pids": int(part["pids"]) if part.get("pids") else None,
            "generic_resources": [f"{g.get('kind')}={g.get('value')}" for g in generic],
        }
    )


def _restart(given: Mapping[str, Any] | None) -> Form:
    """A policy that is given says a condition, even where it is Docker's own: that restarts."""
    if given is None:
        return {}
    form: Form = {"condition": given.get("condition") or "any"}
    for key in ("delay", "window"):
        if (number := nanoseconds(given.get(key))) is not None:
            form[key] = duration(number)
    if given.get("max_attempts"):
        form["max_attempts"] = int(given["max_attempts"])
    return form


def _update(given: Mapping[str, Any] | None) -> Form:
    if not given:
        return {}
    parallelism = given.get("parallelism")
    return update_form(
        {
            "parallelism": 1 if parallelism is None else int(parallelism),
            "delay": duration(nanoseconds(given.get("delay")) or 0),
            "failure_action": given.get("failure_action") or "pause",
            "monitor": duration(nanoseconds(given.get("monitor")) or 0),
            "max_failure_ratio": float(given.get("max_failure_ratio") or 0),
            "order": given.get("order") or "stop-first",
        }
    )
