"""The data directory: where it is, and what is kept in it beside the database."""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

from otternauts_desktop.core.errors import DatabaseUnwritable

DATABASE: Final = "mission_control.db"
_LANGUAGE: Final = "language"
_KEY: Final = "sums.key"
_KEY_BYTES: Final = 32


def default_home() -> Path:
    """`OTTERNAUTS_HOME`, else `~/.otternauts`."""
    return Path(os.environ.get("OTTERNAUTS_HOME") or "~/.otternauts").expanduser()


def kept_language(home: Path) -> str:
    """The language that the person chose, such as `de`; "" for the system's.

    In a file of its own (docs/decisions/0011): the first picture needs it, and so does the
    sentence that says why the database can't be opened.
    """
    try:
        return (home / _LANGUAGE).read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def keep_language(home: Path, language: str) -> None:
    """Keep what `kept_language` gives at the next start. Raises `DatabaseUnwritable`."""
    try:
        (home / _LANGUAGE).write_text(language, encoding="ascii")
    except OSError as error:
        raise DatabaseUnwritable(detail=f"{home / _LANGUAGE}: {error.strerror}.") from error


def key_of_sums(home: Path) -> bytes:
    """The key under which sums of settings are kept, made where there is none.

    In a file of its own: the database, or a copy of it, tells nothing of the values without it.
    Raises `DatabaseUnwritable`.
    """
    path = home / _KEY
    try:
        with contextlib.suppress(FileExistsError):
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            os.write(file, secrets.token_bytes(_KEY_BYTES))
            os.close(file)
        return path.read_bytes()[:_KEY_BYTES]
    except OSError as error:
        raise DatabaseUnwritable(detail=f"{path}: {error.strerror}.") from error
