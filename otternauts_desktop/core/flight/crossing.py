"""Whether what outposts say to each other arrives: real packets, counted where they land.

UDP has no answer, and what listens there (gossip, VXLAN) takes a stranger's packet without a
word. So the receiver's own counters are read before and after: a firewall drops what comes
before they count it. No tool has to be installed on either side.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from otternauts_desktop.core.flight.commands import Command
from otternauts_desktop.core.flight.preflight import Check, CheckState
from otternauts_desktop.core.words import tr

Protocol = Literal["tcp", "udp"]
TCP_PORTS: Final = (2377, 7946)
UDP_PORTS: Final = (7946, 4789)
PACKETS: Final = 60
IP_AND_UDP: Final = 28
"""Bytes of the two headers: a payload of MTU - 28 fills a packet."""

# What listens is told nothing it could act on; what does not answers with a refusal, which
# proves the way as well.
_TCP: Final = (
    'said=$(timeout 3 bash -c ": <>/dev/tcp/$1/$2" 2>&1); code=$?; '
    'case "$said" in *refused*) echo refused;; *oute\\ to\\ host*) echo unreachable;; '
    "*) [ $code = 0 ] && echo open || echo silent;; esac"
)
_UDP: Final = (
    'exec 3<>"/dev/udp/$1/$2" || exit 1; body=$(head -c "$3" /dev/zero | tr "\\0" o); sent=0; '
    'for n in $(seq "$4"); do printf %s "$body" >&3 2>/dev/null && sent=$((sent+1)); done; '
    "echo $sent"
)
_COUNTERS: Final = "/^Udp: [0-9]/ {print $2 + $3 + $4}"


@dataclass(frozen=True, slots=True)
class Crossing:
    """What was seen of one port from one outpost to another."""

    source: str
    target: str
    protocol: Protocol
    port: int
    open: bool | None
    """None where the target is too busy to tell."""
    seen: str


def ask_tcp(address: str, port: int) -> Command:
    """Knock at a TCP port: `open`, `refused` (the way is free), `unreachable` or `silent`."""
    return Command(("bash", "-c", _TCP, "otternauts", address, str(port)))


def send_udp(address: str, port: int, size: int) -> Command:
    """Send packets of so many bytes; tells how many went out."""
    return Command(("bash", "-c", _UDP, "otternauts", address, str(port), str(size), str(PACKETS)))


def count_udp() -> Command:
    """How many UDP packets have arrived since the start, listened to or not."""
    return Command(("awk", _COUNTERS, "/proc/net/snmp"))


def read_count(output: bytes) -> int:
    """The number that `count_udp` or `send_udp` gave; 0 where it is none."""
    text = output.decode("ascii", "replace").strip()
    return int(text) if re.fullmatch(r"\d{1,18}", text) else 0


def tcp_crossing(source: str, target: str, port: int, answer: bytes, *, listens: bool) -> Crossing:
    """What an answer to `ask_tcp` says; `listens` where the target is known to."""
    word = answer.decode("ascii", "replace").strip()
    arrives = word == "open" or (word == "refused" and not listens)
    seen = {
        "open": tr("answers"),
        "refused": tr("the way is free") if arrives else tr("is refused by a firewall"),
        "unreachable": tr("there is no way there"),
    }.get(word, tr("no answer within 3 s"))
    return Crossing(source, target, "tcp", port, arrives, seen)


def udp_crossing(
    source: str, target: str, port: int, *, sent: int, counted: int, others: int
) -> Crossing:
    """What the counters say: packets sent, counted meanwhile, and counted in as long before."""
    if others > PACKETS // 2:
        seen = tr("too much other traffic there to tell")
        return Crossing(source, target, "udp", port, None, seen)
    arrived = max(0, min(counted - others, sent))
    seen = tr("{arrived} of {sent} packets arrived", arrived=arrived, sent=sent)
    return Crossing(source, target, "udp", port, sent > 0 and arrived >= sent * 0.7, seen)


def crossing_checks(crossings: tuple[Crossing, ...]) -> tuple[Check, ...]:
    """One check a port, over all pairs that were tried."""
    checks = []
    for protocol, port in sorted({(c.protocol, c.port) for c in crossings}):
        of_port = [c for c in crossings if (c.protocol, c.port) == (protocol, port)]
        shut = [c for c in of_port if c.open is False]
        unclear = [c for c in of_port if c.open is None]
        name = tr("Port {port}/{protocol}", port=port, protocol=protocol)
        key = f"port-{port}-{protocol}"
        if unclear and not shut:
            ways = "; ".join(f"{c.source} → {c.target}: {c.seen}" for c in unclear)
            checks.append(Check(key, name, CheckState.WARNED, ways))
            continue
        if not shut:
            seen = tr("Open, tried in {number} directions", number=len(of_port))
            checks.append(Check(key, name, CheckState.PASSED, seen))
            continue
        ways = "; ".join(f"{c.source} → {c.target}: {c.seen}" for c in shut)
        checks.append(
            Check(
                key,
                name,
                CheckState.FAILED,
                ways,
                tr(
                    "Open {port}/{protocol} from {sources} on {targets}, in the server's firewall "
                    "and in that of the provider.",
                    port=port,
                    protocol=protocol,
                    sources=", ".join(sorted({c.source for c in shut})),
                    targets=", ".join(sorted({c.target for c in shut})),
                ),
                f"sudo ufw allow from ADDRESS to any port {port} proto {protocol}",
            )
        )
    return tuple(checks)
