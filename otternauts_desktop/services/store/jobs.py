"""Jobs as they are kept: written before every effect, and taken on by one run of the program.

Several processes may have the file open (the window and the command line). Which of them runs a
job, and which job is alone in a lane, is decided here, in one transaction.
"""

import json
import os
import time
import uuid
from collections.abc import Collection
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, or_, select, update

from otternauts_desktop.core.flight.job import Choice, Job, JobState, Question, Trouble
from otternauts_desktop.core.flight.progress import Step, StepState
from otternauts_desktop.core.names import JobId
from otternauts_desktop.services.store.database import Database
from otternauts_desktop.services.store.lock import FileLock
from otternauts_desktop.services.store.tables import JOB_LINES, JOBS

_OPEN: Final = (JobState.QUEUED.value, JobState.RUNNING.value)
_OWN_COLUMNS: Final = ("id", "kind", "title", "lane", "holds", "runner", "state", "created_at")


class Runner:
    """This run of the program, as other processes can tell whether it is still alive.

    It holds a lock of the operating system, which ends with its process however that ends.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.id = uuid.uuid4().hex
        self._lock: FileLock | None = None

    def begin(self) -> None:
        """Be alive from now on, for whoever asks."""
        if self._lock is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = FileLock(self._folder / self.id)
            if not self._lock.take():
                raise OSError(f"a new lock file is taken already: {self.id}")

    def end(self) -> None:
        """Be gone."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None
            (self._folder / self.id).unlink(missing_ok=True)

    def is_dead(self, runner_id: str) -> bool:
        """Whether the run of that id has ended. It may have had no time to say so."""
        if runner_id == self.id:
            return False
        path = self._folder / os.path.basename(runner_id)  # noqa: PTH119 - an id, never a path
        if not runner_id or not path.exists():
            return True
        lock = FileLock(path)
        if not lock.take():
            return False
        lock.release()
        path.unlink(missing_ok=True)
        return True


class JobRecords:
    """Jobs in the order in which they were started, and their lines."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, job: Job) -> None:
        """Keep a new job."""
        with self._database.writing() as connection:
            connection.execute(insert(JOBS).values(**_columns(job)))

    def save(self, job: Job) -> None:
        """Replace what is kept of a job."""
        with self._database.writing() as connection:
            connection.execute(update(JOBS).where(JOBS.c.id == job.id).values(**_columns(job)))

    def load(self, job_id: JobId) -> Job | None:
        """A job, None where there is none of that id."""
        with self._database.reading() as connection:
            return _load(connection, job_id)

    def all(self, limit: int = 200) -> tuple[Job, ...]:
        """The newest `limit` jobs, newest first."""
        query = select(JOBS).order_by(JOBS.c.number.desc()).limit(limit)
        with self._database.reading() as connection:
            return tuple(map(_job, connection.execute(query)))

    def unended(self) -> tuple[Job, ...]:
        """Jobs that are queued or running as far as the file knows, oldest first."""
        query = select(JOBS).where(JOBS.c.state.in_(_OPEN)).order_by(JOBS.c.number)
        with self._database.reading() as connection:
            return tuple(map(_job, connection.execute(query)))

    def interrupted(self) -> tuple[Job, ...]:
        """Jobs that a run of the program left behind, oldest first."""
        query = (
            select(JOBS).where(JOBS.c.state == JobState.INTERRUPTED.value).order_by(JOBS.c.number)
        )
        with self._database.reading() as connection:
            return tuple(map(_job, connection.execute(query)))

    def change(self, before: Job, after: Job) -> bool:
        """Replace a job that is still as `before` says: of two who try, one succeeds."""
        with self._database.writing() as connection:
            done = connection.execute(
                update(JOBS)
                .where(
                    JOBS.c.id == before.id,
                    JOBS.c.state == before.state.value,
                    JOBS.c.runner == before.runner,
                )
                .values(**_columns(after))
            )
            return done.rowcount == 1

    def take_lane(self, job: Job, *, dead: Collection[str]) -> bool:
        """Save `job`, which runs, where nobody else is in the lanes it wants to be in.

        Jobs of the runners in `dead` are in no lane any more.
        """
        wanted = [lane for lane in (job.lane, job.holds) if lane]
        others = select(JOBS.c.id).where(
            JOBS.c.id != job.id,
            JOBS.c.state == JobState.RUNNING.value,
            JOBS.c.runner.not_in(list(dead)),
            or_(JOBS.c.lane.in_(wanted), JOBS.c.holds.in_(wanted)),
        )
        with self._database.writing() as connection:
            if connection.execute(others.limit(1)).first() is not None:
                return False
            connection.execute(update(JOBS).where(JOBS.c.id == job.id).values(**_columns(job)))
            return True

    def add_line(self, job_id: JobId, text: str) -> None:
        """Keep something that a job said."""
        with self._database.writing() as connection:
            connection.execute(insert(JOB_LINES).values(job_id=job_id, at=time.time(), text=text))

    def lines(self, job_id: JobId) -> tuple[tuple[float, str], ...]:
        """When (seconds since 1970) a job said what, oldest first."""
        query = (
            select(JOB_LINES.c.at, JOB_LINES.c.text)
            .where(JOB_LINES.c.job_id == job_id)
            .order_by(JOB_LINES.c.number)
        )
        with self._database.reading() as connection:
            return tuple((row.at, row.text) for row in connection.execute(query))


def _load(connection: Connection, job_id: JobId) -> Job | None:
    row = connection.execute(select(JOBS).where(JOBS.c.id == job_id)).first()
    return None if row is None else _job(row)


def _columns(job: Job) -> dict[str, object]:
    values = asdict(job)
    own = {name: values.pop(name) for name in _OWN_COLUMNS}
    return {**own, "state": job.state.value, "document": json.dumps(values)}


def _job(row: Row[Any]) -> Job:
    kept = json.loads(row.document)
    question, trouble = kept["question"], kept["trouble"]
    if question is not None:
        choices = tuple(Choice(**choice) for choice in question["choices"])
        question = Question(question["key"], question["text"], choices)
    job = Job(
        id=JobId(row.id),
        kind=row.kind,
        title=row.title,
        lane=row.lane,
        arguments=kept["arguments"],
        created_at=row.created_at,
        state=JobState(row.state),
        steps=tuple(
            Step(step["name"], StepState(step["state"]), step["note"], step["seconds"])
            for step in kept["steps"]
        ),
        checkpoints=kept["checkpoints"],
        question=question,
        answers=kept["answers"],
        trouble=None if trouble is None else Trouble(**trouble),
        remains=tuple(kept["remains"]),
        ended_at=kept["ended_at"],
    )
    return replace(job, holds=row.holds, runner=row.runner)
