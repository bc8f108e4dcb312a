"""Logging in to a server anew: how, and whether each server on the way is who it says it is."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from otternauts_desktop.core.errors import BadName, KeyUnusable, KnownError
from otternauts_desktop.core.swarm.cluster import Jump, Login
from otternauts_desktop.core.swarm.jumps import confirmed, kept_keys, to_confirm
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.dialogs.fingerprint import FingerprintCheck, Shown
from otternauts_desktop.ui.dialogs.frame import DialogFrame
from otternauts_desktop.ui.dialogs.login_form import LoginForm
from otternauts_desktop.ui.dialogs.step_rail import StepRail
from otternauts_desktop.ui.frames import column, scrolled

CONNECT: Final = 0
FINGERPRINT: Final = 1
"""The pages."""


class LogIn(DialogFrame):
    """The first two steps of a dialog; `log_in` is the next one."""

    scan_requested = Signal()
    """Keep the key that was pasted, if one was, then ask `next_hop()` for its host key."""

    def __init__(
        self,
        title: str,
        words: str,
        login: Login,
        ways: Sequence[tuple[str, Jump]],
        steps: Sequence[tuple[str, str]] = (),
        parent: QWidget | None = None,
    ) -> None:
        """`ways` are servers by name that one can go through; `steps` come after the first two."""
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
                *steps,
            )
        )
        super().__init__(title, words, tr("Connect"), parent, side=self.rail)
        self._title, self._about = title, words
        self._login: Login | None = None
        """What was typed, with the jump hosts that were confirmed since."""
        self._shown: Shown | None = None
        self.setMinimumSize(880, 600)
        self.back = Button(tr("Back"), size="large")
        self.back.clicked.connect(self._go_back)
        self.foot.insertWidget(2, self.back)
        self.form = LoginForm(login, ways)
        self.check = FingerprintCheck()
        self.pasted, self.match = self.check.pasted, self.check.match
        self.check.compared.connect(lambda: self.primary.setDisabled(self.check.differs))
        self.stack = QStackedWidget()
        for content in (self.form, self.check):
            self.stack.addWidget(scrolled(_at_top(content)))
        self.body.addWidget(self.stack, 1)
        self.back.hide()

    def log_in(self, login: Login, host_key: str) -> None:
        """Go on with a login and the host key that was confirmed for it."""
        raise NotImplementedError

    @property
    def used_keys(self) -> frozenset[str]:
        """The names of the kept keys in the login that was gone on with."""
        return kept_keys(self._login) if self._login else frozenset()

    def next_hop(self) -> Login:
        """The server whose host key is to be confirmed next: a jump host, or the last one itself.

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

    def confirm(self) -> None:
        if self.stack.currentIndex() == CONNECT:
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
        elif hop is self._login:
            self.log_in(self._login, self._shown.host_key)
        else:
            self._login = confirmed(self._login, self._shown.host_key)
            self._scan(self.next_hop().host)

    def show_busy(self, text: str) -> None:
        super().show_busy(text)
        self.stack.setEnabled(not text)
        self.back.setEnabled(not text)
        if not text:
            self._show_ready()

    def show_error(self, error: KnownError) -> None:
        super().show_error(error)
        if self.stack.currentIndex() == FINGERPRINT and self._shown is None:
            self.primary.setText(tr("Try again"))

    def _scan(self, host: str) -> None:
        self._shown = None
        self.show_busy(tr("Asking {host} who it is…", host=host))
        self.scan_requested.emit()

    def _go_back(self) -> None:
        self.notice.hide()
        self._show_page(self.stack.currentIndex() - 1)

    def _show_page(self, page: int) -> None:
        title, words, verb = self._texts(page)
        self.heading.setText(title)
        self.words.setText(words)
        self.primary.setText(verb)
        self.stack.setCurrentIndex(page)
        self.rail.show_step(page)
        self.back.setVisible(page > CONNECT)
        self.primary.setEnabled(True)
        self._show_ready()

    def _texts(self, page: int) -> tuple[str, str, str]:
        """What stands above a page, and on its button."""
        if page == CONNECT:
            return self._title, self._about, tr("Connect")
        hop = self.next_hop()
        if hop is self._login:
            words = tr("First contact with {host}. Is it your server?", host=hop.host)
        else:
            words = tr(
                "First contact with {host}, which is on the way. Is it your server?",
                host=hop.host,
            )
        return tr("Verify the fingerprint"), words, tr("Trust and continue")

    def _show_ready(self) -> None:
        if self.stack.currentIndex() == FINGERPRINT:
            self.primary.setDisabled(self.check.differs)


def _at_top(content: QWidget) -> QWidget:
    page = QWidget()
    box = column(page)
    box.addWidget(content)
    box.addStretch(1)
    return page
