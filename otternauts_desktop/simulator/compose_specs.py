"""From a Compose service to the Engine's service spec, as `docker stack deploy` converts it.

Only what simulated fleets may say is converted; a key that Docker's schema doesn't know is
refused in its words, one that it knows and that matters to nobody here is left out.
"""

import re
import shlex
from typing import Any, Final

from otternauts_desktop.simulator.records import STACK_LABEL, Json

IMAGE_LABEL: Final = "com.docker.stack.image"
_SERVICE_KEYS_TEXT: Final = """
build cap_add cap_drop cgroup_parent cgroupns_mode command configs container_name credential_spec
depends_on deploy devices dns dns_search domainname entrypoint env_file environment expose
external_links extra_hosts healthcheck hostname image init ipc isolation labels links logging
mac_address network_mode networks pid ports privileged read_only restart secrets security_opt
shm_size stdin_open stop_grace_period stop_signal sysctls tmpfs tty ulimits user userns_mode volumes
working_dir
"""
SERVICE_KEYS: Final = frozenset(_SERVICE_KEYS_TEXT.split())
_UNITS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_SIZES: Final = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}
_MODES: Final = {
    "replicated": "Replicated",
    "global": "Global",
    "replicated-job": "ReplicatedJob",
    "global-job": "GlobalJob",
}


class Unacceptable(Exception):
    """The Compose file is refused by the command, before the swarm hears of it."""


def service_spec(
    stack: str, vessel: str, compose: Json, networks: dict[str, str], volumes: Json
) -> Json:
    """The spec of one service; `networks` leads from their names in the file to their ids."""
    for key in compose:
        if key not in SERVICE_KEYS and not key.startswith("x-"):
            raise Unacceptable(f"services.{vessel} Additional property {key} is not allowed")
    deploy = compose.get("deploy") or {}
    image = str(compose.get("image") or "")
    container: Json = {
        "Image": image,
        "Labels": {**_mapping(compose.get("labels")), STACK_LABEL: stack},
        "Command": _words(compose.get("entrypoint")),
        "Args": _words(compose.get("command")),
        "Hostname": compose.get("hostname"),
        "Env": sorted(
            f"{key}={value}" for key, value in _mapping(compose.get("environment")).items()
        ),
        "Dir": compose.get("working_dir"),
        "User": compose.get("user"),
        "TTY": compose.get("tty"),
        "OpenStdin": compose.get("stdin_open"),
        "ReadOnly": compose.get("read_only"),
        "Init": compose.get("init"),
        "StopSignal": compose.get("stop_signal"),
        "StopGracePeriod": duration(compose.get("stop_grace_period")),
        "Healthcheck": _healthcheck(compose.get("healthcheck")),
        "Hosts": [
            " ".join(reversed(str(h).split(":", 1))) for h in compose.get("extra_hosts") or ()
        ],
        "Mounts": [_mount(stack, v, volumes) for v in compose.get("volumes") or ()],
        "Sysctls": _mapping(compose.get("sysctls")),
        "CapabilityAdd": compose.get("cap_add"),
        "CapabilityDrop": compose.get("cap_drop"),
    }
    logging = compose.get("logging") or {}
    template: Json = {
        "ContainerSpec": {**_present(container), "Isolation": "default"},
        "Resources": _present(
            {
                "Limits": _amounts((deploy.get("resources") or {}).get("limits")),
                "Reservations": _amounts((deploy.get("resources") or {}).get("reservations")),
            }
        ),
        "RestartPolicy": _restart_policy(deploy.get("restart_policy"), compose.get("restart")),
        "Placement": _placement(deploy.get("placement") or {}),
        "Networks": _attachments(vessel, compose.get("networks"), networks),
        "LogDriver": _present({"Name": logging.get("driver"), "Options": logging.get("options")}),
        "ForceUpdate": 0,
        "Runtime": "container",
    }
    keep = ("ForceUpdate", "Resources", "Placement")
    template = {key: value for key, value in template.items() if value or key in keep}
    spec: Json = {
        "Name": f"{stack}_{vessel}",
        "Labels": {**_mapping(deploy.get("labels")), IMAGE_LABEL: image, STACK_LABEL: stack},
        "TaskTemplate": template,
        "Mode": _mode(vessel, deploy),
        "UpdateConfig": _update_config(deploy.get("update_config")),
        "RollbackConfig": _update_config(deploy.get("rollback_config")),
        "EndpointSpec": _present(
            {
                "Mode": deploy.get("endpoint_mode") or "vip",
                "Ports": [_port(port) for port in compose.get("ports") or ()],
            }
        ),
    }
    return {key: value for key, value in spec.items() if value is not None}


def duration(text: object) -> int | None:
    """`1m30s` in nanoseconds."""
    if text is None:
        return None
    parts = re.findall(r"([\d.]+)(h|ms|us|ns|m|s)", str(text))
    if not parts:
        raise Unacceptable(f'time: invalid duration "{text}"')
    return round(sum(float(number) * _UNITS[unit] for number, unit in parts) * 1e9)


def size(text: object) -> int | None:
    """`512M` in bytes."""
    if text is None:
        return None
    match = re.fullmatch(r"([\d.]+)\s*([kmgt]?)i?b?", str(text).lower())
    if match is None:
        raise Unacceptable(f"invalid size: '{text}'")
    return round(float(match[1]) * _SIZES[match[2]])


def _present(values: Json) -> Json:
    """Without what is empty: the Engine leaves that out of its answers."""
    return {key: value for key, value in values.items() if value not in (None, "", [], {}, False)}


def _mapping(given: Any) -> dict[str, str]:
    """A Compose mapping or list of `K=V`; names without a value are left out."""
    if not given:
        return {}
    if isinstance(given, list):
        pairs = [str(entry).split("=", 1) for entry in given]
        return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
    return {key: _text(value) for key, value in given.items() if value is not None}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _words(given: Any) -> list[str]:
    if isinstance(given, str):
        try:
            return shlex.split(given)
        except ValueError as error:
            raise Unacceptable("EOF found when expecting closing quote") from error
    return [str(word) for word in given or ()]


def _healthcheck(given: Json | None) -> Json | None:
    if not given:
        return None
    if given.get("disable"):
        return {"Test": ["NONE"]}
    test = given.get("test")
    return _present(
        {
            "Test": ["CMD-SHELL", test] if isinstance(test, str) else test,
            "Interval": duration(given.get("interval")),
            "Timeout": duration(given.get("timeout")),
            "StartPeriod": duration(given.get("start_period")),
            "StartInterval": duration(given.get("start_interval")),
            "Retries": given.get("retries"),
        }
    )


def _mount(stack: str, given: Any, volumes: Json) -> Json:
    if isinstance(given, str):
        source, _, rest = given.rpartition(":") if given.count(":") == 1 else given.partition(":")
        target, _, options = rest.partition(":")
        if not source:
            source, target = "", given
        given = {
            "type": "bind" if source.startswith(("/", ".", "~")) else "volume",
            "source": source,
            "target": target,
            "read_only": "ro" in options.split(","),
        }
    kind, source = given.get("type", "volume"), given.get("source") or ""
    mount = _present(
        {
            "Type": kind,
            "Source": source,
            "Target": given.get("target"),
            "ReadOnly": given.get("read_only"),
        }
    )
    if kind == "volume" and source:
        if source not in volumes:
            raise Unacceptable(f'undefined volume "{source}"')
        declared = volumes[source] or {}
        if declared.get("external"):
            mount["Source"] = declared.get("name") or source
        else:
            mount["Source"] = declared.get("name") or f"{stack}_{source}"
            mount["VolumeOptions"] = {"Labels": {STACK_LABEL: stack}}
    return mount


def _port(given: Any) -> Json:
    if not isinstance(given, dict):
        numbers, _, protocol = str(given).partition("/")
        published, _, target = numbers.rpartition(":")
        if not target.isdecimal() or (published and not published.isdecimal()):
            raise Unacceptable(f"Invalid containerPort: {given}")
        given = {"target": target, "published": published or 0, "protocol": protocol or "tcp"}
    port = {
        "Protocol": given.get("protocol") or "tcp",
        "TargetPort": int(given["target"]),
        "PublishedPort": int(given.get("published") or 0),
        "PublishMode": given.get("mode") or "ingress",
    }
    return _present(port)


def _amounts(given: Json | None) -> Json:
    given = given or {}
    amounts: Json = {"MemoryBytes": size(given.get("memory")), "Pids": given.get("pids")}
    if given.get("cpus") is not None:
        amounts["NanoCPUs"] = round(float(given["cpus"]) * 1e9)
    return _present(amounts)


def _restart_policy(given: Json | None, restart: str | None) -> Json | None:
    if given is None:
        name, _, attempts = (restart or "").partition(":")
        if name in ("", "no"):
            return {"Condition": "none"} if name else None
        if name == "on-failure":
            return _present({"Condition": name, "MaxAttempts": int(attempts or 0)})
        return {"Condition": "any"}
    condition = given.get("condition")
    if condition not in (None, "", "any", "none", "on-failure"):
        raise Unacceptable(f'invalid RestartCondition: "{condition}"')
    return _present(
        {
            "Condition": condition,
            "Delay": duration(given.get("delay")),
            "MaxAttempts": given.get("max_attempts"),
            "Window": duration(given.get("window")),
        }
    )


def _placement(given: Json) -> Json:
    spreads = [
        {"Spread": {"SpreadDescriptor": entry["spread"]}}
        for entry in given.get("preferences") or ()
    ]
    return _present(
        {
            "Constraints": given.get("constraints"),
            "Preferences": spreads,
            "MaxReplicas": given.get("max_replicas_per_node"),
        }
    )


def _attachments(vessel: str, given: Any, networks: dict[str, str]) -> list[Json]:
    wanted = dict.fromkeys(given) if isinstance(given, list) else given or {"default": None}
    attachments = []
    for name, options in wanted.items():
        if name not in networks:
            raise Unacceptable(f'undefined network "{name}"')
        aliases = [*((options or {}).get("aliases") or ()), vessel]
        attachments.append({"Target": networks[name], "Aliases": aliases})
    return sorted(attachments, key=lambda attachment: str(attachment["Target"]))


def _mode(vessel: str, deploy: Json) -> Json:
    mode, replicas = deploy.get("mode") or "replicated", deploy.get("replicas")
    if mode not in _MODES:
        raise Unacceptable(f"service {vessel}: Unknown mode: {mode}")
    if mode.startswith("global"):
        if replicas is not None:
            raise Unacceptable(
                f"service {vessel}: replicas can only be used with replicated or "
                "replicated-job mode"
            )
        return {_MODES[mode]: {}}
    count = 1 if replicas is None else int(replicas)
    if mode == "replicated-job":
        return {"ReplicatedJob": {"MaxConcurrent": count, "TotalCompletions": count}}
    return {"Replicated": {"Replicas": count}}


def _update_config(given: Json | None) -> Json | None:
    if given is None:
        return None
    action = given.get("failure_action") or "pause"
    if action not in ("pause", "continue", "rollback"):
        raise Unacceptable(f"unrecognized update failure action {action}")
    parallelism = given.get("parallelism")
    config: Json = {
        "Parallelism": 1 if parallelism is None else int(parallelism),
        "Delay": duration(given.get("delay")),
        "FailureAction": action,
        "Monitor": duration(given.get("monitor")),
        "MaxFailureRatio": float(given.get("max_failure_ratio") or 0),
        "Order": given.get("order") or "stop-first",
    }
    return {key: value for key, value in config.items() if value is not None}
