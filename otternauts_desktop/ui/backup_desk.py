"""The wires around backups: the daily copy, one file for another machine, and restoring."""

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from otternauts_desktop.core.kept_errors import BackupPassphraseWrong
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.tasks import Tasks
from otternauts_desktop.ui.unlocking import Unlocking

if TYPE_CHECKING:
    from otternauts_desktop.services.backup_files import Contents
    from otternauts_desktop.ui.dialogs.back_up import BackUp
    from otternauts_desktop.ui.dialogs.restore import Restore


class BackupDesk(QObject):
    """Restoring is left to whoever closes the program: nothing may be open meanwhile."""

    leave_requested = Signal()
    """`wanted` is to be restored."""

    def __init__(self, window: MainWindow, crew: Crew, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._tasks = tasks
        self.wanted: Contents | None = None
        self._found: Contents | None = None

    def register(self) -> None:
        """Add what can be done to the registry, and begin with the daily copies."""
        add, start = self._window.actions_.add, self._tasks.start
        add("backup.create", "File", tr("Back up…"), lambda: start(self.back_up()))
        add("backup.restore", "File", tr("Restore…"), lambda: start(self.restore()))
        start(self._crew.backups.keep_daily(), key="daily copies")

    async def back_up(self) -> None:
        """Ask for a passphrase and a file, and write it."""
        from otternauts_desktop.ui.dialogs.back_up import BackUp

        dialog = BackUp(self._window)
        work = Tasks(dialog, dialog.show_error)

        def choose() -> None:
            files = QFileDialog(dialog, tr("Keep the backup in a file"))
            files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            files.setOption(QFileDialog.Option.DontConfirmOverwrite)  # none is overwritten
            files.selectFile("otternauts.backup")
            files.fileSelected.connect(lambda path: work.start(self.write(dialog, path)))
            _open(files)

        dialog.file_requested.connect(choose)
        dialog.finished.connect(lambda _: work.cancel_all())
        await ask(dialog)

    async def write(self, dialog: "BackUp", path: str) -> None:
        """Write the backup, and say what is not in it."""
        dialog.show_busy(tr("Backing up…"))
        passphrase = dialog.fields.passphrase
        made = await Unlocking(self._crew.keys, dialog).run(
            lambda: self._crew.backups.create(path, passphrase)
        )
        dialog.accept()
        self._window.toast.say(tr("Everything that is kept here is in {path}.", path=path))
        if made.missing or made.outside:
            names = ", ".join((*made.outside, *made.missing))
            self._window.notice.show_notice(
                "warn",
                tr("Some keys are not in the backup."),
                names,
                tr("Files of your own stay where they are: keep a copy of them, too."),
            )

    async def restore(self) -> None:
        """Let a backup be chosen, look it over, and ask to be closed for it."""
        from otternauts_desktop.ui.dialogs.restore import Restore

        copies = await asyncio.to_thread(self._crew.backups.copies)
        dialog = Restore(copies, self._window)
        work = Tasks(dialog, dialog.show_error)

        def choose() -> None:
            files = QFileDialog(dialog, tr("Choose a backup"))
            files.setFileMode(QFileDialog.FileMode.ExistingFile)
            files.fileSelected.connect(dialog.show_file)
            _open(files)

        dialog.file_requested.connect(choose)
        dialog.look_requested.connect(
            lambda path, passphrase: work.start(self._look(dialog, path, passphrase), key="look")
        )
        dialog.restore_requested.connect(lambda: work.start(self._unlocked(dialog)))
        dialog.finished.connect(lambda _: work.cancel_all())
        self._found = None
        if await ask(dialog):
            self.wanted = self._found
            self.leave_requested.emit()

    async def _look(self, dialog: "Restore", path: str, passphrase: Secret | None) -> None:
        backups = self._crew.backups
        try:
            found, clusters = await asyncio.to_thread(backups.look, path, passphrase)
        except BackupPassphraseWrong:
            if passphrase is not None:
                raise
            dialog.show_sealed()
        else:
            if dialog.path == path:  # and no other one was chosen meanwhile
                self._found = found
                dialog.show_facts(found.made_at, clusters)

    async def _unlocked(self, dialog: "Restore") -> None:
        """The vault is to take keys in: where it is a file it has to be open."""
        unlocking = Unlocking(self._crew.keys, dialog)
        locked = await self._crew.keys.place() == "locked"
        if self._found and (not (self._found.entries and locked) or await unlocking.open_vault()):
            dialog.accept()


def _open(files: QFileDialog) -> None:
    files.finished.connect(files.deleteLater)
    files.open()
