"""The two oracles: `docker compose config` says what files mean, `docker stack config` what goes.

Both are Debian 13's own, unpacked by `packaging/linux/oracles`; neither talks to a daemon. A
`docker` on the PATH is asked as well: versions differ in what they accept.
"""

import functools
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "otternauts-oracles"
COMPOSE = CACHE / "docker-compose"
DOCKER = CACHE / "docker"
PROJECT = "fleet"
"""The project's name for Compose, the fleet's for us."""


def why_not() -> str:
    """Why the oracles can't be asked here, in one sentence; "" where they can."""
    if not (COMPOSE.exists() and DOCKER.exists()):
        return "Docker Compose and Docker's command line are not there (packaging/linux/oracles)"
    return ""


@dataclass(frozen=True)
class Meaning:
    """What Compose says about files: their meaning, or why it does not understand them."""

    config: Mapping[str, Any] | None
    error: str = ""
    unset: frozenset[str] = field(default_factory=frozenset)
    """Variables that it took for blank because nothing gives them a value."""


_UNSET = re.compile(r'The \\"([^\\"]+)\\" variable is not set')
_REQUIRED = re.compile(r"required variable (\w+) is missing a value")


def compose_config(
    folder: Path, files: Sequence[Path], values: Mapping[str, str] | None = None
) -> Meaning:
    """Ask Compose, with nothing in its environment but `values`."""
    named = [word for file in files for word in ("-f", str(file))]
    command = [str(COMPOSE), "-p", PROJECT, *named, "config", "--format", "json"]
    done = _run(command, folder, dict(values or {}))
    said = done.stderr
    if done.returncode:
        needed = frozenset((*_REQUIRED.findall(said), *_UNSET.findall(said)))
        return Meaning(None, said.strip().splitlines()[-1] if said.strip() else "?", needed)
    # Compose writes its answer so that it could be read again: with every $ doubled.
    config = json.loads(done.stdout.replace("$$", "$"))
    return Meaning(config, "", frozenset(_UNSET.findall(said)))


def unset_variables(folder: Path, files: Sequence[Path], limit: int = 80) -> frozenset[str]:
    """All variables that need a value from outside, blank or required, as Compose counts them."""
    found: frozenset[str] = frozenset()
    for _ in range(limit):
        meaning = compose_config(folder, files, dict.fromkeys(found, "1"))
        new = meaning.unset - found
        found |= new
        if meaning.config is not None or not new:
            break
    return found


def stack_config(
    body: str, folder: Path, values: Mapping[str, str] | None = None
) -> tuple[Mapping[str, Any] | None, str]:
    """What Docker understands of `body`, or the error of the first version that refuses it."""
    understood: Mapping[str, Any] | None = None
    for docker in clients():
        done = _run([docker, "stack", "config", "-c", "-"], folder, dict(values or {}), body)
        if done.returncode:
            return None, done.stderr.strip()
        if understood is None:
            understood = yaml.load(done.stdout, Loader=_Loader)
    return understood, ""


@functools.cache
def clients() -> tuple[str, ...]:
    """Docker's command lines: the oracle's own first, then the one on the PATH."""
    own = str(DOCKER)
    other = shutil.which("docker")
    if other is None or _version(other) in ("", _version(own)):
        return (own,)
    return own, other


def _version(docker: str) -> str:
    done = _run([docker, "--version"], Path("/"), {})
    match = re.search(r"version (\d+\.\d+\.\d+)", done.stdout)
    return match[1] if match else ""


class _Loader(yaml.CSafeLoader):
    """Safe, and `=` is text as everywhere else."""


_Loader.add_constructor("tag:yaml.org,2002:value", lambda _, node: node.value)


@functools.cache
def _empty_folder() -> str:
    return tempfile.mkdtemp(prefix="otternauts-oracle-")


def _run(
    command: Sequence[str], folder: Path, values: Mapping[str, str], body: str = ""
) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "DOCKER_CONFIG": _empty_folder(), **values}
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        input=body,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
