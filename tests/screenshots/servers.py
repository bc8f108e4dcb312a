"""Scenes around clusters and outposts: their jobs, the doctor, evacuation, ingress."""

from typing import Final

from otternauts_desktop.core.flight.job import Choice, Job, JobState, Question, Trouble
from otternauts_desktop.core.flight.progress import Step, StepState
from otternauts_desktop.core.names import JobId
from otternauts_desktop.ui.places import cluster_place
from tests.screenshots.stage import PROD, Stage
from tests.ui.acme import NOW

_DONE, _RUNNING, _WAITING = StepState.DONE, StepState.RUNNING, StepState.WAITING
_JOBS: Final = (
    Job(
        JobId("evacuate"),
        "outpost.evacuate",
        "Evacuate orion-3",
        PROD,
        {},
        NOW - 35,
        JobState.RUNNING,
        (
            Step("Take no new tasks", _DONE, "It takes no new tasks", 1.1),
            Step("Start elsewhere, then stop here", _RUNNING, "payments_api (2 of 5)"),
            Step("Drain", _WAITING),
        ),
    ),
    Job(
        JobId("add"),
        "outpost.add",
        "Add the outpost 203.0.113.24",
        PROD,
        {},
        NOW - 300,
        JobState.WAITING,
        (
            Step("Look it over", _DONE, "Nothing is in the way", 2.4),
            Step("Swarm", _WAITING, "Waits for an answer"),
        ),
        question=Question(
            "leave-swarm",
            "It is part of another swarm. Leave that one?",
            (Choice("leave", "Leave it"), Choice("stay", "Stay")),
        ),
    ),
    Job(
        JobId("ingress"),
        "ingress.launch",
        "Launch the ingress",
        PROD,
        {},
        NOW - 4000,
        JobState.FAILED,
        (Step("Network", _DONE, "traefik-public is there", 0.9),),
        trouble=Trouble(
            "The ingress does not run.",
            "Port 80 is in use on orion-1.",
            "Stop what listens there, then go on with the job.",
            "ingress",
        ),
        ended_at=NOW - 3960,
    ),
)


async def jobs(stage: Stage) -> None:
    """What goes on on servers: one job works, one asks, one has failed."""
    stage.desk.go(cluster_place(PROD))
    for job in reversed(_JOBS):
        stage.control.jobs.records.add(job)
    stage.control.jobs.records.add_line(JobId("evacuate"), "payments_gateway flies elsewhere")
    stage.desk.jobs.follow(JobId("evacuate"))


async def question(stage: Stage) -> None:
    """A job asks."""
    await jobs(stage)
    stage.desk.jobs.follow(JobId("add"))


SERVERS: Final = {"jobs": jobs, "job-question": question}
