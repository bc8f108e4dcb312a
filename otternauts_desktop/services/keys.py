"""Keys of outposts: kept in the vault, and found when a connection is made."""

import asyncio
import uuid
from contextlib import suppress
from pathlib import Path

from otternauts_desktop.core.errors import PassphraseNeeded
from otternauts_desktop.core.kept_errors import SecretMissing
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.services.ssh import SshLink, connect
from otternauts_desktop.services.ssh_keys import (
    Credentials,
    KeyFacts,
    key_facts,
    new_private_key,
    read_key_file,
)
from otternauts_desktop.services.vault import Vault


class Keys:
    """The private keys that the vault keeps, and the passphrases of this run."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._passphrases: dict[str, Secret] = {}

    async def connect(self, login: Login, host_key: str) -> SshLink:
        """Log in with what is kept for `login`. Raises one of the `OutpostError` family.

        The vault is asked for a passphrase only where one is needed: it may be locked, or ask
        its owner.
        """
        try:
            return await connect(login, host_key, await self._credentials(login))
        except PassphraseNeeded as needed:
            if not await self._find_passphrases(login):
                raise needed from None
        return await connect(login, host_key, await self._credentials(login))

    async def keep(self, private_key: Secret) -> str:
        """Put a private key into the vault, as it is; gives the name it has there.

        The passphrase that it may need is asked for where it is used. Raises `KeyUnusable` where
        it is no key, `VaultLocked`.
        """
        with suppress(PassphraseNeeded):
            await asyncio.to_thread(key_facts, private_key)
        name = uuid.uuid4().hex
        await self._vault.put(_key_entry(name), private_key)
        return name

    async def keep_file(self, path: Path) -> str:
        """As `keep`, for the contents of a file, which stays where it is."""
        data = await asyncio.to_thread(read_key_file, path)
        return await self.keep(Secret(data.decode("utf-8", "replace")))

    async def make(self, comment: str) -> tuple[str, KeyFacts]:
        """Make a new ed25519 pair; its private half goes into the vault and nowhere else."""
        private_key = await asyncio.to_thread(new_private_key, comment)
        return await self.keep(private_key), key_facts(private_key)

    async def set_passphrase(self, key: str, passphrase: Secret, *, keep: bool) -> None:
        """Use a passphrase for a key (`Login.key`) in this run; `keep` puts it into the vault."""
        self._passphrases[_passphrase_entry(key)] = passphrase
        if keep:
            await self._vault.put(_passphrase_entry(key), passphrase)

    async def forget(self, name: str) -> None:
        """Remove a kept key that is not used any more, and its passphrase. Raises `VaultLocked`."""
        self._passphrases.pop(_passphrase_entry(name), None)
        for entry in (_passphrase_entry(name), _key_entry(name)):
            await self._vault.remove(entry)

    async def unlock(self, passphrase: Secret) -> None:
        """Open the encrypted vault of a system without a keyring."""
        await self._vault.unlock(passphrase)

    async def place(self) -> str:
        """Where keys are kept: `keyring`, `file`, or `locked`."""
        return await self._vault.place()

    async def vault_exists(self) -> bool:
        """Whether the encrypted file is there: else the first passphrase makes it."""
        return await asyncio.to_thread(self._vault.file_exists)

    async def _credentials(self, login: Login) -> Credentials:
        jump = await self._credentials(login.jump.login) if login.jump else None
        private_key = None
        if login.key_name is not None:
            private_key = await self._vault.get(_key_entry(login.key_name))
        return Credentials(private_key, self._passphrases.get(_passphrase_entry(login.key)), jump)

    async def _find_passphrases(self, login: Login) -> bool:
        """Look for kept passphrases that were not used yet; gives whether there is any."""
        found = False
        hop: Login | None = login
        while hop is not None:
            entry = _passphrase_entry(hop.key)
            if entry not in self._passphrases and await self._vault.place() != "locked":
                with suppress(SecretMissing):
                    self._passphrases[entry] = await self._vault.get(entry)
                    found = True
            hop = hop.jump.login if hop.jump else None
        return found


def key_entries(login: Login) -> tuple[str, ...]:
    """Names of what the vault may keep for a login, without its jump hosts."""
    own = (_key_entry(login.key_name),) if login.key_name is not None else ()
    return (*own, _passphrase_entry(login.key)) if login.key else own


def _key_entry(name: str) -> str:
    return f"ssh-key/{name}"


def _passphrase_entry(key: str) -> str:
    return f"passphrase/{key}"
