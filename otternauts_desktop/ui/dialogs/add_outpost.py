"""Adding an outpost: how to log in, whether each server on the way is who it says it is, and,
where it is in no swarm that is known, how it enters one.
"""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.errors import (
    DockerForbidden,
    DockerMissing,
    DockerNotRunning,
    DockerTooOld,
    KnownError,
    ManagesAnotherSwarm,
    NotASwarmManager,
)
from otternauts_desktop.core.swarm.cluster import Jump, Login
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.dialogs.frame import field
from otternauts_desktop.ui.dialogs.log_in import FINGERPRINT, LogIn
from otternauts_desktop.ui.dialogs.set_up import SetUp

SET_UP: Final = 2
"""The last page."""
_MENDABLE: Final = (
    DockerMissing,
    DockerTooOld,
    DockerForbidden,
    DockerNotRunning,
    ManagesAnotherSwarm,
    NotASwarmManager,
)
"""What adopting a server fails with that setting it up can mend, or say how to."""


class AddOutpost(LogIn):
    """Three steps in one dialog; the work is done by who listens to its signals."""

    add_requested = Signal(object, str, str)
    """A `Login`, the confirmed host key, and a name ("" for the server's own); with `take_over`
    as the person wants it."""
    check_requested = Signal(object, str)
    """A `Login` and the confirmed host key: look the server over, for `set_up.cluster_id`."""
    set_up_wanted = Signal()
    """It can't be adopted as it is: `show_set_up` is wanted."""
    set_up_requested = Signal(object, str, str)
    """As `add_requested`: start the job, for what `set_up` says."""

    def __init__(
        self,
        login: Login | None = None,
        ways: Sequence[tuple[str, Jump]] = (),
        parent: QWidget | None = None,
    ) -> None:
        """`ways` are servers by name that one can go through."""
        super().__init__(
            tr("Add outpost"),
            tr(
                "A server that you can reach over SSH. A swarm that it is in is taken over as it "
                "is; a bare server can be set up. Nothing is changed on it before you say so."
            ),
            login or Login("", ""),
            ways,
            (
                (
                    tr("Preflight and role"),
                    tr("Checks only read. You can run them as often as you like."),
                ),
                (tr("Install and join"), ""),
            ),
            parent,
        )
        self.take_over = False
        """Whether a swarm that is no cluster yet is to become one, although there are others."""
        self.name = field(tr("Name"), hint=tr("the server's own"))
        self.form.add_row(tr("Name"), self.name)
        self.set_up = SetUp()
        self.set_up.check_requested.connect(self._check)
        self.set_up.changed.connect(self._show_ready)
        self.stack.addWidget(self.set_up)

    def log_in(self, login: Login, host_key: str) -> None:
        """Log in with a fingerprint that was confirmed, and look for Docker."""
        self.show_busy(tr("Logging in to {host} and looking for Docker…", host=login.host))
        self.add_requested.emit(login, host_key, self.name.text().strip())

    def show_set_up(self, clusters: Sequence[tuple[str, str]], chosen: str) -> None:
        """Go to the third step, offering clusters by id and name."""
        self.notice.hide()
        self._show_page(SET_UP)
        self.set_up.show_clusters(clusters, chosen)
        self.set_up.swarm.setFocus()

    def confirm(self) -> None:
        """Go on from the step in front."""
        if self.stack.currentIndex() != SET_UP:
            super().confirm()
        elif self._login is not None and self._shown is not None:
            self.show_busy(tr("Starting the job…"))
            name = self.name.text().strip()
            self.set_up_requested.emit(self._login, self._shown.host_key, name)

    def show_error(self, error: KnownError) -> None:
        super().show_error(error)
        page = self.stack.currentIndex()
        if page == SET_UP:
            self.set_up.show_failure()
        elif page == FINGERPRINT and self._shown is not None and isinstance(error, _MENDABLE):
            self.notice.show_notice(
                "warn",
                error.title,
                error.detail,
                error.next_step,
                action=tr("Set it up…"),
                do=self.set_up_wanted.emit,
            )
            if isinstance(error, ManagesAnotherSwarm):
                self.take_over = True
                self.primary.setText(tr("Take it over"))

    def _check(self) -> None:
        if self._login is not None and self._shown is not None:
            self.notice.hide()
            self.set_up.show_looking(self.name.text().strip() or self._login.host)
            self.check_requested.emit(self._login, self._shown.host_key)

    def _show_page(self, page: int) -> None:
        self.take_over = False  # maybe it is another server now
        super()._show_page(page)

    def _texts(self, page: int) -> tuple[str, str, str]:
        if page != SET_UP:
            return super()._texts(page)
        words = tr("Docker is installed where it is missing, then the server enters a swarm.")
        return tr("Set the server up"), words, tr("Set it up")

    def _show_ready(self) -> None:
        super()._show_ready()
        if self.stack.currentIndex() == SET_UP:
            self.primary.setEnabled(self.set_up.ready)
