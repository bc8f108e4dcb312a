"""The stage: the whole window over the made-up cluster, with a clock that stands still."""

import asyncio
import dataclasses
import os
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core.flight.images import ImageSeen
from otternauts_desktop.core.names import ClusterId, OutpostId
from otternauts_desktop.core.swarm.cluster import Cluster, LinkState, LinkStatus, Login, Outpost
from otternauts_desktop.core.swarm.state import Snapshot
from otternauts_desktop.desktop import crew_of
from otternauts_desktop.services.telemetry import Staleness
from otternauts_desktop.simulator.stack import pinned
from otternauts_desktop.ui.desk import Desk
from otternauts_desktop.ui.main_window import MainWindow
from tests.screenshots.figures import fill_figures
from tests.ui.acme import NOW, snapshot

PROD, STAGING = ClusterId("prod"), ClusterId("staging")
_READ_AT = NOW - 4
_CONNECTED = LinkStatus(LinkState.CONNECTED)


def stop_the_clock() -> None:
    """From now on it is `NOW` in UTC, whatever the time is. Timers go on."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    time.time = lambda: NOW


@dataclasses.dataclass
class Stage:
    """What a scene can play with."""

    window: MainWindow
    desk: Desk
    control: MissionControl

    def see(self, seen: Snapshot, cluster_id: ClusterId = PROD) -> None:
        """Let the cluster look like that."""
        telemetry = self.control.telemetry
        telemetry._snapshots[cluster_id] = seen
        telemetry._staleness[cluster_id] = Staleness(_READ_AT, "orion-1", 0.038, "")
        self.desk.bridge.swarm_observed.emit(cluster_id)

    def lose(self, sentence: str, cluster_id: ClusterId = PROD) -> None:
        """Let the cluster be out of reach."""
        telemetry = self.control.telemetry
        telemetry._staleness[cluster_id] = Staleness(_READ_AT, "orion-1", 0.0, sentence)
        self.desk.bridge.cluster_lost.emit(cluster_id)

    async def settle(self, seconds: float = 0.6) -> None:
        """Let timers and threads do what they have to."""
        await asyncio.sleep(seconds)

    async def dialog(self, kind: type[QDialog]) -> Any:
        """Wait for a dialog to be in front."""
        for _ in range(100):
            for widget in QApplication.topLevelWidgets():
                if isinstance(widget, kind) and widget.isVisible():
                    return widget
            await asyncio.sleep(0.02)
        raise AssertionError(f"no {kind.__name__} came")


@asynccontextmanager
async def stage(home: Path, *, empty: bool = False) -> AsyncIterator[Stage]:
    """The window as it is after some days of use; `empty` as at the first start."""
    async with open_mission_control(home) as control:
        if not empty:
            _furnish(control)
        window = MainWindow()
        window.show()
        desk = Desk(
            window,
            dataclasses.replace(crew_of(control), home="/home/otto/.otternauts"),
            lambda: None,
        )
        try:
            yield Stage(window, desk, control)
        finally:
            for widget in QApplication.topLevelWidgets():
                if isinstance(widget, QDialog):
                    widget.close()
            await desk.close()
            window.leave()
            window.deleteLater()
            await asyncio.sleep(0)


def _furnish(control: MissionControl) -> None:
    """Two clusters that look connected; nobody dials the addresses, they are documentation's."""
    records, telemetry = control._clusters, control.telemetry
    seen = snapshot(taken_at=_READ_AT)
    for cluster_id, name, prefix in ((PROD, "acme-prod", ""), (STAGING, "acme-staging", "s-")):
        records.add(Cluster(cluster_id, name, f"swarm-{cluster_id}"))
        for node in seen.nodes if not prefix else seen.nodes[:1]:
            outpost = Outpost(
                OutpostId(f"{prefix}{node.name}"),
                cluster_id,
                f"{prefix}{node.name}",
                Login(node.address, "deploy"),
                "ssh-ed25519 AAAA",
                node.id,
            )
            records.add_outpost(outpost)
        telemetry._snapshots[cluster_id] = seen
        telemetry._staleness[cluster_id] = Staleness(_READ_AT, "orion-1", 0.038, "")

    fill_figures(control, PROD, seen)

    async def refresh(cluster_id: ClusterId) -> Snapshot:
        return telemetry._snapshots[cluster_id]

    async def ask(cluster_id: ClusterId, images: Iterable[str]) -> dict[str, ImageSeen]:
        return {image: ImageSeen(pinned(image).partition("@")[2]) for image in images}

    control.registries.ask = ask  # type: ignore[method-assign]
    telemetry.refresh = refresh  # type: ignore[method-assign]
    telemetry.watch = lambda cluster_id: None  # type: ignore[method-assign]
    control.outposts._links.status = lambda outpost_id: _CONNECTED  # type: ignore[method-assign]


def picture(window: QWidget) -> QImage:
    """The window with what lies over it, as the person sees it."""
    pixmap = window.grab()
    over = [
        widget
        for widget in QApplication.topLevelWidgets()
        if isinstance(widget, QDialog) and widget.isVisible()
    ]
    painter = QPainter(pixmap)
    for dialog in over:
        place = dialog.pos() - window.mapToGlobal(QPoint(0, 0))
        if dialog.windowFlags() & Qt.WindowType.Popup != Qt.WindowType.Popup:
            # A dialog of its own: window managers put it into the middle, with a frame.
            place = (window.rect().bottomRight() - dialog.rect().bottomRight()) / 2
            painter.fillRect(
                dialog.rect().translated(place).adjusted(-1, -1, 1, 1), Qt.GlobalColor.gray
            )
        painter.drawPixmap(place, dialog.grab())
    painter.end()
    return pixmap.toImage().convertToFormat(QImage.Format.Format_RGB888)
