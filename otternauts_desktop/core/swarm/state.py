"""A snapshot: nodes, services, tasks and networks, read from the Engine's JSON.

Only what is shown or compared becomes a field. The raw JSON of a service's spec is kept for the
plan, which compares it by meaning. Nothing here talks to a swarm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from otternauts_desktop.core.untrusted import shown

Json = Mapping[str, Any]

STACK_LABEL: Final = "com.docker.stack.namespace"
IMAGE_LABEL: Final = "com.docker.stack.image"
LAUNCH_LABEL: Final = "otternauts.launch"
CONTENT_LABEL: Final = "otternauts.content"
"""Of a secret or config that a launch made: its key in the flight plan."""
"""On a service: the id of the launch that sent it."""
ASKED_LABEL: Final = "otternauts.image"
"""On a service whose image a launch has pinned: the image as the flight plan names it."""
OUR_LABELS: Final = frozenset({STACK_LABEL, IMAGE_LABEL, LAUNCH_LABEL, ASKED_LABEL})
"""Labels of a service that no flight plan asks for."""

_WITHOUT_VALUES: Final = "OtternautsWithoutValues"

LIVE_STATES: Final = frozenset(
    {"new", "pending", "assigned", "accepted", "preparing", "ready", "starting", "running"}
)
"""States of a task that has not ended (swarmkit api/types.proto; `allocated` is `new` here)."""


@dataclass(frozen=True, slots=True)
class Node:
    """A server as the swarm sees it."""

    id: str
    name: str
    role: str
    """`manager` or `worker`."""
    availability: str
    """`active`, `pause` or `drain`."""
    state: str
    """`ready`, `down`, `unknown` or `disconnected`."""
    address: str
    leader: bool = False
    reachable: bool = True
    """Managers only: whether raft reaches it."""
    votes: bool = False
    """Whether it counts for the quorum. One that is demoted still does for a moment."""
    engine: str = ""
    cpus: float = 0.0
    memory: int = 0
    """Bytes."""
    labels: Mapping[str, str] = field(default_factory=dict)
    os: str = ""
    arch: str = ""
    generic: Mapping[str, int] = field(default_factory=dict)
    """Resources of its own kinds, such as GPUs, and how many of each."""
    engine_labels: Mapping[str, str] = field(default_factory=dict)
    """Labels of its daemon, which constraints name as `engine.labels.NAME`."""
    plugins: frozenset[tuple[str, str]] = frozenset()
    """Kind and name of what its daemon has: `("Log", "json-file")`, `("Volume", "local")`."""

    @property
    def ready(self) -> bool:
        """Whether it answers its managers now."""
        return self.state == "ready"

    @property
    def unheard(self) -> bool:
        """Whether the swarm's leader is so new that it has not heard of it yet.

        That is true of all nodes for about a second after an election, and of the leader before
        for up to 20 (measured).
        """
        return self.state == "unknown"

    @property
    def online(self) -> bool:
        """Whether it plays its part: ready, and as a manager reached by raft."""
        if self.role == "manager":
            return self.reachable and (self.ready or self.unheard)
        return self.ready

    @property
    def usable(self) -> bool:
        """Whether the swarm gives it tasks."""
        return self.ready and self.availability == "active"


@dataclass(frozen=True, slots=True)
class Service:
    """A service as the swarm has it."""

    id: str
    name: str
    """Full name, `<fleet>_<vessel>` for one that belongs to a stack."""
    fleet: str
    """Name of the stack, "" for a service that belongs to none."""
    image: str
    """As in the spec, may end in `@sha256:...`."""
    mode: str
    """`replicated`, `global`, `replicated-job` or `global-job`."""
    replicas: int
    """Wanted count; for global modes what the swarm says, 0 where it says nothing."""
    labels: Mapping[str, str]
    version: int
    created_at: str
    updated_at: str
    update_state: str
    """"" after a create, else `updating`, `paused`, `completed`, `rollback_...`."""
    update_message: str
    spec: Json = field(repr=False)
    """The Engine's `Spec`. Holds environment values: never shown or stored as it is."""
    files: frozenset[str] = frozenset()
    """Ids of the secrets and configs that it has, or would have again after a rollback."""
    has_values: bool = True
    """False where it comes from disk: environment values and commands are not in it."""
    former: "Service | None" = field(default=None, repr=False)
    """What Docker's own rollback would make of it; None where it has nothing to go back to."""

    @property
    def vessel(self) -> str:
        """The name inside the fleet, as the flight plan has it."""
        prefix = f"{self.fleet}_"
        return self.name.removeprefix(prefix) if self.fleet else self.name

    @property
    def is_job(self) -> bool:
        """Whether its tasks run to their end, once (replicated-job, global-job)."""
        return self.mode.endswith("-job")


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt to run one replica of a service."""

    id: str
    service_id: str
    node_id: str
    slot: int
    """1-based replica number; 0 for tasks of global services."""
    state: str
    desired: str
    """`running`, `ready`, `shutdown`, `remove` or `complete`."""
    message: str
    error: str
    """Docker's own words, made safe to show; "" where there is none."""
    exit_code: int | None
    image: str
    timestamp: str
    """When the state was last seen, RFC 3339 as the Engine writes it."""
    created_at: str
    container_id: str = ""
    spec_version: int = 0
    """`Version.Index` of the task itself; grows with each change of its state."""
    job_iteration: int = 0

    @property
    def live(self) -> bool:
        """Whether it has not ended: it runs, or is on its way there."""
        return self.state in LIVE_STATES


@dataclass(frozen=True, slots=True)
class Network:
    """A network of swarm scope."""

    id: str
    name: str
    driver: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SwarmFile:
    """A secret or a config: what it is called, never what it holds."""

    id: str
    name: str
    labels: Mapping[str, str]
    created_at: str = ""

    @property
    def fleet(self) -> str:
        """Name of the stack it belongs to, "" for none."""
        return self.labels.get(STACK_LABEL, "")


@dataclass(frozen=True)
class Snapshot:
    """A whole swarm at one moment. Immutable: a newer one replaces it."""

    nodes: tuple[Node, ...]
    services: tuple[Service, ...]
    tasks: tuple[Task, ...]
    networks: tuple[Network, ...]
    taken_at: float
    """Wall clock of this machine, seconds since 1970: the "as of" time."""
    via: str = ""
    """Name of the outpost that was asked."""
    secrets: tuple[SwarmFile, ...] = ()
    configs: tuple[SwarmFile, ...] = ()

    @cached_property
    def secret_ids(self) -> Mapping[str, str]:
        """Ids of the secrets by their names."""
        return {file.name: file.id for file in self.secrets}

    @cached_property
    def config_ids(self) -> Mapping[str, str]:
        """Ids of the configs by their names."""
        return {file.name: file.id for file in self.configs}

    @cached_property
    def node_by_id(self) -> Mapping[str, Node]:
        """Its nodes by their ids."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def service_by_id(self) -> Mapping[str, Service]:
        """Its services by their ids."""
        return {service.id: service for service in self.services}

    @cached_property
    def task_by_id(self) -> Mapping[str, Task]:
        """Its tasks by their ids, those of the past too."""
        return {task.id: task for task in self.tasks}

    @cached_property
    def tasks_by_service(self) -> Mapping[str, tuple[Task, ...]]:
        """Tasks per service id, by slot or node, newest first within it."""
        grouped: dict[str, list[Task]] = {service.id: [] for service in self.services}
        for task in self.tasks:
            grouped.setdefault(task.service_id, []).append(task)
        for tasks in grouped.values():
            tasks.sort(key=lambda t: t.created_at, reverse=True)
            tasks.sort(key=lambda t: (t.slot, t.node_id if t.slot == 0 else ""))
        return {service_id: tuple(tasks) for service_id, tasks in grouped.items()}

    @cached_property
    def fleets(self) -> Mapping[str, tuple[Service, ...]]:
        """Services per fleet, both sorted by name. Services of no stack are not in it."""
        grouped: dict[str, list[Service]] = {}
        for service in self.services:
            if service.fleet:
                grouped.setdefault(service.fleet, []).append(service)
        return {
            name: tuple(sorted(grouped[name], key=lambda s: s.name)) for name in sorted(grouped)
        }

    def node_name(self, node_id: str) -> str:
        """Name of a node, or the start of its id where the node is gone."""
        node = self.node_by_id.get(node_id)
        return node.name if node else node_id[:12]


def read_snapshot(
    *,
    nodes: Sequence[Json],
    services: Sequence[Json],
    tasks: Sequence[Json],
    networks: Sequence[Json],
    taken_at: float,
    secrets: Sequence[Json] = (),
    configs: Sequence[Json] = (),
    via: str = "",
) -> Snapshot:
    """Make a snapshot of what the Engine's lists of these things gave (services with status)."""
    return Snapshot(
        nodes=tuple(sorted(map(_node, nodes), key=lambda n: (n.name, n.id))),
        services=tuple(sorted(map(_service, services), key=lambda s: s.name)),
        tasks=tuple(map(_task, tasks)),
        networks=tuple(sorted(map(_network, networks), key=lambda n: n.name)),
        secrets=tuple(sorted(map(_file, secrets), key=lambda f: f.name)),
        configs=tuple(sorted(map(_file, configs), key=lambda f: f.name)),
        taken_at=taken_at,
        via=via,
    )


def without_values(service: Json) -> Json:
    """A service's JSON fit for keeping on disk: environment values are dropped, names stay."""
    spec = dict(service.get("Spec") or {})
    template = dict(spec.get("TaskTemplate") or {})
    container = dict(template.get("ContainerSpec") or {})
    if container.get("Env"):
        container["Env"] = [entry.split("=", 1)[0] for entry in container["Env"]]
    for key in ("Args", "Command"):
        container.pop(key, None)  # resolved variables may stand in them
    template["ContainerSpec"] = container
    spec["TaskTemplate"] = template
    kept = {key: value for key, value in service.items() if key != "PreviousSpec"}
    return {**kept, "Spec": spec, _WITHOUT_VALUES: True}


def _node(raw: Json) -> Node:
    spec = raw.get("Spec") or {}
    description = raw.get("Description") or {}
    platform = description.get("Platform") or {}
    resources = description.get("Resources") or {}
    engine = description.get("Engine") or {}
    status = raw.get("Status") or {}
    manager = raw.get("ManagerStatus") or {}
    # A manager's Status.Addr may read 0.0.0.0 (moby#35437); raft's own address is right.
    address = str(status.get("Addr", ""))
    if manager.get("Addr") and address in ("", "0.0.0.0", "127.0.0.1"):  # noqa: S104 - compared
        address = str(manager["Addr"]).rsplit(":", 1)[0]
    return Node(
        id=raw["ID"],
        name=shown(description.get("Hostname", "")),
        role=spec.get("Role", "worker"),
        availability=spec.get("Availability", "active"),
        state=status.get("State", "unknown"),
        address=address,
        leader=bool(manager.get("Leader", False)),
        reachable=manager.get("Reachability", "reachable") == "reachable",
        votes=bool(manager),
        engine=engine.get("EngineVersion", ""),
        cpus=resources.get("NanoCPUs", 0) / 1e9,
        memory=resources.get("MemoryBytes", 0),
        labels=spec.get("Labels") or {},
        os=platform.get("OS", ""),
        arch=platform.get("Architecture", ""),
        generic=_generic(resources.get("GenericResources") or []),
        engine_labels=engine.get("Labels") or {},
        plugins=frozenset(
            (p.get("Type", ""), p.get("Name", "")) for p in engine.get("Plugins") or ()
        ),
    )


def _generic(entries: Sequence[Json]) -> dict[str, int]:
    """How many of each kind: counted ones by their number, named ones one by one."""
    counts: dict[str, int] = {}
    for entry in entries:
        counted, named = entry.get("DiscreteResourceSpec"), entry.get("NamedResourceSpec")
        kind = (counted or named or {}).get("Kind", "")
        counts[kind] = counts.get(kind, 0) + (int(counted.get("Value", 0)) if counted else 1)
    return counts


_MODES: Final = (
    ("Replicated", "replicated"),
    ("Global", "global"),
    ("ReplicatedJob", "replicated-job"),
    ("GlobalJob", "global-job"),
)


def _service(raw: Json) -> Service:
    spec = raw.get("Spec") or {}
    labels = spec.get("Labels") or {}
    container = (spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}
    mode_spec = spec.get("Mode") or {}
    mode = next((name for key, name in _MODES if mode_spec.get(key) is not None), "replicated")
    # An omitted count means one: the Engine leaves the default out of older specs.
    if mode == "replicated":
        replicas = (mode_spec.get("Replicated") or {}).get("Replicas", 1)
    elif mode == "replicated-job":
        replicas = mode_spec["ReplicatedJob"].get("TotalCompletions", 1)
    else:
        replicas = (raw.get("ServiceStatus") or {}).get("DesiredTasks", 0)
    update, former = raw.get("UpdateStatus") or {}, raw.get("PreviousSpec")
    return Service(
        id=raw["ID"],
        name=spec.get("Name", ""),
        fleet=labels.get(STACK_LABEL, ""),
        image=container.get("Image", ""),
        mode=mode,
        replicas=int(replicas),
        labels=labels,
        version=(raw.get("Version") or {}).get("Index", 0),
        created_at=raw.get("CreatedAt", ""),
        updated_at=raw.get("UpdatedAt", ""),
        update_state=update.get("State", ""),
        update_message=shown(update.get("Message", "")),
        spec=spec,
        files=_files_of(spec) | _files_of(raw.get("PreviousSpec") or {}),
        has_values=not raw.get(_WITHOUT_VALUES),
        former=_service({**raw, "Spec": former, "PreviousSpec": None}) if former else None,
    )


def _files_of(spec: Json) -> frozenset[str]:
    container = (spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}
    credentials = (container.get("Privileges") or {}).get("CredentialSpec") or {}
    mounted = [file.get("SecretID") for file in container.get("Secrets") or ()]
    mounted += [file.get("ConfigID") for file in container.get("Configs") or ()]
    return frozenset(str(file) for file in (*mounted, credentials.get("Config")) if file)


def _task(raw: Json) -> Task:
    status = raw.get("Status") or {}
    container = status.get("ContainerStatus") or {}
    return Task(
        id=raw["ID"],
        service_id=raw.get("ServiceID", ""),
        node_id=raw.get("NodeID", ""),
        slot=raw.get("Slot", 0),
        state=status.get("State", "new"),
        desired=raw.get("DesiredState", ""),
        message=shown(status.get("Message", "")),
        error=shown(status.get("Err", "")),
        exit_code=container.get("ExitCode"),
        image=((raw.get("Spec") or {}).get("ContainerSpec") or {}).get("Image", ""),
        timestamp=status.get("Timestamp", ""),
        created_at=raw.get("CreatedAt", ""),
        container_id=container.get("ContainerID", ""),
        spec_version=(raw.get("Version") or {}).get("Index", 0),
        job_iteration=(raw.get("JobIteration") or {}).get("Index", 0),
    )


def _network(raw: Json) -> Network:
    return Network(
        id=raw.get("Id", ""),
        name=raw.get("Name", ""),
        driver=raw.get("Driver", ""),
        labels=raw.get("Labels") or {},
    )


def _file(raw: Json) -> SwarmFile:
    spec = raw.get("Spec") or {}
    return SwarmFile(
        id=raw.get("ID", ""),
        name=spec.get("Name", ""),
        labels=spec.get("Labels") or {},
        created_at=raw.get("CreatedAt", ""),
    )
