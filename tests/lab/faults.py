"""Ways to break a node of the lab for a while. Each is mended when its block ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.node import LabNode


@contextmanager
def unplugged(node: LabNode) -> Iterator[None]:
    """Its network cable is out: nobody hears of it, no connection is closed."""
    node.cut_link()
    try:
        yield
    finally:
        node.mend_link()


@contextmanager
def switched_off(node: LabNode) -> Iterator[None]:
    """A power cut."""
    node.kill()
    try:
        yield
    finally:
        node.boot()


@contextmanager
def silent(node: LabNode) -> Iterator[None]:
    """A firewall that swallows SSH without a word; the swarm goes on."""
    with _rule(node, "-p", "tcp", "--dport", str(node.port)):
        yield


@contextmanager
def lossy(node: LabNode, share: float) -> Iterator[None]:
    """A bad line: so large a share of what comes in is lost."""
    with _rule(node, "-m", "statistic", "--mode", "random", "--probability", f"{share:g}"):
        yield


@contextmanager
def dropping(node: LabNode, protocol: str, port: int, source: LabNode) -> Iterator[None]:
    """A firewall that swallows what `source` sends to one port of it; the way back is open."""
    with _rule(node, "-p", protocol, "--dport", str(port), "-s", source.host):
        yield


@contextmanager
def narrow(node: LabNode, size: int, source: LabNode) -> Iterator[None]:
    """Somewhere on the way from `source` packets of `size` bytes and more are lost."""
    with _rule(node, "-s", source.host, "-p", "udp", "-m", "length", "--length", f"{size}:65535"):
        yield


@contextmanager
def without_sshd(node: LabNode) -> Iterator[None]:
    """Its SSH server is stopped, and with it every login."""
    node.ask("pkill", "-TERM", "^sshd")
    try:
        yield
    finally:
        node.ask("/usr/sbin/sshd", "-E", "/var/log/sshd.log")


@contextmanager
def hanging_sshd(node: LabNode) -> Iterator[None]:
    """Its SSH server accepts connections, and then nothing more comes."""
    node.ask("pkill", "-STOP", "^sshd")
    try:
        yield
    finally:
        node.ask("pkill", "-CONT", "^sshd")


@contextmanager
def with_other_host_key(node: LabNode) -> Iterator[None]:
    """Another server answers at its address, or so it looks; who is logged in is cut off."""
    node.ask("sh", "-c", "cp -a /etc/ssh /etc/ssh.kept; rm /etc/ssh/ssh_host_*; ssh-keygen -A")
    _restart_sshd(node)
    try:
        yield
    finally:
        node.ask("sh", "-c", "cp -a /etc/ssh.kept/. /etc/ssh/; rm -r /etc/ssh.kept")
        _restart_sshd(node)


@contextmanager
def refusing_every_key(node: LabNode) -> Iterator[None]:
    """Nobody's key is accepted any more; who is logged in is cut off."""
    node.ask("mv", "/etc/ssh/lab_keys", "/etc/ssh/lab_keys.away")
    _restart_sshd(node)
    try:
        yield
    finally:
        node.ask("mv", "/etc/ssh/lab_keys.away", "/etc/ssh/lab_keys")
        _restart_sshd(node)


@contextmanager
def without_docker(node: LabNode) -> Iterator[None]:
    """It has no docker command."""
    node.ask("mv", "/usr/bin/docker", "/usr/bin/docker.away")
    try:
        yield
    finally:
        node.ask("mv", "/usr/bin/docker.away", "/usr/bin/docker")


@contextmanager
def _rule(node: LabNode, *match: str) -> Iterator[None]:
    """A firewall rule that drops what comes in and matches."""
    node.ask("iptables", "-I", "INPUT", *match, "-j", "DROP")
    try:
        yield
    finally:
        node.ask("iptables", "-D", "INPUT", *match, "-j", "DROP")


def _restart_sshd(node: LabNode) -> None:
    node.ask("pkill", "-TERM", "^sshd")
    node.ask("/usr/sbin/sshd", "-E", "/var/log/sshd.log")
