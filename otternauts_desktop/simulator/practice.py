"""The practice cluster: three simulated servers with fleets that have been flying for a while.

Beside it stand servers that are in no swarm of ours, each with something of its own to learn when
it is added as an outpost (`bare_servers`).
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from otternauts_desktop.simulator import stack
from otternauts_desktop.simulator.fleets import FLEETS
from otternauts_desktop.simulator.host import Host, new_key
from otternauts_desktop.simulator.servers import Server, Servers
from otternauts_desktop.simulator.state import Pace
from otternauts_desktop.simulator.storage import MB, Storage, Volume
from otternauts_desktop.simulator.swarm import Swarm

FLYING_SINCE: Final = 2 * 3600.0
"""How long before its opening the cluster's fleets were launched, in seconds."""
FOREIGN: Final = "foreign-1"
_NODES: Final = (
    ("orion-1", "manager", "10.20.0.11"),
    ("orion-2", "manager", "10.20.0.12"),
    ("vega-1", "worker", "10.20.0.21"),
)


def bare_servers() -> tuple[Server, ...]:
    """The servers beside the practice cluster. The first three become outposts, the others teach
    what stands in the way: too little room, a password for sudo, an old Docker, a firewall, a
    network that loses large packets, no way to the internet."""
    servers = (
        Server("bare-1", "10.20.0.31", docker="", system="debian 12", system_name=_BOOKWORM),
        Server("bare-2", "10.20.0.32", system="ubuntu 24.04", system_name="Ubuntu 24.04.3 LTS"),
        Server(FOREIGN, "10.20.0.33"),
        Server("full-1", "10.20.0.34", docker="", disk=2 * 1024**3),
        Server("guarded-1", "10.20.0.35", docker="", sudo=False, grouped=False),
        Server("old-1", "10.20.0.36", docker="20.10.24"),
        Server("walled-1", "10.20.0.37", drops=frozenset({("udp", 4789)})),
        Server("narrow-1", "10.20.0.38", carries=1400),
        Server("island-1", "10.20.0.39", docker="", online=False),
    )
    for server in servers:
        server.any_key = True
    return servers


_BOOKWORM: Final = "Debian GNU/Linux 12 (bookworm)"


@dataclass(frozen=True, slots=True)
class Practice:
    """The practice cluster while it is open."""

    hosts: tuple[Host, ...]
    """Of its nodes."""
    bare: tuple[Host, ...]
    """Of the servers that are not in its swarm when it opens."""
    key_file: Path
    """The private key that all hosts accept, of user `otter`; the bare ones take any."""
    swarm: Swarm

    def host(self, name: str) -> Host:
        """A host by its name."""
        return next(host for host in (*self.hosts, *self.bare) if host.name == name)


@asynccontextmanager
async def open_practice_cluster(
    directory: Path,
    *,
    pace: Pace | None = None,
    clock: Callable[[], float] = time.time,
    bare: Sequence[Server] | None = None,
) -> AsyncIterator[Practice]:
    """Run the practice cluster on loopback, its keys in `directory`.

    `pace` says how long things take, so that a test need not wait; `bare` stands beside it
    instead of `bare_servers()`.
    """
    practice = await asyncio.to_thread(
        _make, directory, pace or Pace(), clock, bare_servers() if bare is None else bare
    )
    async with AsyncExitStack() as started:
        for host in (*practice.hosts, *practice.bare):
            await host.start()
            started.push_async_callback(host.stop)
        yield practice


def _make(
    directory: Path, pace: Pace, clock: Callable[[], float], bare: Sequence[Server]
) -> Practice:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_file = directory / "id_ed25519"
    client_key = new_key(key_file)
    nodes = tuple(Server(name, address) for name, _, address in _NODES)
    swarm = _flying_swarm(nodes, pace, clock)
    servers = Servers((*nodes, *bare), pace, clock)
    for server in bare:
        if server.name == FOREIGN:
            server.enter(servers.new_swarm(), "manager", leader=True)
    hosts = [
        Host(servers, server, client_key, directory / f"ssh_host_key_{server.name}")
        for server in servers.all
    ]
    return Practice(tuple(hosts[: len(nodes)]), tuple(hosts[len(nodes) :]), key_file, swarm)


def _flying_swarm(nodes: Sequence[Server], pace: Pace, clock: Callable[[], float]) -> Swarm:
    """A swarm whose fleets were launched some time ago."""
    past = clock() - FLYING_SINCE
    swarm = Swarm(pace, lambda: past)
    for server, (name, role, _) in zip(nodes, _NODES, strict=True):
        node = server.enter(swarm, role, leader=name == "orion-1")
        node.labels = {"disk": "ssd"} if name == "vega-1" else {}
    swarm.create_network("ingress", ingress=True)
    swarm.create_network("traefik-public", attachable=True)
    for fleet, compose in FLEETS.items():
        output = stack.deploy(swarm, fleet, json.dumps(compose).encode(), resolve=True)
        assert output.status == 0, output.stderr
    swarm.clock = clock
    swarm.catch_up()
    for server in nodes:
        _has_a_past(server.storage)
    return swarm


def _has_a_past(storage: Storage) -> None:
    """What piles up on a server that nobody cleans."""
    for former in ("nginx:1.25", "nginx:1.26", "postgres:15", "ghcr.io/acme/shop:1.3.9"):
        storage.pull(stack.pinned(former))
    storage.build("", 180 * MB)
    storage.build("shop-by-hand:test", 240 * MB)
    storage.keep_cache("[build 4/9] RUN npm ci", 310 * MB)
    storage.keep_cache("[build 7/9] RUN npm run build", 120 * MB)
    storage.end_container("tried-something", "busybox:1.34", 3 * MB)
    storage.volumes["old_data"] = Volume("old_data", "", 0.0, 90 * MB)
