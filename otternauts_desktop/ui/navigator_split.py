"""The navigator beside everything else; in a narrow window it lies over it while it is wanted."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

from otternauts_desktop.ui.frames import Split, Surface, column, row, rule

NARROW: Final = 1100
"""A window of less width has no room for both (design tokens, Layout)."""
WIDTH: Final = 264


class NavigatorSplit(QWidget):
    """Beside: a divider can be dragged. Over: it goes when the focus leaves it."""

    shown = Signal(bool)
    """The navigator is there now, or is not."""

    def __init__(self, navigator: QWidget, rest: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._navigator = navigator
        self._narrow = False
        self._wanted_beside = True
        self._over = Surface("nav", self)
        self._over_line = row(self._over)
        self._over_line.addWidget(rule(vertical=True))
        self._over.hide()
        self._split = Split(Qt.Orientation.Horizontal)
        self._split.addWidget(navigator)
        self._split.addWidget(rest)
        self._split.setStretchFactor(1, 1)
        self._split.setSizes([WIDTH, 10 * WIDTH])
        column(self).addWidget(self._split)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_went)

    @property
    def narrow(self) -> bool:
        """Whether the navigator lies over the rest."""
        return self._narrow

    def show_navigator(self, wanted: bool) -> None:
        """Have it there, or not."""
        if self._narrow:
            self._over.setVisible(wanted)
            self._over.raise_()
        else:
            self._wanted_beside = wanted
            self._navigator.setVisible(wanted)
        self.shown.emit(wanted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._over.setGeometry(0, 0, WIDTH, self.height())
        narrow = self.window().width() < NARROW
        if narrow is self._narrow:
            return
        self._narrow = narrow
        if narrow:
            self._over_line.insertWidget(0, self._navigator, 1)
            self._navigator.show()
        else:
            self._split.insertWidget(0, self._navigator)
            self._split.setSizes([WIDTH, self.width() - WIDTH])
        self._over.hide()
        self.show_navigator(self._wanted_beside and not narrow)

    def _focus_went(self, _: QWidget | None, now: QWidget | None) -> None:
        if self._over.isVisible() and now is not None and now.window() is self.window():
            held = self._over.isAncestorOf(now)
            if not held:
                self.show_navigator(False)
