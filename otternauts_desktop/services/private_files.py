"""Files that hold secrets: made so that only their owner can read them, never overwritten."""

import os
from pathlib import Path
from typing import Final

from otternauts_desktop.core.errors import FileUnreadable, FileUnwritable
from otternauts_desktop.core.words import tr

MOST_BYTES: Final = 32 * 1024**2
"""Traefik's certificates take about 12 kB a domain."""


def read_private(name: str, most: int = MOST_BYTES) -> bytes:
    """What a file holds. Raises `FileUnreadable`, also for one that can't be what is wanted."""
    try:
        with Path(name).expanduser().open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise FileUnreadable(detail=f"{name}: {error.strerror}.") from None
    if len(content) > most:
        raise FileUnreadable(
            detail=tr("{path} is larger than {number} MiB.", path=name, number=most >> 20)
        )
    return content


def write_private(name: str, content: bytes) -> None:
    """Make a file that only its owner can read, whole or not at all.

    Raises `FileUnwritable`; none is overwritten.
    """
    path = Path(name).expanduser()
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                path.unlink()
                raise
    except FileExistsError:
        raise FileUnwritable(detail=tr("{path} exists already.", path=name)) from None
    except OSError as error:
        raise FileUnwritable(detail=f"{name}: {error.strerror}.") from None
