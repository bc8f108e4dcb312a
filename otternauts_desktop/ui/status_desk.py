"""The wires to the status line and the notice: is what is shown true, and since when is it not."""

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from otternauts_desktop.core.swarm.cluster import Cluster, LinkState
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.cluster_tree_model import ClusterSeen
from otternauts_desktop.ui.connection import CONNECTED, Connection, Remedy
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.status_marks import HEALTHY, WAITING
from otternauts_desktop.ui.times import clock_exact

CLOCK_MS: Final = 1000


class StatusDesk(QObject):
    """Tells the truth about the cluster in view each second, and says once what is wrong."""

    moved = Signal(str)
    """A cluster's id: what is shown of its connection counts seconds, or has grown old."""
    remedy_requested = Signal(object)
    """The `Connection` that is to be mended."""

    def __init__(self, window: MainWindow, crew: Crew) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._told: tuple[str, ...] = ()
        """Cluster, state and outpost of the trouble that was said last."""
        self._title = ""
        self._shown = CONNECTED
        window.status.remedy_button.clicked.connect(lambda: self.remedy_requested.emit(self._shown))
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_MS)
        self._clock.timeout.connect(self._tick)
        self._clock.start()

    def close(self) -> None:
        """Stop the clock."""
        self._clock.stop()

    def _tick(self) -> None:
        self.show_status()
        for cluster in self._crew.outposts.clusters():
            if not self._crew.connection(cluster).well:
                self.moved.emit(cluster.id)

    def show_status(self) -> None:
        """Fill the status line with what is known now."""
        line, crew = self._window.status, self._crew
        cluster = crew.current(self._window.place.cluster_id)
        running = crew.launches.under_way()
        names = ", ".join(progress.fleet for progress in running)
        line.launches_label.setText(
            tr("Launching {names}", names=names) if running else tr("No launches running")
        )
        simulated = any(c.simulated for c in crew.outposts.clusters())
        line.simulator_label.setText(tr("SIMULATOR") if simulated else "")
        if cluster is None:
            line.show_link(WAITING, tr("Not connected"))
            line.ssh_label.setText("")
            line.engine_label.setText("")
            return
        outposts = crew.outposts.outposts(cluster.id)
        links = [crew.outposts.link(outpost.id) for outpost in outposts]
        connected = sum(link.state is LinkState.CONNECTED for link in links)
        line.ssh_label.setText(tr("SSH {part} of {whole}", part=connected, whole=len(outposts)))
        self._show_link(cluster, crew.connection(cluster))
        snapshot = crew.telemetry.snapshot(cluster.id)
        engines = sorted({node.engine for node in snapshot.nodes} if snapshot else ())
        words = tr("Docker {versions}", versions=", ".join(engines)) if engines else ""
        line.engine_label.setText(words)

    def _show_link(self, cluster: Cluster, connection: Connection) -> None:
        self._shown = connection
        line, staleness = self._window.status, self._crew.telemetry.staleness(cluster.id)
        if not connection.well or not staleness.via:
            words = f"{cluster.name}: {connection.state}. {connection.retry}".rstrip(" .")
            line.show_link(connection.mark, words, connection.remedy.title)
            return
        took = f"{staleness.seconds * 1000:.0f} ms"
        facts = [tr("{cluster} via {outpost}", cluster=cluster.name, outpost=staleness.via), took]
        line.show_link(HEALTHY, "  ".join(facts))

    def show_trouble(self) -> None:
        """Say once what is wrong with the cluster in view, and take it back when it is well."""
        cluster = self._crew.cluster(self._window.place.cluster_id)
        seen = self._crew.seen(cluster) if cluster else None
        trouble = _trouble(seen) if seen else None
        notice = self._window.notice
        ours = not notice.isHidden() and notice.title.text() == self._title
        if seen is None or trouble is None:
            if ours:
                notice.hide()
            if seen is not None and self._told[:1] == (seen.cluster.id,):
                name = seen.cluster.name
                self._window.toast.say(tr("{cluster}: the connection is back.", cluster=name))
            self._told = ()
            return
        told = (seen.cluster.id, trouble.mark.text, trouble.outpost_id or "")
        if told == self._told and not ours:
            return  # the person has closed it, or something newer stands there
        self._told, self._title = told, _title(seen, trouble)
        notice.show_notice(
            "warn" if trouble.remedy is Remedy.RECONNECT else "bad",
            self._title,
            trouble.reason,
            trouble.retry,
            action=trouble.remedy.title,
            do=lambda: self.remedy_requested.emit(trouble),
        )


def _trouble(seen: ClusterSeen) -> Connection | None:
    """What is wrong with a cluster's connection, or with an outpost's that a person must mend."""
    if not seen.connection.well:
        return seen.connection
    return next((c for c in seen.links.values() if c.remedy.takes_a_person), None)


def _title(seen: ClusterSeen, trouble: Connection) -> str:
    if trouble is not seen.connection:
        name = next(o.name for o in seen.outposts if o.id == trouble.outpost_id)
        return tr("{outpost}: {state}.", outpost=name, state=trouble.state)
    if not trouble.as_of:
        return tr("{cluster}: {state}.", cluster=seen.cluster.name, state=trouble.state)
    return tr(
        "{cluster} can't be read. What is shown is as of {time}.",
        cluster=seen.cluster.name,
        time=clock_exact(trouble.as_of),
    )
