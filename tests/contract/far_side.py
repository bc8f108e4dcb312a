"""The two far sides that must answer alike: the flight simulator and a real swarm."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from otternauts_desktop.core.flight.commands import Command, stack_remove
from otternauts_desktop.core.flight.leftovers import leftovers
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.core.swarm.state import Snapshot, Task
from otternauts_desktop.services.engine import Engine, open_engine
from otternauts_desktop.services.ssh import Completed, SshLink, connect
from otternauts_desktop.services.together import together
from otternauts_desktop.simulator.practice import open_practice_cluster
from tests.lab.lab import Lab
from tests.services.practice import until_async


@dataclass
class FarSide:
    """A manager that is logged in to, and how to log in to the worker."""

    link: SshLink
    engine: Engine
    worker: Login
    worker_key: str

    async def run(self, command: Command) -> Completed:
        """Run a command on the manager."""
        return await self.link.run(command, seconds=60)

    async def snapshot(self) -> Snapshot:
        """Read the whole swarm."""
        return (await self.engine.swarm_lists()).read(taken_at=0.0)

    async def tasks(self, service: str) -> list[Task]:
        """The tasks of a service by its full name, none while it is not there."""
        snapshot = await self.snapshot()
        ids = [s.id for s in snapshot.services if s.name == service]
        return [task for task in snapshot.tasks if task.service_id in ids]

    async def running(self, service: str, count: int) -> list[Task]:
        """Wait until a service has so many running tasks; gives them by slot."""
        found: list[Task] = []

        async def enough() -> bool:
            tasks = await self.tasks(service)
            found[:] = [t for t in tasks if t.state == "running" and t.desired == "running"]
            return len(found) == count

        await until_async(enough, 40)
        return sorted(found, key=lambda task: task.slot)

    async def clear(self, fleet: str) -> None:
        """Remove a stack and wait until nothing of it is left."""
        await self.run(stack_remove(fleet, sudo=False))
        label = {"filters": {"label": [f"com.docker.stack.namespace={fleet}"]}}

        left = "nothing"

        async def gone() -> bool:
            nonlocal left
            tasks, networks = await together(
                self.engine.get("/tasks", label), self.engine.get("/networks", label)
            )
            left = leftovers(tasks, networks, await self.engine.get("/nodes"))
            return not left

        try:
            await until_async(gone, 100)
        except TimeoutError:
            raise AssertionError(f"not gone: {left}") from None


Open = Callable[[], AbstractAsyncContextManager[FarSide]]


def simulator_side(folder: Path) -> Open:
    """Opens the flight simulator."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[FarSide]:
        async with open_practice_cluster(folder) as practice:
            manager, worker = practice.host("orion-1"), practice.host("vega-1")
            key = str(practice.key_file)
            async with _side(
                Login(manager.host, manager.user, manager.port, key),
                manager.host_key,
                Login(worker.host, worker.user, worker.port, key),
                worker.host_key,
            ) as side:
                yield side

    return opened


def lab_side(lab: Lab) -> Open:
    """Opens a connection to the lab's first manager."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[FarSide]:
        manager, worker, key = lab.node("orion-1"), lab.node("vega-1"), str(lab.key_file)
        async with _side(
            Login(manager.host, manager.user, manager.port, key),
            manager.host_key,
            Login(worker.host, worker.user, worker.port, key),
            worker.host_key,
        ) as side:
            yield side

    return opened


@asynccontextmanager
async def _side(
    login: Login, host_key: str, worker: Login, worker_key: str
) -> AsyncIterator[FarSide]:
    link = await connect(login, host_key)
    try:
        engine = await open_engine(link, sudo=False, on_call=lambda *_: None)
        try:
            yield FarSide(link, engine, worker, worker_key)
        finally:
            await engine.close()
    finally:
        await link.close()
