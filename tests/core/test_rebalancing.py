"""Where the tasks of a service are, and where they are stuck."""

import pytest

from otternauts_desktop.core.flight.rebalancing import node_of_stuck, spread
from otternauts_desktop.core.swarm.state import Node, Service, Snapshot, Task

WEB = Service(
    id="web",
    name="shop_web",
    fleet="shop",
    image="nginx",
    mode="replicated",
    replicas=4,
    labels={},
    version=1,
    created_at="",
    updated_at="",
    update_state="",
    update_message="",
    spec={},
)


def seen(*tasks: tuple[str, str, str]) -> Snapshot:
    """Tasks by their outpost, state, and wanted state."""
    nodes = tuple(Node(n, n, "worker", "active", "ready", "") for n in ("orion", "vega"))
    made = (
        Task(f"t{number}", "web", *(node, number, state, desired, "", "", None, "", "", ""))
        for number, (node, state, desired) in enumerate(tasks, 1)
    )
    return Snapshot(nodes, (WEB,), tuple(made), (), 0.0)


@pytest.mark.parametrize(
    ("tasks", "stuck"),
    [
        ([("orion", "running", "running"), ("vega", "rejected", "ready")], "vega"),
        ([("orion", "running", "running"), ("vega", "preparing", "running")], "vega"),
        ([("orion", "running", "running"), ("vega", "failed", "shutdown")], ""),
        ([("orion", "running", "running"), ("orion", "ready", "ready")], ""),
        ([("orion", "running", "running"), ("", "pending", "running")], ""),
    ],
)
def test_an_outpost_is_stuck_where_tasks_are_wanted_and_none_runs(
    tasks: list[tuple[str, str, str]], stuck: str
) -> None:
    assert node_of_stuck(seen(*tasks), WEB) == stuck


def test_the_spread_counts_what_lives() -> None:
    snapshot = seen(
        *[("orion", "running", "running")] * 2,
        ("vega", "rejected", "ready"),
        ("vega", "running", "shutdown"),
    )
    assert spread(snapshot, WEB) == {"orion": 2, "vega": 0}
