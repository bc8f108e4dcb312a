"""The series of samples, in a file of their own: bounded, and no part of a backup.

What is lost with it is the past of the charts, nothing else. So one that is damaged, or of another
version of the program, is set aside and begun anew: it needs no migrations. One program writes
(the window); others may read meanwhile. Calls block for a short time, from any thread.
"""

import logging
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from otternauts_desktop.core.gauges.series import COARSE, FINE, Block, Grain, Subject, unpacked
from otternauts_desktop.core.kept_errors import DatabaseDamaged
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.services.store.database import BUSY_SECONDS, as_known_errors

_log = logging.getLogger(__name__)

SAMPLES: Final = "samples.db"
"""The file's name in the data directory."""
MOST_BYTES: Final = 64 * 1024 * 1024
"""Its size at most, however much is sampled: the oldest blocks go first."""
_VERSION: Final = 1
_SCHEMA: Final = """
CREATE TABLE blocks (
    step INTEGER NOT NULL,
    start INTEGER NOT NULL,
    cluster_id TEXT NOT NULL,
    service_id TEXT NOT NULL,
    name TEXT NOT NULL,
    packed BLOB NOT NULL,
    PRIMARY KEY (step, start, cluster_id, service_id, name)
)
"""


class SampleRecords:
    """Blocks of samples by subject and time. All may raise `DatabaseUnwritable`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def prepare(self) -> None:
        """Make the file where there is none that can be used. The writer calls it first."""
        try:
            self._begin()
        except DatabaseDamaged as error:
            aside = self._path.with_name(f"{self._path.name}.unusable")
            _log.warning("samples begin anew, the former ones are %s: %s", aside, error.text())
            self._path.replace(aside)
            for name in ("wal", "shm"):
                self._path.with_name(f"{self._path.name}-{name}").unlink(missing_ok=True)
            self._begin()

    def load(
        self,
        grain: Grain,
        since: float,
        until: float,
        *,
        cluster_id: ClusterId | None = None,
        service_id: str | None = None,
        name: str | None = None,
    ) -> dict[Subject, list[Block]]:
        """The blocks with slots between two moments, oldest first; of all subjects, or of some.

        Nothing where nobody has sampled yet. Raises `DatabaseDamaged`.
        """
        if not self._path.exists():
            return {}
        wanted = {"cluster_id": cluster_id, "service_id": service_id, "name": name}
        chosen = {key: value for key, value in wanted.items() if value is not None}
        conditions = ["step = ?", "start > ?", "start <= ?", *(f"{key} = ?" for key in chosen)]
        query = f"SELECT * FROM blocks WHERE {' AND '.join(conditions)} ORDER BY start"  # noqa: S608 - our own words
        values = (grain.step, since - grain.span, until, *chosen.values())
        found: dict[Subject, list[Block]] = {}
        with self._open() as connection:
            for _, start, cluster, service, named, packed in connection.execute(query, values):
                subject = Subject(ClusterId(cluster), service, named)
                try:
                    block = unpacked(grain, start, packed)
                except ValueError as error:
                    raise DatabaseDamaged(detail=f"{self._path}: {error}.") from error
                found.setdefault(subject, []).append(block)
        return found

    def save(self, rows: Sequence[tuple[Subject, int, int, bytes]]) -> None:
        """Keep blocks (subject, step, start, packed), instead of those that are there."""
        with self._writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO blocks VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (step, start, subject.cluster_id, subject.service_id, subject.name, packed)
                    for subject, step, start, packed in rows
                ),
            )

    def prune(
        self, now: float, clusters: Collection[ClusterId], *, most_bytes: int = MOST_BYTES
    ) -> None:
        """Let go of what is older than it is kept for, of clusters that are not among these, and
        of what is too much for the file."""
        with self._writing() as connection:
            for grain in (FINE, COARSE):
                old = (grain.step, now - grain.kept - grain.span)
                connection.execute("DELETE FROM blocks WHERE step = ? AND start < ?", old)
            for (cluster,) in connection.execute("SELECT DISTINCT cluster_id FROM blocks"):
                if cluster not in clusters:
                    connection.execute("DELETE FROM blocks WHERE cluster_id = ?", (cluster,))
        with self._open() as connection:
            while _size(connection) > most_bytes:
                (oldest,) = connection.execute("SELECT min(start) FROM blocks").fetchone()
                if oldest is None:
                    break
                connection.execute("DELETE FROM blocks WHERE start < ?", (oldest + FINE.span,))
            connection.execute("PRAGMA incremental_vacuum").fetchall()

    def _begin(self) -> None:
        with as_known_errors(self._path):
            self._path.touch(mode=0o600)
            self._path.chmod(0o600)
        with self._open() as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version == _VERSION:
                return
            if version:
                raise DatabaseDamaged(detail=f"{self._path}: version {version}.")
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA page_size = 16384")  # blocks of some kB: little is left free
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            connection.execute(_SCHEMA)
            connection.execute(f"PRAGMA user_version = {_VERSION}")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with (
            as_known_errors(self._path),
            closing(
                sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
            ) as connection,
        ):
            # What the last seconds before a power cut wrote may be lost: a gap in a chart.
            connection.execute("PRAGMA synchronous = NORMAL")
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")


def _size(connection: sqlite3.Connection) -> int:
    """Bytes that hold something."""
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    return int(pages - free) * int(size)
