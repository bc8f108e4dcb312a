"""What the simulated swarm is made of, and how the Engine API shows it.

Specs are kept as the Engine's own JSON, as the real swarm keeps them.
"""

import secrets
import string
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from typing import Any, Final

from otternauts_desktop.simulator.process import Program

Json = dict[str, Any]

ENGINE_VERSION: Final = "26.1.5"
STACK_LABEL: Final = "com.docker.stack.namespace"
TERMINAL: Final = ("complete", "shutdown", "failed", "rejected", "remove", "orphaned")
LIVE_DESIRES: Final = ("ready", "running", "complete")
"""What swarm wants of a task that is to run; the others are on their way out."""
_ID_LETTERS: Final = string.digits + string.ascii_lowercase


def new_id() -> str:
    """A swarm id: 25 letters and digits."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(25))


def stamp(at: float) -> str:
    """A time as the Engine writes it, in UTC with nanoseconds."""
    whole = datetime.fromtimestamp(int(at), UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{int((at - int(at)) * 1e9):09d}Z"


@dataclass(slots=True)
class Node:
    """A machine of the swarm."""

    id: str
    name: str
    role: str
    address: str
    created: float
    updated: float
    version: int
    labels: dict[str, str] = field(default_factory=dict)
    leader: bool = False
    availability: str = "active"
    up: bool = True
    """What the machine does; the swarm learns of it a few heartbeats later."""
    state: str = "ready"
    message: str = ""
    noticed_at: float = inf
    """When the swarm takes notice of a change of `up`."""
    nano_cpus: int = 4_000_000_000
    memory: int = 8 * 1024**3

    @property
    def manager(self) -> bool:
        """Whether it manages."""
        return self.role == "manager"

    @property
    def usable(self) -> bool:
        """Whether the scheduler may put tasks here."""
        return self.state == "ready" and self.availability == "active"

    def json(self) -> Json:
        """As `/nodes` shows it."""
        shown: Json = {
            "ID": self.id,
            "Version": {"Index": self.version},
            "CreatedAt": stamp(self.created),
            "UpdatedAt": stamp(self.updated),
            "Spec": {
                "Labels": self.labels,
                "Role": self.role,
                "Availability": self.availability,
            },
            "Description": {
                "Hostname": self.name,
                "Platform": {"Architecture": "x86_64", "OS": "linux"},
                "Resources": {"NanoCPUs": self.nano_cpus, "MemoryBytes": self.memory},
                "Engine": {
                    "EngineVersion": ENGINE_VERSION,
                    "Plugins": [{"Type": "Network", "Name": "overlay"}],
                },
            },
            "Status": {"State": self.state, "Addr": self.address},
        }
        if self.message:
            shown["Status"]["Message"] = self.message
        if self.manager:
            shown["ManagerStatus"] = {
                **({"Leader": True} if self.leader else {}),
                "Reachability": "reachable" if self.state == "ready" else "unreachable",
                "Addr": f"{self.address}:2377",
            }
        return shown


@dataclass(slots=True)
class Network:
    """A swarm-scoped overlay network."""

    id: str
    name: str
    created: float
    labels: dict[str, str] = field(default_factory=dict)
    ingress: bool = False
    attachable: bool = False
    leaving: bool = False
    """Removed, but tasks still hold on to it: listed, and no longer to be used."""
    subnet: str = ""
    """As it was asked for, "" where it was left to swarm."""
    encrypted: bool = False

    def json(self, number: int) -> Json:
        """As `/networks` shows it; the number tells its subnet from others."""
        subnet = self.subnet or f"10.0.{number}.0/24"
        gateway = f"{subnet.rpartition('.')[0]}.1"
        options = {"com.docker.network.driver.overlay.vxlanid_list": str(4096 + number)}
        return {
            "Name": self.name,
            "Id": self.id,
            "Created": stamp(self.created),
            "Scope": "swarm",
            "Driver": "overlay",
            "EnableIPv6": False,
            "IPAM": {
                "Driver": "default",
                "Options": None,
                "Config": [{"Subnet": subnet, "Gateway": gateway}],
            },
            "Internal": False,
            "Attachable": self.attachable,
            "Ingress": self.ingress,
            "ConfigFrom": {"Network": ""},
            "ConfigOnly": False,
            "Containers": None,
            "Options": options | ({"encrypted": ""} if self.encrypted else {}),
            "Labels": self.labels,
        }


def local_network(name: str, now: float) -> Json:
    """One of the networks that every engine has for itself, as `/networks` shows it."""
    driver = "null" if name == "none" else name
    shown = Network(new_id(), name, now).json(0)
    return {**shown, "Scope": "local", "Driver": driver, "Options": {}}


@dataclass(slots=True)
class SwarmFile:
    """A config or a secret. What is in it can't be changed."""

    id: str
    kind: str
    """`config` or `secret`."""
    spec: Json
    created: float
    version: int

    @property
    def name(self) -> str:
        """Its name in the swarm."""
        return str(self.spec["Name"])

    @property
    def stack(self) -> str:
        """The stack that it belongs to, "" for none."""
        return str((self.spec.get("Labels") or {}).get(STACK_LABEL, ""))

    def json(self) -> Json:
        """As the Engine shows it: a secret without its data."""
        left_out = "Data" if self.kind == "secret" else ""
        return {
            "ID": self.id,
            "Version": {"Index": self.version},
            "CreatedAt": stamp(self.created),
            "UpdatedAt": stamp(self.created),
            "Spec": {key: value for key, value in self.spec.items() if key != left_out},
        }


@dataclass(slots=True)
class Task:
    """One attempt to run a service's container."""

    id: str
    service_id: str
    slot: int
    """0 for tasks of global services."""
    spec: Json
    """The service's TaskTemplate when the task was made."""
    endpoint_spec: Json
    created: float
    version: int
    node_id: str = ""
    desired: str = "running"
    state: str = "new"
    message: str = "created"
    error: str = ""
    changed: float = 0.0
    due: float = inf
    """When it moves on by itself; `inf` while it waits for something else."""
    release_at: float = 0.0
    """End of a restart delay: until then it is only wanted `ready`."""
    waits_for: str = ""
    """Task that must have stopped before this one runs (order stop-first)."""
    ousts: str = ""
    """Task that is stopped once this one runs (order start-first)."""
    container_id: str = ""
    program: Program | None = None
    started: float = 0.0
    ended: float = 0.0
    exit_code: int | None = None
    iteration: int | None = None
    """Number of the job's run, None for tasks that are not of a job."""

    @property
    def terminal(self) -> bool:
        """Whether it has ended for good."""
        return self.state in TERMINAL

    @property
    def wanted(self) -> bool:
        """Whether the swarm wants it to run (its node may have died under it)."""
        return self.desired in LIVE_DESIRES

    @property
    def image(self) -> str:
        """What its container is made of."""
        return str(self.spec["ContainerSpec"]["Image"])

    def said(self, now: float) -> int:
        """How many log lines its program has written so far."""
        if self.program is None:
            return 0
        return self.program.count(min(now, self.ended or inf) - self.started)

    def json(self) -> Json:
        """As `/tasks` shows it."""
        status: Json = {
            "Timestamp": stamp(self.changed),
            "State": self.state,
            "Message": self.message,
            "PortStatus": {},
        }
        if self.error:
            status["Err"] = self.error
        if self.container_id:
            running = self.state == "running"
            status["ContainerStatus"] = {
                "ContainerID": self.container_id,
                "PID": 4000 + int(self.container_id[:3], 16) if running else 0,
                "ExitCode": self.exit_code or 0,
            }
        shown: Json = {
            "ID": self.id,
            "Version": {"Index": self.version},
            "CreatedAt": stamp(self.created),
            "UpdatedAt": stamp(self.changed),
            "Labels": {},
            "Spec": {key: value for key, value in self.spec.items() if key != "Runtime"},
            "ServiceID": self.service_id,
            "NodeID": self.node_id,
            "Status": status,
            "DesiredState": self.desired,
            "NetworksAttachments": [],
        }
        if self.slot:
            shown["Slot"] = self.slot
        if self.iteration is not None:
            shown["JobIteration"] = {"Index": self.iteration}
        return shown


@dataclass(slots=True)
class Service:
    """A wanted service, and where its orchestration stands."""

    id: str
    spec: Json
    created: float
    updated: float
    version: int
    previous: Json | None = None
    update: Json | None = None
    """The UpdateStatus that the Engine shows; None after a create."""
    iteration: int = 0
    ports: list[Json] = field(default_factory=list)
    """Published ports, with those that swarm chose itself."""
    check_at: float = inf
    """When the running update is to be looked at again."""
    rolled: dict[str, str] = field(default_factory=dict)
    """Place -> task that the running update put there."""
    failures: set[str] = field(default_factory=set)
    """Tasks of the running update that failed."""
    given_up: set[str] = field(default_factory=set)
    """Places that the restart policy leaves empty."""
    restarts: dict[str, list[float]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name in the swarm."""
        return str(self.spec["Name"])

    def mounts_file(self, file_id: str) -> bool:
        """Whether it has the config or secret of that id."""
        container = self.spec["TaskTemplate"]["ContainerSpec"]
        mounted = [f["SecretID"] for f in container.get("Secrets") or ()]
        return file_id in [*mounted, *(f["ConfigID"] for f in container.get("Configs") or ())]

    @property
    def stack(self) -> str:
        """The stack that it belongs to, "" for none."""
        return str(self.spec["Labels"].get(STACK_LABEL, ""))

    @property
    def template(self) -> Json:
        """What its tasks are made of."""
        template: Json = self.spec["TaskTemplate"]
        return template

    @property
    def endpoint_spec(self) -> Json:
        """Its ports and the mode of its address."""
        endpoint: Json = self.spec.get("EndpointSpec") or {}
        return endpoint

    @property
    def per_node(self) -> bool:
        """Whether each node has one task of it."""
        return "Global" in self.spec["Mode"] or "GlobalJob" in self.spec["Mode"]

    @property
    def is_job(self) -> bool:
        """Whether its tasks run to their end, once."""
        return "ReplicatedJob" in self.spec["Mode"] or "GlobalJob" in self.spec["Mode"]

    @property
    def replicas(self) -> int:
        """Replicas or completions wanted; 0 for global services."""
        mode = self.spec["Mode"]
        if "Replicated" in mode:
            return int(mode["Replicated"].get("Replicas", 1))
        if "ReplicatedJob" in mode:
            return int(mode["ReplicatedJob"].get("TotalCompletions", 1))
        return 0

    def place(self, task: Task) -> str:
        """What a task stands for: its slot, or its node in a global service."""
        return task.node_id if self.per_node else str(task.slot)

    def json(self, tasks: list[Task] | None) -> Json:
        """As `/services` shows it; with its tasks for `status=true`."""
        shown: Json = {
            "ID": self.id,
            "Version": {"Index": self.version},
            "CreatedAt": stamp(self.created),
            "UpdatedAt": stamp(self.updated),
            "Spec": self.spec,
            "Endpoint": {"Spec": self.endpoint_spec},
        }
        if self.ports:
            shown["Endpoint"]["Ports"] = self.ports
        if self.previous is not None:
            shown["PreviousSpec"] = self.previous
        if self.update is not None:
            shown["UpdateStatus"] = self.update
        if self.is_job:
            shown["JobStatus"] = {"JobIteration": {"Index": self.iteration}}
        if tasks is not None:
            wanted = [task for task in tasks if task.wanted]
            shown["ServiceStatus"] = {
                "RunningTasks": sum(task.state == "running" for task in wanted),
                "DesiredTasks": len(wanted) if self.per_node else self.replicas,
                "CompletedTasks": sum(task.state == "complete" for task in tasks),
            }
        return shown
