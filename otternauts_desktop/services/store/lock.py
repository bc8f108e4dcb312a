"""Locks of the operating system, gone with their process: one window per data directory."""

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from otternauts_desktop.core.kept_errors import HomeInUse
from otternauts_desktop.core.words import tr

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_LOCKED_BYTE: Final = 1 << 30
"""Windows locks bytes against reading too: one far behind the text leaves that readable."""


class FileLock:
    """A lock on a file, which is made where it is missing. It ends with the process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> bool:
        """Take the lock and write down who has it; False where another process (or lock) has."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(file)
        except OSError:
            os.close(file)
            return False
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file
        return True

    def release(self) -> None:
        """Let go of it. The file stays: removing it would let two lock two files of one name."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class HomeLock:
    """Context manager that holds the lock on the data directory `home`.

    The command line does not take it: the database keeps the two apart. Raises `HomeInUse`
    where another process (or another `HomeLock` of this one) holds it.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / "window.lock"
        self._lock = FileLock(self._path)

    def __enter__(self) -> Self:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._lock.take():
            with self._path.open("rb") as file:
                holder = file.read(20).decode("ascii", errors="replace").strip()
            raise HomeInUse(
                detail=tr(
                    "{path} is in use by process {process}.",
                    path=self._path.parent,
                    process=holder or "?",
                )
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lock.release()


if sys.platform == "win32":

    def _lock(file: int) -> None:
        os.lseek(file, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(file, 0, os.SEEK_SET)

else:

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
