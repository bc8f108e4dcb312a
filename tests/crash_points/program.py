"""The program as a process that may be killed, on a data directory of its own."""

import asyncio
import json
import multiprocessing
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.crash_points import killed

SECONDS: Final = 60.0
AT_ONCE: Final = 4
_FORKED: Final = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload([killed.__name__])  # so that nothing is imported a hundred times


@dataclass(frozen=True)
class Ended:
    """How a run of the program ended, and what it said."""

    status: int
    said: str
    errors: str

    @property
    def was_killed(self) -> bool:
        """Whether it came to the moment at which it had to die."""
        assert self.status in (0, -signal.SIGKILL), self.said + self.errors
        return self.status != 0


@dataclass(frozen=True)
class Program:
    """Runs `otternauts` on `home`."""

    home: Path

    async def run(
        self, *words: str, killed_at: int = 0, killed_when: Callable[[], bool] = lambda: False
    ) -> Ended:
        """Run it to its end, to the moment of that number (see `killed`), or until that holds."""
        output = self.home / "said"
        words = ("--home", str(self.home), "--json", *words)
        process = _FORKED.Process(target=killed.run, args=(killed_at, words, output))
        process.start()
        try:
            async with asyncio.timeout(SECONDS):
                while process.is_alive() and not killed_when():
                    await asyncio.sleep(0.02)
        finally:
            process.kill()
            process.join()
        assert process.exitcode is not None
        return Ended(process.exitcode, output.read_text(), output.with_suffix(".err").read_text())

    async def json(self, *words: str) -> Any:
        """What it answers, unharmed."""
        done = await self.run(*words)
        assert done.status == 0, done.said + done.errors
        return json.loads(done.said)


async def at_every_moment(killed: Callable[[int], Awaitable[bool]]) -> int:
    """Try one moment after the other, until it is not killed any more; gives how many there are.

    `killed` runs everything for one, and says whether the program came to it.
    """
    for first in range(1, 400, AT_ONCE):
        points = range(first, first + AT_ONCE)
        were = await asyncio.gather(*map(killed, points))
        if not all(were):
            return first + were.index(False) - 1
    raise AssertionError("it never got through")
