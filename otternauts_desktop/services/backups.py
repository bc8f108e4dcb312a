"""Backups: everything in one file with a passphrase, and daily copies for this machine.

What is restored is looked over first, all of it. Then the vault gets what it does not have, and
in one transaction the database takes its place: a crash leaves what was or what is to be.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.kept_errors import (
    BackupDamaged,
    BackupNewer,
    DatabaseDamaged,
    DatabaseNewer,
    SecretMissing,
)
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.backup_files import (
    Contents,
    opened_backup,
    plain_copy,
    sealed_backup,
)
from otternauts_desktop.services.courier import channel_entry
from otternauts_desktop.services.keys import key_entries
from otternauts_desktop.services.private_files import read_private, write_private
from otternauts_desktop.services.registry_logins import login_entry
from otternauts_desktop.services.sealing import Seal
from otternauts_desktop.services.store.channels import ChannelRecords
from otternauts_desktop.services.store.clusters import ClusterRecords
from otternauts_desktop.services.store.copies import Staged, snapshot
from otternauts_desktop.services.store.home import DATABASE, keep_key_of_sums, key_of_sums
from otternauts_desktop.services.store.registry_logins import RegistryLoginRecords
from otternauts_desktop.services.vault import Vault

KEPT: Final[Mapping[str, int]] = {"daily": 7, "before-restore": 3}
"""Copies for this machine, by kind: so many of the newest stay."""
START_SECONDS: Final = 20.0
"""A window that has just opened has other things to do."""
LOOK_SECONDS: Final = 3600.0
MOST_BYTES: Final = 1 << 30
_DAY_SECONDS: Final = 24 * 3600.0
_KEY_OF_FILE: Final = "passphrase/"


@dataclass(frozen=True)
class Made:
    """A backup that was written."""

    path: str
    missing: tuple[str, ...]
    """Names of what the vault should have and has not."""
    outside: tuple[str, ...]
    """Private keys in files of the person's own: they are no part of it."""


@dataclass(frozen=True)
class Copy:
    """A copy of the database in the data directory."""

    path: Path
    kind: str
    made_at: float
    """Wall clock, seconds since 1970."""
    size: int
    """Bytes."""


class Backups:
    """Makes backups of a data directory that is open."""

    def __init__(
        self,
        home: Path,
        vault: Vault,
        seal: Seal,
        clusters: ClusterRecords,
        registry_logins: RegistryLoginRecords,
        channels: ChannelRecords,
        sums_key: bytes,
    ) -> None:
        self._home = home
        self._vault = vault
        self._seal = seal
        self._clusters = clusters
        self._registry_logins = registry_logins
        self._channels = channels
        self._sums_key = sums_key

    async def create(self, name: str, passphrase: Secret) -> Made:
        """Write all there is into a new file.

        Raises `PassphraseTooShort`, `FileUnwritable`, `VaultLocked` and its kin, with no file made.
        """
        contents = await asyncio.to_thread(self._contents)
        logins = await asyncio.to_thread(self._logins)
        wanted = [*self._seal.entries(), *(e for login in logins for e in key_entries(login))]
        wanted += map(login_entry, await asyncio.to_thread(self._registry_logins.all))
        wanted += map(channel_entry, await asyncio.to_thread(self._channels.all))
        entries, missing = dict[str, Secret](), list[str]()
        for entry in dict.fromkeys(wanted):
            try:
                entries[entry] = await self._vault.get(entry)
            except SecretMissing:
                if not entry.startswith(_KEY_OF_FILE):  # a key may need none
                    missing.append(entry)
        contents = Contents(contents.made_at, contents.database, contents.sums_key, entries)
        data = await asyncio.to_thread(sealed_backup, contents, passphrase)
        await asyncio.to_thread(write_private, name, data)
        outside = dict.fromkeys(login.key_file for login in logins if login.key_file)
        return Made(name, tuple(missing), tuple(outside))

    def copies(self) -> tuple[Copy, ...]:
        """The copies for this machine, newest first."""
        return copies(self._home)

    async def keep_daily(self) -> None:
        """Make a copy a day for as long as this runs. Raises `DatabaseUnwritable` and its kin."""
        await asyncio.sleep(START_SECONDS)
        while True:
            newest = next((c for c in self.copies() if c.kind == "daily"), None)
            if newest is None or not 0 <= time.time() - newest.made_at < _DAY_SECONDS:
                await self.copy("daily")
            await asyncio.sleep(LOOK_SECONDS)

    async def copy(self, kind: str) -> None:
        """Make a copy for this machine; the oldest of its kind goes where there are too many."""
        contents = await asyncio.to_thread(self._contents)
        await asyncio.to_thread(_write_copy, self._home, kind, contents)

    def look(self, name: str, passphrase: Secret | None) -> tuple[Contents, tuple[str, ...]]:
        """What is in a file, as `checked` says."""
        return checked(read_backup(name), passphrase)

    async def restore(self, contents: Contents) -> None:
        """As the function of that name, with the vault that is open here."""
        await restore(self._home, self._vault, contents)

    def _contents(self) -> Contents:
        return Contents(time.time(), snapshot(self._home / DATABASE), self._sums_key)

    def _logins(self) -> list[Login]:
        outposts = (o for c in self._clusters.all() for o in self._clusters.outposts(c.id))
        return [login for outpost in outposts for login in _hops(outpost.login)]


def _hops(login: Login | None) -> Iterator[Login]:
    while login is not None:
        yield login
        login = login.jump.login if login.jump else None


# -- on this machine --------------------------------------------------------------------------


def copies(home: Path) -> tuple[Copy, ...]:
    """The copies in a data directory, newest first."""
    found = []
    for path in (home / "backups").glob("*"):
        kind = path.suffix.removeprefix(".")
        if kind in KEPT:
            facts = path.stat()
            found.append(Copy(path, kind, facts.st_mtime, facts.st_size))
    return tuple(sorted(found, key=lambda copy: copy.path.name, reverse=True))


def _write_copy(home: Path, kind: str, contents: Contents) -> None:
    folder = home / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(contents.made_at))
    path = folder / f"{stamp}-{int(contents.made_at % 1 * 1000):03}.{kind}"
    for broken in folder.glob("*.part"):  # the program was ended while it wrote
        broken.unlink(missing_ok=True)
    part = path.with_name(f"{path.name}.part")
    write_private(str(part), plain_copy(contents))
    part.replace(path)
    for old in [c for c in copies(home) if c.kind == kind][KEPT[kind] :]:
        old.path.unlink(missing_ok=True)


# -- restoring --------------------------------------------------------------------------------


def read_backup(name: str) -> bytes:
    """The bytes of a backup or copy, for `is_sealed` and `checked`. Raises `FileUnreadable`."""
    return read_private(name, MOST_BYTES)


def checked(data: bytes, passphrase: Secret | None = None) -> tuple[Contents, tuple[str, ...]]:
    """What is in a backup, and the names of its clusters; nothing is changed by it.

    Raises `BackupUnusable` and its kin.
    """
    contents = opened_backup(data, passphrase)
    staged = _staged(contents)
    try:
        return contents, staged.clusters()
    finally:
        staged.close()


async def restore(home: Path, vault: Vault, contents: Contents) -> None:
    """Make a data directory what a backup holds. Nobody may have it open.

    What was there is kept as a copy. Raises `HomeInUse`, `VaultLocked` and its kin, and as
    opening the database does, with nothing changed.
    """
    staged = await asyncio.to_thread(_staged, contents)
    added: list[str] = []
    try:
        for entry, value in contents.entries.items():
            kept = None
            with suppress(SecretMissing):
                kept = await vault.get(entry)
            # The passphrase of a key in a file is that of the file on this machine.
            if kept is None or not (kept.same_as(value) or entry.startswith(_KEY_OF_FILE)):
                await vault.put(entry, value)
                added += [entry] if kept is None else []
        await asyncio.to_thread(_put_in_place, home, staged, contents.sums_key)
    except KnownError:
        for entry in added:
            await vault.remove(entry)
        raise
    finally:
        staged.close()


def _staged(contents: Contents) -> Staged:
    try:
        return Staged(contents.database, tr("the backup"))
    except DatabaseNewer as error:
        raise BackupNewer(detail=error.detail) from None
    except DatabaseDamaged as error:
        raise BackupDamaged(detail=error.detail) from None


def _put_in_place(home: Path, staged: Staged, sums_key: bytes) -> None:
    def keep(former: bytes | None) -> None:
        if former is not None:
            was = Staged(former, DATABASE)
            key = key_of_sums(home, was.key_of_sums())
            was.close()
            _write_copy(home, "before-restore", Contents(time.time(), former, key))
        staged.set_key_of_sums(keep_key_of_sums(home, sums_key))

    staged.end_what_was_under_way()
    staged.put_in_place(home, keep)
