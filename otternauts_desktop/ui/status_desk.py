"""The wires to the status line: is what is shown true, and since when is it not."""

import time
from typing import Final

from PySide6.QtCore import QObject, QTimer

from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Cluster, LinkState, LinkStatus
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.status_marks import HEALTHY, UNREACHABLE, WAITING, Mark
from otternauts_desktop.ui.times import age, clock

CLOCK_MS: Final = 1000


class StatusDesk(QObject):
    """Tells the truth about the cluster in view each second, and says once that it is lost."""

    def __init__(self, window: MainWindow, crew: Crew) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._told_lost: tuple[ClusterId, str] | None = None
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_MS)
        self._clock.timeout.connect(self.show_status)
        self._clock.start()

    def close(self) -> None:
        """Stop the clock."""
        self._clock.stop()

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
        line.show_link(*_truth(cluster, crew, links))
        snapshot = crew.telemetry.snapshot(cluster.id)
        engines = sorted({node.engine for node in snapshot.nodes} if snapshot else ())
        words = tr("Docker {versions}", versions=", ".join(engines)) if engines else ""
        line.engine_label.setText(words)

    def show_lost(self) -> None:
        """Say once that the cluster in view is lost, and take it back when it is found."""

        cluster_id = self._window.place.cluster_id
        staleness = self._crew.telemetry.staleness(cluster_id)
        cluster = self._crew.cluster(cluster_id)
        known = staleness.lost and not staleness.awaited
        lost = (cluster_id, staleness.lost) if cluster and known else None
        if lost == self._told_lost or not staleness.as_of:
            return
        self._told_lost = lost
        if lost is None or cluster is None:
            self._window.notice.hide()
            return
        self._window.notice.show_notice(
            "warn",
            tr(
                "{cluster} can't be read. What is shown is as of {time}.",
                cluster=cluster.name,
                time=clock(staleness.as_of),
            ),
            staleness.lost,
            action=tr("Reconnect now"),
            do=self._window.refresh_requested.emit,
        )


def _truth(cluster: Cluster, crew: Crew, links: list[LinkStatus]) -> tuple[Mark, str]:
    """What is true about the connection to a cluster: mark and words."""
    staleness = crew.telemetry.staleness(cluster.id)
    if not staleness.lost:
        took = f"{staleness.seconds * 1000:.0f} ms"
        old = time.time() - staleness.as_of
        facts = [tr("{cluster} via {outpost}", cluster=cluster.name, outpost=staleness.via), took]
        if old > 15:
            facts.append(tr("read {age} ago", age=age(old)))
        return HEALTHY, "  ".join(facts)
    if not staleness.as_of and not any(link.error for link in links):
        return WAITING, tr("{cluster}: connecting", cluster=cluster.name)
    retries = [link for link in links if link.next_try_at]
    facts = [tr("{cluster}: not reachable", cluster=cluster.name)]
    if staleness.as_of:
        facts.append(tr("as of {time}", time=clock(staleness.as_of)))
    if retries:
        first = min(retries, key=lambda link: link.next_try_at)
        wait = max(first.next_try_at - time.time(), 0)
        facts.append(
            tr("attempt {attempt}, next in {seconds} s", attempt=first.attempt, seconds=round(wait))
        )
    return UNREACHABLE, ", ".join(facts)
