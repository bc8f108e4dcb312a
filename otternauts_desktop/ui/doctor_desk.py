"""The wires of the network doctor: one examination a cluster at a time, shown as it goes."""

import time
from contextlib import aclosing
from dataclasses import dataclass, field

from PySide6.QtCore import QObject

from otternauts_desktop.core.flight.doctor import Examination
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.doctor_page import DoctorPage
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.places import doctor_place
from otternauts_desktop.ui.tasks import Tasks


@dataclass
class Case:
    """The newest examination of a cluster."""

    seen: Examination = field(default_factory=Examination)
    running: bool = False
    at: float = 0.0


class DoctorDesk(QObject):
    """Remembers what was found until the program ends."""

    def __init__(self, window: MainWindow, crew: Crew, page: DoctorPage, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._page = page
        self._tasks = tasks
        self.cases: dict[ClusterId, Case] = {}
        page.examine_requested.connect(self._examine)

    def register(self) -> None:
        """Add it to the registry."""
        self._window.actions_.add(
            "cluster.doctor",
            "Cluster",
            tr("Network doctor…"),
            self.open,
            available=lambda: bool(self._window.place.cluster_id),
        )

    def open(self) -> None:
        """Go to the doctor of the cluster in view."""
        self._window.place_chosen.emit(doctor_place(self._window.place.cluster_id))

    def show(self) -> None:
        """Fill the page for the cluster in view; the first time the doctor begins at once."""
        cluster_id = self._window.place.cluster_id
        if cluster_id not in self.cases:
            self._examine()
        self._show(cluster_id)

    def _examine(self) -> None:
        cluster_id = self._window.place.cluster_id
        self.cases[cluster_id] = Case(running=True)
        self._tasks.start(self._follow(cluster_id), key=f"doctor {cluster_id}")

    async def _follow(self, cluster_id: ClusterId) -> None:
        case = self.cases[cluster_id]
        steps = self._crew.doctor.examine(cluster_id)
        try:
            async with aclosing(steps):
                async for step in steps:
                    case.seen = step
                    self._show(cluster_id)
        finally:
            case.running, case.at = False, time.time()
            self._show(cluster_id)

    def _show(self, cluster_id: ClusterId) -> None:
        place, cluster = self._window.place, self._crew.cluster(cluster_id)
        case = self.cases.get(cluster_id)
        if place == doctor_place(cluster_id) and cluster and case:
            self._page.show_examination(cluster.name, case.seen, running=case.running, at=case.at)
