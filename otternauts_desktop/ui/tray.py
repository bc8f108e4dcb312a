"""Tells a person who looks elsewhere: by the system's own notifications, where it has them."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget


class Tray(QObject):
    """An icon in the tray, from the first notification on; it goes with the window."""

    def __init__(self, window: QWidget, icon: Callable[[], QIcon]) -> None:
        super().__init__(window)
        self._window = window
        self._make_icon = icon
        self._icon: QSystemTrayIcon | None = None
        self._go: Callable[[], object] | None = None

    def tell(self, title: str, text: str, *, bad: bool, go: Callable[[], object]) -> None:
        """Show a notification, `go` on a click; without a tray the window asks for a look."""
        self._go = go
        QApplication.alert(self._window)
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return
        if self._icon is None:
            self._icon = QSystemTrayIcon(self._make_icon(), self)
            self._icon.setToolTip(QApplication.applicationDisplayName())
            self._icon.messageClicked.connect(self._clicked)
            self._icon.activated.connect(lambda _: self._clicked())
        self._icon.show()
        kinds = QSystemTrayIcon.MessageIcon
        self._icon.showMessage(title, text, kinds.Critical if bad else kinds.Information)

    def close(self) -> None:
        """Take the icon away."""
        if self._icon is not None:
            self._icon.hide()

    def _clicked(self) -> None:
        if self._go is not None:
            self._go()
