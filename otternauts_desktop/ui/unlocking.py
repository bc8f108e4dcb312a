"""Asks for passphrases where something needs them: of the encrypted vault, or of a private key."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.errors import PassphraseNeeded
from otternauts_desktop.core.kept_errors import VaultLocked
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.tasks import Tasks

if TYPE_CHECKING:
    from otternauts_desktop.services.keys import Keys

T = TypeVar("T")


class Unlocking:
    """Asks in front of `parent`. The vault stays open for the rest of this run."""

    def __init__(self, keys: "Keys", parent: QWidget) -> None:
        self._keys = keys
        self._parent = parent

    async def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` gives; done again after each passphrase that it turned out to need.

        Raises what `work` raised where the person gives none.
        """
        while True:
            try:
                return await work()
            except PassphraseNeeded as needed:
                if not needed.key or not await self._ask_passphrase(needed):
                    raise
            except VaultLocked:
                if await self._keys.place() != "locked" or not await self.open_vault():
                    raise

    async def open_vault(self) -> bool:
        """Ask for the vault's passphrase until it opens; gives whether it did."""
        from otternauts_desktop.ui.dialogs.open_vault import OpenVault

        dialog = OpenVault(new=not await self._keys.vault_exists(), parent=self._parent)
        work = Tasks(dialog, dialog.show_error)

        async def unlock() -> None:
            await self._keys.unlock(dialog.passphrase)
            dialog.accept()

        dialog.unlock_requested.connect(lambda: work.start(unlock()))
        dialog.finished.connect(lambda _: work.cancel_all())
        return await ask(dialog)

    async def _ask_passphrase(self, needed: PassphraseNeeded) -> bool:
        from otternauts_desktop.ui.dialogs.key_passphrase import KeyPassphrase

        dialog = KeyPassphrase(needed, self._parent)
        if not await ask(dialog):
            return False
        passphrase, keep = dialog.passphrase, dialog.keep.isChecked()
        await self.run(lambda: self._keys.set_passphrase(needed.key, passphrase, keep=keep))
        return True
