"""The one QObject that listens to the bus and says the same as Qt signals."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from otternauts_desktop.core.events import (
    AlertsMoved,
    ChannelsMoved,
    ClusterLost,
    ClustersChanged,
    CommandRan,
    Event,
    JobMoved,
    LaunchedElsewhere,
    LaunchMoved,
    LinkMoved,
    SwarmObserved,
)


class Facts(Protocol):
    """Where events come from: the services' bus."""

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Hear every event; calling what is given back ends that."""


class Bridge(QObject):
    """Signals carry the event's own values."""

    clusters_changed = Signal()
    swarm_observed = Signal(str)
    """A cluster's id: its snapshot is asked for when it is shown."""
    cluster_lost = Signal(str)
    link_moved = Signal(str)
    """The id of the cluster that the outpost belongs to."""
    launch_moved = Signal(object)
    """A `LaunchProgress`."""
    launched_elsewhere = Signal(object)
    """A `LaunchedElsewhere`."""
    job_moved = Signal(object)
    """A `Job`."""
    alerts_moved = Signal(object)
    """An `AlertsMoved`."""
    channels_moved = Signal(object)
    """A `ChannelsMoved`."""
    command_ran = Signal(object)
    """A `CommandRan`."""

    def __init__(self, facts: Facts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._forget = facts.subscribe(self._hear)

    def close(self) -> None:
        """Stop listening."""
        self._forget()

    def _hear(self, event: Event) -> None:
        match event:
            case ClustersChanged():
                self.clusters_changed.emit()
            case SwarmObserved():
                self.swarm_observed.emit(event.cluster_id)
            case ClusterLost():
                self.cluster_lost.emit(event.cluster_id)
            case LinkMoved():
                self.link_moved.emit(event.cluster_id)
            case LaunchMoved():
                self.launch_moved.emit(event.progress)
            case LaunchedElsewhere():
                self.launched_elsewhere.emit(event)
            case JobMoved():
                self.job_moved.emit(event.job)
            case AlertsMoved():
                self.alerts_moved.emit(event)
            case ChannelsMoved():
                self.channels_moved.emit(event)
            case CommandRan():
                self.command_ran.emit(event)
