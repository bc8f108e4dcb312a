"""How simulated servers enter and leave swarms, where a real swarm is too slow to be asked."""

import pytest

from otternauts_desktop.simulator.membership import init, join, leave, remove_node, set_role
from otternauts_desktop.simulator.queries import EngineError
from otternauts_desktop.simulator.servers import Server, Servers
from otternauts_desktop.simulator.swarm import Swarm


class Sky:
    """A swarm of one, and servers that may join it."""

    def __init__(self, count: int = 4) -> None:
        self.time = 1_000_000.0
        self.all = [Server(f"s{n}", f"10.0.0.{n}", up=True) for n in range(count)]
        self.servers = Servers(self.all, clock=lambda: self.time)
        init(self.servers, self.all[0])

    @property
    def swarm(self) -> Swarm:
        swarm = self.all[0].swarm
        assert swarm is not None
        return swarm

    def join(self, number: int, role: str = "worker", through: tuple[int, ...] = (0,)) -> None:
        document = {
            "RemoteAddrs": [f"10.0.0.{n}:2377" for n in through],
            "JoinToken": self.swarm.tokens[role],
        }
        join(self.servers, self.all[number], document)

    def after(self, seconds: float) -> None:
        self.time += seconds
        self.swarm.catch_up()


def test_the_first_manager_that_answers_is_joined_through() -> None:
    sky = Sky()
    sky.join(1, "manager")
    sky.join(2, "manager")
    sky.all[1].switch(up=False)
    sky.join(3, through=(1, 2))
    assert sky.all[3].swarm is sky.swarm
    assert [node.role for node in sky.swarm.nodes.values()] == ["manager"] * 3 + ["worker"]


def test_who_is_no_manager_refuses_and_who_is_walled_in_stays_silent() -> None:
    sky = Sky()
    sky.join(1)
    with pytest.raises(EngineError, match=r"dial tcp 10\.0\.0\.1:2377: connect: connection refus"):
        sky.join(2, through=(1,))
    assert sky.all[2].state == "inactive"
    sky.all[0].drops = frozenset({("tcp", 2377)})
    with pytest.raises(EngineError, match="Timeout was reached before node joined"):
        sky.join(2)
    assert sky.all[2].state == "pending"
    with pytest.raises(EngineError, match="already part of a swarm"):
        sky.join(2)
    leave(sky.all[2], force=True)
    assert sky.all[2].state == "inactive"


def test_one_that_was_struck_off_alive_still_thinks_that_it_is_in() -> None:
    sky = Sky()
    sky.join(1)
    remove_node(sky.swarm, "s1", force=True)
    assert len(sky.swarm.nodes) == 1
    assert sky.all[1].state == "active"
    leave(sky.all[1], force=False)
    sky.join(1)
    assert len(sky.swarm.nodes) == 2


def test_one_that_joins_again_has_two_entries() -> None:
    sky = Sky()
    sky.join(1)
    leave(sky.all[1], force=False)
    sky.join(1)
    with pytest.raises(EngineError, match=r"node s1 is ambiguous \(2 matches found\)"):
        remove_node(sky.swarm, "s1", force=True)


def test_what_would_cost_the_quorum_is_refused_or_said() -> None:
    sky = Sky()
    sky.join(1, "manager")
    sky.join(2, "manager")
    node = sky.all[2].node
    assert node is not None
    sky.all[1].switch(up=False)
    sky.after(5)
    with pytest.raises(EngineError, match=r"leaves 1 managers out of 3\. Without a Raft quorum"):
        leave(sky.all[2], force=False)
    with pytest.raises(EngineError, match="this would result in a loss of quorum"):
        set_role(sky.swarm, node, "worker")
    leave(sky.all[2], force=True)
    sky.after(5)
    assert not sky.swarm.led
    sky.all[1].switch(up=True)
    sky.after(5)
    assert [n.name for n in sky.swarm.managers if n.leader] == ["s0"]
