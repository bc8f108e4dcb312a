"""The wires of the tour: what it shows, in the flight simulator's own cluster."""

from typing import Final

from PySide6.QtCore import QObject

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.cluster_page import ClusterPage
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.dock import COMMS
from otternauts_desktop.ui.fleet_page import FleetPage
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.outpost_desk import OutpostDesk
from otternauts_desktop.ui.places import cluster_place, fleet_place
from otternauts_desktop.ui.tour import Stop, Tour

FLEET: Final = "shop"
"""The simulator's fleet with the most to see."""


class TourDesk(QObject):
    """At most one tour at a time."""

    def __init__(
        self,
        window: MainWindow,
        crew: Crew,
        outposts: OutpostDesk,
        cluster_page: ClusterPage,
        fleet_page: FleetPage,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._outposts = outposts
        self._cluster_page = cluster_page
        self._fleet_page = fleet_page
        self.tour: Tour | None = None

    async def begin(self) -> None:
        """Open the flight simulator and show what is where."""
        if self.tour is not None:
            self.tour.leave()
        await self._outposts.simulate()
        self.tour = Tour(self._stops(), self._window)
        self.tour.left.connect(self._left)
        self.tour.begin()

    def offer(self) -> None:
        """Ask once whether a tour is wanted."""
        if self._crew.settings.get("tour.offered") is None:
            self._crew.settings.put("tour.offered", 1)
            self._window.notice.show_notice(
                "ok",
                tr("This is a practice cluster: everything works, and nothing can break."),
                next_step=tr("A tour shows what is where, in six steps."),
                action=tr("Take the tour"),
                do=self._window.actions_.entry("help.tour").action.trigger,
            )

    def _left(self) -> None:
        self.tour = None

    def _stops(self) -> list[Stop]:
        window, page = self._window, self._fleet_page
        plan = page.plan_tab
        cluster = next(c for c in self._crew.outposts.clusters() if c.simulated)
        overview, fleet = cluster_place(cluster.id), fleet_place(cluster.id, FLEET, "plan")

        def show_plan() -> None:
            if window.place != fleet:
                window.place_chosen.emit(fleet)
            plan.leave_compare()

        return [
            Stop(
                tr("All you have"),
                tr(
                    "Clusters, their outposts (servers) and fleets (stacks), each with its state. "
                    "Ctrl+K goes to any of them, and does anything that can be done."
                ),
                lambda: window.tree,
                lambda: window.place_chosen.emit(overview),
            ),
            Stop(
                tr("How it stands"),
                tr("Read from the swarm itself, and it says when. Nothing here is a guess."),
                lambda: self._cluster_page.strip,
                lambda: window.place_chosen.emit(overview),
            ),
            Stop(
                tr("The flight plan"),
                tr(
                    "A Compose file. What Swarm would refuse or drop is said at its line; "
                    "Ctrl+. mends it. It is kept while you type."
                ),
                lambda: plan.editor,
                show_plan,
            ),
            Stop(
                tr("What a launch would do"),
                tr(
                    "By meaning: what is created, restarted, removed. Change a replica count or "
                    "an image and watch it. Nothing has happened yet."
                ),
                lambda: plan.preview_panel,
                show_plan,
            ),
            Stop(
                tr("Launch"),
                tr(
                    "Shows once more what would change, then launches and watches until all "
                    "tasks run. If one does not, it says the cause."
                ),
                lambda: plan.launch_button,
                show_plan,
            ),
            Stop(
                tr("Comms and the command log"),
                tr(
                    "What all tasks print, and every command that went to a server. "
                    "That is the tour; Help has it again."
                ),
                lambda: window.dock.strip,
                lambda: window.dock.open(COMMS),
            ),
        ]
