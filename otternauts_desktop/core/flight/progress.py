"""A launch under way: its steps and its tasks, as values that the window and the CLI show."""

from dataclasses import dataclass, field
from enum import StrEnum

from otternauts_desktop.core.names import ClusterId, LaunchId


class LaunchState(StrEnum):
    """Where a launch stands. `UNKNOWN` is settled by looking at the cluster, never assumed."""

    RUNNING = "running"
    CONVERGED = "converged"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self is not LaunchState.RUNNING


class StepState(StrEnum):
    """How a step of a launch stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a launch: `Validate`, `Resolve variables`, `Deploy`, `Converge`."""

    name: str
    state: StepState = StepState.WAITING
    note: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class VesselProgress:
    """How far one service of the fleet is, counting only tasks of the new spec."""

    vessel: str
    settled: int
    wanted: int
    state: StepState
    note: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """What the launch set out to do with a vessel."""

    vessel: str
    kind: str
    """A value of `ChangeKind`."""
    words: str = ""
    """The settings that change, secrets masked."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a launch failed, in one card."""

    vessel: str
    sentence: str
    """What happened, for a person."""
    next_step: str
    docker_said: str = ""
    """Docker's own words, never rewritten, made safe to show."""
    log: tuple[str, ...] = ()
    """Last log lines of the task that failed, oldest first."""


@dataclass(frozen=True, slots=True)
class LaunchProgress:
    """The whole of a launch at one moment. Immutable: a newer one replaces it."""

    id: LaunchId
    cluster_id: ClusterId
    fleet: str
    state: LaunchState
    steps: tuple[Step, ...]
    started_at: float
    """Wall clock, seconds since 1970."""
    vessels: tuple[VesselProgress, ...] = ()
    planned: tuple[Planned, ...] = ()
    cause: Cause | None = None
    output: str = field(default="", repr=False)
    """What `docker stack deploy` printed, secrets masked, made safe to show."""
    ended_at: float = 0.0

    @property
    def settled(self) -> tuple[int, int]:
        """Settled and wanted tasks over all vessels: the "5 of 7" of the bar."""
        return sum(v.settled for v in self.vessels), sum(v.wanted for v in self.vessels)
