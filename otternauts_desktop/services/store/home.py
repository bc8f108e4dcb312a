"""The data directory: where it is, and the one thing read from it before the database is open."""

import os
from pathlib import Path

from otternauts_desktop.core.errors import DatabaseUnwritable

_LANGUAGE = "language"


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
