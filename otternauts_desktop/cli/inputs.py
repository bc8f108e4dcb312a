"""What the command line reads: files, values of variables, and a person's yes or no."""

import getpass
import os
import sys
from pathlib import Path

from otternauts_desktop.core.errors import BadName, FileUnreadable, VariablesMissing
from otternauts_desktop.core.fleet.compose import MAX_BYTES
from otternauts_desktop.core.fleet.env_files import read_env_file
from otternauts_desktop.core.secret import Secret


def read_text(name: str) -> str:
    """A file as UTF-8 text, `-` for standard input. Raises `FileUnreadable`.

    Reads no more than is needed to see that it is too large.
    """
    try:
        if name == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1).decode()
        with Path(name).expanduser().open("rb") as file:
            return file.read(MAX_BYTES + 1).decode()
    except UnicodeDecodeError as error:
        raise FileUnreadable(
            detail=f"{name} is not UTF-8 text (byte {error.start}).",
            next_step="Save it as UTF-8.",
        ) from None
    except OSError as error:
        raise FileUnreadable(detail=f"{name}: {error.strerror}.") from None


def variables(settings: list[str], env_files: list[str]) -> dict[str, Secret]:
    """Values of variables: files first, then `--set`, which wins.

    `NAME=VALUE` gives a value, `NAME` takes it from the environment, else asks for it (or reads
    a line of standard input), so that a secret stands in no argument list.
    """
    values: dict[str, Secret] = {}
    for file in env_files:
        values |= read_env_file(read_text(file))
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not name.replace("_", "a").isalnum() or name[:1].isdigit():
            raise BadName(detail=f'"{name}" is no name of a variable.')
        values[name] = Secret(value) if equals else _asked(name)
    return values


def _asked(name: str) -> Secret:
    if name in os.environ:
        return Secret(os.environ[name])
    if sys.stdin.isatty():
        return Secret(getpass.getpass(f"{name}: "))
    line = sys.stdin.readline()
    if not line:
        raise VariablesMissing(detail=f"{name} is neither in the environment nor on stdin.")
    return Secret(line.rstrip("\n"))


def confirmed(question: str) -> bool | None:
    """A person's answer; None where there is nobody to ask."""
    if not sys.stdin.isatty():
        return None
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
