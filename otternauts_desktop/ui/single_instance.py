"""One window per data directory: a second start brings the first one to the front.

The lock on the directory decides who is first (`services/store/lock.py`); this only carries the
wish across, and a link that is to be opened. The socket belongs to the user alone.
"""

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT_MS: Final = 1000
_LONGEST: Final = 4_000
"""Bytes of a link; a longer one is cut and then can't be used."""


def _name(home: Path) -> str:
    return f"otternauts-{hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:16]}"


class FirstInstance(QObject):
    """Listens for as long as it lives; `wanted` is called when another start asks.

    `linked` gets the text that the other one was given as a link: unchecked, from anybody.
    """

    def __init__(
        self,
        home: Path,
        wanted: Callable[[], object],
        linked: Callable[[str], object],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._wanted = wanted
        self._linked = linked
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        # The lock is ours, so a socket of that name was left by a process that crashed.
        QLocalServer.removeServer(_name(home))
        self._server.newConnection.connect(self._asked)
        self._server.listen(_name(home))

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _asked(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            self._wanted()
            socket.disconnected.connect(partial(self._said, socket))
            QTimer.singleShot(_WAIT_MS, socket, socket.abort)
            if socket.state() is QLocalSocket.LocalSocketState.UnconnectedState:
                self._said(socket)  # the other one was quicker

    def _said(self, socket: QLocalSocket) -> None:
        link = bytes(socket.read(_LONGEST).data()).decode("utf-8", "replace")
        socket.deleteLater()
        if link:
            self._linked(link)


def bring_to_front(home: Path, link: str = "") -> bool:
    """Ask the window that has `home` open to show itself, and to open a link where one is given;
    gives whether it heard."""
    socket = QLocalSocket()
    socket.connectToServer(_name(home))
    heard = socket.waitForConnected(_WAIT_MS)
    if heard and link:
        socket.write(link.encode("utf-8", "replace"))
        socket.waitForBytesWritten(_WAIT_MS)
    socket.disconnectFromServer()
    return heard
