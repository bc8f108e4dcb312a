"""Flight plans in files on this machine: read, and written back as they were written before."""

import contextlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from otternauts_desktop.core.errors import FileUnreadable, FileUnwritable
from otternauts_desktop.core.fleet.compose import MAX_BYTES
from otternauts_desktop.core.words import tr

_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class PlanText:
    """What a file holds, with plain line breaks, and how it is written."""

    text: str
    newline: str = "\n"
    bom: bool = False
    """It begins with a byte order mark."""


def read_plan(path: str) -> PlanText:
    """The flight plan in a file. Raises `FileUnreadable`."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        text = data.decode()
    except UnicodeDecodeError:
        raise FileUnreadable(
            detail=tr("{path} is not UTF-8 text.", path=path), next_step=tr("Save it as UTF-8.")
        ) from None
    except OSError as error:
        raise FileUnreadable(detail=f"{path}: {error.strerror}.") from None
    if len(data) > MAX_BYTES:
        raise FileUnreadable(
            detail=tr("It is larger than 1 MiB."),
            next_step=tr("Check that it is the right file."),
        )
    newline = "\r\n" if "\r\n" in text else "\n"
    plain = text.removeprefix(_BOM).replace("\r\n", "\n").replace("\r", "\n")
    return PlanText(plain, newline, text.startswith(_BOM))


def write_plan(path: str, plan: PlanText) -> None:
    """Put a flight plan into a file, whole or not at all. Raises `FileUnwritable`.

    A link stays a link, and the rights of a file that is there already stay as they are.
    """
    text = (_BOM if plan.bom else "") + plan.text.replace("\n", plan.newline)
    target = Path(path)
    try:
        target = target.resolve()
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, name)
            else:
                Path(name).chmod(0o644)
            Path(name).replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except (OSError, UnicodeEncodeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise FileUnwritable(detail=f"{path}: {why}.") from None
