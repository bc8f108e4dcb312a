"""What lies beside a flight plan: other files, and where all of them are. Values only."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

MAX_FILES: Final = 100
MAX_FILE_BYTES: Final = 1024 * 1024


@dataclass(frozen=True)
class Beside:
    """The surroundings of one flight plan. A text that came from no file has none."""

    directory: str = ""
    """Absolute, with / between its parts; "" where the text came from no file."""
    home: str = ""
    """What `~` stands for, "" where that is not known."""
    files: Mapping[str, bytes | None] = field(default_factory=dict)
    """Contents by `file_key`; None for one that can't be read. What is not in it was not asked
    for yet: `flight_plan.files_wanted` names it."""
    overrides: tuple[str, ...] = ()
    """Further flight plans, merged over the first one in this order (`-f a -f b`)."""
    env_files: tuple[str, ...] | None = None
    """Where variables come from, instead of the `.env` beside the flight plan."""
    profiles: frozenset[str] = frozenset()
    """Active ones, besides those of `COMPOSE_PROFILES`."""

    def absolute(self, path: str) -> str:
        """A path as it is on this machine; a relative one stays so where nothing is known."""
        if path.startswith("~") and self.home:
            path = self.home + path[1:]
        return posixpath.normpath(posixpath.join(self.directory, path))


NOTHING: Final = Beside()


def file_key(folder: str, path: str) -> str:
    """The name of a file in `Beside.files`: relative to the flight plan's directory."""
    if path.startswith(("/", "~")):
        return path
    return posixpath.normpath(posixpath.join(folder, path))


def moved(folder: str, path: str) -> str:
    """A path of a file in `folder`, as seen from the flight plan's directory."""
    if not folder or folder == "." or path.startswith(("/", "~")) or path[1:2] == ":":
        return path
    joined = posixpath.normpath(posixpath.join(folder, path))
    return joined if joined.startswith("..") else f"./{joined}"
