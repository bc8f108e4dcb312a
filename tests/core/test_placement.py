"""Which outposts could take a task, before a launch and for one that waits."""

from dataclasses import replace
from typing import Any

import pytest

from otternauts_desktop.core.fleet.flight_plan import prepare
from otternauts_desktop.core.flight.placement import Room, grid
from otternauts_desktop.core.flight.plan import plan
from otternauts_desktop.core.swarm.state import Snapshot, read_snapshot
from tests.core.test_plan import TEXT, engine_service

GB = 1 << 30


def node(name: str, **spec: Any) -> dict[str, Any]:
    return {
        "ID": f"id-{name}",
        "Spec": {"Role": "worker", "Availability": "active", **spec},
        "Status": {"State": "ready", "Addr": "10.0.0.1"},
        "Description": {
            "Hostname": name,
            "Platform": {"OS": "linux", "Architecture": "x86_64"},
            "Resources": {"NanoCPUs": 2 * 10**9, "MemoryBytes": 4 * GB},
            "Engine": {"Plugins": [{"Type": "Log", "Name": "json-file"}]},
        },
    }


NODES = (
    node("a", Labels={"disk": "ssd"}),
    node("b"),
    node("c", Availability="drain"),
)


def swarm(*services: dict[str, Any], running: str = "") -> Snapshot:
    """Three outposts; each service runs once on every outpost that `running` names."""
    tasks = [
        {
            "ID": f"t-{service['ID']}-{name}",
            "ServiceID": service["ID"],
            "NodeID": f"id-{name}",
            "Slot": number,
            "Status": {"State": "running"},
            "DesiredState": "running",
        }
        for service in services
        for number, name in enumerate(running, 1)
    ]
    return read_snapshot(nodes=NODES, services=services, tasks=tasks, networks=[], taken_at=0)


def service(name: str, **template: Any) -> dict[str, Any]:
    made = engine_service()
    made["ID"] = name
    made["Spec"]["Name"] = f"shop_{name}"
    made["Spec"]["TaskTemplate"] |= template
    return made


def room(settings: str, there: Snapshot) -> Room:
    text = f"services:\n  web:\n    image: nginx:1.28\n{settings}"
    return plan(prepare("shop", text, {}), there).rooms[0]


RESERVED = {"Resources": {"Reservations": {"MemoryBytes": 3 * GB}}}


@pytest.mark.parametrize(
    ("settings", "places", "reasons"),
    [
        ("", {"a", "b"}, {"c": "It is drained."}),
        (
            "    deploy: {placement: {constraints: [node.labels.disk==ssd]}}\n",
            {"a"},
            {"b": "It does not meet node.labels.disk==ssd.", "c": "It is drained."},
        ),
        (
            "    deploy: {resources: {reservations: {memory: 2G}}}\n",
            set(),
            {
                "a": "It has 1G of memory left, 2G is reserved.",
                "b": "It has 1G of memory left, 2G is reserved.",
                "c": "It is drained.",
            },
        ),
        (
            "    logging: {driver: fluentd}\n",
            set(),
            {
                "a": "It has no plugin fluentd.",
                "b": "It has no plugin fluentd.",
                "c": "It is drained.",
            },
        ),
    ],
)
def test_what_stands_in_the_way_before_a_launch(
    settings: str, places: set[str], reasons: dict[str, str]
) -> None:
    found = room(settings, swarm(service("db", **RESERVED), running="ab"))
    assert {*found.places} == places
    assert {o.outpost: o.reason for o in found.obstacles} == reasons
    assert found.missing == (0 if places else 1)
    assert all(o.suggestion for o in found.obstacles)


def test_a_port_of_another_service_is_in_the_way() -> None:
    db = service("db")
    port = {"TargetPort": 80, "PublishedPort": 8080, "PublishMode": "host", "Protocol": "tcp"}
    db["Spec"]["EndpointSpec"] = {"Ports": [port]}
    text = "    ports: [{target: 80, published: 8080, mode: host}]\n"
    found = room(text, swarm(db, running="a"))
    assert found.obstacles[0].reason == "Port 8080 is taken there by shop_db."
    assert found.places == {"b": 1}


def test_one_that_starts_first_needs_a_place_beside_itself() -> None:
    most = "placement: {max_replicas_per_node: 1}"
    there = swarm(service("web"), running="ab")
    stopped_first = room(f"    deploy: {{replicas: 2, {most}}}\n", there)
    assert (stopped_first.wanted, stopped_first.missing) == (2, 0)
    order = "update_config: {order: start-first}"
    started_first = room(f"    deploy: {{replicas: 2, {order}, {most}}}\n", there)
    assert (started_first.wanted, started_first.missing) == (1, 1)
    assert started_first.obstacles[0].reason == ("It runs 1 of its tasks already, 1 are allowed.")


def test_tasks_that_stay_need_no_place() -> None:
    text = TEXT + "    deploy: {labels: {a: b}}\n"
    web = service("web", Networks=[{"Target": "shop_default", "Aliases": ["web"]}])
    assert plan(prepare("shop", text, {}), swarm(web, running="a")).rooms == ()


def test_each_outpost_answers_what_a_waiting_task_asks() -> None:
    asks = {
        "Placement": {"Constraints": ["node.labels.disk==ssd", "node.foo==x"]},
        "Resources": {"Reservations": {"MemoryBytes": 3 * GB}},
    }
    db, web = service("db", **RESERVED), service("web", **asks)
    there = replace(swarm(db, running="a"), services=swarm(db, web).services)
    shown = grid(next(s for s in there.services if s.vessel == "web"), there)
    assert shown.questions == ("Availability", "Memory", "Plugin local", "Label disk", "foo")
    answers = {name: [(c.passed, c.found) for c in checks] for name, checks in shown.rows}
    assert answers["a"] == [
        (True, "Active"),
        (False, "1G left"),
        (False, "not there"),
        (True, "ssd"),
        (False, "not known to Docker"),
    ]
    assert answers["c"][0] == (False, "Drain")
    assert answers["b"][3] == (False, "not set")
