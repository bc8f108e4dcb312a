"""Remote commands as values: argv and stdin. The only place that quotes.

Nothing here runs anything, so a test compares values. Secrets and file contents travel by stdin:
an argument list is readable by every user of the server.
"""

import hashlib
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import DEFAULT_SSH_PORT, Login

ResolveImage = Literal["always", "changed", "never"]
"""When Docker asks the registry for an image's digest (`docker stack deploy --resolve-image`)."""

INCOMPLETE: Final = 65
"""Exit status of the guard when the body did not arrive whole (EX_DATAERR of sysexits.h)."""

# The whole body is held in a shell variable and its sum compared before Docker sees a byte of
# it: a link that dies in the middle must not deploy half a file. `printf` is a builtin, so the
# body is in no argument list; there is no file. The x keeps trailing line breaks, which $() drops.
_GUARDED: Final = (
    "body=$(cat; printf x); body=${body%x}; "
    'sum=$(printf %s "$body" | sha256sum); '
    'if [ "${sum%% *}" != "$1" ]; then '
    'echo "The flight plan did not arrive whole; nothing was done." >&2; exit 65; fi; '
    'shift; printf %s "$body" | "$@"'
)

# Docker reads logins from a file, only. It lies in memory, in a folder that nobody else can open,
# for as long as the command runs; the first line of what is read is its content. One that was
# killed leaves it behind: it goes with the next command after an hour. `read` and `printf` are
# builtins, so nothing of it is in an argument list.
_LOGGED_IN: Final = (
    "umask 077; folder=$1; shift; "
    'find /dev/shm -maxdepth 1 -name "otternauts-*" -user "$(id -un)" -mmin +60 '
    "-exec rm -rf {} + 2>/dev/null; "
    'mkdir -- "$folder" || { echo "No folder for the login; nothing was done." >&2; exit 73; }; '
    "trap 'rm -rf -- \"$folder\"' EXIT; trap 'exit 129' HUP INT TERM; "
    'IFS= read -r config && printf %s "$config" >"$folder/config.json" || exit 73; '
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command for an outpost: what is run, and what it reads."""

    argv: tuple[str, ...]
    stdin: bytes = field(default=b"", repr=False)

    def line(self) -> str:
        """The command as one line for the remote user's shell, quoted for POSIX shells."""
        return shlex.join(self.argv)


@dataclass(frozen=True, slots=True)
class Logins:
    """Logins of registries for one command: config.json in one line, and a name for its folder.

    `token` is letters and digits that no other command has.
    """

    config: Secret
    token: str


# The script is whole before a line of it runs. apt waits for whoever holds its lock, as the
# updates of a fresh server do.
_INSTALL: Final = (
    "script=$(curl -fsSL https://get.docker.com || wget -qO- https://get.docker.com) || exit 1; "
    'conf=$(mktemp) && echo "DPkg::Lock::Timeout \\"300\\";" >"$conf" || exit 1; '
    'printf "%s\\n" "$script" | "$@" env APT_CONFIG="$conf" sh -s; '
    'code=$?; rm -f "$conf"; exit $code'
)


def allow_key(public_line: str) -> Command:
    """Let the key with that public half log in as the user who runs this."""
    # With no single quote in it: a person reads it, and a quoted one is three more.
    script = 'umask 077; mkdir -p ~/.ssh && printf "%s\\n" "$1" >> ~/.ssh/authorized_keys'
    return Command(("sh", "-c", script, "otternauts", public_line))


def show_host_key(host_key: str) -> Command:
    """Show the fingerprint of the server's own key of that kind, to compare it with what it shows.

    `host_key` is the public key in OpenSSH format.
    """
    file = f"/etc/ssh/ssh_host_{key_kind(host_key)}_key.pub"
    return Command(("ssh-keygen", "-lvf", file))


def key_kind(host_key: str) -> Literal["ed25519", "ecdsa", "rsa"]:
    """What kind a public key in OpenSSH format is."""
    if host_key.startswith("ecdsa-"):
        return "ecdsa"
    return "rsa" if host_key.startswith("ssh-rsa") else "ed25519"


def install_docker(*, sudo: bool) -> Command:
    """Run Docker's own install script; what it says comes on stdout."""
    way = ("sudo", "-n") if sudo else ()
    return Command(("sh", "-c", f"exec 2>&1; {_INSTALL}", "otternauts", *way))


def dial_stdio(*, sudo: bool) -> Command:
    """Pipe stdin and stdout to the Docker daemon's socket, as Docker's own `ssh://` does."""
    return Command(_docker("system", "dial-stdio", sudo=sudo))


def stack_deploy(
    fleet: str,
    body: bytes,
    *,
    sudo: bool,
    resolve_image: ResolveImage = "always",
    logins: Logins | None = None,
) -> Command:
    """Deploy `body` (a canonical Compose file) as a stack, unless it arrives incomplete.

    Never prunes (that comes first in Docker and can't be undone) and never waits
    (`--detach=false` hangs on a failing first deploy): both are this program's own steps.
    `logins` are handed to every outpost that runs a task.
    """
    words = ("stack", "deploy", "--resolve-image", resolve_image, "-c", "-")
    digest = hashlib.sha256(body).hexdigest()
    if logins is None:
        deploy = _docker(*words, fleet, sudo=sudo)
        return Command(("sh", "-c", _GUARDED, "otternauts", digest, *deploy), body)
    folder = f"/dev/shm/otternauts-{logins.token}"  # noqa: S108 - mkdir takes none that is there
    deploy = _docker("--config", folder, *words, "--with-registry-auth", fleet, sudo=sudo)
    script = ("sh", "-c", _LOGGED_IN + _GUARDED, "otternauts", folder, digest)
    return Command((*script, *deploy), logins.config.reveal().encode() + b"\n" + body)


def service_remove(names: Sequence[str], *, sudo: bool) -> Command:
    """Remove services by their full names."""
    return Command(_docker("service", "rm", *names, sudo=sudo))


def stack_remove(fleet: str, *, sudo: bool) -> Command:
    """Remove a stack's services, networks, configs and secrets; volumes stay."""
    return Command(_docker("stack", "rm", fleet, sudo=sudo))


def network_create(name: str, subnet: str, *, encrypted: bool, sudo: bool) -> Command:
    """Make an overlay network that fleets and single containers can attach to."""
    options = ("--opt", "encrypted") if encrypted else ()
    words = ("--driver", "overlay", "--attachable", "--subnet", subnet, *options, name)
    return Command(_docker("network", "create", *words, sudo=sudo))


def node_update(node_id: str, flags: Sequence[str], *, sudo: bool) -> Command:
    """Change a node: flags of `docker node update`."""
    return Command(_docker("node", "update", *flags, node_id, sudo=sudo))


def node_remove(node_id: str, *, force: bool, sudo: bool) -> Command:
    """Strike a node off the swarm. One that is not down is only with `force`."""
    words = ("--force", node_id) if force else (node_id,)
    return Command(_docker("node", "rm", *words, sudo=sudo))


def swarm_leave(*, sudo: bool) -> Command:
    """Make the server leave its swarm as a worker. Docker refuses that to a manager."""
    return Command(_docker("swarm", "leave", sudo=sudo))


def service_update(service_id: str, flags: Sequence[str], *, sudo: bool) -> Command:
    """Change a service: flags of `docker service update`. Never waits, asks no registry."""
    words = ("--detach", "--no-resolve-image", *flags, service_id)
    return Command(_docker("service", "update", *words, sudo=sudo))


def service_rollback(service_id: str, *, sudo: bool) -> Command:
    """Bring a service back to what it was before its last update. Never waits."""
    return Command(_docker("service", "rollback", "--detach", service_id, sudo=sudo))


def file_in_container(container_id: str, path: str, *, sudo: bool) -> Command:
    """Print a file of a running container."""
    return Command(_docker("exec", container_id, "cat", path, sudo=sudo))


def replace_in_container(container_id: str, path: str, body: bytes, *, sudo: bool) -> Command:
    """Replace a file of a running container by `body` (text), unless it arrives incomplete.

    Only its owner can read the new one; until it is whole the old one stays.
    """
    script = 'umask 077; cat > "$1.new" && mv "$1.new" "$1"'
    inside = ("exec", "-i", container_id, "sh", "-c", script, "sh", path)
    digest = hashlib.sha256(body).hexdigest()
    guarded = ("sh", "-c", _GUARDED, "otternauts", digest, *_docker(*inside, sudo=sudo))
    return Command(guarded, body)


_ANY_SHELL: Final = "command -v bash >/dev/null && exec bash || exec sh"


def shell_in_container(container_id: str, *, terminal: bool, sudo: bool) -> Command:
    """A shell in a running container, bash where it has one. `terminal`: for a person at one."""
    way = "-it" if terminal else "-i"
    return Command(_docker("exec", way, container_id, "sh", "-c", _ANY_SHELL, sudo=sudo))


def at_terminal(login: Login, command: Command | None) -> tuple[str, ...]:
    """OpenSSH's `ssh` with a terminal, for `command` or the login shell."""
    words = (*_ssh(login), "-t", f"{login.user}@{login.host}")
    return (*words, command.line()) if command else words


_CALL: Final = re.compile(r"(GET|POST|DELETE|HEAD) (/v[0-9.]+/\S*)")
_WIRE: Final = re.compile(r"-W (\S+:\d+)")


def ssh_line(login: Login, command: str, *, sudo: bool) -> str:
    """A line of the command log as a person types it at a terminal, for OpenSSH's `ssh`.

    A call of the Engine becomes one of `curl`, without the body that it may have had.
    """
    if command == "-t":
        return shlex.join(at_terminal(login, None))
    if wire := _WIRE.fullmatch(command):
        return shlex.join((*_ssh(login), "-W", wire[1], f"{login.user}@{login.host}"))
    if call := _CALL.fullmatch(command):
        method, path = call.groups()
        curl = ("curl", "-gsX", method, "--unix-socket", "/var/run/docker.sock")
        command = shlex.join((*(("sudo", "-n") if sudo else ()), *curl, f"http://docker{path}"))
    return shlex.join((*_ssh(login), f"{login.user}@{login.host}", command))


def _ssh(login: Login) -> list[str]:
    """OpenSSH's `ssh` with what a login needs, up to where it goes."""
    words = ["ssh", *(("-p", str(login.port)) if login.port != DEFAULT_SSH_PORT else ())]
    if login.key_file:
        words += ["-i", login.key_file]
    hops, jump = list[str](), login.jump
    while jump is not None:
        hops.insert(0, f"{jump.login.user}@{jump.login.host}:{jump.login.port}")
        jump = jump.login.jump
    return [*words, "-J", ",".join(hops)] if hops else words


def typed(words: Sequence[str]) -> str:
    """Words of a command as a person types them at a POSIX shell."""
    return shlex.join(words)


def meaningful_output(text: str) -> str:
    """Docker's output without the advice about `--detach` that it gives on every deploy."""
    kept = (
        line
        for line in text.splitlines()
        if not line.startswith(("Since --detach=false was not", "In a future release, --detach="))
    )
    return "\n".join(kept).strip()


def _docker(*words: str, sudo: bool) -> tuple[str, ...]:
    return (*(("sudo", "-n") if sudo else ()), "docker", *words)
