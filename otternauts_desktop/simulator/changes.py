"""`docker node`, `docker service update`, `docker network create`: what the client uses of them."""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from otternauts_desktop.simulator.membership import find_node, remove_node, set_role
from otternauts_desktop.simulator.queries import EngineError
from otternauts_desktop.simulator.records import Json, Node
from otternauts_desktop.simulator.stack import Output
from otternauts_desktop.simulator.swarm import Refused, Swarm

Flags = Sequence[tuple[str, str]]

_UPDATE_DEFAULTS: Final = {
    "Parallelism": 1,
    "FailureAction": "pause",
    "Monitor": 5_000_000_000,
    "MaxFailureRatio": 0,
}
"""What the command line fills in where a service says nothing of its updates."""
_BARE: Final = ("--detach", "--no-resolve-image", "--attachable")


def _update_node(swarm: Swarm, words: Sequence[str]) -> Output:
    flags, names = _read(words)
    try:
        node = find_node(swarm, " ".join(names))
        return _changed(swarm, node, flags, names[0])
    except EngineError as error:
        return _daemon(str(error))


def _changed(swarm: Swarm, node: Node, flags: Flags, name: str) -> Output:
    for flag, value in flags:
        if flag == "--availability":
            if value not in ("active", "pause", "drain"):
                return _daemon(f'invalid Availability: "{value}"')
            swarm.set_availability(node, value)
        elif flag == "--role":
            set_role(swarm, node, value)
        elif flag == "--label-add":
            label, _, content = value.partition("=")
            node.labels[label] = content
        elif flag == "--label-rm":
            if value not in node.labels:
                return Output(1, "", f"key {value} doesn't exist in node's labels\n")
            del node.labels[value]
        else:
            return _unknown(flag, "node update")
    node.version, node.updated = swarm.bump(), swarm.now
    swarm.publish("node", "update", node.id, name=node.name)
    return Output(0, f"{name}\n", "")


def _remove_node(swarm: Swarm, words: Sequence[str]) -> Output:
    flags, names = _read(words)
    try:
        remove_node(swarm, " ".join(names), force=("--force", "") in flags)
    except EngineError as error:
        return _daemon(str(error))
    return Output(0, f"{names[0]}\n", "")


def _update_service(swarm: Swarm, words: Sequence[str]) -> Output:
    flags, names = _read(words)
    service = swarm.find_service(names[0]) if names else None
    if service is None:
        return _daemon(f"service {' '.join(names)} not found")
    spec = copy.deepcopy(service.spec)
    for flag, value in flags:
        if flag not in _SERVICE_FLAGS:
            return _unknown(flag, "service update")
        _SERVICE_FLAGS[flag](spec, value)
    try:
        swarm.update_service(service, spec)
    except Refused as refusal:
        return _daemon(str(refusal))
    return Output(0, f"{names[0]}\n", "")


def _constraints(spec: Json) -> list[str]:
    placement = spec["TaskTemplate"].setdefault("Placement", {})
    found: list[str] = placement.setdefault("Constraints", [])
    return found


def _add_constraint(spec: Json, value: str) -> None:
    if value not in _constraints(spec):
        _constraints(spec).append(value)


def _remove_constraint(spec: Json, value: str) -> None:
    kept = [constraint for constraint in _constraints(spec) if constraint != value]
    spec["TaskTemplate"]["Placement"]["Constraints"] = kept


def _order(spec: Json, value: str) -> None:
    spec["UpdateConfig"] = {**(spec.get("UpdateConfig") or _UPDATE_DEFAULTS), "Order": value}


def _label(spec: Json, value: str) -> None:
    name, _, content = value.partition("=")
    spec["Labels"] = {**(spec.get("Labels") or {}), name: content}


def _unlabel(spec: Json, value: str) -> None:
    (spec.get("Labels") or {}).pop(value, None)


def _force(spec: Json, value: str) -> None:
    spec["TaskTemplate"]["ForceUpdate"] = spec["TaskTemplate"].get("ForceUpdate", 0) + 1


def _replicas(spec: Json, value: str) -> None:
    spec["Mode"] = {"Replicated": {"Replicas": int(value)}}


_SERVICE_FLAGS: Final[Mapping[str, Callable[[Json, str], None]]] = {
    "--constraint-add": _add_constraint,
    "--constraint-rm": _remove_constraint,
    "--update-order": _order,
    "--label-add": _label,
    "--label-rm": _unlabel,
    "--replicas": _replicas,
    "--force": _force,
}


def _create_network(swarm: Swarm, words: Sequence[str]) -> Output:
    flags, names = _read(words)
    options = dict(flags)
    if len(names) != 1:
        return Output(1, "", '"docker network create" requires exactly 1 argument.\n')
    if swarm.network_named(names[0]) is not None:
        return _daemon(f"network with name {names[0]} already exists")
    network = swarm.create_network(
        names[0],
        attachable="--attachable" in words,
        subnet=options.get("--subnet", ""),
        encrypted=options.get("--opt") == "encrypted",
    )
    return Output(0, f"{network.id}\n", "")


def execute(swarm: Swarm, words: Sequence[str], stdin: bytes) -> Output:
    """`docker exec` of the two programs that the client runs: one reads a file, one replaces it."""
    container, *program = [word for word in words if word != "-i"]
    task = next(
        (t for t in swarm.tasks.values() if container and t.container_id == container), None
    )
    if task is None or task.state != "running":
        return _daemon(f"No such container: {container}")
    place = (task.service_id, program[-1])
    if program[0] == "cat":
        if place not in swarm.contents:
            return Output(1, "", f"cat: can't open '{program[-1]}': No such file or directory\n")
        return Output(0, swarm.contents[place].decode(), "")
    swarm.contents[place] = stdin
    return Output(0, "", "")


def _roll_back(swarm: Swarm, words: Sequence[str]) -> Output:
    _, names = _read(words)
    service = swarm.find_service(names[0]) if names else None
    if service is None:
        return _daemon(f"service {' '.join(names)} not found")
    if service.previous is None:
        return _daemon(
            "rpc error: code = FailedPrecondition desc = service does not have a previous spec"
        )
    swarm.update_service(service, service.previous)
    service.previous = None
    return Output(0, f"{names[0]}\n", "")


COMMANDS: Final[Mapping[str, Callable[[Swarm, Sequence[str]], Output]]] = {
    "node update": _update_node,
    "node rm": _remove_node,
    "service update": _update_service,
    "service rollback": _roll_back,
    "network create": _create_network,
}


def _read(words: Sequence[str]) -> tuple[Flags, list[str]]:
    """Flags with their values, and what stands alone."""
    flags, names, rest = [], [], list(words)
    while rest:
        word = rest.pop(0)
        if word in _BARE:
            continue
        if word == "--force":
            flags.append((word, ""))
        elif word.startswith("--"):
            name, equals, value = word.partition("=")
            flags.append((name, value if equals else (rest.pop(0) if rest else "")))
        else:
            names.append(word)
    return flags, names


def _daemon(words: str) -> Output:
    return Output(1, "", f"Error response from daemon: {words}\n")


def _unknown(flag: str, command: str) -> Output:
    return Output(125, "", f"unknown flag: {flag}\nSee 'docker {command} --help'.\n")
