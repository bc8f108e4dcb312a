"""The wires of a fleet's history: what differs, and the return to a version."""

import asyncio
import contextlib
import json
import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.fleet.flight_plan import read
from otternauts_desktop.core.flight.comparison import compare
from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.history_tab import HistoryTab, VersionSeen
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.places import PlaceKind
from otternauts_desktop.ui.plan_desk import PlanDesk
from otternauts_desktop.ui.tasks import Tasks

if TYPE_CHECKING:
    from otternauts_desktop.services.launches import Version


class HistoryDesk(QObject):
    """Shows the launches of the fleet in view, and returns to one."""

    def __init__(
        self, window: MainWindow, crew: Crew, tab: HistoryTab, plans: PlanDesk, tasks: Tasks
    ) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._tab = tab
        self._plans = plans
        self._tasks = tasks
        self._key: tuple[ClusterId, str] | None = None
        tab.chosen.connect(lambda seen: tasks.start(self._compare(seen), key="history"))
        tab.return_requested.connect(lambda seen: tasks.start(self.return_to(seen), key="launch"))

    def show(self) -> None:
        """Show the fleet in view as it is known now."""
        place = self._window.place
        if place.kind is not PlaceKind.FLEET:
            return
        key = place.cluster_id, place.name
        if key != self._key:
            self._key = key
            self._tab.forget()
        cut_off = {record.id for record in self._crew.launches.cut_off()}
        history = self._crew.launches.history(*key)
        self._tab.show_versions([self._seen(r, r.id in cut_off) for r in history], time.time())

    def _seen(self, record: "Version", cut_off: bool) -> VersionSeen:
        return VersionSeen(
            id=record.id,
            version=record.version,
            state=LaunchState(record.state),
            started_at=record.started_at,
            seconds=max(record.ended_at - record.started_at, 0.0),
            operator=record.operator,
            returns_to=record.returns_to,
            git_commit=record.git_commit,
            cause=str(json.loads(record.cause)["sentence"]) if record.cause else "",
            cut_off=cut_off,
            template=record.template,
            pins=self._crew.launches.pins(record.id),
        )

    async def _compare(self, seen: VersionSeen) -> None:
        """Beside the newest one that flew; that one beside the one before it."""
        assert self._key is not None
        history = self._crew.launches.history(*self._key)
        flew = [r for r in history if r.state == LaunchState.CONVERGED]
        newest = flew[0] if flew else history[0]
        if newest.id == seen.id:
            older = [record for record in history if record.started_at < seen.started_at]
            old, new = (older[0] if older else None), newest
        else:
            old, new = next(r for r in history if r.id == seen.id), newest
        rows = await asyncio.to_thread(
            compare, old.template if old else "", new.template, context=3
        )
        pair = (
            tr("v{old} beside v{new}", old=old.version, new=new.version)
            if old
            else tr("v{new}, the first one", new=new.version)
        )
        self._tab.show_comparison(pair, rows, tr("Their flight plans are the same."))

    async def return_to(self, seen: VersionSeen) -> None:
        """Show what returning to a version would change, and do it once it is confirmed."""
        from otternauts_desktop.ui.dialogs.confirm_return import ConfirmReturn

        if self._key is None:
            return
        cluster_id, fleet = self._key
        record = self._crew.launches.version(cluster_id, fleet, seen.version)
        key, given = self._key, self._plans.given
        values = await self._plans.values_for(key)
        beside = await self._plans.beside(record.template, values)
        reading = await asyncio.to_thread(read, record.template, beside)
        dialog = ConfirmReturn(fleet, seen.version, reading, values, self._window)
        with contextlib.suppress(KnownError):  # then it is compared with what was last seen
            await self._crew.telemetry.refresh(cluster_id)
        look = partial(self._crew.launches.preview_return, record, values, beside)
        try:
            preview = await asyncio.to_thread(look)
            dialog.show_preview(preview, preview)
        except KnownError as error:
            dialog.show_no_preview(error)
        if not await ask(dialog):
            return
        given.give(key, dialog.entered())
        values = given.of(key)
        beside = await self._plans.beside(record.template, values)
        self._crew.launches.return_to(record, values, beside)
