"""How the command line is told to log in to a server: as whom, by which key, through whom."""

import getpass
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeVar

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.inputs import confirmed
from otternauts_desktop.cli.output import Output
from otternauts_desktop.core.errors import NothingFound, PassphraseNeeded
from otternauts_desktop.core.flight.commands import allow_key
from otternauts_desktop.core.kept_errors import VaultLocked
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Jump, Login
from otternauts_desktop.core.swarm.jumps import read_jump

MOST_KEY_BYTES: Final = 65_536
DIRECTLY: Final = "none"
"""What `--jump` is given to go through no other server."""
T = TypeVar("T")


async def keyed_login(
    control: MissionControl, arguments: Namespace, output: Output, known: Login | None = None
) -> Login | None:
    """The login that was asked for, its key kept or made where it has to be.

    What is not said is as in `known`. None where too little was said, or a new key has to be
    installed yet; that is told.
    """
    practice = control.outposts.practice_logins.get(arguments.host)
    if practice is not None:
        return practice
    ways = (arguments.key, arguments.agent, arguments.key_paste, arguments.new_key)
    says_key = any((*ways, arguments.kept_key))
    if known is None and not (arguments.user and says_key):
        output.progress(
            "Say who logs in and by what: --user, and --key, --agent, --key-paste or --new-key."
        )
        return None
    was = known or Login("", "")
    login = replace(
        was,
        host=arguments.host or was.host,
        user=arguments.user or was.user,
        port=arguments.port or was.port,
    )
    if says_key:
        login = replace(login, key_file=arguments.key, key_name=None)
    if arguments.kept_key:
        login = replace(login, key_name=arguments.kept_key)
    elif arguments.key_paste:
        await _unlocked(control)
        text = sys.stdin.buffer.read(MOST_KEY_BYTES).decode("utf-8", "replace")
        login = replace(login, key_name=await control.keys.keep(Secret(text)))
    elif arguments.new_key:
        name = await _new_key(control, login, output)
        if name is None:
            return None
        login = replace(login, key_name=name)
    if arguments.jump == DIRECTLY:
        login = replace(login, jump=None)
    elif arguments.jump:
        login = replace(login, jump=_jump(control, arguments.jump, login))
    return login


async def with_passphrases(control: MissionControl, work: Callable[[], Awaitable[T]]) -> T:
    """What `work` gives, asking a person for the passphrases that it needs.

    Raises what it raised where there is nobody to ask.
    """
    while True:
        try:
            return await work()
        except PassphraseNeeded as needed:
            if not needed.key or not sys.stdin.isatty():
                raise
            print(needed.detail, file=sys.stderr)
            passphrase = Secret(getpass.getpass("Passphrase of the key: "))
            keep = bool(confirmed("Keep it in the keyring?"))
            if keep:
                await _unlocked(control)
            await control.keys.set_passphrase(needed.key, passphrase, keep=keep)
        except VaultLocked:
            if await control.keys.place() != "locked" or not sys.stdin.isatty():
                raise
            await _unlocked(control)


async def _new_key(control: MissionControl, login: Login, output: Output) -> str | None:
    """Make a key and tell how to install it; its name once that is done, else None."""
    await _unlocked(control)
    name, facts = await control.keys.make(f"otternauts@{login.host}")
    command = allow_key(facts.public_line).line()
    output.progress(f"Run this on {login.host}, as {login.user}:\n{command}")
    if confirmed("Is it done?"):
        return name
    output.result(
        {"kept_key": name, "public_key": facts.public_line, "command": command},
        f"The new key is kept. Once its public half is there, add the server with\n"
        f"  --kept-key {name}",
    )
    return None


async def _unlocked(control: MissionControl) -> None:
    """Ask for the passphrase of an encrypted vault that is locked, where there is a person."""
    if await control.keys.place() != "locked" or not sys.stdin.isatty():
        return  # where it stays locked, that is said when something is to be put there
    words = getpass.getpass("Passphrase of the vault: ")
    if not await control.keys.vault_exists() and getpass.getpass("Once more: ") != words:
        raise VaultLocked(detail="The two passphrases differ.", next_step="Try again.")
    await control.keys.unlock(Secret(words))


def _jump(control: MissionControl, words: str, login: Login) -> Jump:
    """Through an outpost of that name, or through the servers that are named."""
    for cluster in control.outposts.clusters():
        for outpost in control.outposts.outposts(cluster.id):
            if words in (outpost.name, outpost.id):
                return Jump(outpost.login, outpost.host_key)
    jump = read_jump(words, login) if "@" in words or ":" in words else None
    if jump is None:
        raise NothingFound(
            detail=f'There is no outpost "{words}" to go through.',
            next_step="Name an outpost, or write user@host or user@host:port.",
        )
    return jump
