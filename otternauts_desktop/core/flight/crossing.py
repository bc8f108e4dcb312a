"""Whether what outposts say to each other arrives: real packets, counted where they land.

UDP has no answer, and what listens there (gossip, VXLAN) takes a stranger's packet without a
word. So the receiver's own counters are read before and after: a firewall drops what comes
before they count it. No tool has to be installed on either side.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from otternauts_desktop.core.flight.commands import Command
from otternauts_desktop.core.flight.preflight import (
    Check,
    CheckState,
    Facts,
    accepting,
    mtu_of,
    worst,
)
from otternauts_desktop.core.words import tr

Protocol = Literal["tcp", "udp"]
_T = TypeVar("_T")
MANAGING: Final = 2377
GOSSIP: Final = 7946
OVERLAY: Final = 4789
TCP_PORTS: Final = (MANAGING, GOSSIP)
UDP_PORTS: Final = (GOSSIP, OVERLAY)
PACKETS: Final = 60
TOLERATED: Final = 0.3
"""The part of the packets that may get lost before a port counts as shut."""
SMALL: Final = 64
"""Bytes of a payload that passes wherever the port is open."""
IP_AND_UDP: Final = 28
"""Bytes of the two headers: a payload of MTU - 28 fills a packet."""

# What listens is told nothing it could act on; what does not answers with a refusal, which
# proves the way as well.
_TCP: Final = (
    'said=$(timeout 3 bash -c \': <>"/dev/tcp/$0/$1"\' "$1" "$2" 2>&1); code=$?; '
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
class End:
    """A server at one end of a way."""

    name: str
    facts: Facts
    address: str
    """What the others use; "" where that is not known."""
    manages: bool = True
    """Whether 2377/tcp is needed there: on a manager, and where it is not known yet."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """What was seen of one port from one outpost to another."""

    source: End
    target: End
    protocol: Protocol
    port: int
    open: bool | None
    """None where the target is too busy to tell."""
    seen: str
    full: bool = False
    """Whether it was tried with the largest packets that leave `source`."""

    @property
    def key(self) -> str:
        """For programs: `port-4789-udp`, `full-4789-udp`."""
        return f"{'full' if self.full else 'port'}-{self.port}-{self.protocol}"

    @property
    def name(self) -> str:
        """For a person."""
        if self.full:
            return tr("Full packets, {port}/{protocol}", port=self.port, protocol=self.protocol)
        return tr("Port {port}/{protocol}", port=self.port, protocol=self.protocol)

    @property
    def state(self) -> CheckState:
        """What it amounts to: only managers are talked to on 2377/tcp."""
        if self.open:
            return CheckState.PASSED
        if self.open is None or (self.port == MANAGING and not self.target.manages):
            return CheckState.WARNED
        return CheckState.FAILED


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


def rounds(ends: Sequence[_T]) -> Iterator[list[tuple[_T, _T]]]:
    """All ways between `ends`, in rounds in which each is sent to by one alone."""
    for step in range(1, len(ends)):
        yield [(end, ends[(n + step) % len(ends)]) for n, end in enumerate(ends)]


def full_size(source: End) -> int:
    """How many bytes a payload has that fills the largest packet leaving `source`."""
    return mtu_of(source.facts, source.address) - IP_AND_UDP


def tcp_crossing(source: End, target: End, port: int, answer: bytes) -> Crossing:
    """What an answer to `ask_tcp` says."""
    word = answer.decode("ascii", "replace").strip()
    arrives = word == "open" or (word == "refused" and ("tcp", port) not in target.facts.listens)
    seen = {
        "open": tr("answers"),
        "refused": tr("the way is free") if arrives else tr("is refused by a firewall"),
        "unreachable": tr("there is no way there"),
    }.get(word, tr("no answer within 3 s"))
    return Crossing(source, target, "tcp", port, arrives, seen)


def udp_crossing(
    source: End,
    target: End,
    port: int,
    *,
    sent: int,
    counted: int,
    others: int,
    full: bool = False,
) -> Crossing:
    """What the counters say: packets sent, counted meanwhile, and counted in as long before."""
    if others > PACKETS // 2:
        seen = tr("too much other traffic there to tell")
        return Crossing(source, target, "udp", port, None, seen, full)
    arrived = max(0, min(counted - others, sent))
    seen = tr("{arrived} of {sent} packets arrived", arrived=arrived, sent=sent)
    arrives = sent > 0 and arrived >= sent * (1 - TOLERATED)
    return Crossing(source, target, "udp", port, arrives, seen, full)


def crossing_check(crossing: Crossing) -> Check:
    """One port in one direction, with what is lost by it and what mends it."""
    c = crossing
    if c.state is CheckState.PASSED or c.open is None:
        advice = "" if c.open else tr("Try again when it is quieter.")
        return Check(c.key, c.name, c.state, c.seen, advice)
    if c.full:
        advice = tr(
            "Large answers between vessels get lost: somewhere on the way less than {mtu} bytes "
            "fit. Give overlay networks a smaller MTU: driver_opts "
            "com.docker.network.driver.mtu in the flight plan.",
            mtu=full_size(c.source) + IP_AND_UDP,
        )
        return Check(c.key, c.name, c.state, c.seen, advice)
    return Check(c.key, c.name, c.state, c.seen, f"{_lost(c)} {_opening(c)}", opening_command(c))


def crossing_checks(crossings: tuple[Crossing, ...]) -> tuple[Check, ...]:
    """One check a port, over all pairs that were tried."""
    by_key: dict[str, list[Crossing]] = {}
    for crossing in sorted(crossings, key=lambda c: (c.full, c.protocol, c.port)):
        by_key.setdefault(crossing.key, []).append(crossing)
    return tuple(_over_all(some) for some in by_key.values())


def opening_command(crossing: Crossing) -> str:
    """What lets it in, for the firewall that runs on the target; run there by its owner."""
    facts, port, protocol = crossing.target.facts, crossing.port, crossing.protocol
    address = crossing.source.address
    if facts.values.get("ufw", "").endswith(" active"):
        return f"sudo ufw allow from {address} to any port {port} proto {protocol}"
    if facts.values.get("firewalld") == "running":
        rule = (
            f'rule family="ipv4" source address="{address}" '
            f'port port="{port}" protocol="{protocol}" accept'
        )
        add = Command(("sudo", "firewall-cmd", "--permanent", f"--add-rich-rule={rule}"))
        return f"{add.line()} && sudo firewall-cmd --reload"
    if nft := accepting(facts, address, protocol, str(port)):
        return nft
    return f"sudo iptables -I INPUT -s {address} -p {protocol} --dport {port} -j ACCEPT"


def _over_all(crossings: list[Crossing]) -> Check:
    first = crossings[0]
    state = worst(c.state for c in crossings)
    bad = [c for c in crossings if c.state is state]
    if first.full and state is CheckState.FAILED:
        state = CheckState.WARNED  # it can join all the same: the flight plans have to heed it
    if state is CheckState.PASSED:
        seen = tr("Open, tried in {number} directions", number=len(crossings))
        return Check(first.key, first.name, state, seen)
    ways = "; ".join(f"{c.source.name} → {c.target.name}: {c.seen}" for c in bad)
    one = crossing_check(bad[0])
    return Check(first.key, first.name, state, ways, one.advice, one.fix)


def _lost(crossing: Crossing) -> str:
    """What does not work while it is shut."""
    if crossing.port == MANAGING:
        if not crossing.target.manages:
            return tr("Only a manager is talked to there: it matters once this one is promoted.")
        return tr("No outpost can join over it, and managers don't hear of each other.")
    if crossing.port == GOSSIP:
        return tr("Outposts don't learn which vessels run on the other, and can't find them.")
    return tr("Names are found, but connections between vessels on the two time out.")


def _opening(crossing: Crossing) -> str:
    return tr(
        "Open {port}/{protocol} from {source} ({address}) on {target}, in the server's firewall "
        "and in that of the provider.",
        port=crossing.port,
        protocol=crossing.protocol,
        source=crossing.source.name,
        address=crossing.source.address,
        target=crossing.target.name,
    )
