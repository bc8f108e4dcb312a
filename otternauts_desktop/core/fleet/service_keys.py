"""Which keys of a Compose service mean what to `docker stack deploy`. Tables only.

Source: every key tried against CLI 26 and 28 with an engine 26 (docker/cli, cli/compose).
"""

from typing import Final

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
    ["cpus", "depends_on", "mem_limit", "mem_reservation", "pids_limit", "restart", "tmpfs"]
)
"""Rewritten here into what has the same effect in Swarm."""

HARMLESS: Final = {
    "build": "Swarm runs ready images only; the image has to be built and pushed beforehand.",
    "container_name": "Swarm names containers itself.",
    "develop": "It matters to `docker compose watch` only.",
    "expose": "Services on one network reach each other on every port anyway.",
    "links": "Services on one network reach each other by name anyway.",
    "platform": "Swarm picks an outpost whose platform fits the image.",
    "profiles": "Swarm knows no profiles: the vessel is launched with the others.",
    "pull_policy": "Each outpost pulls an image that it doesn't have.",
    "attach": "It matters to `docker compose up` only.",
    "scale": "Use deploy.replicas.",
}
"""Left out of what is sent; nothing is lost that the fleet needs. Each with its reason."""

LOST: Final = {
    "cgroup_parent": "Swarm has no such setting.",
    "cpuset": "Swarm has no such setting.",
    "cpu_shares": "Use deploy.resources.reservations.cpus.",
    "domainname": "Swarm has no such setting.",
    "external_links": "Put both services on one external network instead.",
    "group_add": "Give the user and group by `user:`.",
    "mac_address": "Swarm has no such setting.",
    "memswap_limit": "Swarm has no such setting.",
    "oom_kill_disable": "Swarm has no such setting.",
    "oom_score_adj": "Docker's own parser drops it without a word.",
    "shm_size": "Mount a tmpfs volume on /dev/shm with the size wanted.",
    "storage_opt": "Swarm has no such setting.",
}
"""Swarm has nothing for it: left out with a warning, because the vessel may behave differently."""

UNSAFE: Final = {
    "cgroup": "the container would not be set apart as written",
    "cgroupns_mode": "the container would not be set apart as written",
    "devices": "the container would run without its devices",
    "gpus": "the container would run without its GPUs",
    "ipc": "the container would not be set apart as written",
    "network_mode": "the container would run on the fleet's own network instead",
    "pid": "the container would not be set apart as written",
    "privileged": "the container would run without the rights it expects",
    "runtime": "the container would run under another runtime",
    "security_opt": "the container would run without the protection written here",
    "userns_mode": "the container would not be set apart as written",
    "uts": "the container would not be set apart as written",
}
"""Dropped by Docker, with a change to what protects or equips the container: an error."""

IMPOSSIBLE: Final = {
    "env_file": "Its file is not on the outpost. Write the values under `environment:`, "
    "with ${NAME} for those that are secret.",
    "extends": "Write the settings out, or use a YAML anchor.",
    "provider": "Swarm runs containers only.",
    "volumes_from": "Name the volumes in each service.",
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
