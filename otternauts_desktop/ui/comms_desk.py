"""The wires between the log console and the transmissions."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import aclosing
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.words import tr, trn
from otternauts_desktop.services.log_files import write_log
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.dialogs.time_range import TimeRange
from otternauts_desktop.ui.dock import COMMS
from otternauts_desktop.ui.explain_panel import LINES, ExplainPanel
from otternauts_desktop.ui.log_console import LogConsole
from otternauts_desktop.ui.log_text import as_saved, as_seen
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.places import PlaceKind, service_place
from otternauts_desktop.ui.tasks import Tasks
from otternauts_desktop.ui.times import grouped


class CommsDesk(QObject):
    """Listens to one fleet or vessel at a time."""

    def __init__(self, window: MainWindow, crew: Crew, console: LogConsole, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._console = console
        self._tasks = tasks
        self._cluster_id = ClusterId("")
        self._fleet = ""
        console.service_wanted.connect(self._go_to_service)
        console.save_wanted.connect(self._ask_where)
        console.bar.range_asked.connect(lambda: tasks.start(self._ask_times(), key="log times"))

    def register(self) -> None:
        """Add what can be done with the log to the registry."""
        console = self._console
        for id_, title, do in (
            ("comms.find", tr("Find in the log…"), console.find_bar.open),
            ("comms.wrap", tr("Wrap long lines of the log"), console.wrap_button.click),
            ("comms.copy", tr("Copy the log"), console.copy),
            ("comms.save", tr("Save the log…"), self._ask_where),
            ("comms.plain", tr("Show the log as plain text"), console.plain_action.toggle),
            ("comms.clear", tr("Clear the log"), console.clear),
        ):
            run = partial(self._in_the_dock, do)
            self._window.actions_.add(id_, "Comms", title, run, of_place=False)

    def _in_the_dock(self, do: Callable[[], object]) -> None:
        self._window.dock.open(COMMS)
        do()

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
        self._console.bar.forget_places()
        self._cluster_id, self._fleet = self._window.place.cluster_id, fleet
        self._tasks.start(
            self._listen(self._cluster_id, fleet, vessel),
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
                if notes := [line.text for line in chunk if line.note]:
                    self._console.flash(notes[-1])
        self._console.show_note(tr("The transmission of {name} has ended.", name=name))

    def _failed(self, error: KnownError) -> None:
        self._console.show_note(error.text())

    # -- what the console asks for -----------------------------------------------------------

    def _go_to_service(self, line: LogLine) -> None:
        """To the page of the service that wrote a line."""
        snapshot = self._crew.telemetry.snapshot(self._cluster_id)
        if snapshot is None:
            return
        task = snapshot.task_by_id.get(line.task_id)
        found = [
            service.id
            for service in snapshot.services
            if (task is not None and service.id == task.service_id)
            or (task is None and (service.fleet, service.vessel) == (self._fleet, line.vessel))
        ]
        if found:
            self._window.place_chosen.emit(service_place(self._cluster_id, found[0]))
        else:
            self._console.flash(tr("The service of this line is gone."))

    async def _ask_times(self) -> None:
        dialog = TimeRange(self._window)
        if await ask(dialog):
            self._console.bar.choose_times(dialog.since, dialog.until)

    def _ask_where(self) -> None:
        dialog = QFileDialog(self._window, tr("Save the log"), "transmissions.log")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(
            lambda path: self._tasks.start(self.save(path), on_error=self._save_failed)
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def save(self, path: str) -> None:
        """Write what is shown, or what is chosen, to a file. Raises `FileUnwritable`."""
        _, lines = self._console.chosen()
        self._console.save_button.setEnabled(False)
        self._console.flash(tr("Saving to {path}…", path=path))
        try:
            count = await _in_thread(path, lines)
        finally:
            self._console.save_button.setEnabled(True)
        self._console.flash(
            trn(
                "{count} line saved to {path}",
                "{count} lines saved to {path}",
                count,
                count=grouped(count),
                path=path,
            )
        )

    def _save_failed(self, error: KnownError) -> None:
        self._console.flash(error.text())

    async def last_lines(self, panel: ExplainPanel, task_id: str) -> None:
        """Fetch what a task wrote last, or say why that can't be had."""
        cluster_id = self._window.place.cluster_id
        try:
            lines = await self._crew.transmissions.last_lines(cluster_id, task_id, LINES)
        except KnownError as error:
            panel.show_lines(task_id, error.text())
        else:
            panel.show_lines(task_id, "\n".join(as_seen(line) for line in lines))


async def _in_thread(path: str, lines: Iterator[LogLine]) -> int:
    """Write lines in a thread, which ends soon where this is cancelled."""
    given_up = threading.Event()
    try:
        return await asyncio.to_thread(write_log, path, map(as_saved, lines), given_up.is_set)
    finally:
        given_up.set()
