"""The wires between a flight plan and the file that it came from: opened, watched, saved."""

import asyncio
import hashlib
from pathlib import Path
from typing import Final

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog

from otternauts_desktop.core.errors import FileUnreadable
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.plan_files import PlanText, read_plan, write_plan
from otternauts_desktop.ui.crew import Settings
from otternauts_desktop.ui.flight_plan_tab import FlightPlanTab
from otternauts_desktop.ui.line_editing import replace_text
from otternauts_desktop.ui.tasks import Tasks

SETTLE_MS: Final = 150
"""Programs write in several steps: so long after the last one the file is looked at."""


class PlanFileDesk(QObject):
    """Knows which file belongs to the flight plan in view, and what stood there last."""

    compare_requested = Signal(str, str)
    """The name of the file and what it holds now: to be compared with the draft."""
    saved = Signal(str)
    """Under this name."""

    def __init__(self, plan: FlightPlanTab, settings: Settings, tasks: Tasks) -> None:
        super().__init__(plan)
        self._plan = plan
        self._settings = settings
        self._tasks = tasks
        self._key = ""
        self._path = ""
        self._known: PlanText | None = None
        self._outside: PlanText | None = None
        self._watcher = QFileSystemWatcher(self)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(lambda: tasks.start(self._watch_over(), key="file seen"))
        self._watcher.fileChanged.connect(lambda _: self._settle.start())
        self._watcher.directoryChanged.connect(lambda _: self._settle.start())
        bar = plan.file_bar
        bar.reload_requested.connect(self._reload)
        bar.keep_requested.connect(self._keep)
        bar.save_requested.connect(self.save)
        bar.compare_requested.connect(self._compare)

    @property
    def directory(self) -> str:
        """The folder of the file, where relative paths in it begin; "" without a file."""
        return str(Path(self._path).parent) if self._path else ""

    def show(self, key: str) -> None:
        """Take over the file of another flight plan, as far as one is remembered."""
        kept = self._settings.get(f"file.{key}")
        self._key = key
        self._attach(kept if isinstance(kept, str) else "", None)
        self._tasks.start(self._watch_over(), key="file seen")

    def remember(self, key: str, path: str, text: str) -> None:
        """A flight plan came from a file in which `text` stands."""
        self._settings.put(f"file.{key}", str(Path(path).absolute()))
        self._settings.put(f"file_sum.{key}", _sum(text))

    # -- opening -----------------------------------------------------------------------------

    def open(self) -> None:
        """Ask for a file; its text takes the place of the draft, and undo brings that back."""
        dialog = _file_dialog(self._plan, tr("Open a Compose file"), self.directory)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._tasks.start(self.load(path), key="file"))
        dialog.open()

    async def load(self, path: str) -> None:
        """Put the text of a file in place of the draft."""
        found = await asyncio.to_thread(read_plan, path)
        self.remember(self._key, path, found.text)
        self._attach(path, found)
        replace_text(self._plan.editor, found.text)

    # -- saving ------------------------------------------------------------------------------

    def save(self) -> None:
        """Write the text into its file; without one, ask where."""
        if self._path:
            self._tasks.start(self._write(self._path), key="file")
        else:
            self.save_as()

    def save_as(self) -> None:
        """Ask for a file and write the text there."""
        dialog = _file_dialog(self._plan, tr("Save the flight plan"), self.directory)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("yml")
        dialog.selectFile(self._path or self._plan.file_name)
        dialog.fileSelected.connect(lambda path: self._tasks.start(self._write(path), key="file"))
        dialog.open()

    async def _write(self, path: str) -> None:
        key, own = self._key, path == self._path
        # Nobody's words are written over unseen, also where the file was not looked at yet.
        if own and self._outside is None and await self._look():
            return
        like = (self._known if own else None) or PlanText("")
        plan = PlanText(self._plan.text(), like.newline, like.bom)
        if key != self._key:  # another flight plan is in view; the draft of this one is kept
            return
        await asyncio.to_thread(write_plan, path, plan)
        self.remember(key, path, plan.text)
        if key == self._key:
            self._attach(path, plan)
        self.saved.emit(Path(path).name)

    # -- watching ----------------------------------------------------------------------------

    def _attach(self, path: str, known: PlanText | None) -> None:
        self._path = str(Path(path).absolute()) if path else ""
        self._known, self._outside = known, None
        self._plan.file_bar.hide()
        self._plan.show_file(path)
        watched = [*self._watcher.files(), *self._watcher.directories()]
        if watched:
            self._watcher.removePaths(watched)
        self._watch()

    def _watch(self) -> None:
        """The folder, too: most editors put a new file in the place of the old one."""
        if self._path:
            self._watcher.addPaths([self._path, self.directory])

    async def _watch_over(self) -> None:
        await self._look()

    async def _look(self) -> bool:
        """Compare the file with what is known of it: whether another text stands in it."""
        path = self._path
        if not path:
            return False
        name = Path(path).name
        try:
            found = await asyncio.to_thread(read_plan, path)
        except FileUnreadable:
            if path == self._path:
                self._plan.file_bar.show_gone(name)
            return False
        if path != self._path:
            return False
        if path not in self._watcher.files():
            self._watch()
        if self._known is None and _sum(found.text) != self._settings.get(f"file_sum.{self._key}"):
            self._known = PlanText("", found.newline, found.bom)  # changed while it was closed
        if self._known is None or found.text in (self._known.text, self._plan.text()):
            self._known, self._outside = found, None
            self.remember(self._key, path, found.text)
            self._plan.file_bar.hide()
        else:
            self._outside = found
            self._plan.file_bar.show_changed(name)
        return self._outside is not None

    def _reload(self) -> None:
        if self._outside is not None:
            self._known, self._outside = self._outside, None
            self.remember(self._key, self._path, self._known.text)
            replace_text(self._plan.editor, self._known.text)
        self._plan.file_bar.hide()
        self._plan.editor.setFocus()

    def _keep(self) -> None:
        """What is outside is known now; the next save writes over it."""
        self._known, self._outside = self._outside or self._known, None
        if self._known is not None:
            self.remember(self._key, self._path, self._known.text)
        self._plan.file_bar.hide()
        self._plan.editor.setFocus()

    def _compare(self) -> None:
        if self._outside is not None:
            self.compare_requested.emit(Path(self._path).name, self._outside.text)


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _file_dialog(parent: FlightPlanTab, title: str, directory: str) -> QFileDialog:
    dialog = QFileDialog(parent, title, directory)
    dialog.setNameFilter(tr("Compose files (*.yml *.yaml);;All files (*)"))
    dialog.finished.connect(dialog.deleteLater)
    return dialog
