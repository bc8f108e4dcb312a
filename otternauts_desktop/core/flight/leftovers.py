"""What is left of a fleet that is being removed, in words."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import tr, trn

_NAMED: Final = 5


def leftovers(
    tasks: Sequence[Mapping[str, Any]],
    networks: Sequence[Mapping[str, Any]],
    nodes: Sequence[Mapping[str, Any]],
) -> str:
    """A line each for the first few, from the Engine's lists; "" where nothing is left.

    A task of a server that is down stays until that is back or removed: Docker can't know that
    it has stopped. So the server's state is said with it.
    """
    servers = {
        node["ID"]: f"{node['Description']['Hostname']}, {node['Status']['State']}"
        for node in nodes
    }
    nowhere = tr("no outpost")
    lines = [
        tr(
            "A task is {state} on {outpost}.",
            state=shown(str(task["Status"]["State"])),
            outpost=shown(servers.get(task.get("NodeID"), nowhere)),
        )
        for task in tasks
    ]
    lines += [tr("Network {name}.", name=shown(str(network["Name"]))) for network in networks]
    more = len(lines) - _NAMED
    if more > 0:
        lines[_NAMED:] = [trn("And {number} more.", "And {number} more.", more)]
    return "\n".join(lines)
