"""The wires around an outpost's part in its swarm: role, labels, name, leaving."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Signal

from otternauts_desktop.core.flight.membership import Change
from otternauts_desktop.core.swarm.state import Node
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.tasks import Tasks


@dataclass(frozen=True)
class _Words:
    """How a change is called in the menu, in the question, and on its button."""

    action: str
    question: str
    verb: str


_WORDS: Final = {
    Change.PROMOTE: _Words(
        marked("Promote to manager…"), marked("Promote {outpost}?"), marked("Promote")
    ),
    Change.DEMOTE: _Words(
        marked("Demote to worker…"), marked("Demote {outpost}?"), marked("Demote")
    ),
    Change.DRAIN: _Words(
        marked("Drain at once…"), marked("Drain {outpost} at once?"), marked("Drain at once")
    ),
    Change.REMOVE: _Words(
        marked("Remove from the swarm…"),
        marked("Remove {outpost} from its swarm?"),
        marked("Remove"),
    ),
    Change.REMOVE_DEAD: _Words(
        marked("Remove a server that is gone…"),
        marked("Remove {outpost}, which is gone?"),
        marked("Remove by force"),
    ),
}
_LONG: Final = (Change.DRAIN, Change.REMOVE, Change.REMOVE_DEAD)
"""Changes whose steps a person wants to see."""


class MembershipDesk(QObject):
    """Asks, and lets the service do it. All of it is about the outpost in view."""

    job_started = Signal(str)
    """A job's id, which should be brought into view."""

    def __init__(self, window: MainWindow, crew: Crew, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._tasks = tasks

    def register(self) -> None:
        """Add what can be done to the registry."""
        fits: dict[Change, Callable[[Node], bool]] = {
            Change.PROMOTE: lambda node: node.role != "manager",
            Change.DEMOTE: lambda node: node.role == "manager",
            Change.DRAIN: lambda node: node.availability != "drain",
            Change.REMOVE: lambda node: node.online,
            Change.REMOVE_DEAD: lambda node: not node.online,
        }
        for change in (Change.PROMOTE, Change.DEMOTE, Change.DRAIN):
            self._add(change, fits[change])
        add, start = self._window.actions_.add, self._tasks.start
        add(
            "outpost.label",
            "Outpost",
            tr("Labels…"),
            lambda: start(self.ask_labels()),
            available=lambda: self._crew.node_at(self._window.place) is not None,
        )
        add(
            "outpost.rename",
            "Outpost",
            tr("Rename…"),
            lambda: start(self.ask_name()),
            available=lambda: self._crew.outpost_at(self._window.place) is not None,
        )
        for change in (Change.REMOVE, Change.REMOVE_DEAD):
            self._add(change, fits[change])

    def _add(self, change: Change, fits: Callable[[Node], bool]) -> None:
        def available() -> bool:
            node = self._crew.node_at(self._window.place)
            return node is not None and fits(node)

        self._window.actions_.add(
            f"outpost.{change}",
            "Outpost",
            tr(_WORDS[change].action),
            partial(self._start, change),
            available=available,
        )

    def _start(self, change: Change) -> None:
        self._tasks.start(self.change(change), key="membership")

    async def change(self, change: Change) -> None:
        """Say what a change would mean, as things are now, and start it where that is wanted."""
        from otternauts_desktop.ui.dialogs.confirm_change import ConfirmChange

        cluster_id, node = self._window.place.cluster_id, self._crew.node_at(self._window.place)
        if node is None:
            return
        await self._crew.telemetry.refresh(cluster_id)
        outlook = self._crew.membership.outlook(cluster_id, node, change)
        if outlook.is_so:
            self._window.toast.say(outlook.words)
            return
        if outlook.refusal or not outlook.is_harmless:
            words = _WORDS[change]
            title = tr(words.question, outpost=outlook.node.name)
            if not await ask(ConfirmChange(title, tr(words.verb), outlook, self._window)):
                return
        job_id = self._crew.membership.start(cluster_id, node, change)
        if change in _LONG:
            self.job_started.emit(job_id)

    async def ask_labels(self) -> None:
        """Let the person change the labels."""
        from otternauts_desktop.ui.dialogs.labels import LabelsDialog

        cluster_id, node = self._window.place.cluster_id, self._crew.node_at(self._window.place)
        if node is None:
            return
        outpost = self._crew.outpost_at(self._window.place)
        name = outpost.name if outpost else node.name
        dialog = LabelsDialog(name, node.labels, self._window)
        if await ask(dialog) and (dialog.added or dialog.removed):
            self._crew.membership.label(cluster_id, node, dialog.added, dialog.removed)

    async def ask_name(self) -> None:
        """Let the person give it another name here."""
        from otternauts_desktop.ui.dialogs.rename import RenameDialog

        place = self._window.place
        outpost, node = self._crew.outpost_at(place), self._crew.node_at(place)
        if outpost is None:
            return
        host_name = node.name if node else outpost.login.host
        dialog = RenameDialog(outpost.name, host_name, self._window)
        work = Tasks(dialog, dialog.show_error)

        async def rename() -> None:
            self._crew.outposts.rename(outpost, dialog.name)
            dialog.accept()
            self._window.place_chosen.emit(self._window.place)

        dialog.rename_requested.connect(lambda: work.start(rename()))
        await ask(dialog)
