"""Snapshots for the tests of alerts: a service and its tasks, as the Engine tells of them."""

from typing import Any

from otternauts_desktop.core.swarm.state import Snapshot, read_snapshot

NOW = 1_764_331_200.0
"""2025-11-28 12:00:00 UTC."""


def node(name: str, **more: Any) -> dict[str, Any]:
    """A worker that is well; `state`, `role`, `availability` and `reachable` say otherwise."""
    role = more.get("role", "worker")
    made: dict[str, Any] = {
        "ID": f"id-{name}",
        "Spec": {"Role": role, "Availability": more.get("availability", "active")},
        "Status": {"State": more.get("state", "ready"), "Addr": "10.0.0.1"},
        "Description": {"Hostname": name},
    }
    if role == "manager":
        reachable = "reachable" if more.get("reachable", True) else "unreachable"
        made["ManagerStatus"] = {"Reachability": reachable, "Addr": "10.0.0.1:2377"}
    return made


def service(
    name: str = "web", replicas: int = 1, restart: str = "", update: str = "", image: str = ""
) -> dict[str, Any]:
    """A replicated service of the fleet `shop`; its id is its name."""
    template: dict[str, Any] = {"ContainerSpec": {"Image": image or "nginx:1.27"}}
    if restart:
        template["RestartPolicy"] = {"Condition": restart}
    return {
        "ID": name,
        "Spec": {
            "Name": f"shop_{name}",
            "Labels": {"com.docker.stack.namespace": "shop"},
            "TaskTemplate": template,
            "Mode": {"Replicated": {"Replicas": replicas}},
        },
        "UpdateStatus": {"State": update} if update else None,
    }


def task(
    number: int,
    state: str = "running",
    *,
    of: str = "web",
    slot: int = 1,
    on: str = "a",
    ago: float = 60.0,
    error: str = "",
    exit_code: int | None = None,
) -> dict[str, Any]:
    """A task that came to its state `ago` seconds before `NOW`."""
    stamp = _stamp(NOW - ago)
    wanted = state in ("running", "pending", "preparing")
    return {
        "ID": f"{of}-{slot}-{number}",
        "ServiceID": of,
        "NodeID": f"id-{on}",
        "Slot": slot,
        "Status": {
            "State": state,
            "Err": error,
            "Timestamp": stamp,
            "ContainerStatus": None if exit_code is None else {"ExitCode": exit_code},
        },
        "DesiredState": "running" if wanted else "shutdown",
        "CreatedAt": stamp,
    }


def _stamp(at: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.123456789Z")


def swarm(
    services: list[dict[str, Any]],
    tasks: list[dict[str, Any]],
    nodes: list[dict[str, Any]] | None = None,
    at: float = NOW,
) -> Snapshot:
    """A snapshot of these, on two workers where no nodes are given."""
    return read_snapshot(
        nodes=[node("a"), node("b")] if nodes is None else nodes,
        services=services,
        tasks=tasks,
        networks=[],
        taken_at=at,
    )
