"""A job as a value: its states, the moves between them, and what resuming means.

A job is work on servers that outlives the program: it is written down before it starts and after
every step. Nothing is remembered of how far a step came. A job that goes on after a crash asks
each of its steps, from the first, whether it is so already, and does what is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from otternauts_desktop.core.flight.progress import Step, StepState
from otternauts_desktop.core.names import JobId


class JobState(StrEnum):
    """Where a job stands. `INTERRUPTED`: the program ended before the job did."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def ended(self) -> bool:
        """Whether nothing happens any more unless a person wants it."""
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


_MOVES: Final[Mapping[JobState, frozenset[JobState]]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED, JobState.INTERRUPTED}),
    JobState.RUNNING: frozenset(
        {
            *(JobState.WAITING, JobState.DONE, JobState.FAILED),
            *(JobState.CANCELLED, JobState.INTERRUPTED),
        }
    ),
    JobState.WAITING: frozenset({JobState.QUEUED, JobState.CANCELLED}),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset({JobState.QUEUED}),
    JobState.CANCELLED: frozenset({JobState.QUEUED}),
    JobState.INTERRUPTED: frozenset({JobState.QUEUED, JobState.CANCELLED}),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers that a question takes."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a job waits to be told. It is stored, so that any later run can answer it."""

    key: str
    """Names the question within its job: `leave-swarm`."""
    text: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a job failed: a known error's parts."""

    title: str
    detail: str
    next_step: str
    anchor: str

    def text(self) -> str:
        """Sentence, cause and next step in one paragraph."""
        return " ".join(part for part in (self.title, self.detail, self.next_step) if part)


@dataclass(frozen=True, slots=True)
class Job:
    """The whole of a job at one moment. Immutable: a newer one replaces it."""

    id: JobId
    kind: str
    """What it does, as its steps are registered: `outpost.add`."""
    title: str
    """For a person: `Add the outpost 203.0.113.24`."""
    lane: str
    """Jobs of one lane run one after another, those of different lanes side by side."""
    arguments: Mapping[str, str]
    """What it was started with. No secret values: names of what the vault keeps."""
    created_at: float
    """Wall clock, seconds since 1970."""
    state: JobState = JobState.QUEUED
    steps: tuple[Step, ...] = ()
    checkpoints: Mapping[str, str] = field(default_factory=dict)
    """What steps found out and later ones, or a later run, need."""
    question: Question | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    trouble: Trouble | None = None
    remains: tuple[str, ...] = ()
    """Sentences on what stays as it is although the job was cancelled."""
    holds: str = ""
    """A second lane, while a step is alone in it."""
    runner: str = ""
    """The run of the program that has taken it on."""
    ended_at: float = 0.0

    @property
    def done_steps(self) -> int:
        """How many of its steps are done, for a progress bar."""
        return sum(step.state is StepState.DONE for step in self.steps)


def moved(job: Job, state: JobState, *, at: float = 0.0) -> Job:
    """`job` in another state. A move that is not legal is a bug: `ValueError`."""
    if state not in _MOVES[job.state]:
        raise ValueError(f"a job that is {job.state} can't become {state}")
    question = job.question if state is JobState.WAITING else None
    return replace(job, state=state, question=question, ended_at=at if state.ended else 0.0)


def queued_again(job: Job) -> Job:
    """`job`, to be run from its first step: each asks anew whether it is so already."""
    steps = tuple(Step(step.name) for step in job.steps)
    return replace(moved(job, JobState.QUEUED), steps=steps, trouble=None, remains=(), holds="")


def asking(job: Job, question: Question) -> Job:
    """`job`, waiting for an answer."""
    return moved(replace(job, question=question, holds=""), JobState.WAITING)


def answered(job: Job, value: str) -> Job:
    """`job`, to be run with the answer. `ValueError` where it has no such question or choice."""
    question = job.question
    if question is None or value not in [choice.value for choice in question.choices]:
        raise ValueError(f"{value!r} answers nothing that was asked")
    return queued_again(replace(job, answers={**job.answers, question.key: value}))


def step_moved(job: Job, number: int, state: StepState, note: str, seconds: float = 0.0) -> Job:
    """`job` with one of its steps in another state."""
    steps = list(job.steps)
    steps[number] = replace(steps[number], state=state, note=note, seconds=seconds)
    return replace(job, steps=tuple(steps))
