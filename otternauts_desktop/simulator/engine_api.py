"""The Docker Engine API of one node of the simulated swarm: the reads that a client needs."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from math import inf
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from otternauts_desktop.simulator.container_logs import frames, request_of
from otternauts_desktop.simulator.http_server import Answer
from otternauts_desktop.simulator.membership import (
    find_node,
    init,
    join,
    leave,
    remove_node,
    swarm_document,
    update_node,
)
from otternauts_desktop.simulator.ports import PortsApi
from otternauts_desktop.simulator.private_registry import log_in, opened_by_header, private
from otternauts_desktop.simulator.process import missing_image
from otternauts_desktop.simulator.queries import (
    API_TEXT,
    OLDEST_API,
    EngineError,
    Query,
    among,
    is_true,
    labelled,
    named,
    read_filters,
    seconds,
    unversioned,
)
from otternauts_desktop.simulator.records import (
    LIVE_DESIRES,
    STACK_LABEL,
    Json,
    Network,
    Service,
    SwarmFile,
    Task,
    local_network,
    stamp,
)
from otternauts_desktop.simulator.servers import Server, Servers
from otternauts_desktop.simulator.shell import NO_LEADER, NOT_A_MANAGER, NOT_IN_A_SWARM
from otternauts_desktop.simulator.stack import pinned
from otternauts_desktop.simulator.storage_api import StorageApi
from otternauts_desktop.simulator.swarm import Refused, Swarm

LOOK_SECONDS: Final = 0.1


class EngineApi:
    """What the daemon of one node answers."""

    def __init__(self, servers: Servers, server: Server) -> None:
        self._servers = servers
        self._server = server
        self.cut_off = False
        """Says that it is in no swarm, whatever is true."""
        self._reads_private = False
        self._writes: list[tuple[str, re.Pattern[str], Callable[..., Answer]]] = [
            (method, re.compile(pattern), write)
            for method, pattern, write in (
                ("POST", "/auth", lambda query, document: _json(log_in(document))),
                ("POST", "/(secret|config)s/create", self._create_file),
                ("DELETE", "/(secret|config)s/([^/]+)", self._remove_file),
                ("POST", "/swarm/init", self._init),
                ("POST", "/swarm/join", self._join),
                ("POST", "/swarm/leave", self._leave),
                ("POST", "/nodes/([^/]+)/update", self._update_node),
                ("DELETE", "/nodes/([^/]+)", self._remove_node),
            )
        ]
        self._routes: list[tuple[re.Pattern[str], Callable[..., Answer]]] = [
            (re.compile(pattern), route)
            for pattern, route in (
                ("/_ping", self._ping),
                ("/version", self._version),
                ("/info", self._info),
                ("/events", self._events),
                ("/swarm", self._about_swarm),
                ("/nodes", self._nodes),
                ("/nodes/([^/]+)", self._one_node),
                ("/services", self._services),
                ("/services/([^/]+)", self._one_service),
                ("/services/([^/]+)/logs", self._service_logs),
                ("/tasks", self._tasks),
                ("/tasks/([^/]+)", self._one_task),
                ("/tasks/([^/]+)/logs", self._task_logs),
                ("/networks", self._networks),
                ("/networks/([^/]+)", self._one_network),
                ("/(secrets|configs)", self._files),
                ("/distribution/(.+)/json", self._distribution),
                ("/containers/json", self._containers),
                ("/containers/([^/]+)/json", self._one_container),
                ("/containers/([^/]+)/logs", self._container_logs),
            )
        ]
        storage = StorageApi(servers, server, self._here, self._container_name)
        self._writes += storage.writes
        self.ports = PortsApi(server, self._here)
        self._routes = [*self.ports.routes, *self._routes, *storage.routes]

    @property
    def in_swarm(self) -> bool:
        """Whether the server that answers is part of a swarm."""
        return self._server.swarm is not None and not self.cut_off

    @property
    def refusal(self) -> str:
        """What this engine answers to everything that only a manager can do, "" if it is one."""
        if self._server.swarm is None or self._server.node is None or self.cut_off:
            return NOT_IN_A_SWARM
        if not self._server.node.manager:
            return NOT_A_MANAGER
        return "" if self._server.swarm.led else NO_LEADER

    @property
    def _swarm(self) -> Swarm:
        """The swarm that it is in. Raises `EngineError` where it is in none."""
        if self._server.swarm is None:
            raise EngineError(503, NOT_IN_A_SWARM)
        return self._server.swarm

    @property
    def _now(self) -> float:
        return self._servers.clock()

    def answer(self, method: str, target: str, body: bytes = b"", login: str = "") -> Answer:
        """Answer a request. `login` is its `X-Registry-Auth`."""
        parts = urlsplit(target)
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        self._reads_private = opened_by_header(login)
        if self._server.swarm is not None:
            self._server.swarm.catch_up()
        try:
            return self._routed(method, unversioned(parts.path), query, body)
        except EngineError as error:
            return _json({"message": str(error)}, error.status)

    def _routed(self, method: str, path: str, query: Query, body: bytes) -> Answer:
        for verb, pattern, write in self._writes:
            match = pattern.fullmatch(path)
            if match is not None and method == verb:
                return write(query, _read(body), *map(unquote, match.groups()))
        for pattern, route in self._routes:
            match = pattern.fullmatch(path)
            if match is not None and method in ("GET", "HEAD"):
                return route(query, *map(unquote, match.groups()))
        raise EngineError(404, "page not found")

    # -- the engine --------------------------------------------------------------------------

    def _ping(self, query: Query) -> Answer:
        node = self._server.node
        role = "manager" if node is not None and node.manager else "worker"
        headers = {
            "Api-Version": API_TEXT,
            "Builder-Version": "2",
            "Docker-Experimental": "false",
            "Ostype": "linux",
            "Swarm": f"active/{role}" if self.in_swarm else "inactive",
        }
        return Answer(200, b"OK", None, "text/plain; charset=utf-8", headers)

    def _version(self, query: Query) -> Answer:
        return _json(
            {
                "Platform": {"Name": "Otternauts flight simulator"},
                "Version": self._server.docker,
                "ApiVersion": API_TEXT,
                "MinAPIVersion": ".".join(map(str, OLDEST_API)),
                "Os": "linux",
                "Arch": "amd64",
                "KernelVersion": "6.1.0-28-amd64",
            }
        )

    def _info(self, query: Query) -> Answer:
        server, here = self._server, self._here()
        return _json(
            {
                "ID": server.id,
                "Name": server.name,
                "ServerVersion": server.docker,
                "Containers": len(here),
                "ContainersRunning": sum(task.state == "running" for task in here),
                "Driver": "overlay2",
                "OperatingSystem": server.system_name,
                "OSType": "linux",
                "Architecture": "x86_64",
                "KernelVersion": "6.1.0-28-amd64",
                "NCPU": server.cores,
                "MemTotal": server.memory,
                "DockerRootDir": "/var/lib/docker",
                "SystemTime": stamp(self._now + self._server.clock_off),
                "Warnings": None,
                "Swarm": self._membership(),
            }
        )

    def _membership(self) -> Json:
        """What `/info` says of the swarm that this engine is in."""
        swarm, node = self._server.swarm, self._server.node
        about: Json = {
            "NodeID": "",
            "NodeAddr": "",
            "LocalNodeState": "inactive" if self.cut_off else self._server.state,
            "ControlAvailable": False,
            "Error": self._server.pending,
            "RemoteManagers": None,
        }
        if swarm is None or node is None or self.cut_off:
            return about
        about |= {
            "NodeID": node.id,
            "NodeAddr": node.address,
            "RemoteManagers": [
                {"NodeID": manager.id, "Addr": f"{manager.address}:2377"}
                for manager in swarm.managers
            ],
        }
        if node.manager:
            about["ControlAvailable"] = True
            if swarm.led:
                about |= {
                    "Nodes": len(swarm.nodes),
                    "Managers": len(swarm.managers),
                    "Cluster": swarm_document(swarm),
                }
            else:
                about["Error"] = NO_LEADER
        return about

    def _events(self, query: Query) -> Answer:
        since = seconds(query["since"]) if "since" in query else inf
        swarm = self._server.swarm or self._servers.new_swarm()  # in none, nothing ever happens
        return Answer(stream=self._happening(swarm, read_filters(query), since))

    async def _happening(
        self, swarm: Swarm, filters: dict[str, set[str]], since: float
    ) -> AsyncIterator[bytes]:
        """Events as they come; with `since`, those that are remembered first."""

        def asked(event: Json) -> bool:
            return all(
                str(event[key]) in filters.get(name, {str(event[key])})
                for key, name in (("scope", "scope"), ("Type", "type"), ("Action", "event"))
            )

        seen = swarm.event_count - sum(e["time"] >= since for e in swarm.events)
        while True:
            swarm.catch_up()
            missed = min(swarm.event_count - seen, len(swarm.events))
            seen = swarm.event_count
            newest = list(swarm.events)[len(swarm.events) - missed :]
            shown = newest if not self.refusal else []  # a worker hears nothing of the swarm
            yield b"".join(json.dumps(event).encode() + b"\n" for event in shown if asked(event))
            await asyncio.sleep(LOOK_SECONDS)

    # -- the swarm ---------------------------------------------------------------------------

    def _only_managers(self) -> None:
        if self.refusal:
            raise EngineError(500 if self.refusal == NO_LEADER else 503, self.refusal)

    def _about_swarm(self, query: Query) -> Answer:
        self._only_managers()
        tokens = {role.title(): token for role, token in self._swarm.tokens.items()}
        return _json({**swarm_document(self._swarm), "JoinTokens": tokens})

    def _init(self, query: Query, document: Json) -> Answer:
        return _json(init(self._servers, self._server))

    def _join(self, query: Query, document: Json) -> Answer:
        join(self._servers, self._server, document)
        return Answer()

    def _leave(self, query: Query, document: Json) -> Answer:
        leave(self._server, force=is_true(query.get("force", "")))
        return Answer()

    def _update_node(self, query: Query, document: Json, reference: str) -> Answer:
        self._only_managers()
        update_node(self._swarm, reference, query.get("version", ""), document)
        self._server.deeds.append(f"node update {reference}")
        return Answer()

    def _remove_node(self, query: Query, document: Json, reference: str) -> Answer:
        self._only_managers()
        remove_node(self._swarm, reference, force=is_true(query.get("force", "")))
        self._server.deeds.append(f"node rm {reference}")
        return Answer()

    def _nodes(self, query: Query) -> Answer:
        self._only_managers()
        filters = read_filters(query, "nodes")
        return _json(
            [
                node.json()
                for node in self._swarm.nodes.values()
                if named(filters, node.id, node.name)
                and among(filters, "role", node.role)
                and labelled(filters, "node.label", node.labels)
            ]
        )

    def _one_node(self, query: Query, reference: str) -> Answer:
        self._only_managers()
        return _json(find_node(self._swarm, reference).json())

    def _services(self, query: Query) -> Answer:
        self._only_managers()
        filters = read_filters(query, "services")
        status = is_true(query.get("status", ""))
        return _json(
            [
                service.json(self._swarm.tasks_of(service) if status else None)
                for service in self._swarm.services.values()
                if named(filters, service.id, service.name)
                and labelled(filters, "label", service.spec["Labels"])
            ]
        )

    def _service(self, reference: str) -> Service:
        self._only_managers()
        service = self._swarm.find_service(reference)
        if service is None:
            raise EngineError(404, f"service {reference} not found")
        return service

    def _create_file(self, query: Query, document: Json, kind: str) -> Answer:
        self._only_managers()
        try:
            made = self._swarm.create_file(kind, document)
        except Refused as error:
            raise EngineError(409, str(error)) from error
        self._server.deeds.append(f"{kind} create {made.name}")
        return _json({"ID": made.id}, 201)

    def _remove_file(self, query: Query, document: Json, kind: str, reference: str) -> Answer:
        self._only_managers()
        file = self._swarm.files.get(reference) or self._swarm.file_named(kind, reference)
        if file is None or file.kind != kind:
            raise EngineError(404, f"{kind} {reference} not found")
        if words := self._swarm.file_in_use(file):
            raise EngineError(400, words)
        self._swarm.remove_file(file)
        self._server.deeds.append(f"{kind} rm {file.name}")
        return Answer(204)

    def _files(self, query: Query, section: str) -> Answer:
        """Secrets never with what is in them, as the real one."""
        self._only_managers()
        filters = read_filters(query, section)

        def asked(file: SwarmFile) -> bool:
            labels = file.spec.get("Labels") or {}
            return named(filters, file.id, file.name) and labelled(filters, "label", labels)

        files = [file for file in self._swarm.files.values() if f"{file.kind}s" == section]
        return _json([file.json() for file in files if asked(file)])

    def _one_service(self, query: Query, reference: str) -> Answer:
        return _json(self._service(reference).json(None))

    def _tasks(self, query: Query) -> Answer:
        self._only_managers()
        filters = read_filters(query, "tasks")
        for state in filters.get("desired-state", ()):
            if state not in (*LIVE_DESIRES, "accepted", "shutdown"):
                raise EngineError(400, f"Invalid desired-state filter: '{state}'")
        tasks = [task for task in self._swarm.tasks.values() if self._asked(task, filters)]
        return _json([task.json() for task in tasks])

    def _asked(self, task: Task, filters: dict[str, set[str]]) -> bool:
        service = self._swarm.services.get(task.service_id)
        name = service.name if service else ""
        node = self._swarm.nodes.get(task.node_id)
        # The tasks of a removed service keep its stack's label: it is their container's as well.
        labels = (service.spec if service else task.spec["ContainerSpec"])["Labels"]
        services, nodes = filters.get("service"), filters.get("node")
        fresh = service is not None and task.spec == service.template
        return (
            (not services or any(s in (name, task.service_id[: len(s)]) for s in services if s))
            and (not nodes or (node is not None and bool({node.id, node.name} & nodes)))
            and among(filters, "id", task.id)
            and among(filters, "desired-state", task.desired)
            and among(filters, "_up-to-date", "true" if fresh else "false")
            and among(filters, "stack", labels.get(STACK_LABEL, ""))
            and labelled(filters, "label", labels)
            and ("name" not in filters or any(f"{name}.".startswith(n) for n in filters["name"]))
        )

    def _task(self, reference: str) -> Task:
        self._only_managers()
        task = self._swarm.tasks.get(reference)
        if task is None:
            raise EngineError(404, f"task {reference} not found")
        return task

    def _one_task(self, query: Query, reference: str) -> Answer:
        return _json(self._task(reference).json())

    def _networks(self, query: Query) -> Answer:
        filters = read_filters(query, "networks")
        shown = []
        for network in self._network_list():
            if (
                named(filters, network["Id"], network["Name"])
                and among(filters, "scope", network["Scope"])
                and among(filters, "driver", network["Driver"])
                and labelled(filters, "label", network["Labels"])
            ):
                shown.append(network)
        return _json(shown)

    def _one_network(self, query: Query, reference: str) -> Answer:
        for network in self._network_list():
            if reference in (network["Id"], network["Name"]):
                return _json(network)
        raise EngineError(404, f"network {reference} not found")

    def _network_list(self) -> list[Json]:
        """Those of the node, and the swarm's as far as the node knows them."""
        local = [local_network(name, self._now) for name in ("bridge", "host", "none")]
        node = self._server.node
        if node is None or self.cut_off:
            return local

        def known(network: Network) -> bool:
            return (
                node.manager
                or network.ingress
                or any(
                    attachment["Target"] == network.id
                    for task in self._here()
                    for attachment in task.spec.get("Networks") or []
                )
            )

        overlays = enumerate(self._swarm.networks.values())
        return local + [network.json(number) for number, network in overlays if known(network)]

    # -- containers --------------------------------------------------------------------------

    def _distribution(self, query: Query, image: str) -> Answer:
        if missing_image(image):
            raise EngineError(403, "errors:\ndenied: requested access to the resource is denied\n")
        if private(image) and not self._reads_private:
            raise EngineError(500, "no basic auth credentials")
        tagged, digest = pinned(image).split("@")
        media = "application/vnd.oci.image.index.v1+json"
        return _json(
            {
                "Descriptor": {"mediaType": media, "digest": digest, "size": len(tagged)},
                "Platforms": [{"os": "linux", "architecture": a} for a in ("amd64", "arm64")],
            }
        )

    def _here(self) -> list[Task]:
        """The tasks with a container on this node."""
        swarm, node = self._server.swarm, self._server.node
        if swarm is None or node is None:
            return []
        there = [t for t in swarm.tasks.values() if t.node_id == node.id and t.container_id]
        return [t for t in there if t.container_id not in self._server.storage.removed]

    def _container(self, reference: str) -> Task:
        for task in self._here():
            if task.container_id.startswith(reference) or self._container_name(task) == reference:
                return task
        raise EngineError(404, f"No such container: {reference}")

    def _container_name(self, task: Task) -> str:
        service = self._swarm.services.get(task.service_id)
        place = str(task.slot) if task.slot else task.node_id
        return f"{service.name if service else task.service_id}.{place}.{task.id}"

    def _container_labels(self, task: Task) -> dict[str, str]:
        service = self._swarm.services.get(task.service_id)
        return {
            **task.spec["ContainerSpec"]["Labels"],
            "com.docker.swarm.node.id": task.node_id,
            "com.docker.swarm.service.id": task.service_id,
            "com.docker.swarm.service.name": service.name if service else "",
            "com.docker.swarm.task.id": task.id,
            "com.docker.swarm.task.name": self._container_name(task),
        }

    def _containers(self, query: Query) -> Answer:
        filters = read_filters(query)
        shown = []
        for task in self._here():
            running = task.state == "running"
            labels = self._container_labels(task)
            if not (running or is_true(query.get("all", ""))) or not labelled(
                filters, "label", labels
            ):
                continue
            shown.append(
                {
                    "Id": task.container_id,
                    "Names": [f"/{self._container_name(task)}"],
                    "Image": task.image,
                    "Command": " ".join(task.spec["ContainerSpec"].get("Args") or []),
                    "Created": int(task.started or task.created),
                    "Labels": labels,
                    "State": "running" if running else "exited",
                    "Status": "Up" if running else f"Exited ({task.exit_code or 0})",
                }
            )
        return _json(shown)

    def _one_container(self, query: Query, reference: str) -> Answer:
        task = self._container(reference)
        running = task.state == "running"
        return _json(
            {
                "Id": task.container_id,
                "Created": stamp(task.created),
                "Name": f"/{self._container_name(task)}",
                "State": {
                    "Status": "running" if running else "exited",
                    "Running": running,
                    "OOMKilled": False,
                    "ExitCode": task.exit_code or 0,
                    "Error": "",
                    "StartedAt": stamp(task.started),
                    "FinishedAt": stamp(task.ended) if task.ended else "0001-01-01T00:00:00Z",
                },
                "Config": {
                    "Image": task.image,
                    "Tty": False,
                    "Env": task.spec["ContainerSpec"].get("Env") or [],
                    "Labels": self._container_labels(task),
                },
                "RestartCount": 0,
            }
        )

    # -- logs --------------------------------------------------------------------------------

    def _service_logs(self, query: Query, reference: str) -> Answer:
        service, swarm = self._service(reference), self._swarm

        def tasks() -> list[Task]:
            return _reachable(swarm, swarm.tasks_of(service))

        return self._logs(query, tasks, lambda: service.id not in swarm.services)

    def _task_logs(self, query: Query, reference: str) -> Answer:
        task, swarm = self._task(reference), self._swarm
        return self._logs(query, lambda: _reachable(swarm, [task]), lambda: task.terminal)

    def _container_logs(self, query: Query, reference: str) -> Answer:
        task = self._container(reference)
        if (task.spec.get("LogDriver") or {}).get("Name") == "none":
            raise EngineError(501, "configured logging driver does not support reading")
        return self._logs(query, lambda: [task], lambda: task.terminal, container=True)

    def _logs(
        self,
        query: Query,
        tasks: Callable[[], Sequence[Task]],
        is_over: Callable[[], bool],
        *,
        container: bool = False,
    ) -> Answer:
        request = request_of(query, container=container)
        swarm = self._swarm

        def now() -> float:
            swarm.catch_up()
            return swarm.now

        return Answer(
            stream=frames(tasks, is_over, now, self._servers.clock_off, request),
            content_type="application/vnd.docker.multiplexed-stream",
        )


def _json(value: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode() + b"\n")


def _reachable(swarm: Swarm, tasks: Iterable[Task]) -> list[Task]:
    """A dead node's logs can't be had."""
    return [t for t in tasks if t.node_id in swarm.nodes and swarm.nodes[t.node_id].up]


def _read(body: bytes) -> Json:
    """The JSON of a request. Raises `EngineError` where it is none."""
    try:
        document = json.loads(body or b"{}")
    except ValueError as error:
        raise EngineError(400, f"invalid JSON: {error}") from error
    if not isinstance(document, dict):
        raise EngineError(400, "invalid JSON: got no object")
    return document
