"""The person's own OpenSSH configuration, read for the hosts in it. Nothing in it is run."""

import getpass
import os
import re
from pathlib import Path
from typing import Final

import asyncssh
from asyncssh.config import SSHClientConfig

from otternauts_desktop.core.swarm.cluster import DEFAULT_SSH_PORT, Jump, Login
from otternauts_desktop.core.swarm.jumps import read_hop

MOST_JUMPS: Final = 4


def config_logins(config: Path) -> tuple[Login, ...]:
    """The hosts named in an OpenSSH client configuration, with their settings worked out.

    Patterns and hosts behind a proxy command are left out: they can't be reached without
    running it. Jump hosts are kept, their identity not yet confirmed. A file that is missing or
    can't be read has no hosts.
    """
    try:
        text = config.read_text("utf-8", errors="replace")
    except OSError:
        return ()
    names: list[str] = []
    for line in re.findall(r"(?im)^\s*Host(?:\s*=\s*|\s+)(.+?)\s*$", text):
        names += [n for n in line.replace('"', " ").split() if not re.search(r"[*?!#]", n)]
    logins = []
    for name in dict.fromkeys(names):
        login = _login(config, name, MOST_JUMPS)
        if login is not None:
            logins.append(login)
    return tuple(logins)


def _login(config: Path, name: str, jumps: int) -> Login | None:
    user = getpass.getuser()
    try:
        options = SSHClientConfig.load(None, [str(config)], False, False, False, user, (), name, ())
    except (OSError, ValueError, asyncssh.ConfigParseError):
        return None
    if options.get("ProxyCommand"):
        return None
    jump = None
    way = str(options.get("ProxyJump") or "")
    if way and way.lower() != "none":
        jump = _jump(config, way.split(","), jumps)
        if jump is None:
            return None
    keys = options.get("IdentityFile") or ()
    existing = [k for k in map(os.path.expanduser, map(str, keys)) if Path(k).is_file()]  # type: ignore[call-overload]
    return Login(
        host=str(options.get("Hostname") or name),
        user=str(options.get("User") or user),
        port=int(str(options.get("Port") or DEFAULT_SSH_PORT)),
        key_file=existing[0] if existing else None,
        jump=jump,
    )


def _jump(config: Path, hops: list[str], jumps: int) -> Jump | None:
    """The last of the hops, reached through those before it; None where that can't be known."""
    if jumps <= 0:
        return None
    hop = read_hop(hops[-1])
    if hop is None:
        return None
    login = _login(config, hop.host, jumps - 1)
    if login is None:
        return None
    before = _jump(config, hops[:-1], jumps - 1) if hops[:-1] else login.jump
    return Jump(
        Login(
            host=login.host,
            user=hop.user or login.user,
            port=hop.port or login.port,
            key_file=login.key_file,
            jump=before,
        )
    )
