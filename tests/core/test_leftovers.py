from typing import Any

from otternauts_desktop.core.flight.leftovers import leftovers

NODES = [
    {"ID": "n1", "Description": {"Hostname": "vega-1"}, "Status": {"State": "down"}},
]


def test_a_task_is_named_with_the_state_of_its_server() -> None:
    tasks: list[dict[str, Any]] = [
        {"Status": {"State": "running"}, "NodeID": "n1"},
        {"Status": {"State": "pending"}},
    ]
    assert leftovers(tasks, [{"Name": "kelp_default"}], NODES).splitlines() == [
        "A task is running on vega-1, down.",
        "A task is pending on no outpost.",
        "Network kelp_default.",
    ]


def test_many_are_counted() -> None:
    networks = [{"Name": f"n{number}"} for number in range(8)]
    assert leftovers([], networks, []).splitlines()[5:] == ["And 3 more."]


def test_nothing_left_is_nothing_said() -> None:
    assert leftovers([], [], NODES) == ""
