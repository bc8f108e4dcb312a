"""How a server is logged in to: where, as whom, by which key, through which other server."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QComboBox, QWidget

from otternauts_desktop.core.errors import BadName
from otternauts_desktop.core.swarm.cluster import DEFAULT_SSH_PORT, Jump, Login
from otternauts_desktop.core.swarm.jumps import read_jump, way
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.dialogs.frame import field, form
from otternauts_desktop.ui.dialogs.key_choice import KeyChoice
from otternauts_desktop.ui.frames import row
from otternauts_desktop.ui.labels import Label


class LoginForm(QWidget):
    """Fields, and the `Login` that they make."""

    hosts_requested = Signal()
    """The hosts of the person's SSH configuration are wanted, to choose one from."""

    def __init__(
        self, login: Login, ways: Sequence[tuple[str, Jump]] = (), parent: QWidget | None = None
    ) -> None:
        """`ways` are servers by name that one can go through."""
        super().__init__(parent)
        self._ways = dict(ways)
        self.host = field(tr("Host"), hint="203.0.113.24")
        self.user = field(tr("User"), hint="deploy")
        self.port = field(tr("Port"))
        self.port.setValidator(QIntValidator(1, 65535, self.port))
        self.port.setFixedWidth(72)
        self.keys = KeyChoice(login)
        self.through = QComboBox()
        self.through.setEditable(True)
        self.through.setAccessibleName(tr("Through"))
        self.through.view().setAccessibleName(tr("Through"))
        line = self.through.lineEdit()
        assert line is not None
        line.setAccessibleName(tr("Through"))
        line.setPlaceholderText(tr("nothing: directly, or deploy@jump.example.com"))
        import_ = Button(tr("From ~/.ssh/config…"), size="small")
        import_.clicked.connect(self.hosts_requested)
        where = row(spacing=8)
        where.addWidget(self.host, 1)
        where.addWidget(import_)
        who = row(spacing=8)
        who.addWidget(self.user, 1)
        who.addWidget(Label(tr("Port")))
        who.addWidget(self.port)
        self._lines = form()
        self._lines.addRow(Label(tr("Host")), where)
        self._lines.addRow(Label(tr("User")), who)
        self._lines.addRow(Label(tr("Through")), self.through)
        self._lines.addRow(Label(tr("Private key")), self.keys)
        self.setLayout(self._lines)
        self.show_login(login)

    def add_row(self, name: str, widget: QWidget) -> None:
        """Put one more field above the key's, which is the largest."""
        self._lines.insertRow(self._lines.rowCount() - 1, Label(name), widget)

    def show_login(self, login: Login) -> None:
        """Fill all fields but the key's, where there is none to show."""
        self._given = login
        self.host.setText(login.host)
        self.user.setText(login.user)
        self.port.setText(str(login.port))
        if login.key_file:
            self.keys.take_file(login.key_file)
        self.through.clear()
        self.through.addItems(["", *self._ways])
        named = next((name for name, jump in self._ways.items() if jump == login.jump), "")
        self.through.setCurrentText(named or way(login))

    def check(self) -> None:
        """Raises `BadName` or `KeyUnusable` where something is missing or can't be read."""
        self.login()
        self.keys.check()

    def login(self) -> Login:
        """What was typed. Raises `BadName` where it is no login."""
        host, user = self.host.text().strip(), self.user.text().strip()
        if not host or not user:
            raise BadName(detail=tr("Host and user are needed."), next_step=tr("Fill them in."))
        port = int(self.port.text() or DEFAULT_SSH_PORT)
        login = self.keys.chosen(Login(host, user, port))
        text = self.through.currentText().strip()
        jump = None
        if text:
            jump = self._ways.get(text)
            if jump is None:
                jump = self._given.jump if text == way(self._given) else read_jump(text, login)
            if jump is None:
                raise BadName(
                    detail=tr('"{text}" names no server to go through.', text=text),
                    next_step=tr("Write it as user@host or user@host:port."),
                )
        return Login(host, user, port, login.key_file, login.key_name, jump)
