"""Keys: from a paste, a file, the vault; with passphrases; through a jump host."""

from pathlib import Path

import asyncssh
import pytest

from otternauts_desktop.core.errors import KeyUnusable, PassphraseNeeded
from otternauts_desktop.core.flight.commands import Command
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Jump, Login
from otternauts_desktop.services.keys import Keys
from otternauts_desktop.services.ssh_keys import key_facts
from otternauts_desktop.services.vault import Vault
from tests.services.test_ssh import echo, serving


async def opened(tmp_path: Path) -> Keys:
    vault = Vault(tmp_path / "home", use_keyring=False)
    await vault.unlock(Secret("p"))
    return Keys(vault)


async def test_a_pasted_key_logs_in_from_the_vault(tmp_path: Path) -> None:
    keys = await opened(tmp_path)
    async with serving(echo, tmp_path) as server:
        assert server.login.key_file is not None
        text = Path(server.login.key_file).read_text()
        name = await keys.keep(Secret(text))
        Path(server.login.key_file).unlink()
        login = Login("127.0.0.1", "otter", server.login.port, key_name=name)
        link = await keys.connect(login, server.host_key)
        assert (await link.run(Command(("x",)))).exit_status == 3
        await link.close()
    assert text.encode() not in (tmp_path / "home" / "vault.json").read_bytes()


async def test_what_is_no_key_is_not_kept(tmp_path: Path) -> None:
    keys = await opened(tmp_path)
    with pytest.raises(KeyUnusable):
        await keys.keep(Secret("ssh-ed25519 AAAA nonsense"))


async def test_a_new_pair_shows_its_public_half_alone(tmp_path: Path) -> None:
    keys = await opened(tmp_path)
    name, facts = await keys.make("otter@orion")
    assert facts.public_line.startswith("ssh-ed25519 ")
    assert facts.public_line.endswith(" otter@orion")
    assert name


async def test_a_passphrase_is_asked_for_used_and_kept_only_if_wished(tmp_path: Path) -> None:
    async with serving(echo, tmp_path) as server:
        assert server.login.key_file is not None
        file = Path(server.login.key_file)
        key = asyncssh.read_private_key(file)
        key.write_private_key(file, passphrase="fish", rounds=16, ignore_few_rounds=True)
        keys = await opened(tmp_path)
        with pytest.raises(PassphraseNeeded, match="ssh-add"):
            await keys.connect(server.login, server.host_key)
        await keys.set_passphrase(server.login.key, Secret("bird"), keep=False)
        with pytest.raises(PassphraseNeeded, match="does not open"):
            await keys.connect(server.login, server.host_key)
        await keys.set_passphrase(server.login.key, Secret("fish"), keep=False)
        await (await keys.connect(server.login, server.host_key)).close()
        with pytest.raises(PassphraseNeeded):
            await (await opened(tmp_path)).connect(server.login, server.host_key)
        await keys.set_passphrase(server.login.key, Secret("fish"), keep=True)
        await (await (await opened(tmp_path)).connect(server.login, server.host_key)).close()
        with pytest.raises(PassphraseNeeded):
            key_facts(Secret(file.read_text()))


async def test_a_jump_host_is_gone_through_and_its_key_is_pinned(tmp_path: Path) -> None:
    from otternauts_desktop.core.errors import HostKeyChanged

    keys = await opened(tmp_path)
    for name in ("door", "room"):
        (tmp_path / name).mkdir()
    async with (
        serving(echo, tmp_path / "door", forwards=True) as door,
        serving(echo, tmp_path / "room") as room,
    ):
        login = room.login
        behind = Login(
            *(login.host, login.user, login.port, login.key_file),
            jump=Jump(door.login, door.host_key),
        )
        link = await keys.connect(behind, room.host_key)
        assert (await link.run(Command(("x",)))).exit_status == 3
        assert len(door.connections) == 1
        await link.close()
        wrong = Login(
            *(login.host, login.user, login.port, login.key_file),
            jump=Jump(door.login, room.host_key),
        )
        with pytest.raises(HostKeyChanged):
            await keys.connect(wrong, room.host_key)
