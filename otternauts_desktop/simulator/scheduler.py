"""Which node a task goes to, and swarm's words where there is none."""

import re
from collections.abc import Iterable, Sequence

from otternauts_desktop.simulator.records import Json, Node, Task


def satisfies(node: Node, constraint: str) -> bool:
    """Whether a node meets a placement constraint such as `node.role == manager`.

    A key that swarm doesn't know is met by no node: accepted, and never scheduled.
    """
    key, operator, value = (part.strip() for part in re.split(r"(==|!=)", constraint, maxsplit=1))
    if key.startswith("node.labels."):
        actual: str | None = node.labels.get(key.removeprefix("node.labels."), "")
    else:
        actual = {
            "node.id": node.id,
            "node.hostname": node.name,
            "node.role": node.role,
            "node.platform.os": "linux",
            "node.platform.arch": "x86_64",
        }.get(key.lower())
    if actual is None:
        return False
    return (actual == value) == (operator == "==")


def eligible(node: Node, template: Json) -> bool:
    """Whether a global service runs on a node at all."""
    return node.usable and constraints_met(node, template)


def choose(
    nodes: Iterable[Node], template: Json, tasks: Sequence[Task], service_id: str
) -> tuple[Node | None, str]:
    """The node with the fewest tasks of the service, else of all; or None and why not."""
    fitting: list[Node] = []
    refused: dict[str, int] = {}
    for node in nodes:
        here = [t for t in tasks if t.node_id == node.id and t.wanted and not t.terminal]
        reason = _refusal(node, template, here, service_id)
        if reason:
            refused[reason] = refused.get(reason, 0) + 1
        else:
            fitting.append(node)
    if not fitting:
        return None, f"no suitable node ({'; '.join(map(_counted, refused.items()))})"

    def load(node: Node) -> tuple[int, int, str]:
        here = [t for t in tasks if t.node_id == node.id and t.wanted and not t.terminal]
        return sum(t.service_id == service_id for t in here), len(here), node.name

    return min(fitting, key=load), ""


def constraints_met(node: Node, template: Json) -> bool:
    """Whether a node meets all constraints of a task."""
    constraints = (template.get("Placement") or {}).get("Constraints") or []
    return all(satisfies(node, constraint) for constraint in constraints)


def _refusal(node: Node, template: Json, here: Sequence[Task], service_id: str) -> str:
    """Why a node can't take a task, "" where it can."""
    if not node.usable:
        return "not available for new tasks"
    if not constraints_met(node, template):
        return "scheduling constraints not satisfied on"
    for name, capacity in (("NanoCPUs", node.nano_cpus), ("MemoryBytes", node.memory)):
        asked = _reserved(template, name)
        if asked and asked + sum(_reserved(t.spec, name) for t in here) > capacity:
            return "insufficient resources on"
    most = (template.get("Placement") or {}).get("MaxReplicas", 0)
    if most and sum(t.service_id == service_id for t in here) >= most:
        return "max replicas per node limit exceed"
    return ""


def _reserved(template: Json, name: str) -> int:
    reservations = (template.get("Resources") or {}).get("Reservations") or {}
    return int(reservations.get(name, 0))


def _counted(refused: tuple[str, int]) -> str:
    reason, count = refused
    nodes = f"{count} node{'s' if count > 1 else ''}"
    if reason.endswith(" on"):
        return f"{reason} {nodes}"
    return f"{nodes} {reason}" if reason.startswith("not ") else reason
