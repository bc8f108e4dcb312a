"""Logs saved to files on this machine: whole or not at all, however long they are."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Final

from otternauts_desktop.core.errors import FileUnwritable

_AT_ONCE: Final = 2_000


def write_log(path: str, lines: Iterable[str], given_up: Callable[[], bool]) -> int:
    """Put lines into a file; gives how many there were. Raises `FileUnwritable`.

    Takes long for many, so it is for a thread; where it is `given_up`, it ends early and leaves
    what was there before.
    """
    target = Path(path)
    lines = iter(lines)
    count = 0
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                while portion := list(islice(lines, _AT_ONCE)):
                    if given_up():
                        break
                    file.write("".join(f"{line}\n" for line in portion).encode("utf-8", "replace"))
                    count += len(portion)
                file.flush()
                os.fsync(file.fileno())
            if not given_up():
                Path(name).chmod(0o600)
                Path(name).replace(target)
        finally:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
    except OSError as error:
        raise FileUnwritable(detail=f"{path}: {error.strerror}.") from None
    return count
