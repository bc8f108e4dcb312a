"""One window per data directory: a second start brings the first one to the front.

The lock on the directory decides who is first (`services/store/lock.py`); this only carries the
wish across. The socket belongs to the user alone, and nothing but the wish is understood.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT_MS: Final = 1000


def _name(home: Path) -> str:
    return f"otternauts-{hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:16]}"


class FirstInstance(QObject):
    """Listens for as long as it lives; `wanted` is called when another start asks."""

    def __init__(self, home: Path, wanted: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._wanted = wanted
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
            socket.disconnected.connect(socket.deleteLater)
            socket.disconnectFromServer()
            self._wanted()


def bring_to_front(home: Path) -> bool:
    """Ask the window that has `home` open to show itself; gives whether it heard."""
    socket = QLocalSocket()
    socket.connectToServer(_name(home))
    heard = socket.waitForConnected(_WAIT_MS)
    socket.abort()
    return heard
