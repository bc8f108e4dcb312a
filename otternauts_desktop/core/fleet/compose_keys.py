"""Every key that a flight plan may have: what Swarm does with it, and what may stand there.

One tree feeds completion and the words beside a key. Sources: the Compose Specification for what
exists, and for what it does every key tried against Docker's CLI 26 and 28 (docker/cli,
cli/compose; moby/swarmkit).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from otternauts_desktop.core.fleet.outline import ITEM
from otternauts_desktop.core.fleet.report import ACCEPTABLE
from otternauts_desktop.core.words import marked


@dataclass(frozen=True)
class Key:
    """One key. Texts are English, marked for translation."""

    help: str = ""
    default: str = ""
    """What holds without it, as it would be written."""
    values: tuple[str, ...] = ()
    """What is usually written there, or all that may be."""
    keys: Mapping[str, "Key"] = field(default_factory=dict)
    every: "Key | None" = None
    """What stands under names that the person chooses."""
    items: "Key | None" = None
    """What an item of the list is."""
    names: str = ""
    """The section of the file whose names may stand here: `networks`, `services`, ..."""


_BOOL: Final = ("true", "false")
_TEXT: Final = Key()


def _policy(action: str, parallelism: str) -> dict[str, Key]:
    """The keys of `update_config` and `rollback_config`."""
    return {
        "parallelism": Key(marked("So many tasks are replaced at once; 0 for all."), parallelism),
        "delay": Key(marked("Pause between one group of tasks and the next."), "0s"),
        "failure_action": Key(
            marked("What happens when too many tasks fail."),
            "pause",
            tuple(action.split()),
        ),
        "monitor": Key(marked("So long a new task is watched for failure."), "5s"),
        "max_failure_ratio": Key(marked("Share of tasks that may fail, 0 to 1."), "0"),
        "order": Key(
            marked("Stop the old task first, or start the new one first."),
            "stop-first",
            ("start-first", "stop-first"),
        ),
    }


_LIMITS: Final = {
    "cpus": Key(marked('Processors as a text, like "0.5".')),
    "memory": Key(marked("Memory, like 512M. Above the limit a task is killed.")),
}
_DEPLOY: Final = {
    "mode": Key(
        marked("replicated: a number of tasks. global: one on every outpost. Jobs run once."),
        "replicated",
        ("replicated", "global", "replicated-job", "global-job"),
    ),
    "replicas": Key(marked("How many tasks run at once. Changing it restarts none of them."), "1"),
    "endpoint_mode": Key(
        marked("How its name resolves: one virtual address, or one address per task."),
        "vip",
        ("vip", "dnsrr"),
    ),
    "labels": Key(
        marked("Labels of the service, as Traefik reads them; its tasks stay."), every=_TEXT
    ),
    "placement": Key(
        marked("Which outposts may run it."),
        keys={
            "constraints": Key(
                marked("Every one has to hold for an outpost to be taken."),
                items=Key(names="constraints"),
            ),
            "preferences": Key(
                marked("Spread tasks evenly over the values of a label."),
                items=Key(
                    keys={
                        "spread": Key(marked("The label, like node.labels.zone."), names="spread")
                    }
                ),
            ),
            "max_replicas_per_node": Key(marked("At most so many tasks on one outpost."), "0"),
        },
    ),
    "resources": Key(
        marked("What a task may use at most, and what is kept free for it."),
        keys={
            "limits": Key(
                marked("What a task may use at most."),
                keys={**_LIMITS, "pids": Key(marked("At most so many processes."), "0")},
            ),
            "reservations": Key(
                marked("An outpost needs so much to spare to get the task."), keys=_LIMITS
            ),
        },
    ),
    "restart_policy": Key(
        marked("What happens when a task ends."),
        keys={
            "condition": Key(
                marked("When a new task takes the place of one that ended."),
                "any",
                ("any", "on-failure", "none"),
            ),
            "delay": Key(marked("Pause before it."), "5s"),
            "max_attempts": Key(marked("At most so many times; 0 for without end."), "0"),
            "window": Key(marked("So long the attempts are counted over."), "0s"),
        },
    ),
    "update_config": Key(
        marked("How tasks are replaced when a launch changes them."),
        keys=_policy("pause continue rollback", "1"),
    ),
    "rollback_config": Key(
        marked("How tasks are replaced when Docker rolls back."),
        keys=_policy("pause continue", "1"),
    ),
}
_HEALTHCHECK: Final = {
    "test": Key(
        marked(
            "The command whose exit code 0 says that a task is well. Before that it is starting."
        ),
        values=("[CMD-SHELL, ]", "[CMD, ]", "[NONE]"),
    ),
    "interval": Key(marked("Pause between two checks."), "30s"),
    "timeout": Key(marked("A check that takes longer has failed."), "30s"),
    "retries": Key(marked("So many failures in a row end the task."), "3"),
    "start_period": Key(marked("Failures do not count so long after the start."), "0s"),
    "start_interval": Key(marked("Pause between checks during the start period."), "5s"),
    "disable": Key(marked("Switch off the check that the image brings."), "false", _BOOL),
}
_PORT: Final = {
    "target": Key(marked("Port inside the container.")),
    "published": Key(marked("Port on the outposts; one at random, from 30000 up, without it.")),
    "protocol": Key(marked("Protocol of the port."), "tcp", ("tcp", "udp", "sctp")),
    "mode": Key(
        marked(
            "ingress: on every outpost, without the client's address. host: only where a task runs."
        ),
        "ingress",
        ("ingress", "host"),
    ),
}
_MOUNT: Final = {
    "type": Key(marked("What is mounted."), "volume", ("volume", "bind", "tmpfs")),
    "source": Key(
        marked("Name of a volume, or a path that exists on the outpost."), names="volumes"
    ),
    "target": Key(marked("Path inside the container.")),
    "read_only": Key(marked("The container can't write there."), "false", _BOOL),
    "tmpfs": Key(
        marked("Settings of memory that is mounted."),
        keys={"size": Key(marked("Size in bytes.")), "mode": Key(marked("Rights, like 0o1777."))},
    ),
    "volume": Key(
        marked("Settings of the mounted volume."),
        keys={
            "nocopy": Key(marked("Don't fill a new volume from the image."), "false", _BOOL),
            "subpath": Key(marked("A folder of the volume; needs Docker 28.")),
        },
    ),
    "bind": Key(
        marked("Settings of a mounted path."),
        keys={
            "propagation": Key(
                marked("How mounts inside reach the other side."),
                "rprivate",
                ("rprivate", "private", "rshared", "shared", "rslave", "slave"),
            )
        },
    ),
}


def _grant(section: str) -> Key:
    """Items of a service's `configs` and `secrets`."""
    return Key(
        names=section,
        keys={
            "source": Key(marked("Its name in this file."), names=section),
            "target": Key(marked("Where it stands in the container.")),
            "uid": Key(marked("Owner of the file, as a text."), '"0"'),
            "gid": Key(marked("Group of the file, as a text."), '"0"'),
            "mode": Key(marked("Rights of the file, like 0440."), "0444"),
        },
    )


_SERVICE_EXTENSION: Final = {
    "domains": Key(
        marked("Reached from outside under these names, with HTTPS by the ingress."),
        items=Key(
            keys={
                "host": Key(marked("The domain.")),
                "path": Key(marked("Only what begins with this path."), "/"),
                "port": Key(marked("Port inside the container.")),
                "redirect": Key(marked("Send plain HTTP on to HTTPS."), "true", _BOOL),
            }
        ),
    ),
    "port": Key(marked("Port inside the container that the domains lead to.")),
    "pre_deploy": Key(
        marked("Commands that run to completion before the launch goes on, like a migration."),
        items=Key(
            keys={
                "command": Key(marked("What is run, in the image of this service.")),
                "timeout": Key(marked("So long it may take."), "10m"),
            }
        ),
    ),
    "accept": Key(
        marked("Codes of findings that you have seen and accept."),
        items=Key(values=tuple(sorted(ACCEPTABLE))),
    ),
}
_SERVICE: Final = {
    "image": Key(marked("The image every task runs. Each outpost pulls it by itself.")),
    "command": Key(marked("Replaces the command of the image.")),
    "entrypoint": Key(marked("Replaces the entry point of the image.")),
    "environment": Key(
        marked("Variables of the container. Anyone who may use Docker there can read them."),
        every=_TEXT,
    ),
    "deploy": Key(marked("How many tasks, where, and how they are replaced."), keys=_DEPLOY),
    "ports": Key(
        marked("Ports open to the world. Services on one network reach each other without."),
        items=Key(keys=_PORT),
    ),
    "volumes": Key(
        marked("What is mounted. A volume stays on its outpost: pin the service to it."),
        items=Key(keys=_MOUNT, names="mounts"),
    ),
    "networks": Key(
        marked("Networks it is on; services there find it by its name."),
        "[default]",
        items=Key(names="networks"),
        every=Key(
            names="networks",
            keys={"aliases": Key(marked("More names under which it is found."), items=_TEXT)},
        ),
        names="networks",
    ),
    "secrets": Key(marked("Secrets, as files under /run/secrets."), items=_grant("secrets")),
    "configs": Key(
        marked("Files that Docker keeps and puts into the container."), items=_grant("configs")
    ),
    "depends_on": Key(
        marked("Swarm starts everything at once; launch_order of x-otternauts makes waves of it."),
        items=Key(names="services"),
        every=Key(
            names="services",
            keys={
                "condition": Key(
                    marked("What is waited for; Docker Compose only."),
                    "service_started",
                    ("service_started", "service_healthy", "service_completed_successfully"),
                )
            },
        ),
        names="services",
    ),
    "healthcheck": Key(marked("How Docker finds out whether a task is well."), keys=_HEALTHCHECK),
    "labels": Key(marked("Labels of the containers. Traefik reads those of deploy."), every=_TEXT),
    "hostname": Key(
        marked("Host name of each container."),
        values=('"{{.Node.Hostname}}"', '"{{.Service.Name}}.{{.Task.Slot}}"'),
    ),
    "user": Key(marked("User, or user:group, as a text."), "root"),
    "working_dir": Key(marked("Folder in which the command runs.")),
    "init": Key(marked("A small init reaps processes and passes on signals."), "false", _BOOL),
    "tty": Key(marked("Give it a terminal."), "false", _BOOL),
    "stdin_open": Key(marked("Keep its input open."), "false", _BOOL),
    "read_only": Key(marked("The container can't write to its own files."), "false", _BOOL),
    "stop_grace_period": Key(marked("So long a task may take to end before it is killed."), "10s"),
    "stop_signal": Key(
        marked("The signal that asks it to end."), "SIGTERM", ("SIGTERM", "SIGINT", "SIGQUIT")
    ),
    "cap_add": Key(marked("Rights of the kernel it gets in addition."), items=_TEXT),
    "cap_drop": Key(marked("Rights of the kernel it does not get."), items=Key(values=("ALL",))),
    "dns": Key(marked("Name servers to ask."), items=_TEXT),
    "dns_search": Key(marked("Domains in which names are looked for."), items=_TEXT),
    "extra_hosts": Key(marked("Names with addresses for /etc/hosts."), items=_TEXT, every=_TEXT),
    "logging": Key(
        marked("Where the output of its tasks goes."),
        keys={
            "driver": Key(
                marked("Comms need json-file, local or journald."),
                "json-file",
                ("json-file", "local", "journald", "syslog", "gelf", "fluentd", "none"),
            ),
            "options": Key(
                marked("Settings of the driver, as texts."),
                keys={
                    "max-size": Key(marked("A log file is cut off at this size, like 10m.")),
                    "max-file": Key(marked("So many log files are kept.")),
                },
                every=_TEXT,
            ),
        },
    ),
    "sysctls": Key(marked("Settings of the kernel for its containers."), every=_TEXT),
    "ulimits": Key(
        marked("Limits of its processes."),
        keys={"nofile": Key(marked("Open files.")), "nproc": Key(marked("Processes of the user."))},
        every=Key(keys={"soft": _TEXT, "hard": _TEXT}),
    ),
    "restart": Key(
        marked("Becomes deploy.restart_policy at a launch."),
        "any",
        ("always", "unless-stopped", "on-failure", '"no"'),
    ),
    "mem_limit": Key(marked("Becomes deploy.resources.limits.memory at a launch.")),
    "cpus": Key(marked("Becomes deploy.resources.limits.cpus at a launch.")),
    "env_file": Key(
        marked("Files beside the flight plan, read here; their values become environment."),
        items=Key(
            keys={
                "path": Key(marked("The file, from the folder of the flight plan.")),
                "required": Key(marked("Whether it has to be there."), "true", _BOOL),
                "format": Key(marked("raw: values are taken as they stand."), values=("raw",)),
            }
        ),
    ),
    "extends": Key(
        marked("Begins with the settings of another service, of this file or another one."),
        keys={
            "service": Key(marked("The service to begin with."), names="services"),
            "file": Key(marked("The file it is in; this one without it.")),
        },
    ),
    "profiles": Key(
        marked("The service is left out where none of these profiles is active."), items=_TEXT
    ),
    "scale": Key(marked("Becomes deploy.replicas at a launch."), "1"),
    "links": Key(
        marked("Services on one network reach each other by name; an alias is kept."),
        items=Key(names="services"),
    ),
    "network_mode": Key(
        marked("`host` and `none` become networks of those names at a launch."),
        values=("host", "none"),
    ),
    "shm_size": Key(marked("Becomes a tmpfs of that size on /dev/shm at a launch."), "64m"),
    "cpu_quota": Key(marked("With cpu_period it becomes deploy.resources.limits.cpus.")),
    "cpu_period": Key(marked("What cpu_quota is a share of, in microseconds."), "100000"),
    "tmpfs": Key(marked("Paths kept in memory; they become mounts at a launch."), items=_TEXT),
    "x-otternauts": Key(
        marked("What Otternauts does with this service, beyond Compose."), keys=_SERVICE_EXTENSION
    ),
}


def _object(kind: str, extra: Mapping[str, Key]) -> Key:
    return Key(
        kind,
        keys={
            "external": Key(
                marked("It exists already; the launch fails where it does not."), "false", _BOOL
            ),
            "name": Key(
                marked("Its name on the cluster; the fleet's name goes before it otherwise.")
            ),
            "labels": Key(marked("Labels of it."), every=_TEXT),
            **extra,
        },
    )


_FILE: Final = {
    "file": Key(marked("A file beside this one; it is read here, not on the outpost.")),
    "content": Key(marked("What stands in it.")),
    "environment": Key(marked("The variable that holds it.")),
    "template_driver": Key(marked("Fill in {{...}} for each task."), values=("golang",)),
}
ROOT: Final = Key(
    keys={
        "services": Key(
            marked("The vessels of the fleet."),
            every=Key(marked("A vessel of the fleet."), keys=_SERVICE),
        ),
        "networks": Key(
            marked("Networks that the launch makes, or that exist."),
            every=_object(
                marked("A network over all outposts."),
                {
                    "driver": Key(marked("Swarm needs overlay."), "overlay", ("overlay",)),
                    "attachable": Key(
                        marked("Containers outside of Swarm may join."), "false", _BOOL
                    ),
                    "internal": Key(marked("No way out to the internet."), "false", _BOOL),
                    "driver_opts": Key(
                        marked("Settings of the driver."),
                        keys={
                            "encrypted": Key(marked('Encrypt between outposts: "true", as a text.'))
                        },
                        every=_TEXT,
                    ),
                    "ipam": Key(
                        marked("Addresses of the network."),
                        keys={
                            "config": Key(
                                items=Key(
                                    keys={
                                        "subnet": Key(
                                            marked("Range of addresses, like 10.20.0.0/24.")
                                        )
                                    }
                                )
                            )
                        },
                    ),
                },
            ),
        ),
        "volumes": Key(
            marked("Volumes. Each outpost has its own of that name; no data moves between them."),
            every=_object(
                marked("A volume, on each outpost that runs a task with it."),
                {
                    "driver": Key(marked("What keeps the data."), "local"),
                    "driver_opts": Key(marked("Settings of the driver."), every=_TEXT),
                },
            ),
        ),
        "secrets": Key(
            marked("Secrets that Docker keeps; nobody can read them back."),
            every=_object(marked("A secret."), _FILE),
        ),
        "configs": Key(
            marked("Files that Docker keeps for services."),
            every=_object(marked("A file that Docker keeps."), _FILE),
        ),
        "name": Key(marked("For Docker Compose; the fleet's name is chosen here.")),
        "x-otternauts": Key(
            marked("What Otternauts does with the whole file, beyond Compose."),
            keys={
                "launch_order": Key(
                    marked("depends_on: what others depend on is launched first, in waves."),
                    "none",
                    ("depends_on", "none"),
                ),
                "accept": _SERVICE_EXTENSION["accept"],
            },
        ),
    }
)


def key_at(path: Sequence[str]) -> Key | None:
    """What is known of the key with that path; a list item is `*`."""
    key: Key | None = ROOT
    for name in path:
        if key is None:
            return None
        key = key.items if name == ITEM else key.keys.get(name, key.every)
    return key
