"""What lies beside a flight plan, read on this machine. Nothing is ever read on an outpost."""

from dataclasses import replace
from pathlib import Path

from otternauts_desktop.core.fleet.beside import MAX_FILE_BYTES, MAX_FILES, Beside
from otternauts_desktop.core.fleet.flight_plan import Variables, files_wanted


def read_beside(text: str, variables: Variables, beside: Beside) -> Beside:
    """`beside` with all files in it that the flight plan takes; None for one that can't be read.

    Blocks while it reads: call it from a thread where a window waits. What a file may hold, and
    how many there may be, is judged by the core; here no more is read than it would take.
    """
    files = dict(beside.files)
    while len(files) <= MAX_FILES:
        beside = replace(beside, files=dict(files))
        wanted = files_wanted(text, variables, beside) - files.keys()
        if not wanted:
            break
        files |= {key: _content(Path(beside.absolute(key))) for key in wanted}
    return beside


def beside_text(text: str, variables: Variables, directory: str) -> Beside:
    """The surroundings of a text whose file lies in `directory`, "" where it is in no file."""
    home = Path("~").expanduser().as_posix()
    return read_beside(text, variables, Beside(directory=directory, home=home))


def beside_file(file: Path | None) -> Beside:
    """The surroundings of a flight plan in `file`; of one that is in none, its home alone."""
    directory = file.expanduser().absolute().parent.as_posix() if file else ""
    return Beside(directory=directory, home=Path("~").expanduser().as_posix())


def _content(path: Path) -> bytes | None:
    try:
        if not path.is_file():  # a device or a pipe might never end
            return None
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError:
        return None
