"""Servers that are in no swarm yet: one without Docker, one with, one in a swarm of others.

Docker's install script comes from a web server of the lab, as there is no way to the internet.
"""

import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from tests.lab.lab import Lab
from tests.lab.node import LabNode

NAMES: Final = ("bare-1", "bare-2", "foreign-1")
OTHERS: Final = "mars-1"
"""Manages the swarm that foreign-1 is in."""
_AWAY: Final = "/opt/docker-packages"
_INSTALL: Final = f"""\
#!/bin/sh
set -e
echo "# Executing docker install script, commit: lab"
mv {_AWAY}/docker /usr/bin/ && mv {_AWAY}/dockerd /usr/sbin/
/usr/local/sbin/lab-start-docker
until curl -fsm2 --unix-socket /run/docker.sock http://docker/_ping >/dev/null; do sleep 0.5; done
docker --version
"""


@contextmanager
def bare_servers() -> Iterator[Lab]:
    """Four nodes: NAMES, to be made bare by `make_bare`, and OTHERS."""
    lab = Lab.boot((*NAMES, OTHERS), managers=1)
    try:
        with _install_script(lab):
            yield lab
    finally:
        lab.down()


def make_bare(lab: Lab) -> None:
    """As servers are before anybody cared for them, whatever was done with them since."""
    for node in lab.nodes:
        if node.run("test", "-e", "/usr/sbin/dockerd").returncode == 0:
            node.run("docker", "swarm", "leave", "--force")
    others, first = lab.node(OTHERS), lab.node("bare-1")
    others.ask("docker", "swarm", "init", "--advertise-addr", others.host)
    token = others.ask("docker", "swarm", "join-token", "-q", "worker")
    lab.node("foreign-1").ask("docker", "swarm", "join", "--token", token, f"{others.host}:2377")
    first.stop_docker()
    first.ask("mkdir", "-p", _AWAY)
    first.run("mv", "/usr/bin/docker", "/usr/sbin/dockerd", _AWAY)


@contextmanager
def _install_script(lab: Lab) -> Iterator[None]:
    """`https://get.docker.com`, for the nodes of the lab alone, which trust its certificate."""
    host, cert, key = f"{lab.network}.1", lab.folder / "web.crt", lab.folder / "web.key"
    name = "get.docker.com"
    made = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2")
    who = ("-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}")
    files = ("-keyout", str(key), "-out", str(cert))
    subprocess.run((*made, *who, *files), capture_output=True, timeout=30, check=True)
    for node in lab.nodes:
        _append(node, "/etc/hosts", f"{host} {name}\n")
        _append(node, "/etc/ssl/certs/ca-certificates.crt", Path(cert).read_text())
    server = ThreadingHTTPServer((host, 443), _Script)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


class _Script(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(_INSTALL)))
        self.end_headers()
        self.wfile.write(_INSTALL.encode())

    def log_message(self, *_: object) -> None:
        """The tests look at what the job says."""


def _append(node: LabNode, file: str, text: str) -> None:
    node.ask("tee", "-a", file, stdin=text.encode())
