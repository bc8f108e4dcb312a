"""The steps of one launch, and its progress as it moves from one to the next."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from otternauts_desktop.core.fleet.flight_plan import Prepared
from otternauts_desktop.core.flight.plan import Plan
from otternauts_desktop.core.flight.planned import planned
from otternauts_desktop.core.flight.progress import (
    Cause,
    LaunchProgress,
    LaunchState,
    Step,
    StepState,
)

READ: Final = "Read the live fleet"
CREATE: Final = "Create configs and secrets"


class Flight:
    """The progress of one launch, moved step by step."""

    def __init__(self, progress: LaunchProgress, save: Callable[[LaunchProgress], None]) -> None:
        self.progress = progress
        self._save = save

    def show(self, progress: LaunchProgress) -> None:
        """Take over a newer progress, and let it be known where it differs."""
        if progress != self.progress:
            self.progress = progress
            self._save(progress)

    @property
    def reached_docker(self) -> bool:
        """Whether a step that changes something was begun."""
        names = [step.name for step in self.progress.steps]
        after = self.progress.steps[names.index(READ) + 1 :]
        return any(step.state is not StepState.WAITING for step in after)

    def note(self, note: str) -> None:
        """Say something about the step that is running."""
        steps = (
            replace(step, note=note) if step.state is StepState.RUNNING else step
            for step in self.progress.steps
        )
        self.show(replace(self.progress, steps=tuple(steps)))

    def set_out(self, changes: Plan) -> None:
        """Say what is about to be done."""
        self.show(replace(self.progress, planned=planned(changes.changes)))
        self.note(changes.summary)

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[None]:
        """Run the body as a step: done where it returns, failed where it raises."""
        started = time.monotonic()
        self._move(name, StepState.RUNNING, 0.0)
        try:
            yield
        except BaseException:
            self._move(name, StepState.FAILED, time.monotonic() - started)
            raise
        else:
            state = StepState.FAILED if self.progress.state.ended else StepState.DONE
            self._move(name, state, time.monotonic() - started)

    def end(self, state: LaunchState, cause: Cause | None = None) -> None:
        """End the flight; a later end of the same flight changes nothing."""
        if not self.progress.state.ended:
            self.show(replace(self.progress, state=state, cause=cause, ended_at=time.time()))

    def _move(self, name: str, state: StepState, seconds: float) -> None:
        steps = (
            replace(step, state=state, seconds=seconds) if step.name == name else step
            for step in self.progress.steps
        )
        self.show(replace(self.progress, steps=tuple(steps)))


def steps(prepared: Prepared) -> Iterator[Step]:
    """What a launch does after the flight plan was found good."""
    yield Step(READ)
    if prepared.objects:
        yield Step(CREATE)
    for job in prepared.pre_deploy:
        yield Step(f"Run {job.name}")
    for number, _ in waves(prepared):
        yield Step(f"Deploy{number}")
        yield Step(f"Converge{number}")
    yield Step("Remove what is gone")


def waves(prepared: Prepared) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The waves of a launch, with ` 1 of 3` for the names of their steps."""
    count = len(prepared.waves)
    for number, wave in enumerate(prepared.waves, 1):
        yield (f" {number} of {count}" if count > 1 else ""), wave
