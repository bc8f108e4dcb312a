"""Adding an outpost: how to log in, whether each server on the way is who it says it is, and,
where it is in no swarm that is known, how it enters one.
"""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from otternauts_desktop.core.errors import (
    BadName,
    DockerForbidden,
    DockerMissing,
    DockerNotRunning,
    DockerTooOld,
    KeyUnusable,
    KnownError,
    NotASwarmManager,
)
from otternauts_desktop.core.swarm.cluster import Jump, Login
from otternauts_desktop.core.swarm.jumps import confirmed, to_confirm
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.dialogs.fingerprint import FingerprintCheck, Shown
from otternauts_desktop.ui.dialogs.frame import DialogFrame, field
from otternauts_desktop.ui.dialogs.login_form import LoginForm
from otternauts_desktop.ui.dialogs.set_up import SetUp
from otternauts_desktop.ui.dialogs.step_rail import StepRail
from otternauts_desktop.ui.frames import column, scrolled

CONNECT: Final = 0
FINGERPRINT: Final = 1
SET_UP: Final = 2
"""The pages."""
_ABOUT: Final = marked(
    "A server that you can reach over SSH. A swarm that it is in is taken over as it is; a bare "
    "server can be set up. Nothing is changed on it before you say so."
)
_MENDABLE: Final = (
    DockerMissing,
    DockerTooOld,
    DockerForbidden,
    DockerNotRunning,
    NotASwarmManager,
)
"""What adopting a server fails with that setting it up can mend, or say how to."""


class AddOutpost(DialogFrame):
    """Three steps in one dialog; the work is done by who listens to its signals."""

    scan_requested = Signal()
    """Keep the key that was pasted, if one was, then ask `next_hop()` for its host key."""
    add_requested = Signal(object, str, str)
    """A `Login`, the confirmed host key, and a name ("" for the server's own)."""
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
        self.rail = StepRail(
            (
                (
                    tr("Connect"),
                    tr(
                        "Keys stay where they are, or go into your keyring. Never into a file in "
                        "clear."
                    ),
                ),
                (
                    tr("Verify fingerprint"),
                    tr(
                        "This takes half a minute and keeps impostors off your cluster. If the "
                        "key ever changes, I will refuse to connect and tell you."
                    ),
                ),
                (
                    tr("Preflight and role"),
                    tr("Checks only read. You can run them as often as you like."),
                ),
                (tr("Install and join"), ""),
            )
        )
        super().__init__(
            tr("Add outpost"),
            tr(_ABOUT),
            tr("Connect"),
            parent,
            side=self.rail,
        )
        self._login: Login | None = None
        """What was typed, with the jump hosts that were confirmed since."""
        self._shown: Shown | None = None
        self.setMinimumSize(880, 600)
        self.back = Button(tr("Back"), size="large")
        self.back.clicked.connect(self._go_back)
        self.foot.insertWidget(2, self.back)
        self.form = LoginForm(login or Login("", ""), ways)
        self.name = field(tr("Name"), hint=tr("the server's own"))
        self.form.add_row(tr("Name"), self.name)
        self.check = FingerprintCheck()
        self.pasted, self.match = self.check.pasted, self.check.match
        self.check.compared.connect(lambda: self.primary.setDisabled(self.check.differs))
        self.set_up = SetUp()
        self.set_up.check_requested.connect(self._check)
        self.set_up.changed.connect(self._show_ready)
        self.stack = QStackedWidget()
        for page in (scrolled(_at_top(self.form)), scrolled(_at_top(self.check)), self.set_up):
            self.stack.addWidget(page)
        self.body.addWidget(self.stack, 1)
        self._show_page(CONNECT)

    def next_hop(self) -> Login:
        """The server whose host key is to be confirmed next: a jump host, or the outpost itself.

        Raises `BadName`.
        """
        if self._login is None:
            self._login = self.form.login()
        return to_confirm(self._login)

    def show_fingerprint(self, shown: Shown) -> None:
        """Go to the second step, for what `next_hop` shows."""
        self._shown = shown
        self.show_busy("")
        self.notice.hide()
        self.check.show_key(shown)
        self._show_page(FINGERPRINT)
        self.pasted.setFocus()

    def show_set_up(self, clusters: Sequence[tuple[str, str]], chosen: str) -> None:
        """Go to the third step, offering clusters by id and name."""
        self.notice.hide()
        self._show_page(SET_UP)
        self.set_up.show_clusters(clusters, chosen)
        self.set_up.swarm.setFocus()

    def confirm(self) -> None:
        page, name = self.stack.currentIndex(), self.name.text().strip()
        if page == CONNECT:
            try:
                self.form.check()
            except (BadName, KeyUnusable) as error:
                self.show_error(error)
                return
            self._login = None
            self._scan(self.form.host.text().strip())
            return
        hop = self.next_hop()
        if self._shown is None or self._login is None:
            self._scan(hop.host)
            return
        host_key = self._shown.host_key
        if page == SET_UP:
            self.show_busy(tr("Starting the job…"))
            self.set_up_requested.emit(self._login, host_key, name)
        elif hop is not self._login:
            self._login = confirmed(self._login, host_key)
            self._scan(self.next_hop().host)
        else:
            self.show_busy(tr("Logging in to {host} and looking for Docker…", host=hop.host))
            self.add_requested.emit(self._login, host_key, name)

    def show_busy(self, text: str) -> None:
        super().show_busy(text)
        self.stack.setEnabled(not text)
        self.back.setEnabled(not text)
        if not text:
            self._show_ready()

    def show_error(self, error: KnownError) -> None:
        super().show_error(error)
        page = self.stack.currentIndex()
        if page == SET_UP:
            self.set_up.show_failure()
        elif page == FINGERPRINT and self._shown is None:
            self.primary.setText(tr("Try again"))
        elif page == FINGERPRINT and isinstance(error, _MENDABLE):
            self.notice.show_notice(
                "warn",
                error.title,
                error.detail,
                error.next_step,
                action=tr("Set it up…"),
                do=self.set_up_wanted.emit,
            )

    def _scan(self, host: str) -> None:
        self._shown = None
        self.show_busy(tr("Asking {host} who it is…", host=host))
        self.scan_requested.emit()

    def _check(self) -> None:
        if self._login is not None and self._shown is not None:
            self.notice.hide()
            self.set_up.show_looking(self.name.text().strip() or self._login.host)
            self.check_requested.emit(self._login, self._shown.host_key)

    def _go_back(self) -> None:
        self.notice.hide()
        self._show_page(self.stack.currentIndex() - 1)

    def _show_page(self, page: int) -> None:
        titles = (tr("Add outpost"), tr("Verify the fingerprint"), tr("Set the server up"))
        verbs = (tr("Connect"), tr("Trust and continue"), tr("Set it up"))
        self.heading.setText(titles[page])
        self.words.setText(self._words(page))
        self.primary.setText(verbs[page])
        self.stack.setCurrentIndex(page)
        self.rail.show_step(page)
        self.back.setVisible(page > CONNECT)
        self.primary.setEnabled(True)
        self._show_ready()

    def _words(self, page: int) -> str:
        if page == CONNECT:
            return tr(_ABOUT)
        if page == SET_UP:
            return tr("Docker is installed where it is missing, then the server enters a swarm.")
        hop = self.next_hop()
        if hop is not self._login:
            return tr(
                "First contact with {host}, which is on the way. Is it your server?",
                host=hop.host,
            )
        return tr("First contact with {host}. Is it your server?", host=hop.host)

    def _show_ready(self) -> None:
        page = self.stack.currentIndex()
        if page == SET_UP:
            self.primary.setEnabled(self.set_up.ready)
        elif page == FINGERPRINT:
            self.primary.setDisabled(self.check.differs)


def _at_top(content: QWidget) -> QWidget:
    page = QWidget()
    box = column(page)
    box.addWidget(content)
    box.addStretch(1)
    return page
