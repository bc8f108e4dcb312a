"""The steps of one launch, and its progress as it moves from one to the next."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from otternauts_desktop.core.fleet.flight_plan import Prepared
from otternauts_desktop.core.fleet.prepared import PreDeploy
from otternauts_desktop.core.flight.plan import Plan
from otternauts_desktop.core.flight.planned import planned
from otternauts_desktop.core.flight.progress import (
    Cause,
    LaunchProgress,
    LaunchState,
    Step,
    StepState,
)
from otternauts_desktop.core.swarm.state import Snapshot
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.services.command_log import asks

LOCK: Final = marked("Lock the fleet")
READ: Final = marked("Read the live fleet")
PIN: Final = marked("Pin images")
CREATE: Final = marked("Create configs and secrets")
REMOVE: Final = marked("Remove what is gone")


class Flight:
    """The progress of one launch, moved step by step."""

    def __init__(self, progress: LaunchProgress, save: Callable[[LaunchProgress], None]) -> None:
        self.progress = progress
        self.baseline: Snapshot | None = None
        """What was there before anything was changed; None until it is read."""
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
        after = self.progress.steps[names.index(tr(PIN)) + 1 :]
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
        asks(tr("launch of {fleet}", fleet=self.progress.fleet))
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
    yield Step(tr(LOCK))
    yield Step(tr(READ))
    yield Step(tr(PIN))
    if prepared.objects:
        yield Step(tr(CREATE))
    for job in prepared.pre_deploy:
        yield Step(running(job))
    for deploying, converging, _ in waves(prepared):
        yield Step(deploying)
        yield Step(converging)
    yield Step(tr(REMOVE))


def running(job: PreDeploy) -> str:
    """The name of the step that runs a job."""
    return tr("Run {name}", name=job.name)


def waves(prepared: Prepared) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The waves of a launch, each after the names of its two steps."""
    count = len(prepared.waves)
    for number, wave in enumerate(prepared.waves, 1):
        if count == 1:
            yield tr("Deploy"), tr("Converge"), wave
        else:
            deploying = tr("Deploy {number} of {count}", number=number, count=count)
            yield deploying, tr("Converge {number} of {count}", number=number, count=count), wave
