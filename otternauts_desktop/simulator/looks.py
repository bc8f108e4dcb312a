"""What a simulated server says when it is looked over: a healthy one, with room and open ports."""

import re
import shlex
from typing import Final

from otternauts_desktop.simulator.records import ENGINE_VERSION, Node
from otternauts_desktop.simulator.stack import Output
from otternauts_desktop.simulator.swarm import Swarm

_FACTS: Final = """\
user=captain
uid=1000
sudo=ok
os=debian 13
os_name=Debian GNU/Linux 13 (trixie)
machine=x86_64
cores=4
memory_kib=8388608
disk_kib=39845888
docker_cli=Docker version {engine}
docker={engine}
swarm=active {manager}
address=eth0 {address}/24
mtu=eth0 1500
listens=tcp 2377
listens=tcp 7946
drops=0
"""


def look(swarm: Swarm, node: Node, line: str) -> Output | None:
    """The answer to a command that only looks; None where the line is none."""
    try:
        words = shlex.split(line)
    except ValueError:
        return None
    if words == ["sh", "-s"]:
        manager = "true" if node.role == "manager" else "false"
        facts = _FACTS.format(engine=ENGINE_VERSION, manager=manager, address=node.address)
        return Output(0, facts, "")
    if words[:1] == ["date"]:
        return Output(0, f"{swarm.clock():.6f}\n", "")
    if words[:1] == ["awk"] and words[-1] == "/proc/net/snmp":
        return Output(0, f"{swarm.packets[node.address]}\n", "")
    if words[:2] == ["bash", "-c"] and len(words) >= 6:
        return _knock(swarm, words)
    return None


def _knock(swarm: Swarm, words: list[str]) -> Output | None:
    address = words[4]
    target = next((n for n in swarm.nodes.values() if n.address == address), None)
    if "/dev/tcp/" in words[2]:
        return Output(0, "open\n" if target and target.up else "silent\n", "")
    if "/dev/udp/" in words[2] and re.fullmatch(r"\d{1,4}", words[-1]):
        if target and target.up:
            swarm.packets[address] += int(words[-1])
        return Output(0, f"{words[-1]}\n", "")
    return None
