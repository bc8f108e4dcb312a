"""Why a service's task finds no outpost: what it asks for, held against each outpost that is seen.

Our own reading of the service's spec (swarmkit manager/scheduler/filter.go and
manager/constraint/constraint.go). Docker decides; its words are shown beside it.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from otternauts_desktop.core.swarm.state import Json, Node, Service, Snapshot
from otternauts_desktop.core.words import tr

_CONSTRAINT: Final = re.compile(r"\s*(\S+?)\s*(==|!=)\s*(.*?)\s*")
_LABEL: Final = "node.labels."


@dataclass(frozen=True, slots=True)
class Check:
    """One question and its answer; `passed` is None where it can't be told from here."""

    passed: bool | None
    words: str


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows are outposts, columns are what the service asks for."""

    questions: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Check, ...]], ...]


def constraints(service: Service) -> tuple[str, ...]:
    """The placement constraints of a service, as its spec has them."""
    placement = _at(service.spec, "TaskTemplate", "Placement")
    return tuple(placement.get("Constraints") or ())


def placement(service: Service, snapshot: Snapshot) -> Grid:
    """Each outpost's answers to what the service asks for."""
    asked = [match for text in constraints(service) if (match := _CONSTRAINT.fullmatch(text))]
    wanted = _reserved(service.spec)
    questions = [_question(match[1]) for match in asked] + [tr("Availability")]
    if any(wanted):
        questions.append(tr("CPU, memory"))
    taken = _taken(service, snapshot)
    rows = []
    for node in snapshot.nodes:
        checks = [_meets(node, match[1], match[2], match[3]) for match in asked]
        checks.append(_available(node))
        if any(wanted):
            checks.append(_room(node, wanted, taken.get(node.id, (0, 0))))
        rows.append((node.name, tuple(checks)))
    return Grid(tuple(questions), tuple(rows))


def _question(key: str) -> str:
    if key.startswith(_LABEL):
        return tr("Label {name}", name=key.removeprefix(_LABEL))
    return key.removeprefix("node.")


def _meets(node: Node, key: str, operator: str, value: str) -> Check:
    known = {
        "node.id": node.id,
        "node.hostname": node.name,
        "node.role": node.role,
        "node.platform.os": node.os,
        "node.platform.arch": node.arch,
    }
    if key.startswith(_LABEL):
        has: str | None = node.labels.get(key.removeprefix(_LABEL), "")
    else:
        has = known.get(key)
    if has is None:
        return Check(None, tr("not known here"))
    same = has.casefold() == value.casefold()
    return Check(same if operator == "==" else not same, has or tr("not set"))


def _available(node: Node) -> Check:
    if not node.ready:
        return Check(False, tr("Down") if node.state == "down" else tr("Unreachable"))
    words = {"active": tr("Active"), "drain": tr("Drain"), "pause": tr("Paused")}
    return Check(node.availability == "active", words.get(node.availability, node.availability))


def _room(node: Node, wanted: tuple[int, int], taken: tuple[int, int]) -> Check:
    free_cpus = round(node.cpus * 1e9) - taken[0]
    free_memory = node.memory - taken[1]
    if wanted[0] > free_cpus:
        return Check(False, tr("{number:.1f} CPUs free", number=max(free_cpus, 0) / 1e9))
    if wanted[1] > free_memory:
        return Check(False, tr("{number:.1f} GB free", number=max(free_memory, 0) / 1e9))
    return Check(True, tr("enough"))


def _reserved(spec: Json) -> tuple[int, int]:
    """Nano-CPUs and bytes that one task reserves."""
    reserved = _at(spec, "TaskTemplate", "Resources", "Reservations")
    return int(reserved.get("NanoCPUs") or 0), int(reserved.get("MemoryBytes") or 0)


def _taken(service: Service, snapshot: Snapshot) -> dict[str, tuple[int, int]]:
    """What the tasks of other services reserve on each outpost."""
    taken: dict[str, tuple[int, int]] = {}
    for other in snapshot.services:
        cpus, memory = _reserved(other.spec)
        if other.id == service.id or not (cpus or memory):
            continue
        for task in snapshot.tasks_by_service.get(other.id, ()):
            if task.live and task.node_id:
                before = taken.get(task.node_id, (0, 0))
                taken[task.node_id] = before[0] + cpus, before[1] + memory
    return taken


def _at(spec: Json, *path: str) -> dict[str, Any]:
    found: Any = spec
    for key in path:
        found = (found or {}).get(key)
    return found or {}
