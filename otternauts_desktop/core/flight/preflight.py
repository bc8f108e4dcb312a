"""Before a server becomes an outpost: what is asked of it, and what the answers mean.

The questions are commands as values, the answers become checks: passed, warned or failed, what
was seen, and the command that mends it. Checks only read; nothing is changed on a server.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Interface
from typing import Final

from otternauts_desktop.core.flight.commands import Command
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import marked, tr

LEAST_DISK_GB: Final = 5
OLDEST_DOCKER: Final = 24
SUPPORTED: Final = frozenset({"ubuntu 22.04", "ubuntu 24.04", "debian 12", "debian 13"})
SKEW_WARNED: Final = 30.0
SKEW_FAILED: Final = 1800.0
"""Seconds. Swarm's certificates are valid from one hour before they are made, no earlier."""
FULL_MTU: Final = 1500

_FACTS: Final = r"""
export LC_ALL=C
say() { printf '%s=%s\n' "$1" "$(printf %s "$2" | tr '\n' ' ')"; }
say user "$(id -un)"
say uid "$(id -u)"
if [ "$(id -u)" = 0 ]; then way=; say sudo root
elif why=$(sudo -n true 2>&1 >/dev/null); then way='sudo -n'; say sudo ok
else way=; say sudo "$why"; fi
(. /etc/os-release 2>/dev/null && say os "$ID $VERSION_ID" && say os_name "$PRETTY_NAME")
say machine "$(uname -m)"
say cores "$(nproc 2>/dev/null)"
say memory_kib "$(awk '/^MemTotal/ {print $2}' /proc/meminfo)"
place=/var/lib; [ -d /var/lib/docker ] && place=/var/lib/docker
say disk_kib "$(df -Pk "$place" | awk 'NR==2 {print $4}')"
if command -v docker >/dev/null 2>&1; then
  say docker_cli "$(docker --version 2>&1)"
  if ! seen=$(docker version -f '{{.Server.Version}}' 2>&1); then
    reach=$way; [ -z "$way" ] || seen=$($way docker version -f '{{.Server.Version}}' 2>&1)
  else reach=; fi && say docker "$seen" || say docker_trouble "$seen"
  say swarm "$($reach docker info -f '{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}}' \
    2>/dev/null)"
fi
ip -o -4 addr show scope global 2>/dev/null |
  awk '{print "address=" $2 " " $4 ($0 ~ / dynamic / ? " dynamic" : "")}'
ip -o link show 2>/dev/null | awk '{sub(/[:@].*/, "", $2)
  for (i = 1; i < NF; i++) if ($i == "mtu") print "mtu=" $2 " " $(i+1)}'
ss -lntuH 2>/dev/null | awk '{n=split($5,p,":"); print "listens=" $1 " " p[n]}'
command -v ufw >/dev/null 2>&1 && say ufw "$($way ufw status 2>/dev/null | head -n 1)"
command -v firewall-cmd >/dev/null 2>&1 && say firewalld "$(firewall-cmd --state 2>&1)"
rules=$($way nft list ruleset 2>/dev/null)
say drops "$(printf %s "$rules" | grep -c 'hook input.*policy drop')"
say dropping "$(printf %s "$rules" | awk '$1 == "table" {t = $2 " " $3} $1 == "chain" {c = $2}
  /hook input.*policy drop/ {print t " " c; exit}')"
"""


class CheckState(StrEnum):
    """How a check ended, or that it has not."""

    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"


def worst(states: Iterable[CheckState]) -> CheckState:
    """The worst of them; none is well."""
    found = set(states)
    for state in (CheckState.FAILED, CheckState.WARNED):
        if state in found:
            return state
    return CheckState.PASSED


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    key: str
    """For programs: `sudo`, `disk`, `port-4789-udp`."""
    name: str
    """For a person."""
    state: CheckState
    seen: str
    advice: str = ""
    """What to do, as a sentence; "" where nothing has to be done."""
    fix: str = ""
    """The command that does it, run on the server by its owner."""


@dataclass(frozen=True, slots=True)
class Address:
    """An IPv4 address of a server."""

    interface: str
    address: IPv4Interface
    dynamic: bool
    """Given by DHCP for a while."""

    @property
    def private(self) -> bool:
        """Whether it is of a private network (RFC 1918, RFC 4193)."""
        return self.address.ip.is_private


@dataclass(frozen=True, slots=True)
class Facts:
    """What a server says of itself. Untrusted, made safe to show."""

    values: Mapping[str, str]
    addresses: tuple[Address, ...]
    mtus: Mapping[str, int]
    """By interface."""
    listens: frozenset[tuple[str, int]]
    """Protocol and port: ("tcp", 2377)."""

    def number(self, key: str) -> int:
        """A value as a number, 0 where it is none."""
        text = self.values.get(key, "")
        return int(text) if text.isdecimal() and len(text) < 18 else 0

    @property
    def docker(self) -> tuple[int, ...]:
        """The engine's version, () where none answers: (26, 1, 5) for `26.1.5+dfsg1`."""
        return version_numbers(self.values.get("docker", ""))

    @property
    def in_swarm(self) -> bool:
        """Whether the server is part of some swarm."""
        return self.values.get("swarm", "").split(" ")[0] in ("active", "pending", "locked")


def version_numbers(text: str) -> tuple[int, ...]:
    """The first three numbers of a version: (26, 1, 5) for `26.1.5+dfsg1`."""
    return tuple(map(int, re.findall(r"\d{1,6}", text)[:3]))


NO_FACTS: Final = Facts({}, (), {}, frozenset())


def ask_facts() -> Command:
    """Ask a server for all that a check needs, in one round trip."""
    return Command(("sh", "-s"), _FACTS.encode())


def ask_clock() -> Command:
    """Ask a server for its time: seconds since 1970."""
    return Command(("date", "+%s.%N"))


def read_facts(output: bytes) -> Facts:
    """What `ask_facts` was answered. Lines that make no sense are left out."""
    values: dict[str, str] = {}
    addresses: list[Address] = []
    mtus: dict[str, int] = {}
    listens: set[tuple[str, int]] = set()
    for line in output.decode("utf-8", "replace").splitlines():
        key, equals, value = line.partition("=")
        words = value.split()
        if not equals:
            continue
        if key == "address" and len(words) >= 2:
            if address := _address(words):
                addresses.append(address)
        elif key == "mtu" and len(words) == 2 and re.fullmatch(r"\d{1,6}", words[1]):
            mtus[words[0]] = int(words[1])
        elif key == "listens" and len(words) == 2 and re.fullmatch(r"\d{1,5}", words[1]):
            listens.add((words[0], int(words[1])))
        else:
            values[key] = shown(value.strip())
    return Facts(values, tuple(addresses), mtus, frozenset(listens))


def checks_of(facts: Facts) -> tuple[Check, ...]:
    """What a server's own facts amount to."""
    return (
        _sudo(facts),
        _system(facts),
        _disk(facts),
        _docker(facts),
        _swarm(facts),
        _addresses(facts),
        _mtu(facts),
        _firewall(facts),
    )


def clock_check(theirs: float, before: float, after: float) -> Check:
    """How far a clock is off, asked between two moments of ours (seconds since 1970)."""
    off = max(before - theirs, theirs - after, 0.0)
    name, seen = tr("Clock"), tr("{seconds} s apart from this machine", seconds=f"{off:.1f}")
    if off <= SKEW_WARNED:
        return Check("clock", name, CheckState.PASSED, seen)
    return Check(
        "clock",
        name,
        CheckState.FAILED if off > SKEW_FAILED else CheckState.WARNED,
        seen,
        tr("The certificates of a swarm need clocks that agree. Switch on time synchronisation."),
        "sudo timedatectl set-ntp true",
    )


def best_address(facts: Facts, host: str, peers: Iterable[str] = ()) -> str:
    """The address that the other outposts should use; "" where that can't be known.

    The network that the others are in, then a private address, then the one that SSH uses.
    """
    others = [address.address.ip for peer in peers if (address := _address(("", peer)))]
    own = [a for a in facts.addresses if not a.interface.startswith(("docker", "br-", "veth"))]
    shared = [a for a in own if any(peer in a.address.network for peer in others)]
    private = [a for a in own if a.private]
    same = [a for a in own if str(a.address.ip) == host]
    for found in (shared, [] if others else private, same, own):
        if found:
            return str(found[0].address.ip)
    return ""


def mtu_of(facts: Facts, address: str) -> int:
    """Bytes of the largest packet that leaves by the interface with that address."""
    for own in facts.addresses:
        if str(own.address.ip) == address:
            return facts.mtus.get(own.interface, FULL_MTU)
    return FULL_MTU


def accepting(facts: Facts, peer: str, protocol: str, ports: str) -> str:
    """The command that lets `peer` in through nftables, whose chain drops what nobody wants."""
    chain = facts.values.get("dropping", "").split()
    rule = ("ip", "saddr", peer, protocol, "dport", ports, "accept")
    return Command(("sudo", "nft", "insert", "rule", *chain, *rule)).line() if chain else ""


def _address(words: Sequence[str]) -> Address | None:
    try:
        return Address(words[0], IPv4Interface(words[1]), "dynamic" in words[2:])
    except ValueError:
        return None


def _sudo(facts: Facts) -> Check:
    name, said = marked("Passwordless sudo"), facts.values.get("sudo", "")
    if said in ("root", "ok"):
        seen = tr("Signed in as root") if said == "root" else tr("sudo works without a password")
        return Check("sudo", tr(name), CheckState.PASSED, seen)
    user = facts.values.get("user", "")
    who = user if re.fullmatch(r"[a-z_][a-z0-9_-]*", user) else f"#{facts.number('uid')}"
    rule = Command(("echo", f"{who} ALL=(ALL) NOPASSWD: ALL")).line()
    return Check(
        "sudo",
        tr(name),
        CheckState.FAILED,
        said or tr("sudo gave no answer"),
        tr(
            "Passwordless sudo is required. Configure /etc/sudoers.d/otternauts for the user "
            "{user}.",
            user=user,
        ),
        f"{rule} | sudo tee /etc/sudoers.d/otternauts && "
        "sudo chmod 0440 /etc/sudoers.d/otternauts && sudo visudo -c",
    )


def _system(facts: Facts) -> Check:
    name = tr("Operating system")
    seen = ", ".join(
        part
        for part in (
            facts.values.get("os_name") or tr("unknown"),
            facts.values.get("machine", ""),
            tr("{number} cores", number=facts.number("cores")),
            tr("{size} GB memory", size=round(facts.number("memory_kib") / 1024**2)),
        )
        if part
    )
    if facts.values.get("os", "") in SUPPORTED:
        return Check("system", name, CheckState.PASSED, seen)
    return Check(
        "system",
        name,
        CheckState.WARNED,
        seen,
        tr("Tried are Ubuntu 22.04 and 24.04, Debian 12 and 13. Others may work."),
    )


def _disk(facts: Facts) -> Check:
    free = facts.number("disk_kib") / 1024**2
    seen = tr("{free} GB free, {needed} GB needed", free=f"{free:.1f}", needed=LEAST_DISK_GB)
    if free >= LEAST_DISK_GB:
        return Check("disk", tr("Disk space"), CheckState.PASSED, seen)
    return Check(
        "disk",
        tr("Disk space"),
        CheckState.FAILED,
        seen,
        tr("Make room: images and containers need it. This shows what takes the most."),
        "sudo du -xh --max-depth=2 /var | sort -h | tail -n 20",
    )


def _docker(facts: Facts) -> Check:
    name, version = tr("Docker"), facts.docker
    if version:
        seen = tr("Docker {version} answers", version=facts.values["docker"])
        if version[0] >= OLDEST_DOCKER:
            return Check("docker", name, CheckState.PASSED, seen)
        return Check(
            "docker",
            name,
            CheckState.FAILED,
            seen,
            tr("Docker {oldest} or newer is needed. Upgrade it.", oldest=OLDEST_DOCKER),
            "curl -fsSL https://get.docker.com | sudo sh",
        )
    if "docker_cli" not in facts.values:
        return Check(
            "docker", name, CheckState.WARNED, tr("Not installed"), tr("It can be installed.")
        )
    said = facts.values.get("docker_trouble", "")
    if "permission denied" in said.lower():
        user = facts.values.get("user", "")
        return Check(
            "docker",
            name,
            CheckState.FAILED,
            said,
            tr("The user may not talk to Docker, neither directly nor through sudo."),
            f"sudo {Command(('usermod', '-aG', 'docker', '--', user)).line()}",
        )
    return Check(
        "docker",
        name,
        CheckState.FAILED,
        said or tr("It does not answer"),
        tr("Docker is installed, but does not run."),
        "sudo systemctl enable --now docker",
    )


def _swarm(facts: Facts) -> Check:
    name = tr("Swarm")
    if not facts.in_swarm:
        return Check("swarm", name, CheckState.PASSED, tr("Not part of any swarm"))
    manages = " true" in facts.values["swarm"]
    return Check(
        "swarm",
        name,
        CheckState.WARNED,
        tr("Manages a swarm already") if manages else tr("Is part of a swarm already"),
        tr("That swarm can be taken over as it is, or be left."),
    )


def _addresses(facts: Facts) -> Check:
    name, best = tr("Address"), best_address(facts, "")
    found = next((a for a in facts.addresses if str(a.address.ip) == best), None)
    if found is None:
        return Check(
            "address",
            name,
            CheckState.WARNED,
            tr("No IPv4 address was found"),
            tr("Say which address the other outposts should use."),
        )
    seen = f"{best} ({found.interface})"
    if not found.private:
        return Check(
            "address",
            name,
            CheckState.WARNED,
            tr("{address}, a public one", address=seen),
            tr("Between outposts a private network is safer: what they say is not encrypted."),
        )
    return Check("address", name, CheckState.PASSED, seen)


def _mtu(facts: Facts) -> Check:
    name, best = tr("Packet size"), best_address(facts, "")
    mtu = mtu_of(facts, best)
    seen = tr("{mtu} bytes at {address}", mtu=mtu, address=best or "?")
    if mtu >= FULL_MTU:
        return Check("mtu", name, CheckState.PASSED, seen)
    return Check(
        "mtu",
        name,
        CheckState.WARNED,
        seen,
        tr(
            "Overlay networks need an MTU of {mtu} here, or large answers between outposts get "
            "lost: driver_opts com.docker.network.driver.mtu in the flight plan.",
            mtu=mtu - 50,
        ),
    )


def _firewall(facts: Facts) -> Check:
    name = tr("Firewall")
    if facts.values.get("ufw", "").endswith(" active"):
        kind, fix = "ufw", "sudo ufw allow from {peer} to any port 2377,7946 proto tcp"
        fix += " && sudo ufw allow from {peer} to any port 7946,4789 proto udp"
    elif facts.values.get("firewalld") == "running":
        kind, fix = "firewalld", "sudo firewall-cmd --permanent --add-service=docker-swarm"
        fix += " && sudo firewall-cmd --reload"
    elif facts.number("drops"):
        kind = "nftables"
        rules = (("tcp", "{ 2377, 7946 }"), ("udp", "{ 7946, 4789 }"))
        fix = " && ".join(accepting(facts, "PEER", protocol, ports) for protocol, ports in rules)
    else:
        return Check("firewall", name, CheckState.PASSED, tr("None that drops what comes in"))
    return Check(
        "firewall",
        name,
        CheckState.WARNED,
        tr("{kind} is active", kind=kind),
        tr(
            "Between outposts 2377/tcp, 7946/tcp, 7946/udp and 4789/udp have to be open. "
            "{peer} stands for the address of each other outpost.",
            peer="PEER",
        ),
        fix.replace("{peer}", "PEER"),
    )
