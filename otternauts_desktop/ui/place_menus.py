"""What can be done with a place, as a menu beside it: in the navigator and on its page."""

from typing import Final

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.page_header import PageHeader
from otternauts_desktop.ui.places import Place, PlaceKind

_MENUS: Final = {
    PlaceKind.CLUSTER: "Cluster",
    PlaceKind.OUTPOST: "Outpost",
    PlaceKind.FLEET: "Fleet",
    PlaceKind.SERVICE: "Fleet",
}


class PlaceMenus(QObject):
    """Opens them. What stands in one is what the registry has for the place, and can be done."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.tree.menu_requested.connect(self._open_at)

    def belong_to(self, header: PageHeader) -> None:
        """Open the menu of the place in view from the head of its page, too."""
        button = header.more_button
        button.clicked.connect(lambda: self._open(button.mapToGlobal(QPoint(0, button.height()))))

    def _open_at(self, place: Place, point: QPoint) -> None:
        if place.page != self._window.place.page:
            self._window.place_chosen.emit(place)
        self._open(point)

    def _open(self, point: QPoint) -> None:
        actions = self._window.actions_
        name = _MENUS.get(self._window.place.kind, "")
        actions.refresh()
        menu = QMenu(tr(name), self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for entry in actions.all():
            if entry.menu == name and entry.of_place and entry.action.isEnabled():
                menu.addAction(entry.action)
        menu.popup(point)
