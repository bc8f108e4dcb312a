"""By which private key a server is logged in to: the agent's, a file, a paste, a new pair."""

from collections.abc import Callable
from dataclasses import replace
from enum import IntEnum
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit, QStackedWidget, QWidget

from otternauts_desktop.core.errors import KeyUnusable
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button, Segments
from otternauts_desktop.ui.command_box import CommandBox
from otternauts_desktop.ui.dialogs.frame import field
from otternauts_desktop.ui.frames import column, row
from otternauts_desktop.ui.labels import Label


class KeyWay(IntEnum):
    """Where the key comes from."""

    AGENT = 0
    FILE = 1
    PASTE = 2
    NEW = 3
    KEPT = 4


class KeyChoice(QWidget):
    """Keeping and making keys is the work of who listens."""

    make_requested = Signal()
    """A new pair is wanted: `show_made` is told of it."""

    def __init__(self, login: Login, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kept = {KeyWay.KEPT: login.key_name} if login.key_name else {}
        """The names of the keys that the vault has: given, pasted, made."""
        self.kept_here: list[str] = []
        """The names of keys that were kept since this was opened."""
        names = [tr("Agent"), tr("File"), tr("Paste"), tr("New key")]
        if login.key_name:
            names.append(tr("The kept one"))
        self.ways = Segments(names, tr("Private key"))
        self.path = field(tr("Path of the private key"), hint="~/.ssh/id_ed25519")
        self.pasted_text = QPlainTextEdit()
        self.made = CommandBox()
        self._stack = QStackedWidget()
        for make in (self._agent, self._file, self._paste, self._new, self._kept_one):
            self._stack.addWidget(_page(make))
        self.ways.chosen.connect(self._stack.setCurrentIndex)
        line = row()
        line.addWidget(self.ways)
        line.addStretch(1)
        box = column(self, spacing=8)
        box.addLayout(line)
        box.addWidget(self._stack)
        if login.key_file:
            self.take_file(login.key_file)
        else:
            self.ways.choose(KeyWay.KEPT if login.key_name else KeyWay.AGENT)

    @property
    def way(self) -> KeyWay:
        """What is chosen."""
        return KeyWay(self.ways.current)

    @property
    def pasted(self) -> Secret | None:
        """A key that was pasted and is not kept yet."""
        text = self.pasted_text.toPlainText().strip()
        return Secret(f"{text}\n") if text and self.way is KeyWay.PASTE else None

    def take_file(self, path: str) -> None:
        """Choose a file."""
        self.path.setText(path)
        self.ways.choose(KeyWay.FILE)

    def show_kept(self, name: str) -> None:
        """What was pasted is kept under that name: it stays on no screen."""
        self._kept[KeyWay.PASTE] = name
        self.kept_here.append(name)
        self.pasted_text.clear()
        self.pasted_text.setPlaceholderText(tr("It is kept. Paste another one to replace it."))

    def show_made(self, name: str, command: str, where: str) -> None:
        """A new pair is kept under that name; `command`, run at `where`, lets it in."""
        self._kept[KeyWay.NEW] = name
        self.kept_here.append(name)
        self._where.setText(tr("Run this once on {login}, then go on:", login=where))
        self.made.show_command(command)
        self._before.hide()
        self._after.show()

    def check(self) -> None:
        """Raises `KeyUnusable` where something is missing yet."""
        missing = {
            KeyWay.FILE: not self.path.text().strip(),
            KeyWay.PASTE: self.pasted is None and KeyWay.PASTE not in self._kept,
            KeyWay.NEW: KeyWay.NEW not in self._kept,
        }
        if missing.get(self.way):
            raise KeyUnusable(
                detail=tr("There is none yet."),
                next_step={
                    KeyWay.FILE: tr("Give the path of a private key."),
                    KeyWay.PASTE: tr("Paste a private key."),
                    KeyWay.NEW: tr("Make the key first."),
                }[self.way],
            )

    def chosen(self, login: Login) -> Login:
        """`login` with the key that is chosen."""
        if self.way is KeyWay.FILE:
            return replace(login, key_file=self.path.text().strip(), key_name=None)
        return replace(login, key_file=None, key_name=self._kept.get(self.way))

    # -- pages -------------------------------------------------------------------------------

    def _agent(self, page: QWidget) -> None:
        words = tr("The keys of the ssh-agent that runs here are tried, one after the other.")
        column(page).addWidget(Label(words, tone="fg2", wrap=True))

    def _file(self, page: QWidget) -> None:
        browse = Button(tr("Browse…"), size="small")
        browse.clicked.connect(self._browse)
        line = row(spacing=8)
        line.addWidget(self.path, 1)
        line.addWidget(browse)
        box = column(page, spacing=6)
        box.addLayout(line)
        box.addWidget(Label(tr("It stays where it is."), size=12, tone="fg2"))

    def _paste(self, page: QWidget) -> None:
        self.pasted_text.setProperty("kind", "field")
        self.pasted_text.setAccessibleName(tr("Private key, as text"))
        self.pasted_text.setPlaceholderText("-----BEGIN OPENSSH PRIVATE KEY-----")
        self.pasted_text.setTabChangesFocus(True)
        self.pasted_text.setFixedHeight(112)
        words = tr("It goes into your keyring, and into no file in clear.")
        box = column(page, spacing=6)
        box.addWidget(self.pasted_text, 1)
        box.addWidget(Label(words, size=12, tone="fg2", wrap=True))

    def _new(self, page: QWidget) -> None:
        self.make = Button(tr("Make a key pair"), icon="key")
        self.make.clicked.connect(self.make_requested)
        words = tr("An ed25519 pair. Its private half goes into your keyring, and nowhere else.")
        self._before, self._after = QWidget(), QWidget()
        before = column(self._before, spacing=6)
        before.addWidget(Label(words, tone="fg2", wrap=True))
        line = row()
        line.addWidget(self.make)
        line.addStretch(1)
        before.addLayout(line)
        self._where = Label(tone="fg2", wrap=True)
        after = column(self._after, spacing=6)
        after.addWidget(self._where)
        after.addWidget(self.made)
        self._after.hide()
        box = column(page)
        box.addWidget(self._before)
        box.addWidget(self._after)

    def _kept_one(self, page: QWidget) -> None:
        words = tr("The key that your keyring has for it is used.")
        column(page).addWidget(Label(words, tone="fg2", wrap=True))

    def _browse(self) -> None:
        dialog = QFileDialog(self, tr("Choose a private key"), str(Path.home() / ".ssh"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.take_file)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _page(fill: Callable[[QWidget], None]) -> QWidget:
    """A page whose content stands at its top."""
    page, content = QWidget(), QWidget()
    fill(content)
    box = column(page)
    box.addWidget(content)
    box.addStretch(1)
    return page
