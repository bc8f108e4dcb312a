"""The login shell of a simulated server: it knows the commands of this project, and no others."""

import hashlib
import re
import shlex
from dataclasses import dataclass
from typing import Final

from otternauts_desktop.simulator import changes, stack
from otternauts_desktop.simulator.private_registry import opened_by_config
from otternauts_desktop.simulator.servers import SUDO_REFUSED, Server
from otternauts_desktop.simulator.stack import Output
from otternauts_desktop.simulator.swarm import Swarm

NO_SUCH_COMMAND: Final = 127
DATA_ERROR: Final = 65
"""What the client's guard exits with when the body did not arrive whole."""
NOT_A_MANAGER: Final = (
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. "
    "Please run this command on a manager node or promote the current node to a manager."
)
NOT_IN_A_SWARM: Final = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect '
    "this node to swarm and try again."
)
NO_LEADER: Final = (
    "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few "
    "managers are online. Make sure more than half of the managers are online."
)
_SOCKET: Final = "dial unix /var/run/docker.sock: connect: permission denied"


@dataclass(frozen=True, slots=True)
class DockerCall:
    """A `docker` command found in what the client asked for."""

    words: tuple[str, ...]
    """After `docker` itself."""
    sudo: bool
    digest: str = ""
    """SHA-256 that the guard around it wants its input to have."""
    logged_in: bool = False
    """Whether the first line of its input is a config.json."""

    @property
    def is_dial(self) -> bool:
        """Whether it is `docker system dial-stdio`, the way to the Engine's API."""
        return self.words == ("system", "dial-stdio")


DIAL: Final = DockerCall(("system", "dial-stdio"), sudo=False)


def docker_call(line: str) -> DockerCall | None:
    """The `docker` command in a line, behind `sudo -n` or the deploy guard; None where none is."""
    try:
        words = shlex.split(line)
    except ValueError:
        return None
    digest, logged_in = "", False
    if words[:2] == ["sh", "-c"]:
        found = next((n for n, w in enumerate(words) if re.fullmatch("[0-9a-f]{64}", w)), None)
        if found is None or "sha256sum" not in words[2]:
            return None
        logged_in = "config.json" in words[2]
        digest, words = words[found], words[found + 1 :]
    sudo = words[:2] == ["sudo", "-n"]
    words = words[2:] if sudo else words
    if words[:1] != ["docker"]:
        return None
    words = words[3:] if words[1:2] == ["--config"] else words[1:]
    return DockerCall(tuple(words), sudo, digest, logged_in)


def unknown_command(line: str) -> Output:
    """What a shell says to a program that it can't find."""
    name = (line.split() or [""])[0]
    return Output(NO_SUCH_COMMAND, "", f"sh: 1: {name}: not found\n")


def broken(server: Server, call: DockerCall, fault: str) -> Output | None:
    """How `docker` fails on a server, perhaps by a fault; None where it works all the same."""
    if call.sudo and not server.sudo:
        return Output(1, "", f"{SUDO_REFUSED}\n")
    if fault == "no_docker" or not server.docker:
        if call.sudo:
            return Output(1, "", "sudo: docker: command not found\n")
        return Output(NO_SUCH_COMMAND, "", "sh: 1: docker: not found\n")
    if fault == "socket_forbidden" and call.sudo:
        return Output(1, "", f"{SUDO_REFUSED}\n")
    if fault == "socket_forbidden" or not (server.grouped or call.sudo):
        if call.is_dial:
            return Output(1, "", f"failed to open the raw stream connection: {_SOCKET}\n")
        words = (
            "permission denied while trying to connect to the Docker daemon socket at "
            f"unix:///var/run/docker.sock: {_SOCKET}"
        )
        return Output(1, "", f"{words}\n")
    return None


def run(swarm: Swarm | None, call: DockerCall, stdin: bytes, *, refusal: str) -> Output:
    """Run a `docker` command to its end. `refusal` is what swarm commands are answered, or ""."""
    config, stdin = stdin.split(b"\n", 1) if call.logged_in else (b"", stdin)
    if call.digest and hashlib.sha256(stdin).hexdigest() != call.digest:
        return Output(DATA_ERROR, "", "The flight plan did not arrive whole; nothing was done.\n")
    words = list(call.words)
    if words[:1] == ["exec"] and swarm is not None:
        return changes.execute(swarm, words[1:], stdin)
    verb, rest = words[:2], words[2:]
    changing = changes.COMMANDS.get(" ".join(verb))
    if changing is None and verb not in (["stack", "deploy"], ["stack", "rm"], ["service", "rm"]):
        name = " ".join(words[:1])
        return Output(1, "", f"docker: '{name}' is not a docker command.\nSee 'docker --help'\n")
    if swarm is None or refusal:
        lower = refusal[0].lower() + refusal[1:]
        said = lower if verb == ["stack", "deploy"] else f"Error response from daemon: {refusal}"
        return Output(1, "", f"{said}\n")
    swarm.catch_up()
    if changing is not None:
        return changing(swarm, rest)
    if verb == ["service", "rm"]:
        return stack.remove_services(swarm, rest)
    options = {"--resolve-image": "always", "-c": ""}
    names = []
    while rest:
        word = rest.pop(0)
        option, equals, value = word.partition("=")
        if option == "--with-registry-auth":
            continue
        if option in options:
            options[option] = value if equals else (rest.pop(0) if rest else "")
        elif word.startswith("-"):
            usage = f"See 'docker {' '.join(verb)} --help'."
            return Output(125, "", f"unknown flag: {option}\n{usage}\n")
        else:
            names.append(word)
    if not names:
        return Output(1, "", f'"docker {" ".join(verb)}" requires at least 1 argument.\n')
    if verb == ["stack", "rm"]:
        outputs = [stack.remove_stack(swarm, name) for name in names]
        return Output(max(o.status for o in outputs), "", "".join(o.stderr for o in outputs))
    if options["-c"] != "-":
        return Output(1, "", "Please specify a Compose file (with --compose-file)\n")
    resolve = options["--resolve-image"] != "never"
    return stack.deploy(swarm, names[0], stdin, resolve=resolve, reads=opened_by_config(config))
