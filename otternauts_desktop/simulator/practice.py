"""The practice cluster: three simulated servers, with fleets that have been flying for a while."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from otternauts_desktop.simulator import stack
from otternauts_desktop.simulator.fleets import FLEETS
from otternauts_desktop.simulator.host import Host, new_key
from otternauts_desktop.simulator.records import new_id
from otternauts_desktop.simulator.state import Pace
from otternauts_desktop.simulator.swarm import Swarm

FLYING_SINCE: Final = 2 * 3600.0
"""How long before its opening the cluster's fleets were launched, in seconds."""
_NODES: Final = (
    ("orion-1", "manager", "10.20.0.11"),
    ("orion-2", "manager", "10.20.0.12"),
    ("vega-1", "worker", "10.20.0.21"),
)


@dataclass(frozen=True, slots=True)
class Practice:
    """The practice cluster while it is open."""

    hosts: tuple[Host, ...]
    key_file: Path
    """The private key that all hosts accept, of user `otter`."""
    swarm: Swarm

    def host(self, name: str) -> Host:
        """A host by its name."""
        return next(host for host in self.hosts if host.name == name)


@asynccontextmanager
async def open_practice_cluster(
    directory: Path, *, pace: Pace | None = None, clock: Callable[[], float] = time.time
) -> AsyncIterator[Practice]:
    """Run the practice cluster on loopback, its keys in `directory`.

    `pace` says how long things take, so that a test need not wait.
    """
    swarm = _flying_swarm(pace or Pace(), clock)
    practice = await asyncio.to_thread(_make, directory, swarm)
    try:
        for host in practice.hosts:
            await host.start()
        yield practice
    finally:
        for host in practice.hosts:
            await host.stop()


def _make(directory: Path, swarm: Swarm) -> Practice:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_file = directory / "id_ed25519"
    client_key = new_key(key_file)
    swarm_id = new_id()
    hosts = tuple(
        Host(swarm, node, swarm_id, client_key, directory / f"ssh_host_key_{node.name}")
        for node in swarm.nodes.values()
    )
    return Practice(hosts, key_file, swarm)


def _flying_swarm(pace: Pace, clock: Callable[[], float]) -> Swarm:
    """A swarm whose fleets were launched some time ago."""
    past = clock() - FLYING_SINCE
    swarm = Swarm(pace, lambda: past)
    for name, role, address in _NODES:
        node = swarm.add_node(name, role, address, leader=name == "orion-1")
        node.labels = {"disk": "ssd"} if name == "vega-1" else {}
    swarm.create_network("ingress", ingress=True)
    swarm.create_network("traefik-public", attachable=True)
    for fleet, compose in FLEETS.items():
        output = stack.deploy(swarm, fleet, json.dumps(compose).encode(), resolve=True)
        assert output.status == 0, output.stderr
    swarm.clock = clock
    swarm.catch_up()
    return swarm
