"""Links that lead into the window, and the one to what is in view. A link goes, it does nothing."""

import sys
from typing import Final

from PySide6.QtCore import QEvent, QObject, QUrl
from PySide6.QtGui import QFileOpenEvent, QGuiApplication

from otternauts_desktop.core.deep_links import DeepLink, LinkKind, LinkLeadsNowhere, read_link
from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.names import fleet_name
from otternauts_desktop.core.swarm.cluster import Cluster
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.places import (
    Place,
    PlaceKind,
    cluster_place,
    doctor_place,
    fleet_place,
    outpost_place,
    service_place,
    storage_place,
)


class LinkDesk(QObject):
    """Opens links, however they come: at the start, from a second start, from macOS."""

    def __init__(self, window: MainWindow, crew: Crew) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        app = QGuiApplication.instance()
        if app is not None and sys.platform == "darwin":
            app.installEventFilter(self)
        window.actions_.add(
            "go.copy_link",
            "Go",
            tr("Copy link to what is in view"),
            self._copy,
            available=lambda: self._crew.cluster(window.place.cluster_id) is not None,
        )

    def open(self, text: str) -> None:
        """Go where a link leads, or say why that can't be."""
        try:
            place = self._place_of(read_link(text))
        except KnownError as error:
            self._window.notice.show_error(error)
            return
        self._window.place_chosen.emit(place)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """macOS hands links over as an event."""
        if isinstance(event, QFileOpenEvent) and event.url().scheme() == "otternauts":
            self.open(event.url().toString(QUrl.ComponentFormattingOption.FullyEncoded))
            return True
        return super().eventFilter(watched, event)

    def _place_of(self, link: DeepLink) -> Place:
        """The place here that a link means. Raises `LinkLeadsNowhere` or `BadName`."""
        cluster = next(
            (c for c in self._crew.outposts.clusters() if link.cluster in (c.swarm_id, c.name)),
            None,
        )
        if cluster is None:
            raise LinkLeadsNowhere(detail=str(link))
        if link.kind is LinkKind.FLEET:
            return fleet_place(cluster.id, fleet_name(link.name))
        if link.kind is LinkKind.DOCTOR:
            return doctor_place(cluster.id)
        if link.kind is LinkKind.STORAGE:
            return storage_place(cluster.id)
        if link.kind is LinkKind.CLUSTER:
            return cluster_place(cluster.id)
        place = self._seen(cluster, link)
        if place is None:
            raise LinkLeadsNowhere(detail=str(link))
        return place

    def _seen(self, cluster: Cluster, link: DeepLink) -> Place | None:
        """The outpost or service of that name, as it was last seen."""
        seen = self._crew.seen(cluster)
        snapshot = seen.snapshot
        if snapshot is None:
            return None
        if link.kind is LinkKind.OUTPOST:
            nodes = (n for n in snapshot.nodes if link.name in (n.id, seen.name_of(n)))
            return next((outpost_place(cluster.id, node.id) for node in nodes), None)
        names = (link.name, link.vessel)
        services = (s for s in snapshot.services if (s.fleet, s.vessel) == names)
        return next((service_place(cluster.id, service.id) for service in services), None)

    def link(self) -> DeepLink | None:
        """The link to what is in view; None where that is nothing of a cluster."""
        place = self._window.place
        cluster = self._crew.cluster(place.cluster_id)
        if cluster is None or place.kind not in _KINDS:
            return None
        kind, name, vessel = _KINDS[place.kind], place.name, ""
        if kind is LinkKind.SERVICE:
            snapshot = self._crew.seen(cluster).snapshot
            services = snapshot.services if snapshot else ()
            found = next((s for s in services if s.id == place.name and s.fleet), None)
            if found is None:
                return None
            name, vessel = found.fleet, found.vessel
        return DeepLink(kind, cluster.swarm_id or cluster.name, name, vessel)

    def _copy(self) -> None:
        if link := self.link():
            QGuiApplication.clipboard().setText(str(link))
            self._window.toast.say(tr("The link is copied. It opens this page, and does nothing."))


_KINDS: Final = {PlaceKind(kind.value): kind for kind in LinkKind}
