"""Status as shape, colour and word together: which mark stands for which state.

No colour stands alone: the shape differs too, and the word is shown beside it or, in a tight
place, is the tooltip and the accessible name.
"""

from dataclasses import dataclass
from typing import Final

from otternauts_desktop.core.flight.job import JobState
from otternauts_desktop.core.flight.preflight import CheckState
from otternauts_desktop.core.flight.progress import LaunchState, StepState
from otternauts_desktop.core.swarm.cluster import LinkState
from otternauts_desktop.core.swarm.health import Health
from otternauts_desktop.core.swarm.state import Node, Task
from otternauts_desktop.core.words import marked, tr


@dataclass(frozen=True, slots=True)
class Mark:
    """One status: `icon` is its drawing, `tone` the colour token, `text` its English word."""

    icon: str
    tone: str
    text: str

    @property
    def word(self) -> str:
        """What it says, in the person's language."""
        return tr(self.text)

    @property
    def tint(self) -> str:
        """The token of the surface behind it in a pill."""
        return {"idle": "raised", "accent": "accentbg"}.get(self.tone, f"{self.tone}bg")


HEALTHY: Final = Mark("status-ok", "ok", marked("Healthy"))
DONE: Final = Mark("status-done", "ok", marked("Done"))
MOVING: Final = Mark("status-run", "accent", marked("In progress"))
WARNING: Final = Mark("status-warn", "warn", marked("Warning"))
DEGRADED: Final = Mark("status-bad", "bad", marked("Degraded"))
FAILED: Final = Mark("status-bad", "bad", marked("Failed"))
DRAIN: Final = Mark("status-drain", "idle", marked("Drain"))
WAITING: Final = Mark("status-wait", "idle", marked("Waiting"))
STOPPED: Final = Mark("status-stop", "idle", marked("Stopped"))
RETURNED: Final = Mark("status-returned", "warn", marked("Returned to base"))
UNREACHABLE: Final = Mark("status-off", "idle", marked("Unreachable"))

_HEALTH: Final = {
    Health.HEALTHY: HEALTHY,
    Health.DONE: DONE,
    Health.STOPPED: STOPPED,
    Health.DRAINED: DRAIN,
    Health.MOVING: MOVING,
    Health.DEGRADED: DEGRADED,
    Health.UNREACHABLE: UNREACHABLE,
    Health.FAILED: FAILED,
}
_LAUNCH: Final = {
    LaunchState.RUNNING: Mark("status-run", "accent", marked("Launching")),
    LaunchState.CONVERGED: Mark("status-done", "ok", marked("In orbit")),
    LaunchState.FAILED: FAILED,
    LaunchState.TIMED_OUT: Mark("status-warn", "warn", marked("Timed out")),
    LaunchState.CANCELLED: Mark("status-stop", "idle", marked("No longer watched")),
    LaunchState.UNKNOWN: Mark("status-warn", "warn", marked("Outcome unknown")),
}
_STEP: Final = {
    StepState.WAITING: WAITING,
    StepState.RUNNING: MOVING,
    StepState.DONE: DONE,
    StepState.FAILED: FAILED,
}
_JOB: Final = {
    JobState.QUEUED: Mark("status-wait", "idle", marked("Queued")),
    JobState.RUNNING: MOVING,
    JobState.WAITING: Mark("status-warn", "warn", marked("Asks something")),
    JobState.DONE: DONE,
    JobState.FAILED: FAILED,
    JobState.CANCELLED: Mark("status-stop", "idle", marked("Cancelled")),
    JobState.INTERRUPTED: Mark("status-warn", "warn", marked("Interrupted")),
}
_CHECK: Final = {
    CheckState.PASSED: Mark("status-ok", "ok", marked("Passed")),
    CheckState.WARNED: WARNING,
    CheckState.FAILED: FAILED,
}
_LINK: Final = {
    LinkState.IDLE: Mark("status-wait", "idle", marked("Not connected")),
    LinkState.CONNECTING: Mark("status-run", "accent", marked("Connecting")),
    LinkState.CONNECTED: Mark("status-ok", "ok", marked("Connected")),
    LinkState.RECONNECTING: Mark("status-off", "warn", marked("Reconnecting")),
    LinkState.AUTH_FAILED: Mark("status-bad", "bad", marked("Login refused")),
    LinkState.LOCKED: Mark("status-warn", "warn", marked("Locked")),
    LinkState.HOST_KEY_CHANGED: Mark("status-bad", "bad", marked("Fingerprint changed")),
    LinkState.FAILED: Mark("status-bad", "bad", marked("Failed")),
}
_TASK: Final = {
    "new": marked("New"),
    "pending": marked("Pending"),
    "assigned": marked("Assigned"),
    "accepted": marked("Accepted"),
    "preparing": marked("Preparing"),
    "ready": marked("Ready"),
    "starting": marked("Starting"),
    "running": marked("Running"),
    "complete": marked("Complete"),
    "shutdown": marked("Shut down"),
    "failed": marked("Failed"),
    "rejected": marked("Rejected"),
    "orphaned": marked("Orphaned"),
    "remove": marked("Being removed"),
}
_STARTING: Final = frozenset({"accepted", "preparing", "ready", "starting"})
_ENDED_BADLY: Final = frozenset({"failed", "rejected", "orphaned"})


def of_health(health: Health) -> Mark:
    """The mark of a fleet or a service."""
    return _HEALTH[health]


def of_launch(state: LaunchState) -> Mark:
    """The mark of a launch."""
    return _LAUNCH[state]


def of_step(state: StepState) -> Mark:
    """The mark of one step of a launch, or of one vessel in it."""
    return _STEP[state]


def of_job(state: JobState) -> Mark:
    """The mark of a job."""
    return _JOB[state]


def of_check(state: CheckState) -> Mark:
    """The mark of one thing that was looked at."""
    return _CHECK[state]


def of_link(state: LinkState) -> Mark:
    """The mark of the connection to an outpost."""
    return _LINK[state]


def of_node(node: Node) -> Mark:
    """The mark of an outpost in the swarm."""
    if not node.ready:
        return Mark(
            "status-off", "idle", marked("Down") if node.state == "down" else marked("Unreachable")
        )
    if node.role == "manager" and not node.reachable:
        return UNREACHABLE
    if node.availability == "active":
        return Mark("status-ok", "ok", marked("Active"))
    return DRAIN if node.availability == "drain" else Mark("status-drain", "idle", marked("Paused"))


def of_task(task: Task, *, node_ready: bool = True) -> Mark:
    """The mark of a task; `node_ready` is False where its outpost is down."""
    word = _TASK.get(task.state, task.state.capitalize())
    if task.state in _ENDED_BADLY:
        return Mark("status-bad", "bad", word)
    if task.state == "complete":
        return Mark("status-done", "ok", marked("Complete"))
    if not task.live or task.desired in ("shutdown", "remove"):
        return Mark("status-stop", "idle", word)
    if not node_ready:
        return Mark("status-off", "idle", marked("Unreachable"))
    if task.state == "running":
        return Mark("status-ok", "ok", marked("Running"))
    if task.state in _STARTING:
        return Mark("status-run", "accent", word)
    return Mark("status-warn", "warn", word) if task.error else Mark("status-wait", "idle", word)
