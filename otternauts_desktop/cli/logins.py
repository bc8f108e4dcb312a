"""How the command line is told to log in to a server: as whom, by which key, through whom."""

import getpass
import sys
from argparse import Namespace
from dataclasses import replace
from typing import Final

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.inputs import confirmed
from otternauts_desktop.cli.output import Output
from otternauts_desktop.core.errors import NothingFound, VaultLocked
from otternauts_desktop.core.flight.commands import allow_key
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Jump, Login

MOST_KEY_BYTES: Final = 65_536


def said_login(control: MissionControl, arguments: Namespace) -> Login | None:
    """The login that was asked for, its key not looked at yet; None where too little was said."""
    practice = control.outposts.practice_logins.get(arguments.host)
    if practice is not None:
        return practice
    ways = (arguments.key, arguments.agent, arguments.key_paste, arguments.new_key)
    if not arguments.user or not any((*ways, arguments.kept_key)):
        return None
    login = Login(arguments.host, arguments.user, arguments.port, arguments.key)
    if arguments.kept_key:
        login = replace(login, key_name=arguments.kept_key)
    if arguments.jump:
        login = replace(login, jump=_jump(control, arguments.jump))
    return login


async def keyed_login(
    control: MissionControl, login: Login, arguments: Namespace, output: Output
) -> Login | None:
    """`login` with the key that is to be kept or made; None where that has to be installed."""
    if arguments.key_paste:
        await _unlocked(control)
        text = sys.stdin.buffer.read(MOST_KEY_BYTES).decode("utf-8", "replace")
        return replace(login, key_name=await control.keys.keep(Secret(text)))
    if not arguments.new_key:
        return login
    await _unlocked(control)
    name, facts = await control.keys.make(f"otternauts@{login.host}")
    command = allow_key(facts.public_line).line()
    output.progress(f"Run this on {login.host}, as {login.user}:\n{command}")
    if confirmed("Is it done?"):
        return replace(login, key_name=name)
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


def _jump(control: MissionControl, name: str) -> Jump:
    for cluster in control.outposts.clusters():
        for outpost in control.outposts.outposts(cluster.id):
            if name in (outpost.name, outpost.id):
                return Jump(outpost.login, outpost.host_key)
    raise NothingFound(
        detail=f'There is no outpost "{name}" to go through.',
        next_step="Add the jump host as an outpost, or have it in ~/.ssh/config.",
    )
