"""What a simulated server says when it is looked over."""

import re
import shlex
from typing import Final

from otternauts_desktop.simulator.gauges import gauges
from otternauts_desktop.simulator.servers import SUDO_REFUSED, Server, Servers
from otternauts_desktop.simulator.stack import Output

USER: Final = "otter"
_IP_AND_UDP: Final = 28


def look(servers: Servers, server: Server, line: str) -> Output | None:
    """The answer to a command that only looks; None where the line is none."""
    try:
        words = shlex.split(line)
    except ValueError:
        return None
    if words == ["sh", "-s"]:
        return Output(0, "".join(f"{fact}\n" for fact in _facts(server)), "")
    if words[:1] == ["date"]:
        return Output(0, f"{servers.clock() + server.clock_off:.6f}\n", "")
    if words[:2] == ["sh", "-c"] and "/proc/loadavg" in words[2]:
        return Output(0, gauges(servers, server), "")
    if words[:1] == ["awk"] and words[-1] == "/proc/net/snmp":
        return Output(0, f"{server.packets}\n", "")
    if words[:2] == ["bash", "-c"] and len(words) >= 6 and words[5].isdecimal():
        return _knock(servers, words)
    return None


def _facts(server: Server) -> list[str]:
    return [
        f"user={USER}",
        "uid=1000",
        f"sudo={'ok' if server.sudo else SUDO_REFUSED}",
        f"os={server.system}",
        f"os_name={server.system_name}",
        "machine=x86_64",
        f"cores={server.cores}",
        f"memory_kib={server.memory // 1024}",
        f"disk_kib={server.disk // 1024}",
        *(_docker(server) if server.docker else ()),
        f"address=eth0 {server.address}/24",
        "mtu=eth0 1500",
        *(f"listens={protocol} {port}" for protocol, port in server.listens),
        *(("ufw=Status: active",) if server.drops else ()),
        f"drops={len(server.drops)}",
    ]


def _docker(server: Server) -> tuple[str, ...]:
    cli = f"docker_cli=Docker version {server.docker}"
    if not (server.grouped or server.sudo):
        return (
            cli,
            "docker_trouble=permission denied while trying to connect to the Docker daemon",
        )
    manager = server.node is not None and server.node.manager
    return (cli, f"docker={server.docker}", f"swarm={server.state} {str(manager).lower()}")


def _knock(servers: Servers, words: list[str]) -> Output | None:
    address, port = words[4], int(words[5])
    if "/dev/tcp/" in words[2]:
        return Output(0, f"{servers.knock(address, ('tcp', port))}\n", "")
    if "/dev/udp/" in words[2] and all(re.fullmatch(r"\d{1,4}", w) for w in words[6:8]):
        size = int(words[6]) + _IP_AND_UDP
        servers.send(address, ("udp", port), size, int(words[7]))
        return Output(0, f"{words[-1]}\n", "")
    return None
