"""One log line, as it came from a task."""

from typing import NamedTuple


class LogLine(NamedTuple):
    """A transmission. `text` is untrusted and raw: it may hold ANSI colours and worse.

    `time` is the Engine's RFC 3339 stamp (nanoseconds, UTC), which sorts as text. A tuple,
    because hundreds of thousands are made in a second.
    """

    time: str
    vessel: str
    slot: int
    """Replica number, 0 for tasks of global services."""
    task_id: str
    node_id: str
    stderr: bool
    text: str
    note: bool = False
    """Nobody wrote it: `text` is a sentence of ours that tells what is missing here, and why."""

    @property
    def replica(self) -> str:
        """`web.2`, or `agent` and the start of the node's id for a global service."""
        return f"{self.vessel}.{self.slot or self.node_id[:8]}"


class Speaker(NamedTuple):
    """Whose lines they are."""

    vessel: str
    slot: int
    task_id: str
    node_id: str
