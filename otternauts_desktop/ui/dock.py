"""The panels at the foot of the window: a strip of tabs, and the one that is open above it."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import IconButton
from otternauts_desktop.ui.frames import Surface, column, row
from otternauts_desktop.ui.theme import theme

COMMS, COMMANDS, JOBS = range(3)
HEIGHT: Final = 272


class Dock(Surface):
    """What is open. Its `strip` stays where it is when it is closed."""

    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("well", parent)
        self._panels = QStackedWidget()
        self.setMinimumHeight(180)
        column(self).addWidget(self._panels)
        self.strip = self._strip()
        self.hide()

    def _strip(self) -> Surface:
        strip = Surface("nav")
        strip.setFixedHeight(32)
        line = row(strip, margins=(8, 0, 8, 0))
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(tr("Panels at the foot"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.addTab(theme().icon("comms"), tr("Comms"))
        self.tabs.addTab(theme().icon("term"), tr("Command log"))
        self.tabs.addTab(theme().icon("list"), tr("Jobs"))
        self.tabs.tabBarClicked.connect(self.toggle)
        self._button = IconButton("chev-u", tr("Open or close the panel"), size=24)
        self._button.clicked.connect(lambda: self.toggle(self.tabs.currentIndex()))
        line.addWidget(self.tabs)
        line.addStretch(1)
        line.addWidget(self._button)
        return strip

    def add_panel(self, panel: QWidget) -> None:
        """Put a panel in; in the order of the tabs."""
        self._panels.addWidget(panel)
        # Tab goes through the window from its top to its foot: the strip comes last.
        if last := self.window().previousInFocusChain():
            self.setTabOrder(last, self.tabs)
        self.setTabOrder(self.tabs, self._button)

    @property
    def current(self) -> int:
        """Number of the open panel, -1 for none."""
        return self._panels.currentIndex() if self.isVisible() else -1

    def open(self, number: int) -> None:
        """Show a panel."""
        self.tabs.setCurrentIndex(number)
        self._panels.setCurrentIndex(number)
        self.show()
        self._button.setIcon(theme().icon("chev-d"))
        self.opened.emit(number)

    def fold(self) -> None:
        """Leave the strip alone in view."""
        self.hide()
        self._button.setIcon(theme().icon("chev-u"))

    def toggle(self, number: int) -> None:
        """Show a panel, or fold where it is the open one."""
        if self.current == number:
            self.fold()
        elif self._panels.count():
            self.open(max(number, 0))
