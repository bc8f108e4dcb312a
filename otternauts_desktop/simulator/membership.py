"""How simulated servers enter and leave swarms, and what managers do with their nodes.

Everything a swarm refuses is refused in Docker's words (moby's `daemon/cluster`, swarmkit's
`manager/controlapi/node.go`).
"""

from collections.abc import Callable, Mapping
from typing import Final

from otternauts_desktop.simulator.queries import EngineError
from otternauts_desktop.simulator.records import Json, Node, stamp
from otternauts_desktop.simulator.servers import SWARM_PORT, Server, Servers
from otternauts_desktop.simulator.swarm import Swarm

ALREADY_IN: Final = (
    'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join '
    "another one."
)
NOT_IN_ONE: Final = "This node is not part of a swarm"
TIMED_OUT: Final = (
    "Timeout was reached before node joined. The attempt to join the swarm will continue in the "
    'background. Use the "docker info" command to see the current swarm status of your node.'
)
_LEAVING: Final = (
    "You are attempting to leave the swarm on a node that is participating as a manager. "
)
_REINITIALIZE: Final = (
    "The only way to restore a swarm that has lost consensus is to reinitialize it with "
    "`--force-new-cluster`. Use `--force` to suppress this message."
)


def init(servers: Servers, server: Server) -> str:
    """Make a swarm with this server as its manager; gives its node's id."""
    if server.swarm is not None or server.pending:
        raise EngineError(503, ALREADY_IN)
    node = server.enter(servers.new_swarm(), "manager", leader=True)
    server.deeds.append("swarm init")
    return node.id


def join(servers: Servers, server: Server, document: Json) -> None:
    """Enter the swarm of the first manager that answers, in the role that the token gives."""
    if server.swarm is not None or server.pending:
        raise EngineError(503, ALREADY_IN)
    parts = str(document.get("JoinToken") or "").split("-")
    if len(parts) != 4 or parts[:2] != ["SWMTKN", "1"]:
        raise EngineError(500, "invalid join token")
    swarm = _reached(servers, server, document.get("RemoteAddrs") or [])
    role = next((r for r, token in swarm.tokens.items() if token == "-".join(parts)), "")
    if parts[2] != swarm.digest:
        raise EngineError(500, f"remote CA does not match fingerprint. Expected: {parts[2]}")
    if not role:
        raise EngineError(
            400, _rpc("InvalidArgument", "A valid join token is necessary to join this cluster")
        )
    swarm.catch_up()
    server.enter(swarm, role)
    server.deeds.append(f"swarm join as {role}")


def _reached(servers: Servers, server: Server, addresses: list[str]) -> Swarm:
    """The swarm behind the first address that answers as a manager's."""
    said = ""
    for address in addresses:
        host = address.rpartition(":")[0] or address
        knocked = servers.knock(host, ("tcp", SWARM_PORT))
        there = servers.at(host)
        if knocked == "open" and there is not None and there.swarm is not None:
            return there.swarm
        said = said or knocked
        if knocked == "refused":
            dialled = f"dial tcp {host}:{SWARM_PORT}: connect: connection refused"
            said = _rpc(
                "Unavailable",
                f'connection error: desc = "transport: Error while dialing: {dialled}"',
            )
    if said and said != "silent":
        raise EngineError(503, said)
    server.pending = TIMED_OUT
    raise EngineError(503, TIMED_OUT)


def leave(server: Server, *, force: bool) -> None:
    """Leave the swarm. A manager has to insist: its swarm may not get over it."""
    if server.swarm is None or server.node is None:
        if not server.pending:
            raise EngineError(503, NOT_IN_ONE)
    elif server.node.manager and not force:
        raise EngineError(503, _LEAVING + _what_is_lost(server.swarm))
    server.leave()
    server.deeds.append("swarm leave")


def _what_is_lost(swarm: Swarm) -> str:
    reachable, all_of_them = swarm.reachable_managers, len(swarm.managers)
    if not swarm.led or reachable - 2 > all_of_them - reachable:
        return _REINITIALIZE
    if all_of_them == 1:
        return (
            "Removing the last manager erases all current state of the swarm. "
            "Use `--force` to ignore this message. "
        )
    return (
        f"Removing this node leaves {reachable - 1} managers out of {all_of_them}. "
        f"Without a Raft quorum your swarm will be inaccessible. {_REINITIALIZE}"
    )


def update_node(swarm: Swarm, reference: str, version: str, spec: Json) -> None:
    """Give a node another role, availability or labels."""
    node = find_node(swarm, reference)
    if not version.isdecimal():
        raise EngineError(400, f"invalid node version '{version}'")
    if int(version) != node.version:
        raise EngineError(500, _rpc("Unknown", "update out of sequence"))
    availability = spec.get("Availability", "")
    if availability not in ("active", "pause", "drain"):
        raise EngineError(400, f'invalid Availability: "{availability}"')
    set_role(swarm, node, spec.get("Role", ""))
    node.labels = dict(spec.get("Labels") or {})
    if availability != node.availability:
        swarm.set_availability(node, availability)
    node.version, node.updated = swarm.bump(), swarm.now
    swarm.publish("node", "update", node.id, name=node.name)


def set_role(swarm: Swarm, node: Node, role: str) -> None:
    """Promote or demote a node. Raises `EngineError` where the swarm would not survive it."""
    if role not in ("worker", "manager"):
        raise EngineError(400, f'invalid Role: "{role}"')
    if role == node.role:
        return
    if role == "worker":
        if len(swarm.managers) == 1:
            words = "attempting to demote the last manager of the swarm"
            raise EngineError(400, _rpc("FailedPrecondition", words))
        left = swarm.reachable_managers - (node.state == "ready")
        if left <= (len(swarm.managers) - 1) // 2:
            words = "can't remove member from the raft: this would result in a loss of quorum"
            raise EngineError(400, _rpc("FailedPrecondition", words))
    swarm.set_role(node, role)


def remove_node(swarm: Swarm, reference: str, *, force: bool) -> None:
    """Forget a node: one that is down, or one that is insisted on."""
    node = find_node(swarm, reference)
    if node.manager:
        words = (
            f"node {node.id} is a cluster manager and is a member of the raft cluster. "
            "It must be demoted to worker before removal"
        )
        raise EngineError(400, _rpc("FailedPrecondition", words))
    if node.state != "down" and not force:
        words = f"node {node.id} is not down and can't be removed"
        raise EngineError(400, _rpc("FailedPrecondition", words))
    swarm.remove_node(node)


def find_node(swarm: Swarm, reference: str) -> Node:
    """By id, its whole name, or the beginning of an id. Raises `EngineError`."""
    nodes = swarm.nodes.values()
    by: Mapping[str, Callable[[Node], bool]] = {
        "id": lambda node: node.id == reference,
        "name": lambda node: node.name == reference,
        "beginning": lambda node: bool(reference) and node.id.startswith(reference),
    }
    for matches in by.values():
        found = [node for node in nodes if matches(node)]
        if len(found) == 1:
            return found[0]
        if found:
            raise EngineError(400, f"node {reference} is ambiguous ({len(found)} matches found)")
    raise EngineError(404, f"node {reference} not found")


def _rpc(code: str, words: str) -> str:
    return f"rpc error: code = {code} desc = {words}"


def swarm_document(swarm: Swarm) -> Json:
    """What a manager says of the swarm as a whole."""
    return {
        "ID": swarm.id,
        "Version": {"Index": 10},
        "CreatedAt": stamp(min((node.created for node in swarm.nodes.values()), default=swarm.now)),
        "UpdatedAt": stamp(swarm.now),
        "DefaultAddrPool": ["10.0.0.0/8"],
        "SubnetSize": 24,
    }
