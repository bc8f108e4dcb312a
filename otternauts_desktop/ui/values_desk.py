"""The wires around values that are kept, and around the key that seals them."""

import asyncio
import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from otternauts_desktop.core.fleet.env_files import read_env_file
from otternauts_desktop.core.kept_errors import MasterKeyMissing
from otternauts_desktop.core.swarm.cluster import Cluster
from otternauts_desktop.core.words import tr
from otternauts_desktop.services.private_files import read_private
from otternauts_desktop.services.values import users
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.places import PlaceKind
from otternauts_desktop.ui.tasks import Tasks
from otternauts_desktop.ui.times import age
from otternauts_desktop.ui.unlocking import Unlocking

if TYPE_CHECKING:
    from otternauts_desktop.ui.dialogs.confirm import Confirm
    from otternauts_desktop.ui.dialogs.kept_values import KeptValuesDialog

_OFFERED: Final = "recovery_key_offered"
_MOST_BYTES: Final = 1 << 20


class ValuesDesk(QObject):
    """Shows them, and has them kept or forgotten."""

    values_changed = Signal()

    def __init__(self, window: MainWindow, crew: Crew, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._tasks = tasks

    def register(self) -> None:
        """Add it to the registry of actions."""
        add, start = self._window.actions_.add, self._tasks.start
        add(
            "cluster.values",
            "Cluster",
            tr("Variables and secrets…"),
            lambda: start(self.open()),
            available=lambda: self._cluster() is not None,
        )
        add(
            "vault.recovery",
            "File",
            tr("Recovery key…"),
            lambda: start(self.show_recovery_key()),
            of_place=False,
        )

    async def open(self) -> None:
        """Let the person keep, show and remove values, until done."""
        from otternauts_desktop.ui.dialogs.kept_values import KeptValuesDialog

        cluster = self._cluster()
        if cluster is None:
            return
        place, values = self._window.place, self._crew.values
        asked = await asyncio.to_thread(self._crew.value_uses.asked, cluster.id)
        dialog = KeptValuesDialog(cluster.name, sorted(asked), self._window)
        work = Tasks(dialog, dialog.show_error)
        unlocking = Unlocking(self._crew.keys, dialog)

        async def keep() -> None:
            name, fleet, value, chosen = dialog.name, dialog.fleet, dialog.value, dialog.chosen
            if chosen is not None and chosen.name != name:
                await unlocking.run(
                    lambda: values.rename(cluster.id, chosen.fleet, chosen.name, name)
                )
            if value.reveal():
                await unlocking.run(lambda: values.keep(cluster.id, fleet, {name: value}))
            await self._changed(dialog, cluster)

        async def remove() -> None:
            chosen = dialog.chosen
            if chosen and await ask(_forget(chosen.name, dialog)):
                await asyncio.to_thread(values.remove, cluster.id, chosen.fleet, chosen.name)
                await self._changed(dialog, cluster)

        async def reveal() -> None:
            if chosen := dialog.chosen:
                value = await unlocking.run(
                    lambda: values.reveal(cluster.id, chosen.fleet, chosen.name)
                )
                if dialog.chosen == chosen:
                    dialog.show_value(value)

        async def take_in(path: str) -> None:
            content = await asyncio.to_thread(read_private, path, _MOST_BYTES)
            found, fleet = read_env_file(content.decode("utf-8", "replace"), {}), dialog.fleet
            await unlocking.run(lambda: values.keep(cluster.id, fleet, found))
            await self._changed(dialog, cluster)

        def choose_file() -> None:
            files = QFileDialog(dialog, tr("Import the values of a .env file"))
            files.setFileMode(QFileDialog.FileMode.ExistingFile)
            files.fileSelected.connect(lambda path: work.start(take_in(path)))
            files.finished.connect(files.deleteLater)
            files.open()

        dialog.keep_requested.connect(lambda: work.start(keep()))
        dialog.remove_requested.connect(lambda: work.start(remove()))
        dialog.reveal_requested.connect(lambda: work.start(reveal(), key="reveal"))
        dialog.import_requested.connect(choose_file)
        dialog.finished.connect(lambda _: work.cancel_all())
        self._show(dialog, cluster, asked)
        dialog.choose_owner(place.name if place.kind is PlaceKind.FLEET else "")
        await ask(dialog)
        await self.offer_recovery_key()

    async def offer_recovery_key(self) -> None:
        """Show the recovery key, once, when there is something that it opens."""
        if self._crew.values.any_kept() and self._crew.settings.get(_OFFERED) is None:
            self._crew.settings.put(_OFFERED, 1)
            await self.show_recovery_key()

    async def show_recovery_key(self) -> None:
        """Show the recovery key; where the vault has lost its own, ask for it."""
        from otternauts_desktop.ui.dialogs.recovery_key import RecoveryKey

        unlocking = Unlocking(self._crew.keys, self._window)
        try:
            key = await unlocking.run(self._crew.values.recovery_key)
        except MasterKeyMissing:
            await self._recover()
            return
        await ask(RecoveryKey(key, self._window))

    async def _recover(self) -> None:
        from otternauts_desktop.ui.dialogs.recovery_key import GiveRecoveryKey

        dialog = GiveRecoveryKey(self._window)
        work = Tasks(dialog, dialog.show_error)

        async def recover() -> None:
            await self._crew.values.recover(dialog.key)
            dialog.accept()

        dialog.recover_requested.connect(lambda: work.start(recover()))
        if await ask(dialog):
            self.values_changed.emit()
            self._window.toast.say(tr("The values that are kept here can be read again."))

    async def _changed(self, dialog: "KeptValuesDialog", cluster: Cluster) -> None:
        asked = await asyncio.to_thread(self._crew.value_uses.asked, cluster.id)
        self._show(dialog, cluster, asked)
        self.values_changed.emit()

    def _show(
        self, dialog: "KeptValuesDialog", cluster: Cluster, asked: dict[str, tuple[str, ...]]
    ) -> None:
        from otternauts_desktop.ui.dialogs.kept_values import ValueSeen

        kept, now = self._crew.values.all(cluster.id), time.time()
        dialog.show_values(
            [
                ValueSeen(
                    value.name,
                    value.fleet,
                    age(now - value.changed_at),
                    users(value, kept, asked),
                )
                for value in kept
            ]
        )

    def _cluster(self) -> Cluster | None:
        return self._crew.current(self._window.place.cluster_id)


def _forget(name: str, parent: QWidget) -> "Confirm":
    from otternauts_desktop.ui.dialogs.confirm import Confirm

    words = tr("Flight plans that ask for it can't be launched without giving one again.")
    return Confirm(tr("Forget the value of {name}?", name=name), words, tr("Forget"), parent)
