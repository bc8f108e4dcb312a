"""The database as a whole: a copy taken while the program runs, and one put in its place.

SQLite's online backup does both, so that a copy is of one moment, and what is put in place is
there whole or not at all, whenever the program or the machine ends.
"""

import json
import os
import secrets
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Final

from otternauts_desktop.core.flight.job import JobState
from otternauts_desktop.core.flight.progress import Cause, LaunchState
from otternauts_desktop.core.kept_errors import DatabaseDamaged, HomeInUse
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.store.database import as_known_errors, newer, open_database
from otternauts_desktop.services.store.home import DATABASE, KEY_SETTING
from otternauts_desktop.services.store.migrations import MIGRATIONS
from otternauts_desktop.services.store.tables import METADATA

_JOURNAL_BYTES: Final = slice(18, 20)
"""Of the file's head: whether it has a write-ahead log, which a database in memory can't."""
_PATIENCE_SECONDS: Final = 1.0


def snapshot(path: Path) -> bytes:
    """The database at `path` as last committed. Raises as opening it does."""
    with as_known_errors(path), closing(sqlite3.connect(path)) as live:
        return _bytes_of(live)


def _bytes_of(live: sqlite3.Connection) -> bytes:
    with closing(sqlite3.connect(":memory:")) as copy:
        live.backup(copy)
        data = bytearray(copy.serialize())
    data[_JOURNAL_BYTES] = b"\1\1"
    return bytes(data)


class Staged:
    """A database in memory, looked over and brought to the newest version."""

    def __init__(self, data: bytes, name: str) -> None:
        """`name` is the file's that it comes from. Raises `DatabaseDamaged`, `DatabaseNewer`."""
        path = Path(name)
        self._connection = sqlite3.connect(
            ":memory:", isolation_level=None, check_same_thread=False
        )
        try:
            self._connection.deserialize(data)
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version > len(MIGRATIONS):
                raise newer(path, version, len(MIGRATIONS))
            (verdict,) = self._connection.execute("PRAGMA integrity_check(1)").fetchone()
            if verdict != "ok":
                raise DatabaseDamaged(detail=f"{name}: {verdict}")
            for statements in MIGRATIONS[version:]:
                for statement in statements:
                    self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
            tables = self._connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            if not METADATA.tables.keys() <= {table for (table,) in tables}:
                raise DatabaseDamaged(
                    detail=tr("{path} is the database of another program.", path=name)
                )
        except sqlite3.Error as error:
            raise DatabaseDamaged(detail=f"{name}: {error}.") from error

    def clusters(self) -> tuple[str, ...]:
        """Names of the clusters in it."""
        rows = self._connection.execute("SELECT name FROM clusters ORDER BY number")
        return tuple(name for (name,) in rows)

    def end_what_was_under_way(self) -> None:
        """Nothing goes on by itself that was under way when it was copied: that was long ago."""
        cause = Cause(
            "",
            tr("It was under way when the backup was made."),
            tr("Launch again: what is in place already stays untouched."),
        )
        self._connection.execute(
            "UPDATE launches SET state = ?, ended_at = ?, cause = ? WHERE state = ?",
            (
                LaunchState.UNKNOWN.value,
                time.time(),
                json.dumps(asdict(cause)),
                LaunchState.RUNNING.value,
            ),
        )
        self._connection.execute(
            "UPDATE jobs SET state = ?, holds = '' WHERE state IN (?, ?, ?)",
            (
                JobState.CANCELLED.value,
                *(JobState.QUEUED.value, JobState.RUNNING.value, JobState.INTERRUPTED.value),
            ),
        )

    def set_key_of_sums(self, name: str) -> None:
        """Say in which file the key of its sums is."""
        self._connection.execute(
            "INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)",
            (KEY_SETTING, json.dumps(name)),
        )

    def key_of_sums(self) -> str:
        """What `set_key_of_sums` was given, "" for the usual one."""
        row = self._connection.execute(
            "SELECT value FROM settings WHERE key = ?", (KEY_SETTING,)
        ).fetchone()
        return str(json.loads(row[0])) if row else ""

    def put_in_place(self, home: Path, first: Callable[[bytes | None], None]) -> None:
        """Be the database of `home` from now on.

        `first` is given the one before, None where it can't be read, once nothing is in the way.

        Raises `HomeInUse` where any other program has it open, and as opening it does. One that
        is damaged is kept aside.
        """
        path = home / DATABASE
        try:
            open_database(path).close()
        except DatabaseDamaged:
            first(None)
            self._replace(path)
            return
        with closing(sqlite3.connect(path, timeout=_PATIENCE_SECONDS)) as live:
            # Before it is first read, this takes the file for its own; others then wait.
            live.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
            try:
                live.execute("SELECT count(*) FROM sqlite_schema").fetchall()
                live.execute("PRAGMA synchronous = FULL").fetchall()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
                raise HomeInUse(detail=str(home)) from None
            with as_known_errors(path):
                first(_bytes_of(live))
                self._connection.backup(live)

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()

    def _replace(self, path: Path) -> None:
        """Take the place of a file that SQLite can't open."""
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        part = path.with_suffix(f".{secrets.token_hex(4)}.part")
        with as_known_errors(path):
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(self._connection.serialize())
                out.flush()
                os.fsync(out.fileno())
            shutil.copy2(path, path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}"))
            for beside in ("-wal", "-shm"):  # they belong to the damaged one
                path.with_name(path.name + beside).unlink(missing_ok=True)
            part.replace(path)
