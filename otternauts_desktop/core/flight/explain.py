"""Docker's words for a task that does not run -> what happened, and what to do about it.

Only a sentence is added; Docker's own words are always shown beside it. Source of the texts:
each was provoked on an engine 26; raw answers are in the tests.
"""

import re
from dataclasses import dataclass
from typing import Final

from otternauts_desktop.core.flight.progress import Cause
from otternauts_desktop.core.words import marked, tr

UNHEALTHY: Final = "unhealthy container"
"""Docker's words for a task that it ended because its health check failed."""
EXIT_CODES: Final = {
    0: marked("the program ended by itself"),
    1: marked("the program reported an error"),
    2: marked("the program was called in a wrong way"),
    125: marked("Docker itself failed to run the container"),
    126: marked("the command could not be executed"),
    127: marked("the command was not found"),
    128: marked("the container could not be started"),
    134: marked("the program aborted (SIGABRT)"),
    137: marked("the program was killed: out of memory, or it did not stop in time (SIGKILL)"),
    139: marked("the program crashed (segmentation fault)"),
    143: marked("the program was asked to stop (SIGTERM)"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A sentence without the vessel's name, and the next step."""

    sentence: str
    next_step: str


_TEXTS: Final[tuple[tuple[str, str, str], ...]] = (
    (
        r"No such image: (?P<what>\S+)",
        marked("Failed to pull image {what}: it does not exist, or the registry refused it."),
        marked("Check the name and tag; a private registry takes a login (Cluster, Registries)."),
    ),
    (
        UNHEALTHY,
        marked("It is unhealthy: the container runs, but its health check fails."),
        marked("Read its log, and try the command of the health check inside the container."),
    ),
    (
        r"executable file not found|no such file or directory.*exec:|exec: .*no such file",
        marked("The command is not in the image."),
        marked("Check `command` and `entrypoint` against what the image holds."),
    ),
    (
        r"bind source path does not exist: (?P<what>\S+)",
        marked("The folder {what} does not exist on the outpost."),
        marked("Create it there, or use a named volume."),
    ),
    (
        r"address already in use|port is already allocated",
        marked("A port that it publishes is taken by another program on the outpost."),
        marked("Publish another port, or stop the program that has it."),
    ),
    (
        r"unable to find user (?P<what>\S+?):",
        marked("The image has no user {what}."),
        marked("Give a user by number, or one that the image has."),
    ),
    (
        r"scheduling constraints not satisfied",
        marked("It cannot start: no outpost matches its placement constraints."),
        marked("Compare deploy.placement.constraints with the outposts' roles and labels."),
    ),
    (
        r"insufficient resources",
        marked("It cannot start: no outpost has the CPU or memory that it reserves."),
        marked("Lower deploy.resources.reservations, or add an outpost."),
    ),
    (
        r"host-mode port already in use",
        marked("The port that it publishes is taken on every outpost that could run it."),
        marked("Publish another port, or free it."),
    ),
    (
        r"max replicas per node",
        marked("Each outpost already runs as many of its tasks as allowed."),
        marked("Raise deploy.placement.max_replicas_per_node, or add an outpost."),
    ),
    (
        r"unsupported platform",
        marked("The image is made for another processor architecture than the outposts have."),
        marked("Use an image built for their architecture."),
    ),
    (
        r"nodes? not available for new tasks",
        marked("All outposts that could run it are drained or down."),
        marked("Activate an outpost, or bring it back."),
    ),
    (
        r"missing plugin",
        marked("No outpost has the plugin that its volume, network or log driver needs."),
        marked("Install the plugin, or use another driver."),
    ),
    (
        r"invalid mount target|invalid mount config",
        marked("One of its volumes can't be mounted as written."),
        marked("Look at `volumes`; the target has to be an absolute path."),
    ),
    (
        r"no space left on device",
        marked("The outpost's disk is full."),
        marked("Free space on the outpost: docker system df shows what takes it."),
    ),
)


def explain(error: str, exit_code: int | None) -> Explanation:
    """What a task's error text and exit code amount to."""
    for pattern, sentence, step in _TEXTS:
        if match := re.search(pattern, error):
            return Explanation(tr(sentence, **match.groupdict()), tr(step))
    code = exit_code
    if match := re.search(r"non-zero exit \((\d+)\)", error):
        code = int(match[1])
    if code is not None and (code or not error):
        meaning = tr(EXIT_CODES.get(code, marked("the program reported an error")))
        return Explanation(
            tr("It ended with exit code {code}: {meaning}.", code=code, meaning=meaning),
            tr("Read its last lines."),
        )
    return Explanation(tr("It does not run."), tr("Docker's own words below say why."))


def explained(vessel: str, outpost: str, explanation: Explanation, docker_said: str) -> Cause:
    """The cause of a launch's failure: a vessel's task, on an outpost or (`""`) on none."""
    sentence = explanation.sentence
    if outpost:
        words = marked("{vessel} on {outpost}: {sentence}")
        sentence = tr(words, vessel=vessel, outpost=outpost, sentence=sentence)
    else:
        sentence = f"{vessel}: {sentence}"
    return Cause(vessel, sentence, explanation.next_step, docker_said=docker_said)
