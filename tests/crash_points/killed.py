"""Runs the program, and kills it at one of the moments that it writes down or passes.

The moments are counted from 1: before and after it is written down that a job or a step of it, or
a launch, begins or ends, and where a step of a launch does. The program waits as little as the
simulator allows.
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final

from otternauts_desktop.__main__ import main
from otternauts_desktop.cli import online  # noqa: F401 - imported once, for all that are forked
from otternauts_desktop.services import crossing, jobs, stages
from otternauts_desktop.services.flight import Flight
from otternauts_desktop.services.store.jobs import JobRecords
from otternauts_desktop.services.store.launches import LaunchRecords

HURRIED: Final = (
    (crossing, "SETTLE_SECONDS", 0.0),
    (jobs, "LOOK_SECONDS", 0.1),
    (stages, "POLL_SECONDS", 0.1),
    (stages, "SETTLE_SECONDS", 0.2),
)
"""What the program waits for on real servers only."""


def run(point: int, words: Sequence[str], output: Path) -> None:
    """Be the program, in a process of its own, until its end, or until `point` (0: never).

    What it says comes into the files `output` and `output`.err.
    """
    for number, file in ((1, output), (2, output.with_suffix(".err"))):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    for module, name, seconds in HURRIED:
        setattr(module, name, seconds)
    Moments(point).watch()
    sys.exit(main(words))


class Moments:
    """Counts what happens, and ends the program at the moment it was told."""

    def __init__(self, point: int) -> None:
        self._point = point
        self._numbers = count(1)
        self._job_stood: object = None

    def watch(self) -> None:
        """From now on every move of a job, and of a launch, is a moment."""
        for name in ("add", "save", "take_lane", "change"):
            self._around(JobRecords, name, self._is_move)
        for name in ("record_intent", "record_end"):
            self._around(LaunchRecords, name, lambda *_: True)
        # Of these nothing is written: before one is as after the one before.
        self._around(Flight, "_move", lambda *_: True, before=False)

    def _is_move(self, *arguments: Any) -> bool:
        """Whether a write of a job says more than what was found out and noted."""
        job = arguments[-1]
        stands = job.state, [step.state for step in job.steps]
        before, self._job_stood = self._job_stood, stands
        return stands != before

    def _around(
        self, owner: type, name: str, matters: Callable[..., bool], *, before: bool = True
    ) -> None:
        plain = getattr(owner, name)

        def watched(*arguments: Any, **options: Any) -> Any:
            move = matters(*arguments)
            if move and before:
                self._pass()
            result = plain(*arguments, **options)
            if move:
                self._pass()
            return result

        setattr(owner, name, watched)

    def _pass(self) -> None:
        if next(self._numbers) == self._point:
            os.kill(os.getpid(), signal.SIGKILL)
