"""The wires around moving tasks: an outpost is emptied, brought back, a cluster evened out."""

from PySide6.QtCore import QObject, Signal

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.tasks import Tasks


class EvacuationDesk(QObject):
    """Asks, and lets the services do it."""

    job_started = Signal(str)
    """A job's id, which should be brought into view."""

    def __init__(self, window: MainWindow, crew: Crew, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._tasks = tasks

    def register(self) -> None:
        """Add what can be done to the registry."""
        add, start = self._window.actions_.add, self._tasks.start

        def takes_tasks() -> bool:
            node = self._crew.node_at(self._window.place)
            return node is not None and node.availability != "drain"

        def takes_none() -> bool:
            node = self._crew.node_at(self._window.place)
            return node is not None and node.availability != "active"

        add(
            "outpost.evacuate",
            "Outpost",
            tr("Evacuate…"),
            lambda: start(self.evacuate()),
            available=takes_tasks,
        )
        add(
            "outpost.return",
            "Outpost",
            tr("Bring back"),
            lambda: start(self.bring_back()),
            available=takes_none,
        )
        add(
            "cluster.rebalance",
            "Cluster",
            tr("Rebalance…"),
            lambda: start(self.rebalance()),
            available=lambda: (
                self._crew.telemetry.snapshot(self._window.place.cluster_id) is not None
            ),
        )

    async def evacuate(self) -> None:
        """Show what emptying the outpost in view means, and start the job."""
        from otternauts_desktop.ui.dialogs.confirm_evacuation import ConfirmEvacuation

        cluster_id, node_id = self._window.place.cluster_id, self._window.place.name
        node = (await self._crew.telemetry.refresh(cluster_id)).node_by_id.get(node_id)
        if node is None:
            return
        evacuations = self._crew.evacuations
        found = evacuations.preview(cluster_id, node)
        if await ask(ConfirmEvacuation(node.name, found, self._window)):
            self.job_started.emit(evacuations.evacuate(cluster_id, node))

    async def bring_back(self) -> None:
        """Let the outpost in view take tasks again: nothing stops by it, so nothing is asked."""
        if node := self._crew.node_at(self._window.place):
            cluster_id = self._window.place.cluster_id
            self.job_started.emit(self._crew.evacuations.bring_back(cluster_id, node))

    async def rebalance(self) -> None:
        """Show what would move, and start the job."""
        from otternauts_desktop.ui.dialogs.confirm_moves import ConfirmMoves

        cluster = self._crew.cluster(self._window.place.cluster_id)
        if cluster is None:
            return
        await self._crew.telemetry.refresh(cluster.id)
        moves = self._crew.rebalancing.preview(cluster.id)
        if not moves:
            self._window.toast.say(tr("The outposts of {cluster} are even.", cluster=cluster.name))
        elif await ask(ConfirmMoves(cluster.name, moves, self._window)):
            self.job_started.emit(self._crew.rebalancing.rebalance(cluster.id, moves))
