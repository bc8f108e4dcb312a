"""Ways through other servers: read from words, and confirmed one hop after the other."""

import re
from dataclasses import dataclass, replace
from typing import Final

from otternauts_desktop.core.swarm.cluster import DEFAULT_SSH_PORT, Jump, Login

_HOP: Final = re.compile(
    r"(?:ssh://)?(?:(?P<user>[^@\s]+)@)?(?P<host>\[[^\]\s]+\]|[^:/@,\s]+)(?::(?P<port>\d{1,5}))?/?"
)


@dataclass(frozen=True, slots=True)
class Hop:
    """A server as a person or an SSH configuration names it."""

    host: str
    user: str = ""
    """"" where it was not said."""
    port: int = 0
    """0 where it was not said."""


def read_hop(text: str) -> Hop | None:
    """`[user@]host[:port]`, an IPv6 address in brackets; None where it is none of that."""
    match = _HOP.fullmatch(text.strip())
    if match is None or int(match["port"] or 0) > 65535:
        return None
    return Hop(match["host"].strip("[]"), match["user"] or "", int(match["port"] or 0))


def read_jump(text: str, login: Login) -> Jump | None:
    """The way through the servers named in `text`, with commas between them as for `ssh -J`.

    They are logged in to as to `login` in all that is not said of them, and nobody has confirmed
    them yet. None where one of them can't be read.
    """
    jump = None
    for part in text.split(","):
        hop = read_hop(part)
        if hop is None:
            return None
        user, port = hop.user or login.user, hop.port or DEFAULT_SSH_PORT
        jump = Jump(Login(hop.host, user, port, login.key_file, login.key_name, jump))
    return jump


def way(login: Login) -> str:
    """The servers on the way to `login` as `read_jump` takes them; "" for a direct one."""
    if login.jump is None:
        return ""
    return ",".join(part for part in (way(login.jump.login), str(login.jump.login)) if part)


def rerouted(login: Login, old: Jump, new: Jump) -> Login:
    """`login` with one server on its way reached in another way."""
    if login.jump is None:
        return login
    if login.jump == old:
        return replace(login, jump=new)
    return replace(login, jump=replace(login.jump, login=rerouted(login.jump.login, old, new)))


def kept_keys(login: Login) -> frozenset[str]:
    """The names of the kept keys that it takes to get there."""
    own = frozenset({login.key_name} if login.key_name else ())
    return own | kept_keys(login.jump.login) if login.jump else own


def to_confirm(login: Login) -> Login:
    """Whose host key is to be confirmed next: the first hop's that is not yet, at last its own."""
    if login.jump is None:
        return login
    hop = to_confirm(login.jump.login)
    return login if hop is login.jump.login and login.jump.host_key else hop


def confirmed(login: Login, host_key: str) -> Login:
    """`login` once the hop that `to_confirm` gave is confirmed to have that host key."""
    jump = login.jump
    if jump is None or to_confirm(login) is login:
        return login
    if to_confirm(jump.login) is jump.login:
        return replace(login, jump=replace(jump, host_key=host_key))
    return replace(login, jump=replace(jump, login=confirmed(jump.login, host_key)))
