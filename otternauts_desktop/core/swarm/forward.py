"""A port of this machine that leads to one of a task or an outpost."""

from dataclasses import dataclass

from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.targets import Target

LOOPBACK = "127.0.0.1"
"""Nobody but this machine may come in."""


@dataclass(frozen=True, slots=True)
class Forward:
    """How one stands now."""

    id: str
    cluster_id: ClusterId
    target: Target
    port: int
    """Over there."""
    local_port: int
    listening: bool = True
    connections: int = 0
    """That are open now."""
    carried: int = 0
    """Bytes in both directions, since it was started."""
    trouble: str = ""
    """Why the last connection was closed again at once, "" where it was not."""

    @property
    def address(self) -> str:
        """For a browser, and for everybody else to take apart."""
        return f"http://{LOOPBACK}:{self.local_port}"
