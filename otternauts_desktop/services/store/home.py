"""The data directory: where it is, and what is kept in it beside the database."""

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from otternauts_desktop.core.kept_errors import DatabaseUnwritable

DATABASE: Final = "mission_control.db"
KEY_SETTING: Final = "sums_key"
"""The setting that names the file with the key of sums, where it is not the usual one."""
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


def key_of_sums(home: Path, name: str = "") -> bytes:
    """The key under which sums of settings are kept, made where there is none.

    In a file of its own: the database, or a copy of it, tells nothing of the values without it.
    `name` is what `keep_key_of_sums` gave. Raises `DatabaseUnwritable`.
    """
    path = home / (name or _KEY)
    with _unwritable(path):
        if not path.exists():
            part = home / f"{path.name}.{secrets.token_hex(4)}.part"
            _write_new(part, secrets.token_bytes(_KEY_BYTES))
            # Whole from its first moment, and of two programs both use the first.
            try:
                os.link(part, path)
            except FileExistsError:
                pass
            except OSError:  # a file system without hard links
                part.replace(path)
            part.unlink(missing_ok=True)
        return path.read_bytes()


def keep_key_of_sums(home: Path, key: bytes) -> str:
    """Keep the key of another data directory beside the own one; gives the name it has there.

    Raises `DatabaseUnwritable`.
    """
    name = f"sums-{hashlib.sha256(key).hexdigest()[:16]}.key"
    part = home / f"{name}.{secrets.token_hex(4)}.part"
    with _unwritable(home / name):
        _write_new(part, key)
        part.replace(home / name)
    return name


def _write_new(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


@contextlib.contextmanager
def _unwritable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DatabaseUnwritable(detail=f"{path}: {error.strerror}.") from error
