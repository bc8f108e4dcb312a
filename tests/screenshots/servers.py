"""Scenes around clusters and outposts: their jobs, the doctor, evacuation, ingress."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from itertools import permutations
from typing import Final

from otternauts_desktop.core.errors import CertificateLimit, KnownError
from otternauts_desktop.core.flight.crossing import End, crossing_check, tcp_crossing, udp_crossing
from otternauts_desktop.core.flight.doctor import Examination, Patient
from otternauts_desktop.core.flight.job import Choice, Job, JobState, Question, Trouble
from otternauts_desktop.core.flight.membership import Change
from otternauts_desktop.core.flight.preflight import NO_FACTS
from otternauts_desktop.core.flight.progress import Step, StepState
from otternauts_desktop.core.flight.rebalancing import Move
from otternauts_desktop.core.flight.shields import elsewhere, silent
from otternauts_desktop.core.names import ClusterId, JobId
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.dialogs.confirm_change import ConfirmChange
from otternauts_desktop.ui.dialogs.confirm_evacuation import ConfirmEvacuation
from otternauts_desktop.ui.dialogs.confirm_moves import ConfirmMoves
from otternauts_desktop.ui.dialogs.ingress_settings import IngressDialog
from otternauts_desktop.ui.dialogs.labels import LabelsDialog
from otternauts_desktop.ui.dialogs.registries import LoginSeen, RegistriesDialog
from otternauts_desktop.ui.dialogs.shields import ShieldsDialog
from otternauts_desktop.ui.doctor_desk import Case
from otternauts_desktop.ui.places import cluster_place, doctor_place, outpost_place
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


def examination(names: Sequence[str], *, done: bool = True) -> Examination:
    """As the doctor sees it where one port is shut, one way is narrow, and one is out of reach."""
    ends = [End(name, NO_FACTS, f"203.0.113.{10 + n}") for n, name in enumerate(names)]
    last = len(ends) - 1
    patients = [Patient(end.name, end.address) for end in ends]
    patients[last] = Patient(
        names[last],
        trouble=f"The outpost {names[last]} does not answer. No answer within 10 s. Is it on?",
    )
    seen = Examination(tuple(patients))
    for source, target in permutations(range(last), 2):
        if not done and source > last // 2:
            continue
        a, b = ends[source], ends[target]
        shut = (source, target) == (0, 2)
        narrow = (source, target) == (1, 0)
        crossings = [
            *(tcp_crossing(a, b, port, b"open") for port in (2377, 7946)),
            udp_crossing(a, b, 7946, sent=60, counted=60, others=0),
            udp_crossing(a, b, 4789, sent=60, counted=0 if shut else 60, others=0),
        ]
        if not shut:
            others, counted = (90, 200) if narrow else (0, 60)
            crossings.append(
                udp_crossing(a, b, 4789, sent=60, counted=counted, others=others, full=True)
            )
        seen = seen.tried(source, target, tuple(crossing_check(c) for c in crossings))
    return seen


def _doctor(names: Sequence[str], *, done: bool = True) -> Callable[[Stage], Awaitable[None]]:
    async def scene(stage: Stage) -> None:
        case = Case(examination(names, done=done), running=not done, at=NOW if done else 0.0)
        stage.desk.doctor.cases[PROD] = case
        stage.desk.go(doctor_place(PROD))

    return scene


async def ingress(stage: Stage) -> None:
    """What is decided about the ingress, and what its launch would change."""
    stage.desk.go(cluster_place(PROD))
    stage.window.actions_.run("ingress.launch")
    dialog = await stage.dialog(IngressDialog)
    dialog.email.setText("crew@acme.dev")
    dialog.authority.choose(2)
    dialog.url.setText("https://ca.acme.dev/acme/directory")


async def shields(stage: Stage) -> None:
    """Some domains lead elsewhere, one does not answer, and the authority has had enough."""

    async def found(
        cluster_id: ClusterId, domains: Collection[str]
    ) -> Mapping[str, KnownError | None]:
        own = ("203.0.113.10", "203.0.113.11")
        return {
            "shop.acme.dev": None,
            "www.acme.dev": elsewhere("www.acme.dev", ["198.51.100.7"], own),
            "pay.acme.dev": silent("pay.acme.dev", "no answer within 5 s"),
        }

    async def refused(cluster_id: ClusterId) -> tuple[KnownError, ...]:
        return (CertificateLimit(detail="blog.acme.dev: try again after 2027-01-15 12:00 UTC."),)

    stage.control.ingress.shields = found  # type: ignore[method-assign]
    stage.control.ingress.troubles = refused  # type: ignore[method-assign]
    stage.desk.go(cluster_place(PROD))
    stage.window.actions_.run("ingress.check")
    await stage.dialog(ShieldsDialog)


async def evacuation(stage: Stage) -> None:
    """What emptying an outpost means."""
    snapshot = stage.control.telemetry.snapshot(PROD)
    assert snapshot is not None
    stage.desk.go(outpost_place(PROD, snapshot.nodes[3].id))
    stage.window.actions_.run("outpost.evacuate")
    await stage.dialog(ConfirmEvacuation)


def _change(number: int, change: Change) -> Callable[[Stage], Awaitable[None]]:
    """What a change of an outpost's part in its swarm means, or why it is not done."""

    async def scene(stage: Stage) -> None:
        snapshot = stage.control.telemetry.snapshot(PROD)
        assert snapshot is not None
        node = snapshot.nodes[number]
        stage.desk.go(outpost_place(PROD, node.id))
        outlook = stage.control.membership.outlook(PROD, node, change)
        title = tr("Remove {outpost} from its swarm?", outpost=outlook.node.name)
        if change is Change.DEMOTE:
            title = tr("Demote {outpost}?", outpost=outlook.node.name)
        ConfirmChange(title, tr(change.value.capitalize()), outlook, stage.window).open()

    return scene


async def labels(stage: Stage) -> None:
    """The labels of an outpost."""
    snapshot = stage.control.telemetry.snapshot(PROD)
    assert snapshot is not None
    node = snapshot.nodes[1]
    stage.desk.go(outpost_place(PROD, node.id))
    LabelsDialog(node.name, node.labels, stage.window).open()


async def registries(stage: Stage) -> None:
    """Logins that are kept, and a new one."""
    stage.desk.go(cluster_place(PROD))
    logins = (
        LoginSeen("ghcr.io", "acme-deploy", None, "", True),
        LoginSeen("registry.acme.dev:5000", "ci", PROD, "production", False),
    )
    dialog = RegistriesDialog("production", stage.window)
    dialog.show_logins(logins)
    dialog.open()


async def rebalance(stage: Stage) -> None:
    """What would move."""
    snapshot = stage.control.telemetry.snapshot(PROD)
    assert snapshot is not None
    stage.desk.go(cluster_place(PROD))
    services, nodes = snapshot.services, snapshot.nodes
    moves = [Move(s, nodes[n % 2], nodes[4 + n % 2], True) for n, s in enumerate(services[:5])]
    dialog = ConfirmMoves("acme-prod", moves, stage.window)
    dialog.open()


SERVERS: Final[dict[str, Callable[[Stage], Awaitable[None]]]] = {
    "jobs": jobs,
    "job-question": question,
    "ingress": ingress,
    "certificates": shields,
    "evacuate": evacuation,
    "rebalance": rebalance,
    "demote": _change(1, Change.DEMOTE),
    "remove": _change(3, Change.REMOVE),
    "labels": labels,
    "registries": registries,
    "doctor": _doctor(["orion-1", "orion-2", "vega-1", "vega-2"]),
    "doctor-large": _doctor([f"outpost-{n}.fra.example" for n in range(1, 11)], done=False),
}
