"""What Otternauts makes of the files of a flight plan: here alone the harness calls it."""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from otternauts_desktop.core.errors import KnownError, VariablesMissing
from otternauts_desktop.core.fleet.beside import Beside
from otternauts_desktop.core.fleet.findings import Finding
from otternauts_desktop.core.fleet.flight_plan import files_wanted, prepare, read
from otternauts_desktop.core.secret import Secret
from tests.oracle.docker import PROJECT


@dataclass(frozen=True)
class Rendered:
    """What would be sent, and what is said about it; or why there is nothing."""

    body: str = ""
    """Empty where nothing can be sent."""
    findings: tuple[Finding, ...] = ()
    refusal: str = ""
    """A known error, as a person reads it."""
    line: int = 0
    missing: str = ""
    """The refusal, where it is about variables without a value."""
    beside: tuple[str, ...] = ()
    """Files beside that were read, by their way from the first one's folder."""
    crash: str = ""
    """The traceback of what should never be raised."""


def render(folder: Path, files: Sequence[Path], values: Mapping[str, str]) -> Rendered:
    """Prepare the files for a fleet, with the values of variables given."""
    secrets = {name: Secret(value) for name, value in values.items()}
    try:
        text = files[0].read_bytes().decode()
        beside = _beside(folder, files, text, secrets)
        read(text, beside)
        prepared = prepare(PROJECT, text, secrets, beside)
        found = (*prepared.findings, *prepared.notes)
        return Rendered(prepared.body(), found, beside=tuple(beside.files))
    except VariablesMissing as error:
        return Rendered(refusal=error.text(), line=error.line, missing=error.detail)
    except KnownError as error:
        return Rendered(refusal=error.text(), line=getattr(error, "line", 0))
    except UnicodeDecodeError:
        return Rendered(refusal="not UTF-8", line=1)
    except Exception:
        return Rendered(crash=traceback.format_exc())


def _beside(
    folder: Path, files: Sequence[Path], text: str, secrets: Mapping[str, Secret]
) -> Beside:
    """The files that lie beside, read as they are asked for."""
    overrides = tuple(str(file.relative_to(folder)) for file in files[1:])
    read_so_far: dict[str, bytes | None] = {}
    while True:
        beside = Beside(str(folder), str(Path.home()), dict(read_so_far), overrides)
        wanted = files_wanted(text, secrets, beside)
        if not wanted:
            return beside
        for key in wanted:
            path = folder / Path(key).expanduser()
            read_so_far[key] = path.read_bytes() if path.is_file() else None
