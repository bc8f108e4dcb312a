"""Fields of the database that nobody reads without the keyring: sealed under one master key.

AES-256-GCM, and each is bound to its place: none can be moved to another row and still be opened.
The master key is in the vault under a name that the database knows. Where the vault lost it, that
is said, and never is a new one made in silence: what is sealed could not be opened any more. The
recovery key, which a person has noted, brings it back.
"""

import asyncio
import base64
import hashlib
import json
import secrets
from typing import Final

from otternauts_desktop.core.kept_errors import MasterKeyMissing, RecoveryKeyWrong, SecretMissing
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services.store.settings import SettingRecords
from otternauts_desktop.services.vault import Vault, opened, sealed

_SETTING: Final = "master_key"
_CHECK: Final = "check"
_BYTES: Final = 32
_SUM_BYTES: Final = 3


class Seal:
    """Seals and opens; the vault is asked for the key once, when it is first needed."""

    def __init__(self, vault: Vault, settings: SettingRecords) -> None:
        self._vault = vault
        self._settings = settings
        self._key: bytes | None = None
        self._asking = asyncio.Lock()

    async def seal(self, place: str, value: Secret) -> str:
        """What to keep of `value` at a place of the database, such as `table/row/column`.

        Raises `VaultLocked` and its kin.
        """
        return json.dumps(sealed(await self._master(), place, value.reveal().encode()))

    async def open(self, place: str, text: str) -> Secret:
        """What `seal` was given. Raises `SecretMissing` where it is not of this place or key."""
        value = opened(await self._master(), place, json.loads(text))
        if value is None:
            raise SecretMissing(detail=place)
        return Secret(value.decode())

    async def recovery_key(self) -> Secret:
        """The master key for a person to note: 14 groups of 4 letters and digits."""
        key = await self._master()
        text = base64.b32encode(key + _sum(key)).decode()
        return Secret("-".join(text[at : at + 4] for at in range(0, len(text), 4)))

    async def recover(self, noted: Secret) -> None:
        """Put the master key into the vault again. Raises `RecoveryKeyWrong`."""
        text = "".join(noted.reveal().split()).replace("-", "").upper()
        try:
            data = base64.b32decode(text)
        except ValueError:
            raise RecoveryKeyWrong from None
        key = data[:_BYTES]
        known = self._known()
        if _sum(key) != data[_BYTES:] or known is None or not _fits(key, known):
            raise RecoveryKeyWrong
        await self._vault.put(_entry(known["name"]), Secret(base64.b64encode(key).decode()))
        self._key = key

    def entries(self) -> tuple[str, ...]:
        """Names of what the vault keeps for it: none before a first value was sealed."""
        known = self._known()
        return () if known is None else (_entry(known["name"]),)

    async def _master(self) -> bytes:
        async with self._asking:
            if self._key is None:
                known = self._known() or await self._make()
                self._key = await self._from_vault(known)
            return self._key

    def _known(self) -> dict[str, str] | None:
        known = self._settings.get(_SETTING)
        if known is None:
            return None
        assert isinstance(known, dict)
        return {name: str(value) for name, value in known.items()}

    async def _make(self) -> dict[str, str]:
        """A new master key. Of two programs that make one at the same time both use the first."""
        key, name = secrets.token_bytes(_BYTES), secrets.token_hex(8)
        new = {"name": name, "check": json.dumps(sealed(key, _CHECK, b""))}
        await self._vault.put(_entry(name), Secret(base64.b64encode(key).decode()))
        if not self._settings.put_new(_SETTING, {**new}):
            await self._vault.remove(_entry(name))
        known = self._known()
        assert known is not None
        return known

    async def _from_vault(self, known: dict[str, str]) -> bytes:
        try:
            kept = await self._vault.get(_entry(known["name"]))
        except SecretMissing:
            raise MasterKeyMissing from None
        key = base64.b64decode(kept.reveal())
        if not _fits(key, known):
            raise MasterKeyMissing
        return key


def _entry(name: str) -> str:
    return f"master-key/{name}"


def _fits(key: bytes, known: dict[str, str]) -> bool:
    return len(key) == _BYTES and opened(key, _CHECK, json.loads(known["check"])) is not None


def _sum(key: bytes) -> bytes:
    return hashlib.sha256(b"otternauts recovery key" + key).digest()[:_SUM_BYTES]
