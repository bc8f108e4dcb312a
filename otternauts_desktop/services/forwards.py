"""Ports of this machine that lead to one of a task or an outpost, through its SSH connection.

A task is reached from its own outpost, at its container's address on `docker_gwbridge` (or another
bridge): overlay networks end inside the containers. Each connection asks anew where the task is, so
a forward outlives its task and its SSH connection. While it leads nowhere the port stays taken, and
who comes in is sent away at once.
"""

import asyncio
import contextlib
import ipaddress
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

from otternauts_desktop.core.errors import (
    KnownError,
    NothingFound,
    PortTaken,
    PortUnreachable,
)
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Outpost
from otternauts_desktop.core.swarm.forward import LOOPBACK, Forward
from otternauts_desktop.core.swarm.state import Task
from otternauts_desktop.core.swarm.targets import Target, running_task
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.command_log import asks
from otternauts_desktop.services.links import Links
from otternauts_desktop.services.outposts import Outposts
from otternauts_desktop.services.ssh import Socket
from otternauts_desktop.services.telemetry import Telemetry

READ_SIZE: Final = 65_536
_GATEWAY: Final = "docker_gwbridge"


class Forwards:
    """Owns every forward of this run. `close` ends them all."""

    def __init__(self, links: Links, telemetry: Telemetry, outposts: Outposts) -> None:
        self._links = links
        self._telemetry = telemetry
        self._outposts = outposts
        self._open: dict[str, _Open] = {}

    def all(self) -> tuple[Forward, ...]:
        """How all of them stand, in the order in which they were started."""
        return tuple(one.now for one in self._open.values())

    async def start(
        self, cluster_id: ClusterId, target: Target, port: int, local_port: int = 0
    ) -> Forward:
        """Listen on 127.0.0.1; `local_port` 0 takes the same as over there, or a free one.

        It is tried once whether the way is open. Raises `PortTaken`, which names a free one,
        `PortUnreachable`, `NothingFound`, or `OutpostError`.
        """
        wire = await self._wire(cluster_id, target, port)
        wire.close()
        now = Forward(secrets.token_hex(4), cluster_id, target, port, local_port or port)
        one = _Open(now, lambda: self._wire(cluster_id, target, port))
        try:
            await one.listen()
        except PortTaken:
            if local_port:
                raise
            one.now = replace(one.now, local_port=await free_port())
            await one.listen()
        self._open[now.id] = one
        return one.now

    async def stop(self, forward_id: str) -> None:
        """Listen no more, and end its connections. It stays listed."""
        await self._open[forward_id].stop()

    async def restart(self, forward_id: str) -> None:
        """Listen on the same port again. Raises `PortTaken`."""
        await self._open[forward_id].stop()
        await self._open[forward_id].listen()

    async def remove(self, forward_id: str) -> None:
        """Stop it, and list it no more."""
        await self._open.pop(forward_id).stop()

    async def close(self) -> None:
        """End all of them."""
        for forward_id in list(self._open):
            await self.remove(forward_id)

    async def _wire(self, cluster_id: ClusterId, target: Target, port: int) -> Socket:
        if target.outpost:
            outpost = self._outposts.called(cluster_id, target.outpost)
            return await self._links.open_wire(outpost, LOOPBACK, port)
        snapshot = self._telemetry.snapshot(cluster_id)
        if snapshot is not None:
            # What was seen a moment ago is tried first: where it is right, nobody has to wait.
            with contextlib.suppress(NothingFound, PortUnreachable):
                task = running_task(snapshot, target)
                return await self._wire_to(cluster_id, task, port)
        task = running_task(await self._telemetry.refresh(cluster_id), target)
        return await self._wire_to(cluster_id, task, port)

    async def _wire_to(self, cluster_id: ClusterId, task: Task, port: int) -> Socket:
        outpost = self._outposts.running(cluster_id, task)
        host = await self._address(outpost, task.container_id)
        return await self._links.open_wire(outpost, host, port)

    async def _address(self, outpost: Outpost, container_id: str) -> str:
        """Where a container is reached from its outpost. Raises `PortUnreachable`."""
        engine = await self._links.engine(outpost)
        container = await engine.get(f"/containers/{container_id}/json")
        if (container.get("HostConfig") or {}).get("NetworkMode") == "host":
            return LOOPBACK
        try:
            gateway = await engine.get(f"/networks/{_GATEWAY}")
        except NothingFound:
            gateway = {}
        if found := ((gateway.get("Containers") or {}).get(container_id) or {}).get("IPv4Address"):
            return str(ipaddress.ip_interface(found).ip)
        networks: dict[str, Any] = (container.get("NetworkSettings") or {}).get("Networks") or {}
        for name, network in networks.items():
            if name == "bridge" and network.get("IPAddress"):
                return str(ipaddress.ip_address(network["IPAddress"]))
        raise PortUnreachable(
            detail=tr("Its container has no address that its outpost can reach."),
            next_step=tr("Attach it to a network that is not internal."),
        )


class _Open:
    """One forward: its listener, and the connections that came in."""

    def __init__(self, now: Forward, wire: Callable[[], Awaitable[Socket]]) -> None:
        self.now = now
        self._wire = wire
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self) -> None:
        """Begin. Raises `PortTaken`."""
        port = self.now.local_port
        try:
            self._server = await asyncio.start_server(self._came, LOOPBACK, port)
        except OSError as error:
            free = await free_port()
            raise PortTaken(
                detail=f"127.0.0.1:{port}: {error.strerror or error}.",
                next_step=tr("Port {port} is free.", port=free),
            ) from error
        self.now = replace(self.now, listening=True, trouble="", carried=0)

    async def stop(self) -> None:
        """End the listener and all connections."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.now = replace(self.now, listening=False)

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        asks(tr("port {port} to {target}", port=self.now.local_port, target=self.now.target.words))
        self._tasks.add(task)
        self._count(connections=1)
        try:
            wire = await self._wire()
            try:
                self.now = replace(self.now, trouble="")
                await self._carry(reader, writer, wire)
            finally:
                wire.close()
        except KnownError as error:
            self.now = replace(self.now, trouble=error.text())
        except OSError:
            return  # whoever came in has gone
        finally:
            writer.close()
            self._count(connections=-1)
            self._tasks.discard(task)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: Socket
    ) -> None:
        """Carry bytes both ways, until both sides have said that there are no more."""

        async def there() -> None:
            while data := await reader.read(READ_SIZE):
                await wire.write(data)
                self._count(carried=len(data))
            await wire.write(b"")

        async def back() -> None:
            while data := await wire.read():
                writer.write(data)
                await writer.drain()
                self._count(carried=len(data))
            if writer.can_write_eof():
                writer.write_eof()

        directions = [asyncio.create_task(there()), asyncio.create_task(back())]
        try:
            await asyncio.wait(directions, return_when=asyncio.FIRST_EXCEPTION)
            for direction in directions:
                if direction.done():
                    direction.result()
        finally:
            for direction in directions:
                direction.cancel()
            await asyncio.gather(*directions, return_exceptions=True)

    def _count(self, *, connections: int = 0, carried: int = 0) -> None:
        now = self.now
        self.now = replace(
            now, connections=now.connections + connections, carried=now.carried + carried
        )


async def free_port() -> int:
    """A port of this machine that nobody has."""
    server = await asyncio.start_server(lambda *_: None, LOOPBACK, 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    return port
