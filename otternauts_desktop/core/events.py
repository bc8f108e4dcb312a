"""What can happen. Frozen, past tense; published on the bus after the fact is stored."""

from collections.abc import Mapping
from dataclasses import dataclass

from otternauts_desktop.core.alerts.alert import Alert, News
from otternauts_desktop.core.flight.job import Job
from otternauts_desktop.core.flight.progress import LaunchProgress
from otternauts_desktop.core.gauges.rates import Sample, Use
from otternauts_desktop.core.names import ClusterId, OutpostId
from otternauts_desktop.core.swarm.cluster import LinkStatus
from otternauts_desktop.core.swarm.state import Snapshot


@dataclass(frozen=True, slots=True)
class ClustersChanged:
    """A cluster or outpost was added, renamed or removed: ask for the list again."""


@dataclass(frozen=True, slots=True)
class SwarmObserved:
    """A cluster was read. `snapshot` is whole and replaces the one before."""

    cluster_id: ClusterId
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class ClusterLost:
    """No manager of the cluster answers; what was last seen is stale from now on."""

    cluster_id: ClusterId
    sentence: str
    since: float
    """Wall clock, seconds since 1970."""
    leaderless: bool = False
    """Managers answer, but they have no leader: the quorum is lost, or is being found again."""


@dataclass(frozen=True, slots=True)
class LinkMoved:
    """The connection to an outpost changed its state."""

    cluster_id: ClusterId
    outpost_id: OutpostId
    status: LinkStatus


@dataclass(frozen=True, slots=True)
class LaunchMoved:
    """A launch made a step, or ended."""

    progress: LaunchProgress


@dataclass(frozen=True, slots=True)
class LaunchedElsewhere:
    """A launch that another desktop made has come to be known here."""

    cluster_id: ClusterId
    fleet: str
    version: int
    operator: str
    ended_at: float
    """Wall clock of that desktop, seconds since 1970."""


@dataclass(frozen=True, slots=True)
class JobMoved:
    """A job was queued, made a step, asks something, or ended."""

    job: Job


@dataclass(frozen=True, slots=True)
class SamplesTaken:
    """An outpost and the tasks on it were sampled: what they use, its clock, its disk."""

    cluster_id: ClusterId
    outpost_id: OutpostId
    sample: Sample
    tasks: Mapping[str, Use]
    """By task id."""


@dataclass(frozen=True, slots=True)
class AlertsMoved:
    """Alerts of a cluster have changed; `news` is what of it is to be told, perhaps nothing."""

    cluster_id: ClusterId
    news: tuple[tuple[Alert, News], ...] = ()


@dataclass(frozen=True, slots=True)
class ChannelsMoved:
    """A channel was added or removed, or something was sent to one, or could not be."""

    failed: str = ""
    """Name of the channel that was not told something, for good or until its address can be had."""
    sentence: str = ""
    """Why."""


@dataclass(frozen=True, slots=True)
class CommandRan:
    """A command or API call went to an outpost and ended (or its stream was opened)."""

    at: float
    outpost: str
    command: str
    """As a person could have typed it; secrets masked."""
    exit_status: int | None
    """None where the outcome is not known."""
    seconds: float
    asked: str = ""
    """Who asked for it: a job, a launch, the watcher...; "" for the person."""

    @property
    def changes(self) -> bool:
        """Whether it may have changed something: it was more than a question."""
        return not self.command.startswith(("GET ", "HEAD "))

    @property
    def failed(self) -> bool:
        """Whether it did not go well, or nobody knows."""
        return self.exit_status is None or not (
            self.exit_status == 0 or 200 <= self.exit_status < 300
        )


Event = (
    ClustersChanged
    | SwarmObserved
    | ClusterLost
    | LinkMoved
    | LaunchMoved
    | LaunchedElsewhere
    | JobMoved
    | SamplesTaken
    | AlertsMoved
    | ChannelsMoved
    | CommandRan
)
