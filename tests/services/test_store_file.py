"""The database file: private, migrated with care, and left alone where it is not for us."""

import contextlib
import hashlib
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from otternauts_desktop.core.kept_errors import (
    DatabaseDamaged,
    DatabaseNewer,
    DatabaseUnwritable,
    HomeInUse,
)
from otternauts_desktop.services.store import database as database_module
from otternauts_desktop.services.store.clusters import ClusterRecords
from otternauts_desktop.services.store.database import open_database
from otternauts_desktop.services.store.lock import HomeLock
from otternauts_desktop.services.store.migrations import MIGRATIONS
from otternauts_desktop.services.store.tables import METADATA

ONE = ("CREATE TABLE ships (name TEXT NOT NULL)", "INSERT INTO ships VALUES ('Otter')")
TWO = ("ALTER TABLE ships ADD COLUMN crew INTEGER NOT NULL DEFAULT 1",)
BROKEN = ("CREATE TABLE half_done (x TEXT)", "INSERT INTO no_such_table VALUES (1)")


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder, with the digest of its bytes."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def schema(path: Path) -> dict[str, object]:
    """Tables with columns, keys and indexes, as SQLite understood them."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        found: dict[str, object] = {}
        for (table,) in tables.fetchall():
            indexes = set()
            for _, name, unique, origin, _ in connection.execute(f"PRAGMA index_list({table})"):
                columns = connection.execute(f"PRAGMA index_info({name})").fetchall()
                indexes.add((unique, origin, tuple(column for _, _, column in columns)))
            found[table] = (
                connection.execute(f"PRAGMA table_xinfo({table})").fetchall(),
                connection.execute(f"PRAGMA foreign_key_list({table})").fetchall(),
                indexes,
            )
        return found


def test_migrations_make_the_schema_that_the_tables_declare(tmp_path: Path) -> None:
    open_database(tmp_path / "migrated.db").close()
    engine = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    METADATA.create_all(engine)
    engine.dispose()
    declared = schema(tmp_path / "declared.db")
    assert len(declared) == len(METADATA.tables)
    assert schema(tmp_path / "migrated.db") == declared


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a profile private by itself")
def test_directory_and_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        home = tmp_path / "home"
        database = open_database(home / "mission_control.db")
        with database.reading() as connection:  # makes the log and its index
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").fetchall()
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in home.iterdir()}
        database.close()
    finally:
        os.umask(before)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert modes == {
        "mission_control.db": 0o600,
        "mission_control.db-wal": 0o600,
        "mission_control.db-shm": 0o600,
    }


def test_writes_are_durable_and_references_hold(tmp_path: Path) -> None:
    database = open_database(tmp_path / "mission_control.db")
    with database.reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    database.close()
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 10_000,
    }


def test_closing_leaves_one_file(tmp_path: Path) -> None:
    open_database(tmp_path / "mission_control.db").close()
    assert [file.name for file in tmp_path.iterdir()] == ["mission_control.db"]


def test_an_older_file_is_copied_and_then_migrated(tmp_path: Path) -> None:
    path = tmp_path / "mission_control.db"
    open_database(path, migrations=[ONE]).close()
    before = contents(tmp_path)
    open_database(path, migrations=[ONE, TWO]).close()
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "mission_control.db",
        "mission_control.v1.db",
    ]
    assert contents(tmp_path)["mission_control.db"] != before["mission_control.db"]
    for name, version, columns in (
        ("mission_control.v1.db", 1, ("Otter",)),
        ("mission_control.db", 2, ("Otter", 1)),
    ):
        with contextlib.closing(sqlite3.connect(tmp_path / name)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (version,)
            assert connection.execute("SELECT * FROM ships").fetchall() == [columns]
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "mission_control.v1.db").stat().st_mode) == 0o600


def test_a_migration_that_fails_leaves_the_version_before_it(tmp_path: Path) -> None:
    path = tmp_path / "mission_control.db"
    open_database(path, migrations=[ONE]).close()
    with pytest.raises(sqlite3.OperationalError, match="no_such_table"):
        open_database(path, migrations=[ONE, TWO, BROKEN])
    open_database(path, migrations=[ONE, TWO]).close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        tables = connection.execute("SELECT name FROM sqlite_schema").fetchall()
    assert tables == [("ships",)]


def test_a_newer_file_is_left_untouched(tmp_path: Path) -> None:
    path = tmp_path / "mission_control.db"
    open_database(path, migrations=[ONE, TWO]).close()
    before = contents(tmp_path)
    with pytest.raises(DatabaseNewer, match=r"version 2.*knows 1") as caught:
        open_database(path, migrations=[ONE])
    assert caught.value.next_step
    assert contents(tmp_path) == before


def test_a_newer_file_with_a_log_is_left_untouched(tmp_path: Path) -> None:
    path = tmp_path / "mission_control.db"
    with contextlib.closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode = WAL").fetchone()
        writer.execute("PRAGMA user_version = 99")
        before = {
            name: path.with_name(name).read_bytes() for name in (path.name, f"{path.name}-wal")
        }
        with pytest.raises(DatabaseNewer, match="version 99"):
            open_database(path)
        after = {name: path.with_name(name).read_bytes() for name in before}
    assert after == before


@pytest.mark.parametrize(
    "make",
    ["text", "cut short", "scribbled over", "of another program"],
)
def test_what_is_not_our_database_is_left_untouched(tmp_path: Path, make: str) -> None:
    path = tmp_path / "mission_control.db"
    if make == "text":
        path.write_text("services: {}\n" * 1000)
    elif make == "of another program":
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE bookmarks (url TEXT)")
    else:
        open_database(path).close()
        whole = path.read_bytes()
        half = len(whole) // 2
        path.write_bytes(whole[:half] if make == "cut short" else whole[:100] + b"\xff" * half)
    before = contents(tmp_path)
    with pytest.raises(DatabaseDamaged) as caught:
        open_database(path)
    assert str(path) in caught.value.detail
    assert contents(tmp_path) == before


def test_damage_below_the_surface_stops_a_migration(tmp_path: Path) -> None:
    path = tmp_path / "mission_control.db"
    filled = (*ONE, "CREATE TABLE cargo (x TEXT)", "INSERT INTO cargo VALUES (zeroblob(100000))")
    open_database(path, migrations=[filled]).close()
    whole = bytearray(path.read_bytes())
    whole[8192:12288] = b"\xff" * 4096
    path.write_bytes(whole)
    before = contents(tmp_path)
    with pytest.raises(DatabaseDamaged):
        open_database(path, migrations=[filled, TWO])
    assert contents(tmp_path) == before


def test_damage_met_while_reading_is_a_known_error(tmp_path: Path) -> None:
    path = tmp_path / "mission_control.db"
    open_database(path).close()
    whole = bytearray(path.read_bytes())
    root = _root_page(path, "clusters")
    whole[(root - 1) * 4096 : root * 4096] = b"\xff" * 4096
    path.write_bytes(whole)
    database = open_database(path)
    with pytest.raises(DatabaseDamaged):
        ClusterRecords(database).all()
    database.close()


def test_a_place_that_cannot_hold_a_file_is_a_known_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DatabaseUnwritable, match="file"):
        open_database(tmp_path / "file" / "mission_control.db")
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(DatabaseUnwritable):
        open_database(tmp_path / "folder.db")


def test_a_file_that_another_process_keeps_locked_is_a_known_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.05)
    database = open_database(tmp_path / "mission_control.db")
    with contextlib.closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnwritable, match="locked"), database.writing():
            pass
    database.close()


def test_several_processes_make_and_use_one_file(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Cluster
from otternauts_desktop.services.store.clusters import ClusterRecords
from otternauts_desktop.services.store.database import open_database
path, name = Path(sys.argv[1]), sys.argv[2]
database = open_database(path)
for number in range(5):
    ClusterRecords(database).add(Cluster(ClusterId(f"{name}{number}"), f"{name}{number}", ""))
database.close()
"""
    path = tmp_path / "home" / "mission_control.db"
    started = [subprocess.Popen([sys.executable, "-c", program, str(path), name]) for name in "abc"]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    database = open_database(path)
    assert len(ClusterRecords(database).all()) == 15
    database.close()


def test_one_window_per_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with HomeLock(home):
        with pytest.raises(HomeInUse, match=str(os.getpid())), HomeLock(home):
            pass
        with HomeLock(tmp_path / "other"):
            pass
    with HomeLock(home):
        pass


def test_a_killed_window_frees_its_home(tmp_path: Path) -> None:
    program = """
import sys, time
from pathlib import Path
from otternauts_desktop.services.store.lock import HomeLock
with HomeLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE
    ) as window:
        assert window.stdout is not None
        assert window.stdout.readline().strip() == b"held"
        with pytest.raises(HomeInUse, match=f"process {window.pid}"), HomeLock(tmp_path):
            pass
        window.kill()
    with HomeLock(tmp_path):
        pass


def test_the_released_migrations_are_as_many_as_the_version_says(tmp_path: Path) -> None:
    path = tmp_path / "mission_control.db"
    open_database(path).close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def _root_page(path: Path, table: str) -> int:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        row = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,))
        page: int = row.fetchone()[0]
        return page
