"""How many managers may still be lost, and what is said about it."""

from dataclasses import replace

import pytest

from otternauts_desktop.core.swarm.quorum import quorum
from otternauts_desktop.core.swarm.state import Node


def nodes(managers: int, reachable: int) -> list[Node]:
    worker = Node("w", "vega-1", "worker", "active", "ready", "10.0.0.9")
    return [
        worker,
        *(
            Node(f"m{n}", f"orion-{n}", "manager", "active", "ready", "", reachable=n < reachable)
            for n in range(managers)
        ),
    ]


def test_managers_that_a_new_leader_has_not_heard_of_are_not_lost() -> None:
    assert quorum(replace(n, state="unknown") for n in nodes(3, 2)) == quorum(nodes(3, 2))


@pytest.mark.parametrize(
    ("managers", "reachable", "spare", "said"),
    [
        (1, 1, 0, ""),
        (2, 2, 0, "The swarm has two managers"),
        (2, 1, -1, "lost its quorum: 1 of 2 managers"),
        (3, 3, 1, ""),
        (3, 2, 0, "2 of 3 managers are online: if one more is lost"),
        (3, 1, -1, "lost its quorum"),
        (5, 4, 1, ""),
        (5, 3, 0, "if one more is lost"),
        (4, 4, 1, ""),
    ],
)
def test_what_a_swarm_can_lose(managers: int, reachable: int, spare: int, said: str) -> None:
    seen = quorum(nodes(managers, reachable))
    assert seen.spare == spare
    assert bool(seen.warning) == bool(said)
    assert said in seen.warning
