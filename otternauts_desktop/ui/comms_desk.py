"""The wires between the log console and the transmissions."""

from contextlib import aclosing

from PySide6.QtCore import QObject

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.dock import COMMS
from otternauts_desktop.ui.explain_panel import LINES, ExplainPanel
from otternauts_desktop.ui.log_console import LogConsole
from otternauts_desktop.ui.log_text import as_seen
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.places import PlaceKind
from otternauts_desktop.ui.tasks import Tasks


class CommsDesk(QObject):
    """Listens to one fleet or vessel at a time."""

    def __init__(self, window: MainWindow, crew: Crew, console: LogConsole, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._console = console
        self._tasks = tasks

    def open_in_view(self) -> None:
        """Show the log of what is in view."""
        place = self._window.place
        if place.kind is PlaceKind.FLEET:
            self.open(place.name, "")
            return
        snapshot = self._crew.telemetry.snapshot(place.cluster_id)
        service = snapshot.service_by_id.get(place.name) if snapshot else None
        if service is not None:
            self.open(service.fleet, service.vessel)

    def open(self, fleet: str, vessel: str) -> None:
        """Show the log of a vessel, or of the whole fleet."""
        self._window.dock.open(COMMS)
        self._console.clear()
        self._tasks.start(
            self._listen(self._window.place.cluster_id, fleet, vessel),
            key="comms",
            on_error=self._failed,
        )

    async def _listen(self, cluster_id: ClusterId, fleet: str, vessel: str) -> None:
        name = f"{fleet}/{vessel}" if vessel else fleet
        self._console.show_note(tr("Listening to {name}", name=name))
        lines = self._crew.transmissions.follow(cluster_id, fleet, vessel or None)
        async with aclosing(lines):
            async for chunk in lines:
                self._console.append(chunk)
        self._console.show_note(tr("The transmission of {name} has ended.", name=name))

    def _failed(self, error: KnownError) -> None:
        self._console.show_note(error.text())

    async def last_lines(self, panel: ExplainPanel, task_id: str) -> None:
        """Fetch what a task wrote last, or say why that can't be had."""
        cluster_id = self._window.place.cluster_id
        try:
            lines = await self._crew.transmissions.last_lines(cluster_id, task_id, LINES)
        except KnownError as error:
            panel.show_lines(task_id, error.text())
        else:
            panel.show_lines(task_id, "\n".join(as_seen(line) for line in lines))
