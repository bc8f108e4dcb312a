"""Durable jobs: killed anywhere, they end the same; nothing is done twice; the truth is told."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from otternauts_desktop.core.errors import KnownError, LinkLost, NotNow, OutcomeUnknown
from otternauts_desktop.core.events import Event, JobMoved
from otternauts_desktop.core.flight.job import Choice, Job, JobState, Question, moved
from otternauts_desktop.core.flight.progress import StepState
from otternauts_desktop.core.names import JobId
from otternauts_desktop.services.bus import Bus
from otternauts_desktop.services.jobs import Jobs, JobStep, Work
from otternauts_desktop.services.store.database import open_database
from otternauts_desktop.services.store.jobs import JobRecords, Runner

LEAVE = Question("leave", "Leave the old swarm?", (Choice("yes", "Leave"), Choice("no", "Stay")))


class World:
    """The far side of the toy steps: a file of what was done, in order."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def done(self) -> list[str]:
        return self.file.read_text().split() if self.file.exists() else []

    def do(self, what: str) -> None:
        with self.file.open("a") as file:
            file.write(f"{what}\n")


class Mark(JobStep):
    """Does one thing to the world, and sees whether it is done."""

    name = "mark"
    patience = 0.0

    def __init__(self, world: World, what: str, *, fails: KnownError | None = None) -> None:
        self.world, self.what, self.fails = world, what, fails

    async def is_so(self, work: Work) -> str:
        return "done" if self.what in self.world.done() else ""

    async def do(self, work: Work) -> None:
        self.world.do(self.what)
        if self.fails is not None:
            raise self.fails


class Nothing(Mark):
    """Fails, or ends well, without any effect."""

    async def do(self, work: Work) -> None:
        if self.fails is not None:
            raise self.fails


class Ask(Mark):
    """Needs an answer first."""

    async def do(self, work: Work) -> None:
        self.world.do(f"{self.what}-{work.answer(LEAVE)}")
        self.world.do(self.what)


class Slow(Mark):
    """Takes until it is cancelled, having had its effect at once."""

    remains = "The mark stays."

    async def do(self, work: Work) -> None:
        self.world.do(self.what)
        await asyncio.sleep(60)


Steps = Callable[[World], list[JobStep]]


@asynccontextmanager
async def runner(
    home: Path, steps: Steps, *, resume: bool = False
) -> AsyncIterator[tuple[Jobs, World, list[Job]]]:
    """A run of the program on `home`, with one kind of job."""
    database = open_database(home / "test.db")
    bus, heard = Bus(), list[Job]()

    def hear(event: Event) -> None:
        if isinstance(event, JobMoved):
            heard.append(event.job)

    bus.subscribe(hear)
    world = World(home / "world")
    jobs = Jobs(bus, JobRecords(database), Runner(home / "runners"))
    jobs.register("toy", lambda job: steps(world))
    if resume:
        jobs.recover(resume=True)
    try:
        yield jobs, world, heard
    finally:
        await jobs.close()
        database.close()


def begin(jobs: Jobs, lane: str = "lane") -> JobId:
    return jobs.start("toy", "A toy", lane, {})


async def test_a_job_does_its_steps_in_order_and_tells_of_each(tmp_path: Path) -> None:
    def steps(world: World) -> list[JobStep]:
        return [Mark(world, "a"), Mark(world, "b")]

    async with runner(tmp_path, steps) as (jobs, world, heard):
        job = await jobs.wait(begin(jobs))
        again = await jobs.wait(begin(jobs))
    assert job.state is JobState.DONE
    assert world.done() == ["a", "b"]
    assert again.state is JobState.DONE, "what is so already is not done again"
    assert [s.state for s in heard[-1].steps] == [StepState.DONE, StepState.DONE]


@pytest.mark.parametrize("error", [LinkLost(), OutcomeUnknown(), KnownError()])
async def test_an_error_decides_nothing_where_the_effect_is_seen(
    tmp_path: Path, error: KnownError
) -> None:
    async with runner(tmp_path, lambda world: [Mark(world, "a", fails=error)]) as (jobs, world, _):
        job = await jobs.wait(begin(jobs))
    assert job.state is JobState.DONE
    assert world.done() == ["a"]


async def test_a_good_ending_decides_nothing_where_no_effect_is_seen(tmp_path: Path) -> None:
    async with runner(tmp_path, lambda world: [Nothing(world, "a")]) as (jobs, _, _):
        job = await jobs.wait(begin(jobs))
    assert job.state is JobState.FAILED
    assert job.trouble is not None
    assert job.trouble.anchor == "step-unsettled"


async def test_a_failed_job_says_why_and_can_be_resumed(tmp_path: Path) -> None:
    trouble = KnownError(detail="The paw slipped.", next_step="Hold tighter.")
    fails = [trouble]

    def steps(world: World) -> list[JobStep]:
        second = Nothing(world, "b", fails=fails[0]) if fails else Mark(world, "b")
        return [Mark(world, "a"), second]

    async with runner(tmp_path, steps) as (jobs, world, _):
        job = await jobs.wait(begin(jobs))
        assert job.state is JobState.FAILED
        assert job.trouble is not None
        assert (job.trouble.detail, job.trouble.next_step) == (trouble.detail, trouble.next_step)
        fails.clear()
        job = await jobs.wait(jobs.resume(job.id[:6]))
    assert job.state is JobState.DONE
    assert world.done() == ["a", "b"]


async def test_a_question_is_kept_and_answered_by_a_later_run(tmp_path: Path) -> None:
    def steps(world: World) -> list[JobStep]:
        return [Mark(world, "a"), Ask(world, "b")]

    async with runner(tmp_path, steps) as (jobs, _, _):
        job = await jobs.wait(begin(jobs))
        assert (job.state, job.question) == (JobState.WAITING, LEAVE)
    async with runner(tmp_path, steps, resume=True) as (jobs, world, _):
        assert jobs.get(job.id).state is JobState.WAITING
        with pytest.raises(NotNow):
            jobs.answer(job.id, "perhaps")
        job = await jobs.wait(jobs.answer(job.id, "yes"))
    assert job.state is JobState.DONE
    assert world.done() == ["a", "b-yes", "b"]


async def test_cancel_looks_and_says_what_it_does_not_undo(tmp_path: Path) -> None:
    async with runner(tmp_path, lambda world: [Slow(world, "a")]) as (jobs, world, _):
        job_id = begin(jobs)
        while not world.done():
            await asyncio.sleep(0.01)
        job = await jobs.cancel(job_id)
    assert job.state is JobState.CANCELLED
    assert job.remains == ("The mark stays.",)


async def test_jobs_of_one_lane_wait_for_each_other(tmp_path: Path) -> None:
    running: list[str] = []
    most: list[int] = []

    class Busy(Mark):
        async def do(self, work: Work) -> None:
            running.append(work.job.lane)
            most.append(running.count("one"))
            await asyncio.sleep(0.05)
            running.remove(work.job.lane)
            self.world.do(self.what)

    names = iter("abcd")
    async with runner(tmp_path, lambda world: [Busy(world, next(names, "z"))]) as (jobs, _, _):
        ids = [begin(jobs, lane) for lane in ("one", "one", "two", "two")]
        ended = [await jobs.wait(job_id) for job_id in ids]
    assert {job.state for job in ended} == {JobState.DONE}
    assert max(most) == 1


async def test_a_job_of_a_living_run_is_left_alone(tmp_path: Path) -> None:
    async with (
        runner(tmp_path, lambda world: [Slow(world, "a")]) as (first, world, _),
        runner(tmp_path, lambda world: [Slow(world, "a")], resume=True) as (second, _, _),
    ):
        job_id = begin(first)
        while not world.done():
            await asyncio.sleep(0.01)
        assert second.recover(resume=True) == ()
        with pytest.raises(NotNow):
            second.resume(job_id)
        assert first.get(job_id).state is JobState.RUNNING


async def test_what_closes_under_a_job_goes_on_in_the_next_run(tmp_path: Path) -> None:
    async with runner(tmp_path, lambda world: [Slow(world, "a"), Mark(world, "b")]) as run:
        jobs, world, _ = run
        job_id = begin(jobs)
        while not world.done():
            await asyncio.sleep(0.01)
    steps: Steps = lambda world: [Mark(world, "a"), Mark(world, "b")]  # noqa: E731
    async with runner(tmp_path, steps, resume=True) as (jobs, world, _):
        job = await jobs.wait(job_id)
    assert job.state is JobState.DONE
    assert world.done() == ["a", "b"]


def test_only_legal_moves_are_made() -> None:
    job = Job(JobId("1"), "toy", "A toy", "lane", {}, 0.0)
    with pytest.raises(ValueError, match="queued"):
        moved(job, JobState.DONE)


KILLED_AT = """
import asyncio, os, signal, sys
from pathlib import Path
from otternauts_desktop.services.store.jobs import JobRecords
from tests.services.test_jobs import Mark, begin, runner

left = int(sys.argv[2])

def counted(name):
    plain = getattr(JobRecords, name)
    def write(self, *args, **kwargs):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        result = plain(self, *args, **kwargs)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(JobRecords, name, write)

for name in ("add", "save", "take_lane", "change"):
    counted(name)

async def main():
    steps = lambda world: [Mark(world, what) for what in "abc"]
    async with runner(Path(sys.argv[1]), steps) as (jobs, world, heard):
        print((await jobs.wait(begin(jobs))).state)

asyncio.run(main())
"""


@pytest.mark.seconds(120)
async def test_killed_before_and_after_every_write_it_resumes_to_the_same_end(
    tmp_path: Path,
) -> None:
    """Every point, one after the other, until the job gets through unharmed."""

    def steps(world: World) -> list[JobStep]:
        return [Mark(world, what) for what in "abc"]

    for point in range(1, 100):
        home = tmp_path / str(point)
        home.mkdir()
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", KILLED_AT, str(home), str(point)],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        async with runner(home, steps, resume=True) as (jobs, world, _):
            kept = jobs.all()
            ended = [await jobs.wait(job.id) for job in kept]
        if done.returncode == 0:
            assert done.stdout.strip() == "done"
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        if not kept:  # killed before the intent was written: then nothing was done, either
            assert world.done() == []
            continue
        assert [job.state for job in ended] == [JobState.DONE], json.dumps(point)
        assert world.done() == ["a", "b", "c"], "nothing is missing, nothing is done twice"
    else:
        pytest.fail("it never got through")
    assert point > 15
