"""A private registry on a node of the lab: it takes a password to read and to write."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import bcrypt

from otternauts_desktop.core.flight.logins import Access, docker_config
from otternauts_desktop.core.secret import Secret
from tests.lab.node import LabNode, wait_until

USER = "otter"
PASSWORD = "c4nary-lift-off"
_CONFIG = """\
version: 0.1
storage: {filesystem: {rootdirectory: /var/lib/lab-registry}}
http: {addr: ":5000"}
auth: {htpasswd: {realm: lab, path: /etc/lab-htpasswd}}
"""


@dataclass(frozen=True)
class LabRegistry:
    """A running one."""

    node: LabNode

    @property
    def host(self) -> str:
        return f"{self.node.host}:5000"

    def push(self, local: str, name: str) -> str:
        """Push an image of the node with tag 1 and leave nothing of it there; gives its digest."""
        image, config = f"{self.host}/{name}:1", "/run/lab-push"
        login = docker_config([Access(self.host, USER, Secret(PASSWORD))]).reveal()
        self.node.ask("mkdir", "-p", config)
        self.node.ask("tee", f"{config}/config.json", stdin=login.encode())
        self.node.ask("docker", "tag", local, image)
        self.node.ask("docker", "--config", config, "push", "-q", image)
        seen = json.loads(self.node.ask("docker", "image", "inspect", image))[0]["RepoDigests"]
        digests = {name.partition("@")[0]: name.partition("@")[2] for name in map(str, seen)}
        self.node.ask("docker", "image", "rm", "--no-prune", image)
        self.node.ask("rm", "-r", config)
        return digests[f"{self.host}/{name}"]


@contextmanager
def private_registry(node: LabNode) -> Iterator[LabRegistry]:
    """Run one on a node, and leave nothing of it."""
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    node.ask("tee", "/etc/lab-htpasswd", stdin=f"{USER}:{hashed}\n".encode())
    node.ask("tee", "/etc/lab-registry.yml", stdin=_CONFIG.encode())
    start = "setsid docker-registry serve /etc/lab-registry.yml >/var/log/lab-registry.log 2>&1 &"
    node.ask("sh", "-c", start)
    try:
        asked = ("curl", "-sm2", "-o", "/dev/null", f"http://{node.host}:5000/v2/")
        wait_until(lambda: node.run(*asked).returncode == 0, "the registry", 20)
        yield LabRegistry(node)
    finally:
        node.run("pkill", "-x", "docker-registry")
        node.run("pkill", "-f", "docker-registry serve")
        node.run("rm", "-rf", "/var/lib/lab-registry", "/etc/lab-htpasswd", "/etc/lab-registry.yml")
