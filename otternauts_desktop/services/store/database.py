"""The file itself: opened privately, looked at before it is touched, migrated, closed.

Calls block for a short time and may come from any thread. Several processes may have the same
file open (the window and the command line): SQLite's write-ahead log keeps them apart.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.kept_errors import DatabaseDamaged, DatabaseNewer, DatabaseUnwritable
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.store.migrations import MIGRATIONS

BUSY_SECONDS: Final = 10.0
"""How long a write waits for that of another process."""
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class Database:
    """An open database. Records read and write through `reading` and `writing`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = create_engine(
            URL.create("sqlite", database=str(path)),
            # The driver opens no transactions of its own: `_begin` says which kind.
            connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
        )
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        self._lookout: sqlite3.Connection | None = None

    def changes(self) -> int:
        """Another number after each change of the file, whoever made it. Costs next to nothing.

        Raises as `reading` does.
        """
        with as_known_errors(self.path):
            if self._lookout is None:
                # It never writes, so that every change is another connection's: those are counted.
                self._lookout = sqlite3.connect(
                    self.path, timeout=BUSY_SECONDS, check_same_thread=False
                )
            (number,) = self._lookout.execute("PRAGMA data_version").fetchone()
        return int(number)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the file throughout.

        Raises `DatabaseDamaged` or `DatabaseUnwritable` where SQLite gives up.
        """
        with as_known_errors(self.path), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction: committed at the end, rolled back on an error.

        Raises as `reading` does.
        """
        with (
            as_known_errors(self.path),
            self._engine.connect().execution_options(writing=True) as connection,
            connection.begin(),
        ):
            yield connection

    def close(self) -> None:
        """Bring everything into the one file and let go of it."""
        if self._lookout is not None:
            self._lookout.close()
            self._lookout = None
        with contextlib.closing(_connect(self.path)) as connection:
            # Another process may be reading: then it is left to whoever closes last.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._engine.dispose()


def open_database(path: Path, *, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> Database:
    """Open the database at `path`, making it (and its directory) where there is none.

    An older one is copied beside itself first, as `<name>.v<version><suffix>`, then migrated.
    Raises `DatabaseNewer` or `DatabaseDamaged`, with the file left as it was, and
    `DatabaseUnwritable`. `migrations` is given by tests only.
    """
    with as_known_errors(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            # The first moment of the file is private already; SQLite's own would follow umask.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            _look(path, newest=len(migrations))
            path.chmod(0o600)
        with closing(_connect(path)) as connection:
            _migrate(path, connection, migrations)
    return Database(path)


def _look(path: Path, *, newest: int) -> None:
    """Raise where the file is not for us, without changing it or making files beside it."""
    log = path.with_name(f"{path.name}-wal")
    # Without a log nobody has it open and the file is all there is; `immutable` then keeps
    # SQLite from making one. With a log, part of the truth is in it.
    mode = "mode=ro" if log.exists() else "immutable=1"
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (objects,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if version == 0 and objects:
            raise DatabaseDamaged(
                detail=tr("{path} is the database of another program.", path=path)
            )
        if 0 < version < newest:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise DatabaseDamaged(detail=f"{path}: {verdict}")
    if version > newest:
        raise newer(path, version, newest)


def newer(path: Path, version: int, newest: int) -> DatabaseNewer:
    """The error for a file of a version that this program does not know."""
    return DatabaseNewer(
        detail=tr(
            "{path} has version {version}, this program knows {newest}.",
            path=path,
            version=version,
            newest=newest,
        )
    )


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    _prepare(connection)
    return connection


def _prepare(connection: Any, _: object = None) -> None:
    """What has to be said on each connection (only the journal mode stays in the file)."""
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later could fail in the middle, without waiting.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _migrate(
    path: Path, connection: sqlite3.Connection, migrations: Sequence[Sequence[str]]
) -> None:
    """Take the file to the newest version, each step in one transaction."""
    copied = False
    while True:
        # Under the lock, because another process may have been faster.
        connection.execute("BEGIN IMMEDIATE")
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > len(migrations):
                raise newer(path, version, len(migrations))
            if version == len(migrations):
                break
            if not copied:
                if version > 0:  # a new one has nothing to lose
                    _copy(path, path.with_name(f"{path.stem}.v{version}{path.suffix}"))
                copied = True
            for statement in migrations[version]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _copy(path: Path, target: Path) -> None:
    """Copy the database as last committed, privately, replacing an earlier copy."""
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(_connect(path)) as connection:
        connection.execute("VACUUM INTO ?", (str(partial),))
    partial.replace(target)


@contextmanager
def as_known_errors(path: Path) -> Iterator[None]:
    """Raise what the world does to a database file as a known error; a bug stays what it is."""
    try:
        yield
    except DBAPIError as error:
        known = _known(error.orig, path)
        if known is None:
            raise
        raise known from None  # the statement's parameters stay out of any report
    except (sqlite3.Error, OSError) as error:
        known = _known(error, path)
        if known is None:
            raise
        raise known from error


def _known(error: BaseException | None, path: Path) -> KnownError | None:
    if isinstance(error, OSError):
        return DatabaseUnwritable(detail=f"{path}: {error.strerror}.")
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _DAMAGED:
            return DatabaseDamaged(detail=f"{path}: {error}.")
        if code in _WORLD:
            return DatabaseUnwritable(detail=f"{path}: {error}.")
    return None


_WORLD: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
"""Primary result codes that disks, rights and other processes cause, not programs."""
