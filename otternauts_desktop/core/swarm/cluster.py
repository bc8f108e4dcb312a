"""Our own records: which clusters there are, and how their outposts are reached."""

from dataclasses import dataclass
from enum import StrEnum

from otternauts_desktop.core.names import ClusterId, OutpostId

DEFAULT_SSH_PORT = 22


@dataclass(frozen=True, slots=True)
class Login:
    """How to log in to a server over SSH.

    `key_file` is the path of a private key that stays where it is, `key_name` the name of one
    that the vault keeps; without either the keys of the running ssh-agent are tried.
    """

    host: str
    user: str
    port: int = DEFAULT_SSH_PORT
    key_file: str | None = None
    key_name: str | None = None
    jump: "Jump | None" = None
    """The server that this one is reached through."""

    @property
    def key(self) -> str:
        """Which key it is: the name of a kept one or the path of a file; "" for the agent's."""
        return self.key_name or self.key_file or ""

    def __str__(self) -> str:
        at = f"{self.user}@{self.host}"
        return at if self.port == DEFAULT_SSH_PORT else f"{at}:{self.port}"


@dataclass(frozen=True, slots=True)
class Jump:
    """A jump host: how to log in to it, and who it has to be."""

    login: Login
    host_key: str = ""
    """The confirmed public host key, OpenSSH format; "" while nobody has confirmed it."""


@dataclass(frozen=True, slots=True)
class Outpost:
    """A server that Otternauts can log in to."""

    id: OutpostId
    cluster_id: ClusterId
    name: str
    login: Login
    host_key: str
    """The confirmed public host key, OpenSSH format. A server showing another is refused."""
    node_id: str = ""
    """The swarm's id of this server, "" while unknown. Names are ambiguous after a re-join."""
    sudo: bool = False
    """Whether docker has to be called through `sudo -n`."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A swarm that Otternauts looks after."""

    id: ClusterId
    name: str
    swarm_id: str
    """The swarm's own id: tells whether a server belongs to a cluster that is known."""
    simulated: bool = False


class LinkState(StrEnum):
    """What is true about the connection to an outpost, right now."""

    IDLE = "idle"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    AUTH_FAILED = "auth failed"
    LOCKED = "locked"
    """A passphrase is needed: of the key, or of the vault that keeps it."""
    HOST_KEY_CHANGED = "host key changed"
    FAILED = "failed"
    """Logged in, but Docker can't be used there; tried again like a lost connection."""


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """State of one outpost's connection, with what the person needs to judge it."""

    state: LinkState
    attempt: int = 0
    next_try_at: float = 0.0
    """Wall clock, seconds since 1970, of the next attempt; 0 where none is planned."""
    error: str = ""
