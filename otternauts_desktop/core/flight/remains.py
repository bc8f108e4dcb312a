"""What the container of an ended task still tells on its outpost, beyond what the swarm knows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from otternauts_desktop.core.flight.explain import UNHEALTHY, explain, explained
from otternauts_desktop.core.flight.progress import Cause
from otternauts_desktop.core.untrusted import shown
from otternauts_desktop.core.words import tr

_CHECK_LINES: Final = 10
_RETRIES: Final = 3
"""Docker's own, where a health check says nothing of them."""


@dataclass(frozen=True, slots=True)
class Remains:
    """Of a container that ended."""

    out_of_memory: bool = False
    unhealthy: bool = False
    """A program that ends well when it is told to hides this from the swarm: exit code 0."""
    check_said: tuple[str, ...] = ()
    """The last lines of its newest failed health check."""


def read_remains(container: Mapping[str, Any]) -> Remains:
    """From what the Engine says of a container (`GET /containers/ID/json`)."""
    state = container.get("State") or {}
    health = state.get("Health") or {}
    check = (container.get("Config") or {}).get("Healthcheck") or {}
    failed = [check for check in health.get("Log") or () if check.get("ExitCode")]
    lines = str(failed[-1].get("Output", "")).strip().splitlines() if failed else []
    return Remains(
        bool(state.get("OOMKilled")),
        # Its status is no use: Docker calls every container with a check unhealthy once it ended.
        health.get("FailingStreak", 0) >= (check.get("Retries") or _RETRIES),
        tuple(shown(line) for line in lines[-_CHECK_LINES:]),
    )


def with_remains(cause: Cause, outpost: str, remains: Remains) -> Cause:
    """The cause that they tell, where the task's own words do not."""
    if remains.out_of_memory:
        words = tr("It ran out of memory.")
        step = tr("Raise deploy.resources.limits.memory, or have it use less.")
        cause = replace(cause, next_step=f"{words} {step}")
    elif remains.unhealthy:
        unhealthy = explain(UNHEALTHY, None)
        found = explained(cause.vessel, outpost, unhealthy, cause.docker_said)
        cause = replace(found, log=cause.log)
    said = tuple(tr("health check: {line}", line=line) for line in remains.check_said)
    return replace(cause, log=(*cause.log, *said))
