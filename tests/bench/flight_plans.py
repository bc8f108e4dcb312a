"""The command line on a file of 100 lines, reading 2,000 lines, and texts that mean harm."""

import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.fleet.env_files import parse_env_file
from otternauts_desktop.core.fleet.flight_plan import prepare, read
from tests.bench.editor_typing import TEXT
from tests.bench.figure import Figure
from tests.core.hostile import ENV_FILES, REFUSED, TOLD

ROUNDS: Final = 9
_SERVICE: Final = """\
  web{n}:
    image: ghcr.io/acme/shop:1.5.{n}
    command: ["serve", "--port", "80"]
    environment:
      DATABASE_URL: postgres://db:5432/shop
      GREETING: "to be # or not"
    volumes:
      - data:/var/lib/shop
    ports:
      - "80{n}:80"
    deploy:
      replicas: 3
"""
HUNDRED: Final = (
    "services:\n" + "".join(_SERVICE.format(n=n) for n in range(10, 18)) + "volumes:\n  data:\n"
)
"""99 lines that can be launched."""


def measure() -> Iterator[Figure]:
    """Whole processes, each on a data directory where nothing is known; then calls."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "shop.yml"
        file.write_text(HUNDRED)
        start = min(_seconds(_run, "-c", "pass") for _ in range(ROUNDS))
        for words in (
            ("lint", str(file)),
            ("render", str(file)),
            ("plan", "--offline", "shop", "--file", str(file)),
        ):
            program = ("-m", "otternauts_desktop", "--home", folder, "--json", *words)
            took = [_seconds(_run, *program) for _ in range(ROUNDS)]
            middle = statistics.median(took)
            detail = f"worst {max(took) * 1000:.0f} ms, {middle / start:.1f} starts of Python"
            lines = HUNDRED.count("\n")
            yield Figure(
                f"otternauts {words[0]} of {lines} lines", middle * 1000, 400, "ms", detail
            )
    took = [_seconds(read, TEXT) for _ in range(ROUNDS)]
    detail = f"median {statistics.median(took) * 1000:.0f} ms"
    lines = TEXT.count("\n")
    yield Figure(f"all findings of {lines:,} lines", max(took) * 1000, 300, "ms", detail)
    hostile = _hostile()
    name = max(hostile, key=hostile.__getitem__)
    detail = f"worst of {len(hostile)}: {name}"
    yield Figure("a text that means harm, read and refused", hostile[name], 2, "s", detail)


def _hostile() -> dict[str, float]:
    took = {}
    for name, text in {**REFUSED, **TOLD}.items():
        took[name] = max(_seconds(read, text), _seconds(_refused, prepare, "shop", text, {}))
    for name, text in ENV_FILES.items():
        took[name] = _seconds(_refused, parse_env_file, text)
    return took


def _refused(work: Callable[..., object], *arguments: object) -> None:
    with contextlib.suppress(KnownError):
        work(*arguments)


def _run(*words: str) -> None:
    subprocess.run([sys.executable, *words], capture_output=True, check=False, timeout=60)


def _seconds(work: Callable[..., object], *arguments: object) -> float:
    started = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - started
