"""What the swarm has of one service, in the form of `wanted.py`.

The other way round of what `docker stack deploy` does. What Compose has no word for (set by
hand through Docker's API) ends up under `other`, so that it is seen and not lost in silence.
"""

from collections.abc import Mapping
from typing import Any, Final

from otternauts_desktop.core.flight.amounts import cpus, duration, size
from otternauts_desktop.core.flight.wanted import Form, kept, port_form, update_form
from otternauts_desktop.core.swarm.state import (
    ASKED_LABEL,
    IMAGE_LABEL,
    OUR_LABELS,
    STACK_LABEL,
    Service,
    Snapshot,
)

Json = Mapping[str, Any]

_KNOWN: Final = frozenset(
    """
    Args CapabilityAdd CapabilityDrop Command Configs DNSConfig Dir Env Healthcheck Hostname Hosts
    Image Init Isolation Labels Mounts OpenStdin Privileges ReadOnly Secrets StopGracePeriod
    StopSignal Sysctls TTY Ulimits User
    """.split()
)
_KNOWN_OF_MOUNTS: Final = frozenset("Type Source Target ReadOnly Consistency".split())


def live(snapshot: Snapshot, service: Service) -> Form:
    """The form of a service as the swarm has it."""
    spec = service.spec
    template = spec.get("TaskTemplate") or {}
    container = template.get("ContainerSpec") or {}
    endpoint = spec.get("EndpointSpec") or {}
    dns = container.get("DNSConfig") or {}
    credentials = (container.get("Privileges") or {}).get("CredentialSpec") or {}
    return kept(
        {
            "image": asked_for(service),
            "command": list(container.get("Args") or []),
            "entrypoint": list(container.get("Command") or []),
            "environment": _environment(container.get("Env") or []),
            "labels": _labels(container.get("Labels")),
            "hostname": container.get("Hostname"),
            "user": container.get("User"),
            "working_dir": container.get("Dir"),
            "init": container.get("Init"),
            "read_only": container.get("ReadOnly") or None,
            "tty": container.get("TTY") or None,
            "stdin_open": container.get("OpenStdin") or None,
            "stop_signal": container.get("StopSignal"),
            "stop_grace_period": _duration(container.get("StopGracePeriod")),
            "healthcheck": _health(container.get("Healthcheck") or {}),
            "networks": _networks(snapshot, service, template),
            "ports": sorted((_port(port) for port in endpoint.get("Ports") or []), key=repr),
            "volumes": [_mount(mount) for mount in container.get("Mounts") or []],
            "secrets": _files(container.get("Secrets"), "Secret", snapshot.secret_ids),
            "configs": _files(container.get("Configs"), "Config", snapshot.config_ids),
            "credential_spec": _credential_spec(snapshot, credentials),
            "dns": list(dns.get("Nameservers") or []),
            "dns_search": list(dns.get("Search") or []),
            "extra_hosts": [_host(line) for line in container.get("Hosts") or []],
            "sysctls": dict(sorted((container.get("Sysctls") or {}).items())),
            "ulimits": {
                entry.get("Name", ""): {"soft": entry.get("Soft", 0), "hard": entry.get("Hard", 0)}
                for entry in container.get("Ulimits") or []
            },
            "cap_add": list(container.get("CapabilityAdd") or []),
            "cap_drop": list(container.get("CapabilityDrop") or []),
            "isolation": _unless(container.get("Isolation"), "default"),
            "logging": _logging(template.get("LogDriver") or {}),
            "other": _other(container, dns),
            "deploy": kept(
                {
                    "mode": service.mode,
                    "replicas": service.replicas if service.mode.startswith("replicated") else None,
                    "labels": _labels(spec.get("Labels")),
                    "endpoint_mode": _unless(endpoint.get("Mode"), "vip"),
                    "placement": _placement(template.get("Placement") or {}),
                    "resources": _resources(template.get("Resources") or {}),
                    "restart_policy": _restart(template.get("RestartPolicy")),
                    "update_config": _update(spec.get("UpdateConfig")),
                    "rollback_config": _update(spec.get("RollbackConfig")),
                }
            ),
        }
    )


def asked_for(service: Service) -> str:
    """The image as the flight plan named it, where Docker has only pinned it since."""
    pinned = service.labels.get(ASKED_LABEL, "")
    if pinned and familiar(pinned) == service.image.partition("@")[0]:
        return pinned
    asked = service.labels.get(IMAGE_LABEL, "")
    if "@" in asked:
        return asked if asked == service.image else service.image
    runs = service.image.partition("@")[0]
    return asked if asked and familiar(asked) == familiar(runs) else runs


def familiar(image: str) -> str:
    """An image as Docker names it once it has asked for its digest (distribution/reference)."""
    for prefix in ("index.docker.io/", "docker.io/", "library/"):
        image = image.removeprefix(prefix)
    return image if ":" in image.rpartition("/")[2] else f"{image}:latest"


def digest(image: str) -> str:
    """`sha256:...` of an image's full text, "" where it has none."""
    return image.partition("@")[2]


def _unless(value: Any, default: str) -> Any:
    return None if value == default else value


def _duration(number: int | None) -> str | None:
    return None if number is None else duration(number)


def _labels(labels: Json | None) -> dict[str, str]:
    return {k: v for k, v in (labels or {}).items() if k not in OUR_LABELS}


def _environment(entries: list[str]) -> dict[str, str | None]:
    """Sorted by name; None for a name without a value."""
    pairs = sorted(entry.partition("=") for entry in entries)
    return {name: value if equals else None for name, equals, value in pairs}


def _health(check: Json) -> Form:
    times = {
        "interval": "Interval",
        "timeout": "Timeout",
        "start_period": "StartPeriod",
        "start_interval": "StartInterval",
    }
    return kept(
        {
            "test": list(check.get("Test") or []),
            **{name: duration(check[key]) for name, key in times.items() if check.get(key)},
            "retries": check.get("Retries") or None,
        }
    )


def _networks(snapshot: Snapshot, service: Service, template: Json) -> Form:
    names = {network.id: network.name for network in snapshot.networks}
    form: Form = {}
    for attached in template.get("Networks") or service.spec.get("Networks") or []:
        target = attached.get("Target", "")
        aliases = list(attached.get("Aliases") or [])
        if aliases and aliases[-1] == service.vessel:
            aliases.pop()  # Docker's own
        form[names.get(target, target)] = kept(
            {"aliases": aliases, "driver_opts": dict(attached.get("DriverOpts") or {})}
        )
    return dict(sorted(form.items()))


def _port(port: Json) -> Form:
    return port_form(
        {
            "target": port.get("TargetPort", 0),
            "published": port.get("PublishedPort"),
            "protocol": port.get("Protocol"),
            "mode": port.get("PublishMode"),
        }
    )


def _mount(mount: Json) -> Form:
    kind = mount.get("Type") or "volume"
    form: Form = {
        "type": kind,
        "source": mount.get("Source"),
        "target": mount.get("Target"),
        "read_only": mount.get("ReadOnly") or None,
        "other": {k: v for k, v in mount.items() if k not in _KNOWN_OF_MOUNTS and _says(v)},
    }
    other = form["other"]
    if "VolumeOptions" in mount:
        options = dict(other.pop("VolumeOptions", {}) or {})
        labels = options.pop("Labels", None) or {}
        driver = options.pop("DriverConfig", None) or {}
        form["nocopy"] = options.pop("NoCopy", False) or None
        form["subpath"] = options.pop("Subpath", None)
        form["external"] = (STACK_LABEL not in labels and bool(form["source"])) or None
        form["labels"] = _labels(labels)
        form["driver"] = driver.get("Name")
        form["driver_opts"] = dict(driver.get("Options") or {})
        other |= {k: v for k, v in options.items() if _says(v)}
    elif kind == "volume" and form["source"]:
        form["external"] = True
    if "BindOptions" in other:
        options = dict(other.pop("BindOptions"))
        form["propagation"] = options.pop("Propagation", None)
        other |= {k: v for k, v in options.items() if _says(v)}
    if "TmpfsOptions" in other:
        options = dict(other.pop("TmpfsOptions"))
        amount = options.pop("SizeBytes", 0)
        form["size"] = size(amount) if amount else None
        other |= {k: v for k, v in options.items() if _says(v)}
    return kept(form)


def _files(references: Any, kind: str, ids: Mapping[str, str]) -> list[Form]:
    """Mounted secrets or configs. One that was made anew by hand under its old name differs."""
    found = []
    for reference in references or []:
        file = reference.get("File")
        if not file:
            continue  # a credential spec's, which is compared as such
        name = reference.get(f"{kind}Name", "")
        known = ids.get(name, reference.get(f"{kind}ID"))
        found.append(
            {
                "source": name if known == reference.get(f"{kind}ID") else f"{name} (gone)",
                "target": file.get("Name", ""),
                "uid": file.get("UID") or "0",
                "gid": file.get("GID") or "0",
                "mode": file.get("Mode", 0),
            }
        )
    return sorted(found, key=lambda file: str(file["source"]))


def _credential_spec(snapshot: Snapshot, given: Json) -> Form:
    names = {object_id: name for name, object_id in snapshot.config_ids.items()}
    return kept(
        {
            "config": names.get(given.get("Config", ""), given.get("Config")),
            "file": given.get("File"),
            "registry": given.get("Registry"),
        }
    )


def _host(line: str) -> str:
    """`1.2.3.4 name` as `name:1.2.3.4`."""
    address, _, name = line.partition(" ")
    return f"{name}:{address}"


def _logging(driver: Json) -> Form:
    return kept({"driver": driver.get("Name"), "options": dict(driver.get("Options") or {})})


def _other(container: Json, dns: Json) -> Form:
    privileges = container.get("Privileges") or {}
    form = {key: value for key, value in container.items() if key not in _KNOWN}
    form |= {key: value for key, value in privileges.items() if key != "CredentialSpec"}
    if dns.get("Options"):
        form["DNS options"] = dns["Options"]
    return {key: value for key, value in sorted(form.items()) if _says(value)}


def _says(value: Any) -> bool:
    """Whether a value is more than the Engine's way to say nothing."""
    if isinstance(value, Mapping):
        return any(map(_says, value.values()))
    return bool(value)


def _placement(given: Json) -> Form:
    spreads = [
        (entry.get("Spread") or {}).get("SpreadDescriptor", "")
        for entry in given.get("Preferences") or []
    ]
    return kept(
        {
            "constraints": list(given.get("Constraints") or []),
            "preferences": spreads,
            "max_replicas_per_node": given.get("MaxReplicas") or None,
        }
    )


def _resources(given: Json) -> Form:
    return kept(
        {
            "limits": _amounts(given.get("Limits") or {}),
            "reservations": _amounts(given.get("Reservations") or {}),
        }
    )


def _amounts(part: Json) -> Form:
    generic = []
    for entry in part.get("GenericResources") or []:
        found = entry.get("DiscreteResourceSpec") or entry.get("NamedResourceSpec") or {}
        generic.append(f"{found.get('Kind')}={found.get('Value')}")
    return kept(
        {
            "cpus": cpus(part["NanoCPUs"]) if part.get("NanoCPUs") else None,
            "memory": size(part["MemoryBytes"]) if part.get("MemoryBytes") else None,
            "pids": part.get("Pids") or None,
            "generic_resources": generic,
        }
    )


def _restart(given: Json | None) -> Form:
    if given is None:
        return {}
    return kept(
        {
            "condition": given.get("Condition") or "any",
            "delay": _duration(given.get("Delay")),
            "window": _duration(given.get("Window")),
            "max_attempts": given.get("MaxAttempts") or None,
        }
    )


def _update(given: Json | None) -> Form:
    if not given:
        return {}
    return update_form(
        {
            "parallelism": given.get("Parallelism", 0),
            "delay": duration(given.get("Delay") or 0),
            "failure_action": given.get("FailureAction") or "pause",
            "monitor": duration(given.get("Monitor") or 0),
            "max_failure_ratio": float(given.get("MaxFailureRatio") or 0),
            "order": given.get("Order") or "stop-first",
        }
    )
