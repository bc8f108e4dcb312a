"""What listens inside simulated containers, and where it is reached from its server."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from typing import Final

import asyncssh

from otternauts_desktop.simulator.http_server import Answer
from otternauts_desktop.simulator.queries import Query
from otternauts_desktop.simulator.records import Task, local_network
from otternauts_desktop.simulator.servers import Server

GATEWAY: Final = "docker_gwbridge"
_KNOWN: Final = {"nginx": 80, "traefik": 80, "postgres": 5432, "redis": 6379}
_LABEL: Final = re.compile(r"traefik\.http\.services\..*\.server\.port")

Serving = Callable[["asyncssh.SSHReader[bytes]", "asyncssh.SSHWriter[bytes]"], Awaitable[None]]


class PortsApi:
    """What the daemon of one node answers about the bridge that its tasks are reached on."""

    def __init__(self, server: Server, here: Callable[[], list[Task]]) -> None:
        """`here` are the tasks with a container on the node."""
        self._server = server
        self._here = here
        self.routes: tuple[tuple[re.Pattern[str], Callable[..., Answer]], ...] = (
            (re.compile(f"/networks/{GATEWAY}"), self._gateway),
        )

    def serving(self, host: str, port: int) -> Serving | None:
        """What answers at an address of this server; None where nothing listens."""
        for task in self._running():
            if address(task) == host and port in _ports(task):
                return _hello(f"{task.image.partition('@')[0]} in task {task.id}\n")
        return None

    def _running(self) -> list[Task]:
        return [task for task in self._here() if task.state == "running"]

    def _gateway(self, query: Query) -> Answer:
        shown = local_network(GATEWAY, 0.0) | {"Driver": "bridge"}
        shown["Containers"] = {
            task.container_id: {"IPv4Address": f"{address(task)}/16"} for task in self._running()
        }
        return Answer(200, json.dumps(shown).encode())


def address(task: Task) -> str:
    """Where a container is on its server's own bridge."""
    sum_ = hashlib.sha256(task.container_id.encode()).digest()
    return f"172.18.{1 + sum_[0] % 250}.{2 + sum_[1] % 250}"


def _ports(task: Task) -> set[int]:
    name = task.image.partition("@")[0].partition(":")[0].rpartition("/")[2]
    found = {int(port["TargetPort"]) for port in task.endpoint_spec.get("Ports") or ()}
    labels = task.spec["ContainerSpec"].get("Labels") or {}
    found |= {int(value) for label, value in labels.items() if _LABEL.fullmatch(label)}
    return found | ({_KNOWN[name]} if name in _KNOWN else set())


def _hello(words: str) -> Serving:
    """A web server that says who it is, whatever it is asked."""
    body = words.encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"

    async def serve(
        reader: "asyncssh.SSHReader[bytes]", writer: "asyncssh.SSHWriter[bytes]"
    ) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(head.encode() + body)
            await writer.drain()
        except (OSError, asyncssh.Error, EOFError):
            return  # the client has hung up
        finally:
            writer.close()

    return serve
