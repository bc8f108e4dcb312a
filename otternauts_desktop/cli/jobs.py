"""`otternauts jobs`: how work on servers stands, and what it asks."""

import asyncio
import time
from argparse import Namespace
from typing import Any

from otternauts_desktop.app import MissionControl
from otternauts_desktop.cli.output import Output, table
from otternauts_desktop.core.events import Event, JobMoved
from otternauts_desktop.core.flight.job import Job, JobState
from otternauts_desktop.core.flight.progress import StepState
from otternauts_desktop.core.names import JobId

WAITS = 2
FAILED = 1
_MARKS = {StepState.DONE: "ok", StepState.FAILED: "failed", StepState.RUNNING: "…"}


async def jobs(control: MissionControl, arguments: Namespace, output: Output) -> int:
    """Do a `jobs` action; gives the exit code."""
    control.jobs.recover(resume=False)
    if arguments.action == "list":
        shown = control.jobs.all()
        rows = [(j.id[:8], j.state, f"{j.done_steps}/{len(j.steps)}", j.title) for j in shown]
        text = table(("JOB", "STATE", "STEPS", ""), rows) if rows else "No jobs yet."
        output.result([job_document(job) for job in shown], text)
        return 0
    if arguments.action == "resume":
        return await followed(control, control.jobs.resume(arguments.id), output)
    if arguments.action == "answer":
        job_id = control.jobs.answer(arguments.id, arguments.value)
        return await followed(control, job_id, output)
    if arguments.action == "cancel":
        job = await control.jobs.cancel(arguments.id)
        output.result(job_document(job), "\n".join(["Cancelled.", *job.remains]))
        return 0
    job = control.jobs.get(arguments.id)
    lines = control.jobs.lines(job.id)
    document = {**job_document(job), "log": [{"at": at, "text": text} for at, text in lines]}
    output.result(document, job_text(job) + "".join(f"\n| {text}" for _, text in lines))
    return 0


async def followed(control: MissionControl, job_id: JobId, output: Output) -> int:
    """Say each step of a job as it goes, then its outcome; gives the exit code."""
    told: set[tuple[int, StepState, str]] = set()

    def hear(event: Event) -> None:
        if not isinstance(event, JobMoved) or event.job.id != job_id:
            return
        for number, step in enumerate(event.job.steps):
            key = (number, step.state, step.note)
            if step.state in _MARKS and key not in told:
                told.add(key)
                output.progress(f"{step.name}: {step.note or _MARKS[step.state]}")

    unsubscribe = control.bus.subscribe(hear)
    try:
        job = await control.jobs.wait(job_id)
    except asyncio.CancelledError:
        job = await control.jobs.cancel(job_id)
        output.progress("\n".join(["Cancelled.", *job.remains]))
        raise
    finally:
        unsubscribe()
    output.result(job_document(job), job_text(job))
    if job.state is JobState.WAITING:
        return WAITS
    return 0 if job.state is JobState.DONE else FAILED


def job_document(job: Job) -> dict[str, Any]:
    """A job for programs."""
    question = job.question
    return {
        "id": job.id,
        "kind": job.kind,
        "title": job.title,
        "state": job.state.value,
        "started_at": job.created_at,
        "ended_at": job.ended_at or None,
        "steps": [
            {"name": s.name, "state": s.state.value, "note": s.note, "seconds": s.seconds}
            for s in job.steps
        ],
        "question": question
        and {
            "text": question.text,
            "answers": {choice.value: choice.words for choice in question.choices},
        },
        "error": job.trouble
        and {
            "title": job.trouble.title,
            "detail": job.trouble.detail,
            "next_step": job.trouble.next_step,
            "anchor": job.trouble.anchor,
        },
        "remains": list(job.remains),
        "facts": dict(job.checkpoints),
    }


def job_text(job: Job) -> str:
    """A job for people: its steps, and what it needs or why it failed."""
    started = time.strftime("%Y-%m-%d %H:%M", time.localtime(job.created_at))
    rows = [(s.name, _MARKS.get(s.state, ""), s.note) for s in job.steps]
    lines = [f"{job.title}: {job.state} (job {job.id[:8]}, {started})"]
    lines.append(table(("STEP", "", ""), rows))
    if job.question is not None:
        lines.append(job.question.text)
        lines += [
            f"  otternauts jobs answer {job.id[:8]} {choice.value}   {choice.words}"
            for choice in job.question.choices
        ]
    if job.trouble is not None:
        lines += [job.trouble.text(), f"Go on with it: otternauts jobs resume {job.id[:8]}"]
    return "\n".join([*lines, *job.remains])
