"""Another way in to a known outpost: address, port, user, key, or the servers on the way."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.swarm.cluster import Jump, Login, Outpost
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.dialogs.fingerprint import Shown
from otternauts_desktop.ui.dialogs.log_in import LogIn


class ChangeLogin(LogIn):
    """Accepted by whoever opened it, once it was logged in to in the new way."""

    change_requested = Signal(object, str)
    """A `Login` and the confirmed host key: try it, then keep it."""

    def __init__(
        self, outpost: Outpost, ways: Sequence[tuple[str, Jump]], parent: QWidget | None = None
    ) -> None:
        super().__init__(
            tr("Login of {outpost}", outpost=outpost.name),
            tr(
                "How Otternauts logs in to it. The new way is tried first, and kept only if the "
                "same server is found there. Nothing changes on the server."
            ),
            outpost.login,
            ways,
            (),
            parent,
        )
        self._known = outpost.host_key

    def show_fingerprint(self, shown: Shown) -> None:
        """Ask whether it is the server; one that shows the key that was confirmed is not asked."""
        if self.next_hop() is self._login and shown.host_key == self._known:
            self._shown = shown
            self.log_in(self._login, shown.host_key)
        else:
            super().show_fingerprint(shown)

    def log_in(self, login: Login, host_key: str) -> None:
        self.show_busy(tr("Logging in…"))
        self.change_requested.emit(login, host_key)
