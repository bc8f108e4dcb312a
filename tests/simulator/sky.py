"""What the simulator's tests share: a swarm whose clock they move, and a look over real SSH."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from otternauts_desktop.core.flight.commands import stack_deploy
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.services.engine import Engine, open_engine
from otternauts_desktop.services.ssh import SshLink, connect
from otternauts_desktop.simulator import stack
from otternauts_desktop.simulator.host import Host
from otternauts_desktop.simulator.practice import Practice
from otternauts_desktop.simulator.records import Node, Service, Task
from otternauts_desktop.simulator.stack import Output
from otternauts_desktop.simulator.state import Pace
from otternauts_desktop.simulator.swarm import Swarm

FAST = Pace(start=0.05, waiting=0.02, heartbeat=0.1)


class Sky:
    """A swarm of three nodes at a time that only `after` moves."""

    def __init__(self) -> None:
        self.time = 1_000_000.0
        self.swarm = Swarm(Pace(start=0.5, waiting=1.0, heartbeat=10.0), lambda: self.time)
        self.swarm.add_node("orion-1", "manager", "10.0.0.1", leader=True)
        self.swarm.add_node("orion-2", "manager", "10.0.0.2")
        self.swarm.add_node("vega-1", "worker", "10.0.0.3").labels["disk"] = "ssd"

    def after(self, seconds: float) -> None:
        """Let time pass."""
        self.time += seconds
        self.swarm.catch_up()

    def deploy(self, fleet: str = "f", **services: Any) -> Output:
        """`docker stack deploy` of these services."""
        body = json.dumps({"services": services}).encode()
        return stack.deploy(self.swarm, fleet, body, resolve=False)

    def node(self, name: str) -> Node:
        return next(node for node in self.swarm.nodes.values() if node.name == name)

    def service(self, name: str) -> Service:
        found = self.swarm.service_named(name)
        assert found is not None
        return found

    def tasks(self, name: str) -> list[Task]:
        """All tasks of a service, oldest first."""
        return sorted(self.swarm.tasks_of(self.service(name)), key=lambda task: task.created)

    def running(self, name: str) -> list[Task]:
        return [task for task in self.tasks(name) if task.wanted and task.state == "running"]


def login(practice: Practice, host: Host) -> Login:
    """How a client logs in to a practice host."""
    return Login(host.host, host.user, host.port, str(practice.key_file))


@asynccontextmanager
async def linked(
    practice: Practice, name: str = "orion-1"
) -> AsyncIterator[tuple[SshLink, Engine]]:
    """The client's own link and engine to a practice host."""
    host = practice.host(name)
    link = await connect(login(practice, host), host.host_key)
    try:
        engine = await open_engine(link, sudo=False, on_call=lambda *_: None)
        try:
            yield link, engine
        finally:
            await engine.close()
    finally:
        await link.close()


async def deploy(link: SshLink, fleet: str, compose: object) -> Output:
    """Deploy over SSH, with the client's own command."""
    body = json.dumps(compose).encode()
    done = await link.run(stack_deploy(fleet, body, sudo=False, resolve_image="never"))
    return Output(done.exit_status, done.stdout.decode(), done.stderr.decode())


async def settled(engine: Engine, service: str, count: int) -> list[dict[str, Any]]:
    """The running tasks of a service, as soon as there are so many."""
    async with asyncio.timeout(5):
        while True:
            wanted = {"filters": {"service": [service], "desired-state": ["running"]}}
            tasks: list[dict[str, Any]] = await engine.get("/tasks", wanted)
            running = [task for task in tasks if task["Status"]["State"] == "running"]
            if len(running) == count:
                return running
            await asyncio.sleep(0.02)
