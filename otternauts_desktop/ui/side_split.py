"""A page with a panel at its side; in a narrow window the panel becomes a tab of its own."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QTabBar, QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.frames import Split, column, rule
from otternauts_desktop.ui.labels import MEDIUM
from otternauts_desktop.ui.theme import theme

NARROW: Final = 1200
"""A window of less width has no room for both."""
SIDE_WIDTH: Final = 408


class SideSplit(QWidget):
    """`center` and `side`, with their names for the tabs."""

    def __init__(
        self,
        center: QWidget,
        side: QWidget,
        names: tuple[str, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._center, self._side = center, side
        self._narrow = False
        self._wanted = True
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(tr("Parts of this page"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for name in names:
            self.tabs.addTab(name)
        self.tabs.currentChanged.connect(lambda _: self._arrange())
        self._line = rule(soft=True)
        self.split = Split(Qt.Orientation.Horizontal)
        self.split.addWidget(center)
        self.split.addWidget(side)
        self.split.setStretchFactor(0, 1)
        self.split.setSizes([1000, SIDE_WIDTH])
        outer = column(self)
        outer.addWidget(self.tabs)
        outer.addWidget(self._line)
        outer.addWidget(self.split, 1)
        self._set_fonts()
        theme().changed.connect(self._set_fonts)
        self._arrange()

    @property
    def narrow(self) -> bool:
        """Whether one part is shown at a time."""
        return self._narrow

    def show_side(self, wanted: bool) -> None:
        """Have the panel at the side, or the page alone."""
        if wanted != self._wanted:
            self._wanted = wanted
            if not wanted:
                self.tabs.setCurrentIndex(0)
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.window().width() < NARROW
        if narrow is not self._narrow:
            self._narrow = narrow
            self._arrange()

    def _arrange(self) -> None:
        tabbed = self._narrow and self._wanted
        self.tabs.setVisible(tabbed)
        self._line.setVisible(tabbed)
        self._center.setVisible(not tabbed or self.tabs.currentIndex() == 0)
        self._side.setVisible(self._wanted and (not tabbed or self.tabs.currentIndex() == 1))

    def _set_fonts(self) -> None:
        self.tabs.setFont(theme().ui_font(12, MEDIUM))
