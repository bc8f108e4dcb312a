"""Adding an outpost: how to log in, whether the fingerprint is the server's own, and, where it is
in no swarm that is known, how it enters one.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

from PySide6.QtCore import Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from otternauts_desktop.core.errors import (
    BadName,
    DockerForbidden,
    DockerMissing,
    DockerNotRunning,
    DockerTooOld,
    KnownError,
    NotASwarmManager,
)
from otternauts_desktop.core.swarm.cluster import DEFAULT_SSH_PORT, Login
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.dialogs.fingerprint import FingerprintCheck
from otternauts_desktop.ui.dialogs.frame import DialogFrame, field, form
from otternauts_desktop.ui.dialogs.set_up import SetUp
from otternauts_desktop.ui.frames import column, row
from otternauts_desktop.ui.labels import Label

_MENDABLE: Final = (
    DockerMissing,
    DockerTooOld,
    DockerForbidden,
    DockerNotRunning,
    NotASwarmManager,
)
"""What adopting a server fails with that setting it up can mend, or say how to."""


class Shown(Protocol):
    """What the server showed as its identity."""

    @property
    def fingerprint(self) -> str: ...
    @property
    def host_key(self) -> str: ...


class AddOutpost(DialogFrame):
    """Three steps in one dialog; the work is done by who listens to its signals."""

    scan_requested = Signal(object)
    """A `Login`: ask the server for its host key."""
    add_requested = Signal(object, str, str)
    """A `Login`, the confirmed host key, and a name ("" for the server's own)."""
    check_requested = Signal(object, str)
    """A `Login` and the confirmed host key: look the server over, for `set_up.cluster_id`."""
    set_up_wanted = Signal()
    """It can't be adopted as it is: `show_set_up` is wanted."""
    set_up_requested = Signal(object, str, str)
    """As `add_requested`: start the job, for what `set_up` says."""

    def __init__(self, login: Login | None = None, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Add outpost"),
            tr(
                "A server that you can reach over SSH. A swarm that it is in is taken over as it "
                "is; a bare server can be set up. Nothing is changed on it before you say so."
            ),
            tr("Connect"),
            parent,
        )
        self._shown: Shown | None = None
        self._given = login or Login("", "")
        self.setMinimumSize(680, 520)
        self.stack = QStackedWidget()
        self.stack.addWidget(self._login_step(self._given))
        self.stack.addWidget(self._fingerprint_step())
        self.set_up = SetUp()
        self.set_up.check_requested.connect(self._check)
        self.set_up.changed.connect(self._show_ready)
        self.stack.addWidget(self.set_up)
        self.body.addWidget(self.stack, 1)

    # -- step 1 ------------------------------------------------------------------------------

    def _login_step(self, login: Login) -> QWidget:
        self.host = field(tr("Host"), login.host, hint="203.0.113.24")
        self.user = field(tr("User"), login.user, hint="deploy")
        self.port = field(tr("Port"), str(login.port))
        self.port.setValidator(QIntValidator(1, 65535, self.port))
        self.port.setFixedWidth(90)
        self.key = field(
            tr("Private key"),
            login.key_file or "",
            hint=tr("empty: the kept one") if login.key_name else tr("empty: the ssh-agent's"),
        )
        self.name = field(tr("Name"), hint=tr("the server's own"))
        browse = Button(tr("Browse…"), size="small")
        browse.clicked.connect(self._browse)
        key_line = row(spacing=8)
        key_line.addWidget(self.key, 1)
        key_line.addWidget(browse)
        lines = form()
        lines.addRow(Label(tr("Host")), self.host)
        lines.addRow(Label(tr("User")), self.user)
        lines.addRow(Label(tr("Port")), self.port)
        lines.addRow(Label(tr("Private key")), key_line)
        lines.addRow(Label(tr("Name")), self.name)
        page = QWidget()
        page.setLayout(lines)
        return page

    def _browse(self) -> None:
        start = Path.home() / ".ssh"
        dialog = QFileDialog(self, tr("Choose a private key"), str(start))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.key.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def login(self) -> Login:
        """What was typed, and of what was given at first all that can't be typed.

        Raises `BadName` where host or user is missing.
        """
        host, user = self.host.text().strip(), self.user.text().strip()
        if not host or not user:
            raise BadName(detail=tr("Host and user are needed."), next_step=tr("Fill them in."))
        key, port = self.key.text().strip(), int(self.port.text() or DEFAULT_SSH_PORT)
        kept = None if key else self._given.key_name
        return replace(
            self._given, host=host, user=user, port=port, key_file=key or None, key_name=kept
        )

    # -- step 2 ------------------------------------------------------------------------------

    def _fingerprint_step(self) -> QWidget:
        self.check = FingerprintCheck()
        self.pasted, self.match = self.check.pasted, self.check.match
        self.check.compared.connect(lambda: self.primary.setDisabled(self.check.differs))
        page = QWidget()
        box = column(page)
        box.addWidget(self.check)
        box.addStretch(1)
        return page

    def show_fingerprint(self, shown: Shown) -> None:
        """Go to the second step."""
        self._shown = shown
        self.show_busy("")
        self.notice.hide()
        self.heading.setText(tr("Verify the fingerprint"))
        host = self.host.text().strip()
        self.words.setText(tr("First contact with {host}. Is it your server?", host=host))
        self.check.show_fingerprint(shown.fingerprint)
        self.primary.setText(tr("Trust and continue"))
        self.stack.setCurrentIndex(1)
        self.pasted.setFocus()

    def confirm(self) -> None:
        try:
            login = self.login()
        except BadName as error:
            self.show_error(error)
            return
        if self._shown is None:
            self.show_busy(tr("Asking {host} who it is…", host=login.host))
            self.scan_requested.emit(login)
        elif self._setting_up:
            self.show_busy(tr("Starting the job…"))
            self.set_up_requested.emit(login, self._shown.host_key, self.name.text().strip())
        else:
            self.show_busy(tr("Logging in to {host} and looking for Docker…", host=login.host))
            self.add_requested.emit(login, self._shown.host_key, self.name.text().strip())

    def show_busy(self, text: str) -> None:
        super().show_busy(text)
        self.stack.setEnabled(not text)
        if not text:
            self._show_ready()

    def show_error(self, error: KnownError) -> None:
        super().show_error(error)
        if self._setting_up:
            self.set_up.show_failure()
        elif self._shown is not None and isinstance(error, _MENDABLE):
            self.notice.show_notice(
                "warn",
                error.title,
                error.detail,
                error.next_step,
                action=tr("Set it up…"),
                do=self.set_up_wanted.emit,
            )

    # -- step 3 ------------------------------------------------------------------------------

    def show_set_up(self, clusters: Sequence[tuple[str, str]], chosen: str) -> None:
        """Go to the third step, offering clusters by id and name."""
        self.notice.hide()
        self.heading.setText(tr("Set the server up"))
        self.words.setText(
            tr("Docker is installed where it is missing, then the server enters a swarm.")
        )
        self.primary.setText(tr("Set it up"))
        self.stack.setCurrentIndex(2)
        self.set_up.show_clusters(clusters, chosen)
        self.set_up.swarm.setFocus()

    @property
    def _setting_up(self) -> bool:
        return self.stack.currentIndex() == 2

    def _check(self) -> None:
        if self._shown is not None:
            login = self.login()
            self.notice.hide()
            self.set_up.show_looking(self.name.text().strip() or login.host)
            self.check_requested.emit(login, self._shown.host_key)

    def _show_ready(self) -> None:
        if self._setting_up:
            self.primary.setEnabled(self.set_up.ready)
