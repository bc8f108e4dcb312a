"""Runs jobs: durable work on servers, step by step, that outlives the program.

A step is first asked whether it is so already, then does it, then is asked again: neither an
exit status nor a lost link decides, only what is seen. So a job may be started, killed and
started again at any point and ends the same. What each job does is registered by its kind.
"""

import asyncio
import contextlib
import sys
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import ClassVar, Final

from otternauts_desktop.core.errors import (
    ClusterUnreachable,
    JobNotFound,
    KnownError,
    LinkLost,
    NotNow,
    OutcomeUnknown,
    OutpostUnreachable,
    StepUnsettled,
    SwarmWithoutLeader,
)
from otternauts_desktop.core.events import JobMoved
from otternauts_desktop.core.flight.job import (
    Job,
    JobState,
    Question,
    Trouble,
    answered,
    asking,
    moved,
    queued_again,
    step_moved,
)
from otternauts_desktop.core.flight.progress import Step, StepState
from otternauts_desktop.core.names import JobId
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.bus import Bus
from otternauts_desktop.services.command_log import asks
from otternauts_desktop.services.store.jobs import JobRecords, Runner

LOOK_SECONDS: Final = 1.0
LANE_SECONDS: Final = 0.2
RECONNECTING_SECONDS: Final = 90.0
"""So long a server that went away under a step is looked for (a reboot takes about a minute)."""
CANCEL_LOOK_SECONDS: Final = 8.0
ELECTION_SECONDS: Final = 30.0
"""So long a swarm is waited for that can't tell: another leader is elected within about 12."""
_ELECTING: Final = (SwarmWithoutLeader, ClusterUnreachable)
_UNSURE: Final = (OutcomeUnknown, LinkLost, OutpostUnreachable, *_ELECTING)
"""After these it is not known whether a step took effect."""


class JobStep(ABC):
    """One step of a job: makes something so, any number of times."""

    name: ClassVar[str]
    """For a person, `marked` for translation."""
    remains: ClassVar[str] = ""
    """What stays if the job is cancelled after this step, as a `marked` sentence."""
    patience: ClassVar[float] = 20.0
    """Seconds after doing it within which it has to be seen."""

    @abstractmethod
    async def is_so(self, work: "Work") -> str:
        """Look whether there is nothing to do: gives what was seen, "" where it is not so."""

    @abstractmethod
    async def do(self, work: "Work") -> None:
        """Make it so. Raises `KnownError`; an outcome that is not known is settled by `is_so`."""


class Work:
    """What a step has to do with: the job it belongs to."""

    def __init__(self, job: Job, jobs: "Jobs") -> None:
        self._jobs = jobs
        self.job = job

    def argument(self, name: str) -> str:
        """An argument that the job was started with, "" where it was not given."""
        return self.job.arguments.get(name, "")

    def kept(self, key: str) -> str:
        """What an earlier step, or an earlier run, found out; "" where nothing was."""
        return self.job.checkpoints.get(key, "")

    def keep(self, **values: str) -> None:
        """Keep what was found out, for later steps and later runs. No secrets."""
        self.show(replace(self.job, checkpoints={**self.job.checkpoints, **values}))

    def say(self, text: str) -> None:
        """Add lines to the job's log. Text from servers may be given as it came."""
        for line in shown(text).splitlines():
            if line.strip():
                self._jobs.records.add_line(self.job.id, line.rstrip())
        self._jobs.publish(self.job)

    def note(self, note: str) -> None:
        """Say something about the step that is running."""
        for number, step in enumerate(self.job.steps):
            if step.state is StepState.RUNNING and step.note != note:
                self.show(step_moved(self.job, number, StepState.RUNNING, note))

    def answer(self, question: Question) -> str:
        """The person's answer. Where there is none yet the job waits for it, from here on."""
        value = self.job.answers.get(question.key)
        if value is None:
            raise _AskingError(question)
        return value

    @asynccontextmanager
    async def alone_in(self, lane: str) -> AsyncIterator[None]:
        """Be the only job that changes `lane` (a cluster) until the end of the block."""
        if lane == self.job.lane:
            yield
            return
        await self._jobs.take_lane(self, replace(self.job, holds=lane))
        try:
            yield
        finally:
            self.show(replace(self.job, holds=""))

    def show(self, job: Job) -> None:
        """Take over a newer state of the job, store it, and let it be known."""
        if job != self.job:
            self.job = job
            self._jobs.records.save(job)
            self._jobs.publish(job)


class Jobs:
    """Starts jobs, goes on with those left over, and tells how they stand."""

    def __init__(self, bus: Bus, records: JobRecords, runner: Runner) -> None:
        self._bus = bus
        self._runner = runner
        self._kinds: dict[str, Callable[[Job], Sequence[JobStep]]] = {}
        self._tasks: dict[JobId, asyncio.Task[None]] = {}
        self._closing = False
        self.records = records

    def register(self, kind: str, steps: Callable[[Job], Sequence[JobStep]]) -> None:
        """Say what jobs of a kind do."""
        self._kinds[kind] = steps

    # -- asking ------------------------------------------------------------------------------

    def get(self, job_id: str) -> Job:
        """A job by its id, or the beginning of it. Raises `JobNotFound`."""
        job = self.records.load(JobId(job_id))
        if job is None:
            found = [j for j in self.records.all() if j.id.startswith(job_id)] if job_id else []
            if len(found) != 1:
                raise JobNotFound(detail=tr('There is no job "{id}".', id=job_id))
            job = found[0]
        return job

    def all(self) -> tuple[Job, ...]:
        """The newest jobs, newest first."""
        return self.records.all()

    def under_way(self) -> tuple[Job, ...]:
        """The jobs that this run of the program works on."""
        running = [self.records.load(job_id) for job_id in self._tasks]
        return tuple(job for job in running if job is not None)

    def lines(self, job_id: JobId) -> tuple[tuple[float, str], ...]:
        """When (seconds since 1970) a job said what."""
        return self.records.lines(job_id)

    # -- doing -------------------------------------------------------------------------------

    def start(self, kind: str, title: str, lane: str, arguments: Mapping[str, str]) -> JobId:
        """Queue a job and give back its id; how it goes comes as `JobMoved`."""
        self._runner.begin()
        job = Job(
            id=JobId(uuid.uuid4().hex),
            kind=kind,
            title=title,
            lane=lane,
            arguments=dict(arguments),
            created_at=time.time(),
            runner=self._runner.id,
        )
        job = replace(job, steps=tuple(Step(step.name) for step in self._kinds[kind](job)))
        self.records.add(job)
        self._work_on(job)
        return job.id

    async def wait(self, job_id: JobId) -> Job:
        """Wait until a job of this run has ended or asks something."""
        task = self._tasks.get(job_id)
        if task is not None:
            await asyncio.wait({task})
        return self.get(job_id)

    def resume(self, job_id: str) -> JobId:
        """Go on with a job that was interrupted, has failed or was cancelled.

        Raises `NotNow` where it is done, waits for an answer, or another process works on it.
        """
        job = self._reclaimed(self.get(job_id))
        if job.state not in (JobState.INTERRUPTED, JobState.FAILED, JobState.CANCELLED):
            raise NotNow(detail=tr("The job is {state}.", state=tr(job.state.value)))
        self._take(job, queued_again(job))
        return job.id

    def answer(self, job_id: str, value: str) -> JobId:
        """Answer the question of a job that waits, and go on with it.

        Raises `NotNow` where it does not wait, or does not take that answer.
        """
        job = self.get(job_id)
        if job.question is None:
            raise NotNow(detail=tr("The job is {state}.", state=tr(job.state.value)))
        if value not in [choice.value for choice in job.question.choices]:
            values = ", ".join(choice.value for choice in job.question.choices)
            raise NotNow(detail=tr("Its question takes these answers: {values}.", values=values))
        self._take(job, answered(job, value))
        return job.id

    async def cancel(self, job_id: str) -> Job:
        """Stop a job. What was done stays; what that is stands in its `remains`.

        Raises `NotNow` where it has ended, or another process works on it.
        """
        job = self._reclaimed(self.get(job_id))
        if task := self._tasks.get(job.id):
            task.cancel()
            await asyncio.wait({task})
        elif job.state in (JobState.WAITING, JobState.INTERRUPTED):
            cancelled = replace(job, remains=self._remains(job), runner=self._runner.id)
            self._changed(job, moved(cancelled, JobState.CANCELLED, at=time.time()))
        else:
            raise NotNow(detail=tr("The job is {state}.", state=tr(job.state.value)))
        return self.get(job.id)

    def recover(self, *, resume: bool) -> tuple[Job, ...]:
        """Find the jobs of runs that ended before them; `resume` goes on with them at once."""
        for job in self.records.unended():
            self._reclaimed(job)
        left = self.records.interrupted()
        if resume:
            for job in left:
                if job.kind in self._kinds:
                    with contextlib.suppress(NotNow):  # another process was faster
                        self._take(job, queued_again(job))
        return left

    async def close(self) -> None:
        """Stop working; what was under way is interrupted and goes on in a later run."""
        self._closing = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._runner.end()

    # -- for `Work` --------------------------------------------------------------------------

    def publish(self, job: Job) -> None:
        """Let it be known how a job stands."""
        self._bus.publish(JobMoved(job))

    async def take_lane(self, work: Work, job: Job) -> None:
        """Wait until nobody else is in the lanes of `job`, then be in them."""
        # The other may be another process: there is nothing to wait on but the file.
        while not self.records.take_lane(job, dead=self._dead_runners()):  # noqa: ASYNC110
            await asyncio.sleep(LANE_SECONDS)
        work.job = job
        self.publish(job)

    # -- a job -------------------------------------------------------------------------------

    def _work_on(self, job: Job) -> None:
        task = asyncio.create_task(self._run(job), name=f"job {job.kind}")
        self._tasks[job.id] = task
        task.add_done_callback(lambda done: self._ended(job.id, done))
        self.publish(job)

    def _ended(self, job_id: JobId, done: asyncio.Task[None]) -> None:
        self._tasks.pop(job_id, None)
        if not done.cancelled() and (error := done.exception()) is not None:
            sys.excepthook(type(error), error, error.__traceback__)

    async def _run(self, job: Job) -> None:
        asks(job.title)
        work = Work(job, self)
        try:
            await self.take_lane(work, moved(job, JobState.RUNNING))
            for number, step in enumerate(self._kinds[job.kind](job)):
                await self._step(work, number, step)
        except asyncio.CancelledError:
            if self._closing:
                work.show(moved(work.job, JobState.INTERRUPTED))
                raise
            await self._look_once_more(work)
            remains = self._remains(work.job)
            cancelled = replace(work.job, remains=remains, holds="")
            work.show(moved(cancelled, JobState.CANCELLED, at=time.time()))
            raise
        except _AskingError as asked:
            work.show(asking(work.job, asked.question))
        except KnownError as error:
            trouble = Trouble(error.title, error.detail, error.next_step, error.anchor)
            failed = replace(work.job, trouble=trouble, holds="")
            work.show(moved(failed, JobState.FAILED, at=time.time()))
        except BaseException:
            work.show(moved(work.job, JobState.INTERRUPTED))
            raise
        else:
            work.show(moved(work.job, JobState.DONE, at=time.time()))

    async def _step(self, work: Work, number: int, step: JobStep) -> None:
        started = time.monotonic()

        def move(state: StepState, note: str) -> None:
            seconds = time.monotonic() - started
            work.show(step_moved(work.job, number, state, note, seconds))

        move(StepState.RUNNING, "")
        try:
            seen = await self._look(step, work, None, patience=0.0)
            if not seen:
                unsure: KnownError | None = None
                try:
                    await step.do(work)
                except _UNSURE as error:
                    unsure = error
                    work.note(tr("Outcome unclear: looking at the server"))
                except KnownError as error:
                    # What is reported as an error may have had its effect all the same.
                    if not (seen := await self._look(step, work, None, patience=0.0)):
                        raise
                    work.say(error.text())
                seen = seen or await self._look(step, work, unsure, patience=step.patience)
                if not seen:
                    raise unsure or StepUnsettled(
                        detail=tr("It was not seen within {seconds:.0f} s.", seconds=step.patience)
                    )
        except _AskingError:
            move(StepState.WAITING, tr("Waits for an answer"))
            raise
        except KnownError as error:
            move(StepState.FAILED, error.title)
            raise
        move(StepState.DONE, seen)

    async def _look(
        self, step: JobStep, work: Work, unsure: KnownError | None, *, patience: float
    ) -> str:
        """Ask a step whether it is so, again and again while there is patience.

        A server that is out of reach is waited for: it may be rebooting.
        """
        began = time.monotonic()
        while True:
            limit = patience
            try:
                if seen := await step.is_so(work):
                    return seen
            except _UNSURE as error:
                least = ELECTION_SECONDS if isinstance(error, _ELECTING) else 0.0
                limit = RECONNECTING_SECONDS if unsure else max(patience, least)
                if time.monotonic() - began >= limit:
                    raise unsure or error from error
            if time.monotonic() - began >= limit:
                return ""
            await asyncio.sleep(LOOK_SECONDS)

    async def _look_once_more(self, work: Work) -> None:
        """Tell the truth about the step that was cancelled: it may have taken effect."""
        steps = self._kinds[work.job.kind](work.job)
        for number, (step, state) in enumerate(zip(steps, work.job.steps, strict=True)):
            if state.state is not StepState.RUNNING:
                continue
            seen = ""
            with contextlib.suppress(KnownError, TimeoutError, _AskingError):
                async with asyncio.timeout(CANCEL_LOOK_SECONDS):
                    seen = await step.is_so(work)
            done = StepState.DONE if seen else StepState.FAILED
            work.show(step_moved(work.job, number, done, seen or tr("Cancelled")))

    def _remains(self, job: Job) -> tuple[str, ...]:
        steps = self._kinds[job.kind](job) if job.kind in self._kinds else ()
        return tuple(
            tr(step.remains)
            for step, state in zip(steps, job.steps, strict=False)
            if state.state is StepState.DONE and step.remains
        )

    # -- who works on it ---------------------------------------------------------------------

    def _take(self, before: Job, after: Job) -> None:
        self._runner.begin()
        self._work_on(self._changed(before, replace(after, runner=self._runner.id)))

    def _changed(self, before: Job, after: Job) -> Job:
        if not self.records.change(before, after):
            raise NotNow(detail=tr("Another Otternauts works on this job."))
        return after

    def _reclaimed(self, job: Job) -> Job:
        """`job`, interrupted where the run that had it is dead."""
        open_ = job.state in (JobState.QUEUED, JobState.RUNNING)
        if open_ and self._runner.is_dead(job.runner):
            left = moved(replace(job, holds=""), JobState.INTERRUPTED)
            if self.records.change(job, left):
                self.publish(left)
                return left
        return job

    def _dead_runners(self) -> set[str]:
        return {job.runner for job in self.records.unended() if self._runner.is_dead(job.runner)}


class _AskingError(Exception):
    """A step needs an answer that is not there yet."""

    def __init__(self, question: Question) -> None:
        self.question = question
        super().__init__(question.key)
