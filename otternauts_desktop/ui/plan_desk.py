"""The wires between the flight plan's tab and the services: drafts, readings, previews.

A text is read in a thread, one at a time and always the newest: what is shown about it is about
the text that stands there, or nothing is shown.
"""

import asyncio
import contextlib
import threading
import time
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from otternauts_desktop.core.errors import FlightPlanTooLarge, KnownError
from otternauts_desktop.core.fleet.beside import Beside
from otternauts_desktop.core.fleet.completion import Surroundings
from otternauts_desktop.core.fleet.flight_plan import Variables
from otternauts_desktop.core.flight.comparison import Pair, compare
from otternauts_desktop.core.kept_errors import VaultLocked
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.beside import beside_text
from otternauts_desktop.ui import line_editing, plan_actions
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.compare_panel import Version
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.flight_plan_tab import FlightPlanTab, Previewed
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.plan_file_desk import PlanFileDesk
from otternauts_desktop.ui.plan_reading import NoFlightPlan, found_in, not_ready
from otternauts_desktop.ui.plan_values import Key, PlanValues
from otternauts_desktop.ui.tasks import Tasks
from otternauts_desktop.ui.times import age, clock
from otternauts_desktop.ui.unlocking import Unlocking

DRAFT_MS: Final = 1500
"""At most so long after a key the draft is on disk."""
PREVIEW_MS: Final = 250
"""So long after a reading the plan is made, if nothing is typed meanwhile."""

_DRAFT: Final = "draft"
_FILE: Final = "file"
_LIVE: Final = "live"
_SENT: Final = "sent"


class PlanDesk(QObject):
    """Holds what a person typed until it is kept, and values of variables for this run."""

    fleets_changed = Signal()
    """A draft came into being."""
    values_kept = Signal()

    def __init__(self, window: MainWindow, crew: Crew, plan: FlightPlanTab, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._plan = plan
        self._tasks = tasks
        self._key: Key = (ClusterId(""), "")
        self.given = PlanValues(crew.values)
        self._launched = self._outside = ""
        self._due = False
        self._unsaved = False
        self._saves = self._written = 0
        self._writing = threading.Lock()
        self._saver = QTimer(self)
        self._saver.setSingleShot(True)
        self._saver.setInterval(DRAFT_MS)
        self._saver.timeout.connect(lambda: tasks.start(self._save_draft(), key="draft"))
        self._previewer = QTimer(self)
        self._previewer.setSingleShot(True)
        self._previewer.setInterval(PREVIEW_MS)
        self._previewer.timeout.connect(self.preview)
        self.file = PlanFileDesk(plan, crew.settings, tasks)
        self.file.saved.connect(lambda name: window.toast.say(tr("{name} is saved.", name=name)))
        self.file.compare_requested.connect(self._compare_with_file)
        plan_actions.register(
            window.actions_, plan, self.file, lambda: tasks.start(self.rebuild(), key="rebuild")
        )
        plan.editor.edited.connect(self._edited)
        plan.paused.connect(self.read_again)
        plan.editor.too_much_pasted.connect(
            lambda size: window.notice.show_error(
                FlightPlanTooLarge(
                    detail=tr("What was to be pasted has {size} MB.", size=f"{size / 1e6:.1f}")
                )
            )
        )
        plan.compare_requested.connect(self.compare)
        plan.compare.wanted.connect(
            lambda old, new, full: tasks.start(self._compare(old, new, full), key="compare")
        )
        plan.refresh_requested.connect(self.preview)
        plan.plan_view.take_over_requested.connect(
            lambda vessel: tasks.start(self.take_over(vessel), key="take over")
        )
        plan.variables_requested.connect(lambda: tasks.start(self.ask_variables()))

    def open(self, key: Key) -> None:
        """Show the flight plan of a fleet."""
        text = self._crew.launches.draft(*key)
        if self._plan.text() != text or self._key != key:
            self._plan.set_text(key[1], text)
            self.file.show("/".join(key))
        self._key = key
        self.launched()
        self._tasks.start(self.load_values(), key="values")

    async def values_for(self, key: Key) -> dict[str, Secret]:
        """The values for a launch, with those that are kept: the vault may have to be opened."""
        try:
            await Unlocking(self._crew.keys, self._window).run(lambda: self.given.load(key))
        except KnownError as error:  # what is missing can still be typed
            self._window.notice.show_error(error)
        return self.given.of(key)

    async def load_values(self) -> None:
        """Read what is kept for the fleet in view, where the vault is open: a launch asks."""
        with contextlib.suppress(VaultLocked):
            await self.given.load(self._key)
            self.read_again()

    def launched(self) -> None:
        """What counts as last launched may be another text now."""
        self._launched = self._crew.launches.launched_text(*self._key)
        self.read_again()

    def _look_around(self) -> None:
        """What completion knows of the cluster and of the values given."""
        snapshot = self._crew.telemetry.snapshot(self._key[0])
        labels: dict[str, tuple[str, ...]] = {}
        for node in snapshot.nodes if snapshot else ():
            for name, value in node.labels.items():
                labels[name] = tuple(dict.fromkeys((*labels.get(name, ()), value)))
        self._plan.editor.completion.around = Surroundings(
            tuple(node.name for node in snapshot.nodes) if snapshot else (),
            labels,
            tuple(self.given.of(self._key)),
        )

    # -- what the text means -----------------------------------------------------------------

    def _edited(self) -> None:
        self._unsaved = True
        self._previewer.stop()
        if not self._saver.isActive():
            self._saver.start()

    def read_again(self) -> None:
        """Find out what the text as it stands means."""
        self._previewer.stop()
        self._look_around()
        if not self._due:
            self._due = True
            self._tasks.start(self._read(), key="read")

    async def _read(self) -> None:
        """Until what was read is what stands there: a newer text makes the answer worthless."""
        try:
            while True:
                key, text = self._key, self._plan.text()
                found = await asyncio.to_thread(
                    found_in, text, self._launched, self.given.of(key), self.file.directory
                )
                if (key, text) == (self._key, self._plan.text()):
                    break
                if self._plan.pending:  # its pause asks again
                    return
        finally:
            self._due = False
        self._plan.show_reading(found.reading, found.changes)
        self._plan.show_missing(found.missing)
        self._previewer.start()

    def preview(self) -> None:
        """Show what launching the text as it stands would do."""
        self._tasks.start(self._preview(), key="preview")

    async def _preview(self) -> None:
        key, text, launches = self._key, self._plan.text(), self._crew.launches
        if not text.strip():
            self._plan.show_no_preview(NoFlightPlan(), ())
            return
        rows = await asyncio.to_thread(compare, self._launched, text)
        registries = self._crew.registries
        try:
            values = self.given.of(key)
            beside = await self.beside(text, values)
            look = partial(launches.preview, *key, text, values, beside)
            known = registries.known(key[0])
            preview = await asyncio.to_thread(look, known)
            if preview.prepared.errors:
                raise not_ready(preview.prepared.errors)
        except KnownError as error:
            if (key, text) == (self._key, self._plan.text()):
                self._plan.show_no_preview(error, rows)
            return
        self._show(key, text, preview, rows)
        # Nobody waits for a registry: what it says is shown when it comes.
        told = await registries.ask(key[0], preview.images)
        if any(known.get(image) != seen for image, seen in told.items()):
            self._show(key, text, await asyncio.to_thread(look, told), rows)

    def _show(self, key: Key, text: str, preview: Previewed, rows: tuple[Pair, ...]) -> None:
        if (key, text) != (self._key, self._plan.text()):
            return
        staleness = self._crew.telemetry.staleness(key[0])
        if staleness.lost:
            seen = clock(staleness.as_of)
            words = tr("Compared with the fleet as last seen at {time}", time=seen)
        else:
            old = age(max(time.time() - staleness.as_of, 0))
            words = tr("Compared with the live fleet, read {age} ago", age=old)
        self._plan.show_preview(preview, rows, words)

    async def take_over(self, vessel: str = "") -> None:
        """Write into the text what was changed by hand since the last launch from here."""
        key, text = self._key, self._plan.text()
        values = self.given.of(key)
        beside = await self.beside(text, values)
        taken = await asyncio.to_thread(
            self._crew.launches.take_over, *key, text, values, beside, vessel
        )
        if (key, text) != (self._key, self._plan.text()):
            return
        if taken.taken:
            line_editing.apply(self._plan.editor, taken.fix(text).edits)
        if taken.left:
            names = ", ".join(
                f"{name}: {field.field} {field.key}".strip() for name, field in taken.left
            )
            self._window.notice.show_notice(
                "warn",
                tr("Not everything could be taken over."),
                names,
                tr("It has no place of its own in the text. Change it there by hand."),
            )
        else:
            self._window.toast.say(tr("Taken over into the flight plan; Ctrl+Z undoes it."))

    async def beside(self, text: str, values: Variables) -> Beside:
        """The files that the text takes, from the folder of its own file."""
        return await asyncio.to_thread(beside_text, text, values, self.file.directory)

    # -- versions ----------------------------------------------------------------------------

    def compare(self) -> None:
        """Compare the draft with what was last launched, or choose other versions."""
        launches = self._crew.launches.history(*self._key)
        versions = [Version(_DRAFT, tr("Draft"))]
        for record in launches:
            when = clock(record.started_at)
            title = tr("v{version}, {when}", version=record.version, when=when)
            versions.append(Version(str(record.version), title))
        old, new = versions[min(1, len(launches))].id, _DRAFT
        if self._flies():
            versions.append(Version(_LIVE, tr("What flies now")))
            versions.append(Version(_SENT, tr("Draft, as it would fly")))
            old, new = (old, new) if launches else (_LIVE, _SENT)
        self._plan.open_compare(versions, old, new)

    def _flies(self) -> bool:
        snapshot = self._crew.telemetry.snapshot(self._key[0])
        return snapshot is not None and self._key[1] in snapshot.fleets

    def _compare_with_file(self, name: str, text: str) -> None:
        """Compare the draft with what another program wrote into its file."""
        self._outside = text
        versions = [Version(_FILE, name), Version(_DRAFT, tr("Draft"))]
        self._plan.open_compare(versions, _FILE, _DRAFT)

    async def _compare(self, old: str, new: str, full: bool) -> None:
        texts = await self._texts_of(old, new)
        context = None if full else 3
        rows = await asyncio.to_thread(
            compare, texts.get(old, ""), texts.get(new, ""), context=context
        )
        self._plan.compare.show_comparison(rows)

    async def _texts_of(self, *versions: str) -> dict[str, str]:
        records = self._crew.launches.history(*self._key)
        texts = {str(record.version): record.template for record in records}
        texts |= {_DRAFT: self._plan.text(), _FILE: self._outside}
        if {_LIVE, _SENT} & {*versions}:
            values = self.given.of(self._key)
            beside = await self.beside(texts[_DRAFT], values)
            texts[_LIVE], texts[_SENT] = await asyncio.to_thread(
                self._crew.launches.side_by_side, *self._key, texts[_DRAFT], values, beside
            )
        return texts

    async def rebuild(self) -> None:
        """Write the text anew from what flies; one step of undo brings the old one back."""
        text = self._crew.launches.rebuilt(*self._key)
        if not text:
            self._window.notice.show_notice("warn", tr("No fleet of this name flies."))
            return
        line_editing.replace_text(self._plan.editor, text)
        self._window.notice.show_notice(
            "warn",
            tr("This is what flies, with the values of its environment as they are."),
            tr("Ctrl+Z brings back the text of before."),
            tr("Put variables in place of what is secret: ${NAME}."),
        )

    async def ask_variables(self) -> None:
        """Ask for the values of the flight plan's variables."""
        from otternauts_desktop.ui.dialogs.variables import VariablesDialog

        key, reading = self._key, self._plan.reading
        values = self.given.of(key)
        dialog = VariablesDialog(reading.variables, reading.required, values, self._window)
        if await ask(dialog):
            entered = dialog.fields.entered()
            self.given.give(key, entered)
            self.read_again()
            if dialog.keep.isChecked() and entered:
                unlocking = Unlocking(self._crew.keys, self._window)
                await unlocking.run(lambda: self.given.keep(key, entered))
                self.values_kept.emit()

    # -- drafts ------------------------------------------------------------------------------

    def keep_draft(self) -> None:
        """Keep what was typed, without waiting."""
        self._saver.stop()
        if self._unsaved:
            self._unsaved = False
            new = self._is_new()
            self._saves += 1
            try:
                self._write(self._saves, self._key, self._plan.text())
            except KnownError as error:
                self._not_kept(error)
            if new:
                self.fleets_changed.emit()

    async def _save_draft(self) -> None:
        """The same in a thread: a disk may take its time."""
        if not self._unsaved:
            return
        self._unsaved = False
        new = self._is_new()
        self._saves += 1
        try:
            await asyncio.to_thread(self._write, self._saves, self._key, self._plan.text())
        except KnownError as error:
            self._not_kept(error)
        if new:
            self.fleets_changed.emit()

    def _write(self, number: int, key: Key, text: str) -> None:
        """Threads may come in any order: an older text never replaces a newer one."""
        with self._writing:
            if number > self._written:
                self._crew.launches.save_draft(*key, text)
                self._written = number

    def _is_new(self) -> bool:
        cluster_id, fleet = self._key
        return fleet not in self._crew.launches.drafted_fleets(cluster_id)

    def _not_kept(self, error: KnownError) -> None:
        self._unsaved = True
        self._window.notice.show_error(error)
