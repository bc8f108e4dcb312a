"""The simulated machines, in a swarm or in none, and the ways between them."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from otternauts_desktop.simulator.records import ENGINE_VERSION, Node, new_id
from otternauts_desktop.simulator.state import Pace
from otternauts_desktop.simulator.storage import Storage
from otternauts_desktop.simulator.swarm import Swarm

SUDO_REFUSED: Final = "sudo: a password is required"
SWARM_PORT: Final = 2377
GOSSIP_PORT: Final = 7946

Door = tuple[str, int]
"""A protocol and a port: ("udp", 4789)."""


@dataclass(slots=True)
class Server:
    """A machine. What swarm it is in, and as what, is known by its own engine."""

    name: str
    address: str
    docker: str = ENGINE_VERSION
    """The engine's version, "" where none is installed."""
    sudo: bool = True
    """Whether `sudo` works without a password."""
    grouped: bool = True
    """Whether the user may talk to Docker without sudo."""
    online: bool = True
    """Whether it reaches the internet."""
    any_key: bool = False
    """Whether it takes every key, as if its owner had put it there."""
    system: str = "debian 13"
    system_name: str = "Debian GNU/Linux 13 (trixie)"
    cores: int = 4
    memory: int = 8 * 1024**3
    disk: int = 38 * 1024**3
    """Bytes that are free."""
    drops: frozenset[Door] = frozenset()
    """What its firewall lets nobody through to."""
    clock_off: float = 0.0
    """Seconds that its clock is ahead."""
    carries: int = 1500
    """Bytes of the largest packet that arrives, whatever its network says."""
    id: str = field(default_factory=new_id)
    """The engine's own."""
    up: bool = False
    swarm: Swarm | None = None
    node: Node | None = None
    pending: str = ""
    """Why an attempt to join goes on in the background, "" where none does."""
    storage: Storage = field(default_factory=Storage)
    packets: int = 0
    """UDP packets that came in."""
    deeds: list[str] = field(default_factory=list)
    """What was done by this server, in its order: `install docker`, `swarm init`,
    `swarm join as worker`, `swarm leave`; by a manager `stack deploy NAME`, `node update ID`...
    """

    @property
    def state(self) -> str:
        """As Docker's LocalNodeState."""
        if self.node is not None:
            return "active"
        return "pending" if self.pending else "inactive"

    @property
    def listens(self) -> tuple[Door, ...]:
        """The ports that its engine has open."""
        if self.node is None:
            return ()
        gossip = (("tcp", GOSSIP_PORT), ("udp", GOSSIP_PORT))
        return (*((("tcp", SWARM_PORT),) if self.node.manager else ()), *gossip)

    def enter(self, swarm: Swarm, role: str, *, leader: bool = False) -> Node:
        """Become a node of a swarm."""
        node = swarm.add_node(self.name, role, self.address, leader=leader)
        node.nano_cpus, node.memory = self.cores * 1_000_000_000, self.memory
        self.swarm, self.node, self.pending = swarm, node, ""
        return node

    def leave(self) -> None:
        """Be in no swarm; the one that it was in notices a little later."""
        if self.swarm is not None and self.node is not None:
            self.swarm.catch_up()
            self.swarm.set_node_up(self.node, up=False)
        self.swarm, self.node, self.pending = None, None, ""

    def switch(self, *, up: bool) -> None:
        """Be switched on or off."""
        self.up = up
        if self.swarm is not None and self.node is not None:
            self.swarm.catch_up()
            self.swarm.set_node_up(self.node, up=up)


class Servers:
    """All machines that can reach each other, and how fast things go there."""

    def __init__(
        self,
        servers: Iterable[Server],
        pace: Pace | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.all = tuple(servers)
        self.pace = pace or Pace()
        self.clock = clock
        self.opened = clock()

    def at(self, address: str) -> Server | None:
        """The machine with that address, if it is switched on."""
        return next((s for s in self.all if s.address == address and s.up), None)

    def clock_off(self, node_id: str) -> float:
        """Seconds that the clock of a node is ahead."""
        nodes = ((server.node, server.clock_off) for server in self.all)
        return next((off for node, off in nodes if node and node.id == node_id), 0.0)

    def knock(self, address: str, door: Door) -> str:
        """What a TCP connection to a port comes to: `open`, `refused` or `silent`."""
        server = self.at(address)
        if server is None or door in server.drops:
            return "silent"
        return "open" if door in server.listens else "refused"

    def send(self, address: str, door: Door, size: int, count: int) -> None:
        """Send UDP packets to a port, `size` with their headers. What does not fit through is
        lost; a firewall drops them before they are counted."""
        server = self.at(address)
        if server is not None and door not in server.drops and size <= server.carries:
            server.packets += count

    def new_swarm(self) -> Swarm:
        """A swarm without any node, with the networks that every swarm has."""
        swarm = Swarm(self.pace, self.clock)
        swarm.create_network("ingress", ingress=True)
        return swarm
