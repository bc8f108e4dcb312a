"""What the command line reads: files, values of variables, and a person's yes or no."""

import getpass
import os
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from otternauts_desktop.core.errors import BadName, FileUnreadable, VariablesMissing
from otternauts_desktop.core.fleet.beside import Beside
from otternauts_desktop.core.fleet.compose import MAX_BYTES
from otternauts_desktop.core.fleet.env_files import read_env_file
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.services.beside import beside_file, read_beside

NO_VALUES: Final[Mapping[str, Secret]] = MappingProxyType({})


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


@dataclass(frozen=True)
class Written:
    """A flight plan as it was given: its text, values for its variables, and what lies beside."""

    text: str
    variables: dict[str, Secret]
    beside: Beside


def given(
    file: str,
    arguments: Namespace,
    overrides: Sequence[str] = (),
    values: Mapping[str, Secret] = NO_VALUES,
) -> Written:
    """The flight plan in `file` (`-`: standard input), with `overrides` merged over it.

    Values come from `--set`, then `--env-file`, then the environment, then `values` (those kept
    for the fleet), then the `.env` beside the file, as for `docker compose`. Raises
    `FileUnreadable`, also for an override.
    """
    text = read_text(file)
    folder = Path("stdin") if file == "-" else Path(file)
    for other in overrides:
        read_text(other)
    names = tuple(Path(other).expanduser().absolute().as_posix() for other in overrides)
    return _written(text, replace(beside_file(folder), overrides=names), arguments, values)


def kept(text: str, arguments: Namespace, values: Mapping[str, Secret] = NO_VALUES) -> Written:
    """A flight plan that is kept here and lies in no folder."""
    return _written(text, beside_file(None), arguments, values)


def _written(
    text: str, beside: Beside, arguments: Namespace, known: Mapping[str, Secret]
) -> Written:
    values = {**known, **{name: Secret(value) for name, value in os.environ.items()}}
    for file in arguments.env_file:
        values |= read_env_file(read_text(file), values)
    for setting in arguments.set:
        name, equals, value = setting.partition("=")
        if not name.replace("_", "a").isalnum() or name[:1].isdigit():
            raise BadName(detail=f'"{name}" is no name of a variable.')
        # Without a value it is asked for, so that a secret stands in no argument list.
        values[name] = Secret(value) if equals else asked(name)
    beside = replace(
        beside,
        env_files=() if arguments.env_file else None,
        profiles=frozenset(arguments.profile),
    )
    return Written(text, values, read_beside(text, values, beside))


def asked(name: str) -> Secret:
    """The value of a variable: of the environment, or typed unseen, or a line of stdin."""
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
