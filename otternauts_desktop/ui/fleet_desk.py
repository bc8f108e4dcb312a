"""The wires between the fleet page and the services: drafts, previews, launches."""

import contextlib
import time
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from otternauts_desktop.core.errors import (
    FlightPlanInvalid,
    FlightPlanTooLarge,
    KnownError,
    NothingFound,
)
from otternauts_desktop.core.fleet.findings import Finding
from otternauts_desktop.core.fleet.flight_plan import Reading, read
from otternauts_desktop.core.flight.progress import LaunchProgress, LaunchState
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Cluster
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.fleet_page import LAUNCH, OVERVIEW, PLAN, FleetPage
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.places import PlaceKind, fleet_place
from otternauts_desktop.ui.tasks import Tasks
from otternauts_desktop.ui.times import age, clock

DRAFT_MS: Final = 1000
"""So long after the last key the draft is written to disk."""


class FleetDesk(QObject):
    """Holds what a person typed until it is kept, and values of variables for this run."""

    fleets_changed = Signal()
    """A draft came into being."""
    launch_shown = Signal()
    """The launch of the fleet in view moved."""

    def __init__(self, window: MainWindow, crew: Crew, page: FleetPage, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._page = page
        self._values: dict[tuple[str, str], dict[str, Secret]] = {}
        self._launches: dict[tuple[str, str], LaunchProgress] = {}
        self._reading = Reading(())
        self._unsaved: tuple[ClusterId, str, str] | None = None
        self._saver = QTimer(self)
        self._saver.setSingleShot(True)
        self._saver.setInterval(DRAFT_MS)
        self._saver.timeout.connect(self._save_draft)
        page.remove_requested.connect(lambda: tasks.start(self.remove_fleet()))
        page.launch_requested.connect(lambda: tasks.start(self.launch(), key="launch"))
        page.launch_tab.cancel_requested.connect(self._stop_watching)
        plan = page.plan_tab
        plan.paused.connect(self._text_paused)
        plan.editor.too_much_pasted.connect(
            lambda size: window.notice.show_error(
                FlightPlanTooLarge(detail=f"What was to be pasted has {size / 1e6:.1f} MB.")
            )
        )
        plan.refresh_requested.connect(self.preview)
        plan.launch_requested.connect(lambda: tasks.start(self.launch(), key="launch"))
        plan.variables_requested.connect(lambda: tasks.start(self.ask_variables()))
        plan.cursor_moved.connect(self._show_cursor)

    def _show_cursor(self, line: int, column: int) -> None:
        if self._page.tabs.currentIndex() == PLAN:
            self._window.cursor_label.setText(f"Ln {line}, Col {column}")

    # -- flight plans ------------------------------------------------------------------------

    def open(self, cluster: Cluster, fleet: str, tab: str) -> None:
        """Show the flight plan of a fleet, and the tab that fits."""
        text = self._crew.launches.draft(cluster.id, fleet)
        plan = self._page.plan_tab
        if plan.text() != text or self._page.fleet != fleet:
            plan.set_text(fleet, text)
        self._page.fleet = fleet
        snapshot = self._crew.telemetry.snapshot(cluster.id)
        flies = snapshot is not None and fleet in snapshot.fleets
        default = OVERVIEW if flies else PLAN
        self._page.show_tab({"plan": PLAN, "launch": LAUNCH}.get(tab, default))
        self._read_text(text)

    def _text_paused(self, text: str) -> None:
        place = self._window.place
        if place.kind is PlaceKind.FLEET:
            self._unsaved = (place.cluster_id, place.name, text)
            self._saver.start()
            self._read_text(text)

    def _read_text(self, text: str) -> None:
        place = self._window.place
        self._reading = read(text)
        values = self._values.get((place.cluster_id, place.name), {})
        self._page.plan_tab.show_reading(self._reading, frozenset(values))
        self.preview()

    def preview(self) -> None:
        """Show what launching the text as it stands would do."""
        place = self._window.place
        plan_tab, launches = self._page.plan_tab, self._crew.launches
        if place.kind is not PlaceKind.FLEET:
            return
        if not plan_tab.text().strip():
            plan_tab.show_no_preview(_NoFlightPlan(), "")
            return
        values = self._values.get((place.cluster_id, place.name), {})
        old_text = launches.launched_text(place.cluster_id, place.name)
        try:
            preview = launches.preview(place.cluster_id, place.name, plan_tab.text(), values)
            if preview.prepared.errors:
                plan_tab.show_no_preview(_not_ready(preview.prepared.errors), old_text)
                return
        except KnownError as error:
            plan_tab.show_no_preview(error, old_text)
            return
        staleness = self._crew.telemetry.staleness(place.cluster_id)
        old = f"read {age(max(time.time() - staleness.as_of, 0))} ago"
        words = f"Compared with the fleet as last seen at {clock(staleness.as_of)}"
        plan_tab.show_preview(
            preview, words if staleness.lost else f"Compared with the live fleet, {old}"
        )

    def keep_draft(self) -> None:
        """Keep what was typed, without waiting."""
        if self._page.plan_tab.pending:
            self._page.plan_tab.flush()
        self._save_draft()

    def _save_draft(self) -> None:
        self._saver.stop()
        if self._unsaved is None:
            return
        cluster_id, fleet, text = self._unsaved
        self._unsaved = None
        new = fleet not in self._crew.launches.drafted_fleets(cluster_id)
        try:
            self._crew.launches.save_draft(cluster_id, fleet, text)
        except KnownError as error:
            self._unsaved = (cluster_id, fleet, text)
            self._window.notice.show_error(error)
        if new:
            self.fleets_changed.emit()

    async def new_fleet(self, path: str = "") -> None:
        """Ask for a name and make a draft; `path` is a file to start from."""
        from otternauts_desktop.ui.dialogs.new_fleet import NewFleet

        cluster = self._crew.current(self._window.place.cluster_id)
        if cluster is None:
            self._window.notice.show_notice(
                "warn", "A fleet needs a cluster.", next_step="Add an outpost first."
            )
            return
        seen = self._crew.seen(cluster)
        flying = seen.snapshot.fleets if seen.snapshot else {}
        dialog = NewFleet(frozenset({*flying, *seen.drafts}), self._window)
        if path:
            dialog.start_from(path)
        if await ask(dialog):
            self._crew.launches.save_draft(cluster.id, dialog.name, dialog.text)
            self.fleets_changed.emit()
            self._window.place_chosen.emit(fleet_place(cluster.id, dialog.name, "plan"))

    async def ask_variables(self) -> None:
        """Ask for the values of the flight plan's variables."""
        from otternauts_desktop.ui.dialogs.variables import VariablesDialog

        key = (self._window.place.cluster_id, self._window.place.name)
        values = self._values.setdefault(key, {})
        reading = self._reading
        dialog = VariablesDialog(reading.variables, reading.required, values, self._window)
        if await ask(dialog):
            values |= dialog.fields.entered()
            self._read_text(self._page.plan_tab.text())

    # -- launches ----------------------------------------------------------------------------

    async def launch(self) -> None:
        """Show what would change, and launch once it is confirmed."""
        from otternauts_desktop.ui.dialogs.confirm_launch import ConfirmLaunch

        place = self._window.place
        cluster = self._crew.cluster(place.cluster_id)
        if cluster is None or place.kind is not PlaceKind.FLEET:
            return
        self.keep_draft()
        fleet, text = place.name, self._page.plan_tab.text()
        values = self._values.setdefault((cluster.id, fleet), {})
        reading = read(text)
        dialog = ConfirmLaunch(fleet, cluster.name, reading, values, self._window)
        with contextlib.suppress(KnownError):  # then it is compared with what was last seen
            await self._crew.telemetry.refresh(cluster.id)
        try:
            dialog.show_preview(self._crew.launches.preview(cluster.id, fleet, text, values))
        except KnownError as error:
            dialog.show_no_preview(error)
        if not await ask(dialog):
            return
        values |= dialog.entered()
        self._read_text(text)
        await self._crew.launches.launch(
            cluster.id,
            fleet,
            text,
            dict(values),
            resolve_image="always" if dialog.resolve.isChecked() else "never",
        )

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
            if progress.state.ended:
                self.preview()
        elif progress.state.ended:
            good = progress.state is LaunchState.CONVERGED
            words = f"{progress.fleet}: the launch {'succeeded' if good else progress.state.value}."
            if good:
                self._window.toast.say(words)
                return
            cause = progress.cause.sentence if progress.cause else ""
            self._window.notice.show_notice("bad", words, cause)

    def _stop_watching(self) -> None:
        place = self._window.place
        progress = self._launches.get((place.cluster_id, place.name))
        if progress is not None:
            self._crew.launches.cancel(progress.id)

    async def remove_fleet(self) -> None:
        """Stop the fleet that is shown, after asking."""
        from otternauts_desktop.ui.dialogs.confirm import Confirm

        place = self._window.place
        cluster = self._crew.cluster(place.cluster_id)
        if cluster is None:
            return
        snapshot = self._crew.telemetry.snapshot(cluster.id)
        services = snapshot.fleets.get(place.name, ()) if snapshot else ()
        words = (
            f"{len(services)} services stop on {cluster.name}. Volumes and the flight plan stay."
        )
        dialog = Confirm(f"Remove {place.name}?", words, f"Remove {place.name}", self._window)
        if not services or not await ask(dialog):
            return
        self._window.busy.setText(f"Removing {place.name}…")
        try:
            await self._crew.launches.remove(cluster.id, place.name)
        finally:
            self._window.busy.setText("")
        self._window.toast.say(f"{place.name} is gone. Its volumes are still there.")


class _NoFlightPlan(NothingFound):
    title = "No flight plan of this fleet is kept here."
    next_step_default = "Paste its Compose file into the editor; nothing happens before a launch."


def _not_ready(errors: tuple[Finding, ...]) -> FlightPlanInvalid:
    detail = "\n".join(f"Line {error.line}: {error.message} {error.fix}" for error in errors)
    return FlightPlanInvalid(detail=detail, line=errors[0].line)
