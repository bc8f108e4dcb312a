"""Docker's words for a task that does not run -> what happened, and what to do about it.

Only a sentence is added; Docker's own words are always shown beside it. Source of the texts:
each was provoked on an engine 26; raw answers are in the tests.
"""

import re
from dataclasses import dataclass
from typing import Final

EXIT_CODES: Final = {
    0: "the program ended by itself",
    1: "the program reported an error",
    2: "the program was called in a wrong way",
    125: "Docker itself failed to run the container",
    126: "the command could not be executed",
    127: "the command was not found",
    128: "the container could not be started",
    134: "the program aborted (SIGABRT)",
    137: "the program was killed: out of memory, or it did not stop in time (SIGKILL)",
    139: "the program crashed (segmentation fault)",
    143: "the program was asked to stop (SIGTERM)",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A sentence without the vessel's name, and the next step."""

    sentence: str
    next_step: str


_TEXTS: Final[tuple[tuple[str, str, str], ...]] = (
    (
        r"No such image: (?P<what>\S+)",
        "The image {what} can't be had: it does not exist, or the registry refused it.",
        "Check the name and tag, and that this outpost may read the registry.",
    ),
    (
        r"unhealthy container",
        "The container runs, but its health check fails.",
        "Read its log, and try the command of the health check inside the container.",
    ),
    (
        r"executable file not found|no such file or directory.*exec:|exec: .*no such file",
        "The command is not in the image.",
        "Check `command` and `entrypoint` against what the image holds.",
    ),
    (
        r"bind source path does not exist: (?P<what>\S+)",
        "The folder {what} does not exist on the outpost.",
        "Create it there, or use a named volume.",
    ),
    (
        r"address already in use|port is already allocated",
        "A port that it publishes is taken by another program on the outpost.",
        "Publish another port, or stop the program that has it.",
    ),
    (
        r"unable to find user (?P<what>\S+?):",
        "The image has no user {what}.",
        "Give a user by number, or one that the image has.",
    ),
    (
        r"scheduling constraints not satisfied",
        "No outpost satisfies its placement constraints.",
        "Compare deploy.placement.constraints with the outposts' roles and labels.",
    ),
    (
        r"insufficient resources",
        "No outpost has the CPU or memory that it reserves.",
        "Lower deploy.resources.reservations, or add an outpost.",
    ),
    (
        r"host-mode port already in use",
        "The port that it publishes is taken on every outpost that could run it.",
        "Publish another port, or free it.",
    ),
    (
        r"max replicas per node",
        "Each outpost already runs as many of its tasks as allowed.",
        "Raise deploy.placement.max_replicas_per_node, or add an outpost.",
    ),
    (
        r"unsupported platform",
        "The image is made for another processor architecture than the outposts have.",
        "Use an image built for their architecture.",
    ),
    (
        r"nodes? not available for new tasks",
        "All outposts that could run it are drained or down.",
        "Activate an outpost, or bring it back.",
    ),
    (
        r"missing plugin",
        "No outpost has the plugin that its volume, network or log driver needs.",
        "Install the plugin, or use another driver.",
    ),
    (
        r"invalid mount target|invalid mount config",
        "One of its volumes can't be mounted as written.",
        "Look at `volumes`; the target has to be an absolute path.",
    ),
    (
        r"no space left on device",
        "The outpost's disk is full.",
        "Free space on the outpost: docker system df shows what takes it.",
    ),
)


def explain(error: str, exit_code: int | None) -> Explanation:
    """What a task's error text and exit code amount to."""
    for pattern, sentence, step in _TEXTS:
        if match := re.search(pattern, error):
            return Explanation(sentence.format(**match.groupdict()), step)
    code = exit_code
    if match := re.search(r"non-zero exit \((\d+)\)", error):
        code = int(match[1])
    if code is not None and (code or not error):
        meaning = EXIT_CODES.get(code, "the program reported an error")
        return Explanation(f"It ended with exit code {code}: {meaning}.", "Read its last lines.")
    return Explanation("It does not run.", "Docker's own words below say why.")
