"""Backups: all of it in one file, restored elsewhere; what is not whole is refused untouched."""

import asyncio
import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core.errors import FileUnwritable
from otternauts_desktop.core.flight.job import Job, JobState
from otternauts_desktop.core.kept_errors import (
    BackupDamaged,
    BackupNewer,
    BackupPassphraseWrong,
    BackupUnusable,
    DatabaseDamaged,
    HomeInUse,
    PassphraseTooShort,
    VaultLocked,
)
from otternauts_desktop.core.names import ClusterId, JobId, LaunchId, OutpostId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Cluster, Jump, Login, Outpost
from otternauts_desktop.services import backups as backups_module
from otternauts_desktop.services.backup_files import (
    Contents,
    opened_backup,
    plain_copy,
    sealed_backup,
)
from otternauts_desktop.services.backups import checked, copies, read_backup, restore
from otternauts_desktop.services.store import copies as copies_module
from otternauts_desktop.services.store.database import open_database
from otternauts_desktop.services.store.home import DATABASE
from otternauts_desktop.services.store.launches import LaunchRecord
from otternauts_desktop.services.store.migrations import MIGRATIONS
from otternauts_desktop.services.vault import Vault
from tests.services.test_vault import Memory, needs_secret_service, with_secret_service

CANARY = "c4nary-0f-the-backups"
PASSPHRASE = Secret("four words of no meaning")
CHEAP: Mapping[str, int] = {"rounds": 1, "lanes": 1, "memory_kib": 8}
ACME = ClusterId("acme")
SMALL = Contents(1.0, b"no database, but " * 3, b"k" * 32, {"ssh-key/1": Secret(CANARY)})


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTTERNAUTS_SECRET_KEY", "a passphrase")


def contents_of(folder: Path) -> dict[str, str]:
    """Every file below a folder, with the digest of its bytes."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def named(home: Path) -> list[str]:
    """Names of the clusters that a data directory knows."""
    with closing(sqlite3.connect(home / DATABASE)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM clusters")]


async def filled(control: MissionControl, name: str = "acme") -> None:
    """A cluster, an outpost with a key of the vault behind a jump host, and a value."""
    key = await control.keys.make("otter@home")
    over = Login("10.0.0.1", "ops", key_name=(await control.keys.make("over"))[0])
    login = Login("10.0.0.2", "ops", key_name=key[0], jump=Jump(over, "ssh-ed25519 AAAA"))
    await control.keys.set_passphrase("/k", Secret("of /k"), keep=True)
    control._clusters.add(Cluster(ACME, name, "swarm"))
    for number, way in enumerate((login, Login("10.0.0.3", "ops", key_file="/k"))):
        outpost = Outpost(OutpostId(f"o{number}"), ACME, f"o{number}", way, "ssh-ed25519 AAAA")
        control._clusters.add_outpost(outpost)
    await control.values.keep(ACME, "shop", {"API_KEY": Secret(CANARY)})
    await control.registry_logins.add("ghcr.io", "otter", Secret("of ghcr.io"))


async def backed_up(home: Path, file: Path) -> None:
    async with open_mission_control(home) as control:
        await filled(control)
        made = await control.backups.create(str(file), PASSPHRASE)
    assert (made.missing, made.outside) == ((), ("/k",))


async def test_all_is_restored_on_another_machine_with_another_vault(tmp_path: Path) -> None:
    file = tmp_path / "backup"
    await backed_up(tmp_path / "here", file)
    data = read_backup(str(file))
    assert CANARY.encode() not in data
    contents, clusters = checked(data, PASSPHRASE)
    assert clusters == ("acme",)
    sums = (tmp_path / "here" / "sums.key").read_bytes()

    for name, vault in (
        ("file", Vault(tmp_path / "file", use_keyring=False)),
        ("keyring", Vault(tmp_path / "keyring", backend=Memory(70_000))),
    ):
        home = tmp_path / name
        async with open_mission_control(home) as control:  # it was used before, and has its own key
            assert control.outposts.clusters() == ()
        if name == "keyring":
            (home / "vault.json").unlink(missing_ok=True)
        await restore(home, vault, contents)
        kept = await vault.get("passphrase//k")
        assert kept.reveal() == "of /k"
    async with open_mission_control(tmp_path / "file") as control:
        assert [c.name for c in control.outposts.clusters()] == ["acme"]
        assert (await control.values.of(ACME, "shop"))["API_KEY"].reveal() == CANARY
        one, _ = control.outposts.outposts(ACME)
        found = await control.keys._credentials(one.login)
        assert found.private_key is not None and found.jump is not None
        assert "OPENSSH PRIVATE KEY" in found.private_key.reveal()
        assert control.launches._key == sums
        (access,) = await control.registry_logins.access(ACME, ["ghcr.io/acme/shop:1"])
        assert access.password.reveal() == "of ghcr.io"


@needs_secret_service
async def test_a_backup_from_a_file_vault_is_restored_into_a_real_keyring(tmp_path: Path) -> None:
    await backed_up(tmp_path / "here", tmp_path / "backup")
    home = tmp_path / "there"
    program = ("-m", "otternauts_desktop", "--home", str(home / "data"))
    home.mkdir()
    words = (*program, "backup", "restore", str(tmp_path / "backup"), "--yes")
    done = with_secret_service(home, *words, stdin=PASSPHRASE.reveal())
    assert done.returncode == 0, done.stderr
    shown = with_secret_service(home, *program, "variable", "show", "--fleet", "shop", "API_KEY")
    assert shown.stdout == f"{CANARY}\n", shown.stderr
    assert not (home / "data" / "vault.json").exists()


async def test_it_is_of_one_moment_while_the_program_writes(tmp_path: Path) -> None:
    async with open_mission_control(tmp_path / "home") as control:
        await filled(control)

        async def write() -> None:
            for number in range(200):
                await control.values.keep(
                    ACME, "", {"ONE": Secret(str(number)), "TWO": Secret(str(number))}
                )
                await asyncio.sleep(0)

        writing = asyncio.create_task(write())
        for number in range(3):
            await asyncio.sleep(0.02)
            await control.backups.create(str(tmp_path / str(number)), PASSPHRASE)
        writing.cancel()
    for number in range(3):
        contents, _ = checked(read_backup(str(tmp_path / str(number))), PASSPHRASE)
        home = tmp_path / f"home{number}"
        await restore(home, Vault(home, use_keyring=False), contents)
        async with open_mission_control(home) as control:
            kept = await control.values.of(ACME, "")
            assert ("ONE" in kept) == ("TWO" in kept)
            if "ONE" in kept:
                assert kept["ONE"].same_as(kept["TWO"])


def test_every_changed_byte_is_refused() -> None:
    for data in (sealed_backup(SMALL, PASSPHRASE, CHEAP), plain_copy(SMALL)):
        assert opened_backup(data, PASSPHRASE).database == SMALL.database
        for at in range(len(data)):
            for flip in (0x01, 0x80, 0xFF):
                changed = bytearray(data)
                changed[at] ^= flip
                with pytest.raises(BackupUnusable):
                    opened_backup(bytes(changed), PASSPHRASE)
        for other in (*(data[:end] for end in range(len(data))), data + b"\0", b"\0" + data):
            with pytest.raises(BackupUnusable):
                opened_backup(other, PASSPHRASE)


def test_who_mends_the_sum_does_not_get_past_the_seal() -> None:
    data = sealed_backup(SMALL, PASSPHRASE, CHEAP)[:-32]
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 0x01
        with pytest.raises(BackupUnusable):
            opened_backup(bytes(changed) + hashlib.sha256(changed).digest(), PASSPHRASE)
    for other in (data[:-1], data + b"\0", data[:40]):
        with pytest.raises(BackupUnusable):
            opened_backup(other + hashlib.sha256(other).digest(), PASSPHRASE)


def test_what_is_wrong_with_a_file_is_said(tmp_path: Path) -> None:
    data = sealed_backup(SMALL, PASSPHRASE, CHEAP)
    with pytest.raises(BackupPassphraseWrong):
        opened_backup(data, Secret("four words of no meaning!"))
    for foreign in (b"", b"PK\3\4", b"SQLite format 3\0" + b"\0" * 100):
        with pytest.raises(BackupUnusable) as caught:
            opened_backup(foreign, PASSPHRASE)
        assert caught.value.anchor == "backup-unusable"
    newer = data[:-32].replace(b"BACKUP 1", b"BACKUP 2")
    with pytest.raises(BackupNewer):
        opened_backup(newer + hashlib.sha256(newer).digest(), PASSPHRASE)
    with pytest.raises(PassphraseTooShort):
        sealed_backup(SMALL, Secret("otter"), CHEAP)
    with pytest.raises(BackupDamaged):
        checked(data, PASSPHRASE)  # there is no database in it


def test_a_database_of_a_newer_version_or_another_program_is_refused(tmp_path: Path) -> None:
    for statement, error in (
        (f"PRAGMA user_version = {len(MIGRATIONS) + 1}", BackupNewer),
        ("DROP TABLE kept_values", BackupDamaged),
    ):
        path = tmp_path / f"{error.__name__}.db"
        open_database(path).close()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(statement)
        held = Contents(1.0, copies_module.snapshot(path), b"k" * 32)
        with pytest.raises(error):
            checked(plain_copy(held))


async def test_an_older_database_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    open_database(path, migrations=MIGRATIONS[:3]).close()
    contents, _ = checked(plain_copy(Contents(1.0, copies_module.snapshot(path), b"k" * 32)))
    await restore(tmp_path / "home", Vault(tmp_path / "home", use_keyring=False), contents)
    async with open_mission_control(tmp_path / "home") as control:
        assert control.values.all(ACME) == ()


async def test_nothing_is_restored_while_the_data_directory_is_in_use(tmp_path: Path) -> None:
    await backed_up(tmp_path / "there", tmp_path / "backup")
    contents, _ = checked(read_backup(str(tmp_path / "backup")), PASSPHRASE)
    home = tmp_path / "home"
    async with open_mission_control(home) as control:
        control._clusters.add(Cluster(ClusterId("own"), "own", "swarm"))
        with pytest.raises(HomeInUse):
            await restore(home, Vault(home, use_keyring=False), contents)
        assert [c.name for c in control.outposts.clusters()] == ["own"]
    kept = json.loads((home / "vault.json").read_text())
    assert kept["entries"] == {}, "what it had put into the vault is gone again"
    await restore(home, Vault(home, use_keyring=False), contents)
    assert named(home) == ["acme"]


async def test_a_locked_vault_refuses_before_anything_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await backed_up(tmp_path / "there", tmp_path / "backup")
    contents, _ = checked(read_backup(str(tmp_path / "backup")), PASSPHRASE)
    home = tmp_path / "home"
    open_database(home / DATABASE).close()
    before = contents_of(home)
    monkeypatch.delenv("OTTERNAUTS_SECRET_KEY")
    with pytest.raises(VaultLocked):
        await restore(home, Vault(home, use_keyring=False), contents)
    assert contents_of(home) == before


async def test_what_was_there_is_kept_and_can_be_had_back(tmp_path: Path) -> None:
    await backed_up(tmp_path / "there", tmp_path / "backup")
    contents, _ = checked(read_backup(str(tmp_path / "backup")), PASSPHRASE)
    home = tmp_path / "home"
    async with open_mission_control(home) as control:
        control._clusters.add(Cluster(ClusterId("own"), "own", "swarm"))
    vault = Vault(home, use_keyring=False)
    await restore(home, vault, contents)
    (kept,) = copies(home)
    assert kept.kind == "before-restore"
    former, clusters = checked(read_backup(str(kept.path)))
    assert clusters == ("own",)
    await restore(home, vault, former)
    assert named(home) == ["own"]
    async with open_mission_control(home) as control:
        assert control.launches._key == (home / "sums.key").read_bytes()


async def test_a_damaged_database_is_replaced_and_kept_aside(tmp_path: Path) -> None:
    await backed_up(tmp_path / "there", tmp_path / "backup")
    contents, _ = checked(read_backup(str(tmp_path / "backup")), PASSPHRASE)
    home = tmp_path / "home"
    home.mkdir()
    (home / DATABASE).write_bytes(b"not a database at all" * 400)
    with pytest.raises(DatabaseDamaged):
        open_database(home / DATABASE)
    await restore(home, Vault(home, use_keyring=False), contents)
    async with open_mission_control(home) as control:
        assert [c.name for c in control.outposts.clusters()] == ["acme"]
    (aside,) = home.glob("mission_control.damaged-*.db")
    assert aside.read_bytes().startswith(b"not a database")


async def test_what_was_under_way_does_not_go_on_by_itself(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with open_mission_control(home) as control:
        await filled(control)
        control.records.record_intent(
            LaunchRecord(LaunchId("l"), ACME, "shop", 0, "", "", "running", time.time())
        )
        job = Job(JobId("j"), "evacuate", "Empty o1", "acme", {}, time.time())
        control.jobs.records.add(replace(job, state=JobState.RUNNING, runner="gone"))
        await control.backups.copy("daily")
    (copy,) = copies(home)
    await restore(home, Vault(home, use_keyring=False), checked(read_backup(str(copy.path)))[0])
    async with open_mission_control(home) as control:
        assert control.launches.cut_off() == ()
        assert control.records.history(ACME, "shop")[0].state == "unknown"
        assert control.jobs.recover(resume=False) == ()
        assert control.jobs.get("j").state is JobState.CANCELLED


async def test_copies_of_seven_days_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups_module, "START_SECONDS", 0.0)
    async with open_mission_control(tmp_path) as control:
        await filled(control)
        for _ in range(9):
            await control.backups.copy("daily")
            await asyncio.sleep(0.002)
        assert len(copies(tmp_path)) == 7
        daily = asyncio.create_task(control.backups.keep_daily())
        await asyncio.sleep(0.1)
        assert len(copies(tmp_path)) == 7, "there is one of today"
        daily.cancel()
        for copy in copies(tmp_path):
            os.utime(copy.path, (time.time() - 90_000,) * 2)
        newest = copies(tmp_path)[0].path.name
        daily = asyncio.create_task(control.backups.keep_daily())
        async with asyncio.timeout(10):
            while copies(tmp_path)[0].path.name == newest:
                await asyncio.sleep(0.01)
        daily.cancel()
        assert copies(tmp_path)[0].path.stat().st_mode & 0o777 == 0o600
    assert CANARY.encode() not in b"".join(c.path.read_bytes() for c in copies(tmp_path))


async def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "backup").write_text("mine")
    async with open_mission_control(tmp_path / "home") as control:
        with pytest.raises(FileUnwritable):
            await control.backups.create(str(tmp_path / "backup"), PASSPHRASE)
    assert (tmp_path / "backup").read_text() == "mine"
