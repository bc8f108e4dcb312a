"""Which keys of a Compose service mean what to `docker stack deploy`. Tables only.

Source: every key tried against CLI 26 and 28 with an engine 26 (docker/cli, cli/compose).
"""

from typing import Final

from otternauts_desktop.core.words import marked

TOP_LEVEL: Final = frozenset({"services", "networks", "volumes", "secrets", "configs"})

TAKEN: Final = frozenset(
    [
        "cap_add",
        "cap_drop",
        "command",
        "configs",
        "credential_spec",
        "deploy",
        "dns",
        "dns_search",
        "entrypoint",
        "environment",
        "extra_hosts",
        "healthcheck",
        "hostname",
        "image",
        "init",
        "isolation",
        "labels",
        "logging",
        "networks",
        "ports",
        "read_only",
        "secrets",
        "stdin_open",
        "stop_grace_period",
        "stop_signal",
        "sysctls",
        "tty",
        "ulimits",
        "user",
        "volumes",
        "working_dir",
    ]
)
"""Accepted, and they have an effect."""

LOWERED: Final = frozenset(
    [
        *("cpu_period", "cpu_quota", "cpus", "depends_on", "env_file", "extends", "links"),
        *("mem_limit", "mem_reservation", "network_mode", "pids_limit", "profiles", "restart"),
        *("scale", "shm_size", "tmpfs"),
    ]
)
"""Rewritten here into what has the same effect in Swarm, or explained one by one."""

HARMLESS: Final = {
    "attach": marked("It matters to `docker compose up` only."),
    "build": marked("Swarm runs ready images only; the image has to be built and pushed."),
    "container_name": marked("Swarm names containers itself."),
    "develop": marked("It matters to `docker compose watch` only."),
    "expose": marked("Services on one network reach each other on every port anyway."),
    "platform": marked("Swarm picks an outpost whose platform fits the image."),
    "pull_policy": marked("Each outpost pulls an image that it doesn't have."),
}
"""Left out of what is sent; nothing is lost that the fleet needs. Each with its reason."""

_NOTHING: Final = marked("Swarm has no such setting.")
LOST: Final = {
    "annotations": _NOTHING,
    "blkio_config": _NOTHING,
    "cgroup_parent": _NOTHING,
    "cpu_count": marked("Use deploy.resources.limits.cpus."),
    "cpu_percent": marked("Use deploy.resources.limits.cpus."),
    "cpu_rt_period": _NOTHING,
    "cpu_rt_runtime": _NOTHING,
    "cpu_shares": marked("Use deploy.resources.reservations.cpus."),
    "cpuset": _NOTHING,
    "dns_opt": _NOTHING,
    "domainname": _NOTHING,
    "external_links": marked("Put both services on one external network instead."),
    "group_add": marked("Give the user and group by `user:`."),
    "label_file": marked("Write the labels under `labels:`."),
    "mac_address": _NOTHING,
    "mem_swappiness": _NOTHING,
    "memswap_limit": _NOTHING,
    "oom_kill_disable": _NOTHING,
    "oom_score_adj": marked("Docker's own parser drops it without a word."),
    "post_start": marked("Use `pre_deploy` under `x-otternauts:` for what runs before a launch."),
    "pre_stop": _NOTHING,
    "storage_opt": _NOTHING,
}
"""Swarm has nothing for it: left out with a warning, because the vessel may behave differently."""

_APART: Final = marked("the container would not be set apart as written")
UNSAFE: Final = {
    "cgroup": _APART,
    "cgroupns_mode": _APART,
    "device_cgroup_rules": marked("the container would run without its devices"),
    "devices": marked("the container would run without its devices"),
    "gpus": marked("the container would run without its GPUs"),
    "ipc": _APART,
    "pid": _APART,
    "privileged": marked("the container would run without the rights it expects"),
    "runtime": marked("the container would run under another runtime"),
    "security_opt": marked("the container would run without the protection written here"),
    "use_api_socket": marked("the container would not reach Docker"),
    "userns_mode": _APART,
    "uts": _APART,
}
"""Dropped by Docker, with a change to what protects or equips the container: an error."""

IMPOSSIBLE: Final = {
    "models": marked("Run the model as a service of its own."),
    "provider": marked("Swarm runs containers only."),
    "volume_driver": marked("Name the driver under `volumes:` at the top of the file."),
    "volumes_from": marked("Name the volumes in each service."),
}
"""Can't be left out without changing what the fleet is."""

DEPLOY: Final = frozenset(
    [
        "endpoint_mode",
        "labels",
        "mode",
        "placement",
        "replicas",
        "resources",
        "restart_policy",
        "rollback_config",
        "update_config",
    ]
)
HEALTHCHECK: Final = frozenset(
    ["disable", "interval", "retries", "start_interval", "start_period", "test", "timeout"]
)
UPDATE: Final = frozenset(
    ["delay", "failure_action", "max_failure_ratio", "monitor", "order", "parallelism"]
)
RESTART_POLICY: Final = frozenset(["condition", "delay", "max_attempts", "window"])
PLACEMENT: Final = frozenset(["constraints", "max_replicas_per_node", "preferences"])
LIMITS: Final = frozenset(["cpus", "memory", "pids"])
RESERVATIONS: Final = frozenset(["cpus", "devices", "generic_resources", "memory", "pids"])
