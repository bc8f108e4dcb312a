"""The wires between the fleet page and the services: new fleets, launches, removal."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.events import LaunchedElsewhere
from otternauts_desktop.core.fleet.flight_plan import read
from otternauts_desktop.core.flight.progress import LaunchProgress, LaunchState
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Cluster
from otternauts_desktop.core.words import tr, trn
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.fleet_page import HISTORY, LAUNCH, OVERVIEW, PLAN, FleetPage
from otternauts_desktop.ui.history_desk import HistoryDesk
from otternauts_desktop.ui.launch_tab import title_of
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.places import PlaceKind, cluster_place, fleet_place
from otternauts_desktop.ui.plan_desk import PlanDesk
from otternauts_desktop.ui.tasks import Tasks

if TYPE_CHECKING:
    from otternauts_desktop.core.flight.images import ImageSeen
    from otternauts_desktop.services.launches import Preview
    from otternauts_desktop.ui.dialogs.confirm_launch import ConfirmLaunch

_RETURN_ON_FAILURE: Final = "launch.return_on_failure"


class FleetDesk(QObject):
    """Knows the newest launch of each fleet since the program started."""

    fleets_changed = Signal()
    """A draft came into being."""
    launch_shown = Signal()
    """The launch of the fleet in view moved."""

    def __init__(self, window: MainWindow, crew: Crew, page: FleetPage, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._page = page
        self._tasks = tasks
        self._launches: dict[tuple[str, str], LaunchProgress] = {}
        self._opened_at = time.time()
        plan = page.plan_tab
        self.plans = PlanDesk(window, crew, plan, tasks)
        self.plans.fleets_changed.connect(self.fleets_changed)
        self.history = HistoryDesk(window, crew, page.history_tab, self.plans, tasks)
        page.tabs.currentChanged.connect(lambda _: window.actions_.refresh())
        page.remove_requested.connect(lambda: tasks.start(self.remove_fleet()))
        page.launch_requested.connect(lambda: tasks.start(self.launch(), key="launch"))
        page.launch_tab.cancel_requested.connect(self._stop_watching)
        plan.launch_requested.connect(lambda: tasks.start(self.launch(), key="launch"))
        plan.cursor_moved.connect(self._show_cursor)

    def register(self) -> None:
        """Add what can be done with fleets to the registry."""
        add, window, page, start = (
            self._window.actions_.add,
            self._window,
            self._page,
            self._tasks.start,
        )

        def shown() -> bool:
            return window.place.kind is PlaceKind.FLEET

        add(
            "fleet.new",
            "Fleet",
            tr("New fleet…"),
            window.new_fleet_requested.emit,
            keys="Ctrl+Shift+F",
            available=lambda: bool(self._crew.outposts.clusters()),
            of_place=False,
        )
        add(
            "fleet.overview",
            "Fleet",
            tr("Overview"),
            lambda: page.show_tab(OVERVIEW),
            keys="Ctrl+1",
            available=shown,
        )
        add("fleet.plan", "Fleet", tr("Flight plan"), self._edit, keys="Ctrl+2", available=shown)
        add(
            "fleet.history",
            "Fleet",
            tr("History and return to base"),
            lambda: page.show_tab(HISTORY),
            keys="Ctrl+3",
            available=shown,
        )
        add(
            "fleet.launch",
            "Fleet",
            tr("Launch…"),
            lambda: start(self.launch(), key="launch"),
            keys="Ctrl+Return",
            available=shown,
        )
        add(
            "fleet.variables",
            "Fleet",
            tr("Variables…"),
            lambda: start(self.plans.ask_variables()),
            available=shown,
        )
        add(
            "service.rollback",
            "Fleet",
            tr("Roll service back…"),
            lambda: start(self.roll_back(), key="rollback"),
            available=lambda: window.place.kind is PlaceKind.SERVICE,
        )
        add(
            "fleet.remove",
            "Fleet",
            tr("Remove fleet…"),
            lambda: start(self.remove_fleet()),
            available=shown,
        )
        add(
            "fleet.unlock",
            "Fleet",
            tr("Break launch lock…"),
            lambda: start(self.break_lock()),
            available=shown,
        )

    def _edit(self) -> None:
        self._page.show_tab(PLAN)
        self._page.plan_tab.editor.setFocus()

    def _show_cursor(self, line: int, column: int) -> None:
        if self._page.tabs.currentIndex() == PLAN:
            self._window.status.cursor_label.setText(
                tr("Ln {line}, Col {column}", line=line, column=column)
            )

    # -- places ------------------------------------------------------------------------------

    def open(self, cluster: Cluster, fleet: str, tab: str) -> None:
        """Show the flight plan of a fleet, and the tab that fits."""
        self.plans.open((cluster.id, fleet))
        self._page.fleet = fleet
        snapshot = self._crew.telemetry.snapshot(cluster.id)
        flies = snapshot is not None and fleet in snapshot.fleets
        default = OVERVIEW if flies else PLAN
        self.history.show()
        tabs = {"plan": PLAN, "launch": LAUNCH, "history": HISTORY}
        self._page.show_tab(tabs.get(tab, default))

    async def new_fleet(self, path: str = "") -> None:
        """Ask for a name and make a draft; `path` is a file to start from."""
        from otternauts_desktop.ui.dialogs.new_fleet import NewFleet

        cluster = self._crew.current(self._window.place.cluster_id)
        if cluster is None:
            self._window.notice.show_notice(
                "warn", tr("A fleet needs a cluster."), next_step=tr("Add an outpost first.")
            )
            return
        seen = self._crew.seen(cluster)
        flying = seen.snapshot.fleets if seen.snapshot else {}
        dialog = NewFleet(frozenset({*flying, *seen.drafts}), self._window)
        if path:
            dialog.start_from(path)
        if await ask(dialog):
            self._crew.launches.save_draft(cluster.id, dialog.name, dialog.text)
            if dialog.path:
                self.plans.file.remember(f"{cluster.id}/{dialog.name}", dialog.path, dialog.text)
            self.fleets_changed.emit()
            self._window.place_chosen.emit(fleet_place(cluster.id, dialog.name, "plan"))

    # -- launches ----------------------------------------------------------------------------

    async def launch(self) -> None:
        """Show what would change, and launch once it is confirmed."""
        from otternauts_desktop.ui.dialogs.confirm_launch import ConfirmLaunch

        place = self._window.place
        cluster = self._crew.cluster(place.cluster_id)
        if cluster is None or place.kind is not PlaceKind.FLEET:
            return
        self.plans.keep_draft()
        fleet, text = place.name, self._page.plan_tab.text()
        key, given = (cluster.id, fleet), self.plans.given
        values = await self.plans.values_for(key)
        beside = await self.plans.beside(text, values)
        reading = await asyncio.to_thread(read, text, beside)
        dialog = ConfirmLaunch(fleet, cluster.name, reading, values, self._window)
        with contextlib.suppress(KnownError):  # then it is compared with what was last seen
            await self._crew.telemetry.refresh(cluster.id)
        look = partial(self._crew.launches.preview, cluster.id, fleet, text, values, beside)
        try:
            plain = await asyncio.to_thread(look)
            known = self._crew.registries.known(cluster.id)
            dialog.show_preview(await asyncio.to_thread(look, known), plain)
            self._tasks.start(self._tell_digests(dialog, cluster.id, plain, look), key="digests")
            self._tasks.start(self._tell_shields(dialog, cluster.id, plain), key="shields")
        except KnownError as error:
            dialog.show_no_preview(error)
        kept = self._crew.settings.get(_RETURN_ON_FAILURE)
        dialog.return_on_failure.setChecked(bool(kept))
        launching = await ask(dialog)
        for asking in ("digests", "shields"):
            self._tasks.cancel(asking)
        if not launching:
            return
        given.give(key, dialog.entered())
        values = given.of(key)
        resolve = dialog.resolve.isChecked()
        returning = dialog.return_on_failure.isChecked()
        self._crew.settings.put(_RETURN_ON_FAILURE, int(returning))
        beside = await self.plans.beside(text, values)
        self.plans.read_again()
        await self._crew.launches.launch(
            cluster.id,
            fleet,
            text,
            values,
            beside,
            resolve_image="always" if resolve else "never",
            return_on_failure=returning,
        )

    async def _tell_digests(
        self,
        dialog: "ConfirmLaunch",
        cluster_id: ClusterId,
        plain: "Preview",
        look: "Callable[[Mapping[str, ImageSeen]], Preview]",
    ) -> None:
        """Show what registries say as it comes; the dialog does not wait for it."""
        told = await self._crew.registries.ask(cluster_id, plain.images)
        dialog.show_preview(await asyncio.to_thread(look, told), plain)

    async def _tell_shields(
        self, dialog: "ConfirmLaunch", cluster_id: ClusterId, preview: "Preview"
    ) -> None:
        """Say whether certificates for its domains can be had."""
        troubles = await self._crew.ingress.shields(cluster_id, preview.domains)
        dialog.show_shields([trouble for trouble in troubles.values() if trouble])

    def go_on(self) -> None:
        """Go on with launches that the program's end cut off; practice clusters end with it."""
        real = {cluster.id for cluster in self._crew.outposts.clusters() if not cluster.simulated}
        self._tasks.start(self._crew.launches.go_on(real, self._crew.values))

    def newest_launch(self, cluster_id: ClusterId, fleet: str) -> LaunchProgress | None:
        """The newest launch of a fleet since the program started."""
        return self._launches.get((cluster_id, fleet))

    def launch_moved(self, progress: LaunchProgress) -> None:
        """Take over where a launch stands, and say how it ended where it is not in view."""
        key = (progress.cluster_id, progress.fleet)
        new = key not in self._launches or self._launches[key].id != progress.id
        self._launches[key] = progress
        place = self._window.place
        here = place.kind is PlaceKind.FLEET and (place.cluster_id, place.name) == key
        if here:
            self.launch_shown.emit()
            if new:
                self._page.show_tab(LAUNCH)
            if new or progress.state.ended:
                self.history.show()
            if progress.state.ended:
                self.plans.launched()
        elif progress.state.ended:
            good = progress.state is LaunchState.CONVERGED
            if good:
                self._window.toast.say(tr("{fleet}: the launch succeeded.", fleet=progress.fleet))
                return
            cause = progress.cause.sentence if progress.cause else ""
            self._window.notice.show_notice("bad", title_of(progress), cause)

    def launched_elsewhere(self, launch: LaunchedElsewhere) -> None:
        """Say that somebody else has launched a fleet, unless that was before this run."""
        place = self._window.place
        if (place.cluster_id, place.name) == (launch.cluster_id, launch.fleet):
            self.history.show()
        if launch.ended_at >= self._opened_at:
            self._window.toast.say(
                tr(
                    "{operator} has launched {fleet} (v{version}).",
                    operator=launch.operator,
                    fleet=launch.fleet,
                    version=launch.version,
                )
            )

    def _stop_watching(self) -> None:
        place = self._window.place
        progress = self._launches.get((place.cluster_id, place.name))
        if progress is not None:
            self._crew.launches.cancel(progress.id)

    async def break_lock(self) -> None:
        """Take away the lock of a launch that will never end, after saying whose it is."""
        from otternauts_desktop.ui.dialogs.confirm import Confirm

        place = self._window.place
        held = await self._crew.launches.lock(place.cluster_id, place.name)
        if held is None:
            self._window.toast.say(tr("{fleet} is not locked.", fleet=place.name))
            return
        warning = tr("If that launch still goes on, two at once mix up the fleet.")
        dialog = Confirm(
            tr("Break the lock of {fleet}?", fleet=place.name),
            f"{held.words} {warning}",
            tr("Break lock"),
            self._window,
        )
        if await ask(dialog):
            await self._crew.launches.break_lock(place.cluster_id, held)
            self._window.toast.say(tr("{fleet} can be launched again.", fleet=place.name))

    async def roll_back(self) -> None:
        """Bring the service in view back by one step, after showing what changes."""
        from otternauts_desktop.ui.dialogs.confirm_rollback import ConfirmRollback

        place, rollbacks = self._window.place, self._crew.rollbacks
        plan = await rollbacks.preview(place.cluster_id, place.name)
        vessel = plan.changes[0].vessel
        if not await ask(ConfirmRollback(vessel, plan, self._window)):
            return
        self._window.busy.setText(tr("Rolling {service} back…", service=vessel))
        try:
            await rollbacks.roll_back(place.cluster_id, place.name)
        finally:
            self._window.busy.setText("")
        self._window.toast.say(tr("{service} is what it was before.", service=vessel))

    async def remove_fleet(self) -> None:
        """Stop the fleet that is shown, after asking."""
        from otternauts_desktop.ui.dialogs.confirm import Confirm

        place = self._window.place
        cluster = self._crew.cluster(place.cluster_id)
        if cluster is None:
            return
        snapshot = self._crew.telemetry.snapshot(cluster.id)
        services = snapshot.fleets.get(place.name, ()) if snapshot else ()
        words = trn(
            "{number} service stops on {cluster}. Volumes and the flight plan stay.",
            "{number} services stop on {cluster}. Volumes and the flight plan stay.",
            len(services),
            cluster=cluster.name,
        )
        if not services:
            self._remove_draft(cluster, place.name)
            return
        dialog = Confirm(
            tr("Remove {fleet}?", fleet=place.name),
            words,
            tr("Remove {fleet}", fleet=place.name),
            self._window,
        )
        if not await ask(dialog):
            return
        self._window.busy.setText(tr("Removing {fleet}…", fleet=place.name))
        try:
            await self._crew.launches.remove(cluster.id, place.name)
        finally:
            self._window.busy.setText("")
        self._window.toast.say(
            tr("{fleet} is gone. Its volumes are still there.", fleet=place.name)
        )

    def _remove_draft(self, cluster: Cluster, fleet: str) -> None:
        """Nothing flies, so nothing stops, and it can be taken back: no question asked."""
        if fleet not in self._crew.launches.drafted_fleets(cluster.id):
            return
        self.plans.keep_draft()
        text = self._crew.launches.remove_draft(cluster.id, fleet)

        def bring_back() -> None:
            self._crew.launches.save_draft(cluster.id, fleet, text)
            self.fleets_changed.emit()
            self._window.place_chosen.emit(fleet_place(cluster.id, fleet, "plan"))

        self._window.place_chosen.emit(cluster_place(cluster.id))
        self.fleets_changed.emit()
        self._window.toast.say(tr("The draft of {fleet} is gone.", fleet=fleet), undo=bring_back)
