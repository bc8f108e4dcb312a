"""The wires around reaching what runs: ports of it on this machine, and shells there."""

from functools import partial

from PySide6.QtCore import QObject, QTimer

from otternauts_desktop.core.flight.commands import typed
from otternauts_desktop.core.swarm.state import Service, Snapshot
from otternauts_desktop.core.swarm.targets import (
    place_of,
    read_target,
    running_tasks,
    target_of,
)
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.places import PlaceKind
from otternauts_desktop.ui.tasks import Tasks
from otternauts_desktop.ui.terminal_program import open_terminal

_LOOK_MS = 500


class ReachingDesk(QObject):
    """Opens dialogs; the services own what they start."""

    def __init__(self, window: MainWindow, crew: Crew, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._tasks = tasks

    def register(self) -> None:
        """Add what can be done to the registry."""
        for menu, kinds in (
            ("Cluster", (PlaceKind.CLUSTER,)),
            ("Outpost", (PlaceKind.OUTPOST,)),
            ("Fleet", (PlaceKind.FLEET, PlaceKind.SERVICE)),
        ):
            self._window.actions_.add(
                f"{menu.lower()}.ports",
                menu,
                tr("Forward a port…"),
                lambda: self._tasks.start(self.open_ports(), key="ports"),
                available=partial(self._in_view, kinds),
            )

            if menu != "Cluster":
                self._window.actions_.add(
                    f"{menu.lower()}.shell",
                    menu,
                    tr("Open a shell…"),
                    lambda: self._tasks.start(self.open_shell(), key="shell"),
                    available=partial(self._in_view, kinds),
                )

    def _in_view(self, kinds: tuple[PlaceKind, ...]) -> bool:
        return self._window.place.kind in kinds and self._snapshot is not None

    async def open_ports(self) -> None:
        """Let the person forward ports, and stop them."""
        from otternauts_desktop.ui.dialogs.ports import PortsDialog

        snapshot, cluster_id = self._snapshot, self._window.place.cluster_id
        if snapshot is None:
            return
        outposts = [outpost.name for outpost in self._crew.outposts.outposts(cluster_id)]
        names = [*_reachable(snapshot), *outposts]
        target, port = self._likely(snapshot)
        dialog = PortsDialog(names, target, port, self._window)
        work = Tasks(dialog, dialog.show_error)
        forwards = self._crew.forwards

        def show() -> None:
            dialog.show_forwards([f for f in forwards.all() if f.cluster_id == cluster_id])

        async def start() -> None:
            dialog.show_busy(tr("Trying the way…"))
            seen = self._crew.telemetry.snapshot(cluster_id) or snapshot
            wanted = read_target(dialog.target.currentText(), seen, outposts)
            local = int(dialog.local.text() or 0)
            forward = await forwards.start(cluster_id, wanted, int(dialog.port.text()), local)
            dialog.show_busy("")
            dialog.local.clear()
            show()
            dialog.choose(forward.id)

        dialog.start_requested.connect(lambda: work.start(start(), key="start"))
        dialog.stop_requested.connect(lambda id_: work.start(forwards.stop(id_)))
        dialog.restart_requested.connect(lambda id_: work.start(forwards.restart(id_)))
        dialog.remove_requested.connect(lambda id_: work.start(forwards.remove(id_)))
        looks = QTimer(dialog)
        looks.timeout.connect(show)
        looks.start(_LOOK_MS)
        show()
        await ask(dialog)

    async def open_shell(self) -> None:
        """Show the command of a shell, and run it in a terminal where that is wanted."""
        from otternauts_desktop.ui.dialogs.shell import ShellDialog

        snapshot, cluster_id = self._snapshot, self._window.place.cluster_id
        if snapshot is None:
            return
        outposts = [outpost.name for outpost in self._crew.outposts.outposts(cluster_id)]
        target, _ = self._likely(snapshot)
        dialog = ShellDialog([*_reachable(snapshot), *outposts], target, self._window)
        work = Tasks(dialog, dialog.show_error)
        words: tuple[str, ...] = ()

        async def find() -> None:
            nonlocal words
            dialog.show_command("")
            seen = self._crew.telemetry.snapshot(cluster_id) or snapshot
            wanted = read_target(dialog.target.currentText(), seen, outposts)
            words = await self._crew.shells.words(cluster_id, wanted)
            dialog.show_command(typed(words))

        def run() -> None:
            if program := open_terminal(words):
                dialog.accept()
                self._window.toast.say(tr("Opened in {program}", program=program))
            else:
                dialog.none.show()

        dialog.target_chosen.connect(lambda: work.start(find(), key="find"))
        dialog.open_requested.connect(run)
        work.start(find(), key="find")
        await ask(dialog)

    @property
    def _snapshot(self) -> Snapshot | None:
        return self._crew.telemetry.snapshot(self._window.place.cluster_id)

    def _likely(self, snapshot: Snapshot) -> tuple[str, str]:
        """What is in view, and the port that it is most likely about."""
        place = self._window.place
        if (outpost := self._crew.outpost_at(place)) is not None:
            return outpost.name, ""
        if place.kind is PlaceKind.SERVICE and place.name in snapshot.service_by_id:
            service = snapshot.service_by_id[place.name]
            return target_of(service).words, _port_of(service)
        for service in snapshot.fleets.get(place.name, ()):
            if port := _port_of(service):
                return target_of(service).words, port
        return "", ""


def _reachable(snapshot: Snapshot) -> list[str]:
    """What can be pointed at: services that run, and each replica of those that have several."""
    names = []
    for service in snapshot.services:
        tasks = running_tasks(snapshot, service.id)
        if tasks:
            names.append(target_of(service).words)
        if len(tasks) > 1:
            names += [target_of(service, place_of(snapshot, task)).words for task in tasks]
    return names


def _port_of(service: Service) -> str:
    """The first port that it publishes or is routed to at, "" where none is known."""
    for port in (service.spec.get("EndpointSpec") or {}).get("Ports") or ():
        return str(port.get("TargetPort", ""))
    labels = service.spec.get("Labels") or {}
    routed = (v for k, v in labels.items() if k.endswith(".loadbalancer.server.port"))
    return next(routed, "")
