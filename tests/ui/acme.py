"""A made-up swarm as the Engine API would describe it, for looking at the window."""

from collections.abc import Sequence
from typing import Any, Final

from otternauts_desktop.core.swarm.state import Snapshot, read_snapshot

NOW = 1_800_000_000.0
"""Wall clock of the made-up moment: 2027-01-15 08:00 UTC."""

_NODES = (
    ("orion-1", "manager", "active", True),
    ("orion-2", "manager", "active", False),
    ("orion-3", "manager", "active", False),
    ("vega-1", "worker", "active", False),
    ("vega-2", "worker", "active", False),
    ("vega-3", "worker", "drain", False),
)
_FLEETS: dict[str, tuple[tuple[str, str, int], ...]] = {
    "shop": (
        ("web", "ghcr.io/acme/shop:1.4.2", 2),
        ("worker", "ghcr.io/acme/shop:1.4.2", 2),
        ("worker-old", "ghcr.io/acme/shop:1.2.0", 1),
        ("db", "postgres:16", 1),
    ),
    "payments": (
        ("api", "ghcr.io/acme/pay-api:3.8.1", 3),
        ("gateway", "ghcr.io/acme/pay-gw:2.1.0", 2),
        ("worker", "ghcr.io/acme/pay-api:3.8.1", 2),
        ("cache", "redis:7-alpine", 1),
        ("db", "postgres:16", 1),
    ),
    "blog": (("web", "ghost:5-alpine", 1), ("db", "mysql:8", 1)),
    "monitoring": (
        ("prometheus", "prom/prometheus:v3.1", 1),
        ("grafana", "grafana/grafana:11", 1),
        ("node-exporter", "prom/node-exporter:v1.8", 5),
        ("alertmanager", "prom/alertmanager:v0.28", 1),
    ),
    "ingress": (("traefik", "traefik:v3.7", 1),),
}
_DOMAINS: Final = {
    "payments_gateway": "Host(`pay.acme.dev`)",
    "shop_web": "Host(`shop.acme.dev`) || Host(`www.acme.dev`)",
    "blog_web": "Host(`blog.acme.dev`)",
    "monitoring_grafana": "Host(`grafana.acme.dev`)",
}
UNPLACEABLE = "no suitable node (scheduling constraints not satisfied on 5 nodes)"


def node(
    name: str,
    role: str = "worker",
    availability: str = "active",
    *,
    leader: bool = False,
    state: str = "ready",
    number: int = 1,
) -> dict[str, Any]:
    """One entry of `/nodes`."""
    raw: dict[str, Any] = {
        "ID": f"node-{name}",
        "Spec": {"Role": role, "Availability": availability, "Labels": {"disk": "hdd"}},
        "Description": {
            "Hostname": name,
            "Platform": {"OS": "linux", "Architecture": "x86_64"},
            "Resources": {"NanoCPUs": 4_000_000_000, "MemoryBytes": 8_200_000_000},
            "Engine": {"EngineVersion": "28.5.2"},
        },
        "Status": {"State": state, "Addr": f"203.0.113.{number}"},
    }
    if role == "manager":
        raw["ManagerStatus"] = {
            "Leader": leader,
            "Reachability": "reachable" if state == "ready" else "unreachable",
            "Addr": f"203.0.113.{number}:2377",
        }
    return raw


def service(fleet: str, vessel: str, image: str, replicas: int, **more: Any) -> dict[str, Any]:
    """One entry of `/services`."""
    return {
        "ID": f"svc-{fleet}-{vessel}",
        "Version": {"Index": 40},
        "CreatedAt": "2027-01-12T18:20:00.000000000Z",
        "UpdatedAt": "2027-01-12T18:20:00.000000000Z",
        "Spec": {
            "Name": f"{fleet}_{vessel}",
            "Labels": {"com.docker.stack.namespace": fleet},
            "TaskTemplate": {"ContainerSpec": {"Image": image, "Env": ["TZ=UTC", "TOKEN=x"]}},
            "Mode": {"Replicated": {"Replicas": replicas}},
            "EndpointSpec": {"Ports": [{"PublishedPort": 80, "TargetPort": 8080}]},
        },
        **more,
    }


def task(
    service_id: str,
    slot: int,
    where: str,
    state: str = "running",
    *,
    number: int = 0,
    desired: str = "running",
    error: str = "",
    exit_code: int | None = None,
    at: str = "2027-01-15T06:21:00.000000000Z",
) -> dict[str, Any]:
    """One entry of `/tasks`."""
    status: dict[str, Any] = {"State": state, "Timestamp": at, "Message": state}
    if error:
        status["Err"] = error
    if exit_code is not None:
        status["ContainerStatus"] = {"ExitCode": exit_code, "ContainerID": "c0ffee"}
    return {
        "ID": f"task-{service_id}-{slot}-{number}",
        "ServiceID": service_id,
        "NodeID": f"node-{where}" if where else "",
        "Slot": slot,
        "DesiredState": desired,
        "Status": status,
        "CreatedAt": at,
        "Spec": {"ContainerSpec": {"Image": "image:1"}},
    }


def lists() -> dict[str, list[dict[str, Any]]]:
    """The four answers of the Engine for the whole cluster; free to change before reading."""
    nodes = [
        node(name, role, availability, leader=leader, number=number)
        for number, (name, role, availability, leader) in enumerate(_NODES, 10)
    ]
    homes = [entry[0] for entry in _NODES[:5]]
    services, tasks, turn = [], [], 0
    for fleet, vessels in _FLEETS.items():
        for vessel, image, replicas in vessels:
            services.append(service(fleet, vessel, image, replicas))
            if (fleet, vessel) == ("payments", "db"):
                continue
            for slot in range(1, replicas + 1):
                tasks.append(task(f"svc-{fleet}-{vessel}", slot, homes[turn % len(homes)]))
                turn += 1
    for raw in services:
        if rule := _DOMAINS.get(raw["Spec"]["Name"]):
            raw["Spec"]["Labels"]["traefik.http.routers.web.rule"] = rule
    by_name = {raw["Spec"]["Name"]: raw["Spec"]["TaskTemplate"] for raw in services}
    by_name["payments_db"]["Placement"] = {
        "Constraints": ["node.labels.disk==ssd", "node.role==worker"]
    }
    for raw in nodes:
        name = raw["Description"]["Hostname"]
        raw["Spec"]["Labels"] = {"vega-1": {}, "vega-3": {"disk": "ssd"}}.get(name, {"disk": "hdd"})
    for raw in tasks:
        image = next(s for s in services if s["ID"] == raw["ServiceID"])["Spec"]["TaskTemplate"]
        raw["Spec"]["ContainerSpec"]["Image"] = image["ContainerSpec"]["Image"]
    db = "svc-payments-db"
    tasks.append(
        task(
            db,
            1,
            "",
            "pending",
            number=2,
            error=UNPLACEABLE,
            at="2027-01-15T07:42:00.000000000Z",
        )
    )
    tasks.append(
        task(
            db,
            1,
            "vega-3",
            "failed",
            number=1,
            desired="shutdown",
            error="task: non-zero exit (137): out of memory",
            exit_code=137,
            at="2027-01-09T07:40:00.000000000Z",
        )
    )
    return {"nodes": nodes, "services": services, "tasks": tasks, "networks": []}


def snapshot(
    raw: dict[str, list[dict[str, Any]]] | None = None, *, taken_at: float = NOW
) -> Snapshot:
    """The cluster of the design pictures, or what `raw` says."""
    return read_snapshot(**(raw or lists()), taken_at=taken_at, via="orion-1")


def large_lists(
    services: int, replicas: int = 3, changed: Sequence[int] = (), *, nodes: int = 3
) -> dict[str, list[dict[str, Any]]]:
    """The answers for a swarm of many services; those in `changed` have lost a task."""
    servers = [node(f"node-{number}", number=number) for number in range(1, nodes + 1)]
    all_services, tasks = [], []
    for number in range(services):
        fleet = f"fleet-{number // 5:03}"
        raw = service(fleet, f"vessel-{number:03}", "nginx:1.27", replicas)
        all_services.append(raw)
        for slot in range(1, replicas + 1):
            lost = number in changed and slot == 1
            tasks.append(
                task(raw["ID"], slot, f"node-{slot % nodes + 1}", "failed" if lost else "running")
            )
    return {"nodes": servers, "services": all_services, "tasks": tasks, "networks": []}
