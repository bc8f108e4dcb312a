"""How far each place was scrolled, for when the person comes back to it."""

import json

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QAbstractScrollArea, QPlainTextEdit, QStackedWidget

from otternauts_desktop.ui.places import Place
from otternauts_desktop.ui.targets import place_text

_MOST = 200
"""So many places are remembered, the latest ones."""
_CURSOR = " cursor"
_WATCHED = "scroll memory"


class ScrollMemory(QObject):
    """Pages are shared: the same table shows one fleet now and another one then."""

    def __init__(self, pages: QStackedWidget) -> None:
        super().__init__(pages)
        self._pages = pages
        self._here: Place | None = None
        self._places: dict[str, dict[str, int]] = {}
        self._awaited: dict[str, int] = {}

    def leave(self) -> None:
        """Remember how the place that was last arrived at is shown."""
        self._awaited.clear()
        if self._here is None:
            return
        found: dict[str, int] = {}
        for name, area in self._areas().items():
            if area.isVisible():
                found[name] = area.verticalScrollBar().value()
                if isinstance(area, QPlainTextEdit):
                    found[name + _CURSOR] = area.textCursor().position()
        key = place_text(self._here.page)
        self._places[key] = self._places.pop(key, {}) | found
        for old in list(self._places)[:-_MOST]:
            del self._places[old]

    def arrive(self, place: Place) -> None:
        """Scroll the page in front, which shows `place` now, to where that was left."""
        self._here = place
        known = self._places.get(place_text(place.page), {})
        for name, area in self._areas().items():
            cursor = known.get(name + _CURSOR)
            if isinstance(area, QPlainTextEdit) and cursor is not None:
                held = area.textCursor()
                held.setPosition(min(cursor, area.document().characterCount() - 1))
                area.setTextCursor(held)
            self._awaited[name] = known.get(name, 0)
            bar = area.verticalScrollBar()
            if not bar.property(_WATCHED):  # rows may come later than the page: then it grows
                bar.setProperty(_WATCHED, True)
                bar.rangeChanged.connect(self._bring)
        QTimer.singleShot(0, self, self._bring)

    def text(self) -> str:
        """All of it, to be kept."""
        return json.dumps(self._places)

    def take(self, text: str) -> None:
        """Take up what `text` gave; nonsense is left aside."""
        try:
            places = json.loads(text)
        except ValueError:
            return
        if isinstance(places, dict):
            for key, found in places.items():
                if isinstance(found, dict):
                    self._places[key] = {n: v for n, v in found.items() if isinstance(v, int)}

    def _bring(self) -> None:
        if not self._awaited:
            return
        for name, area in self._areas().items():
            bar = area.verticalScrollBar()
            if name in self._awaited and bar.maximum() >= self._awaited[name]:
                bar.setValue(self._awaited.pop(name))

    def _areas(self) -> dict[str, QAbstractScrollArea]:
        page = self._pages.currentWidget()
        assert page is not None
        areas = page.findChildren(QAbstractScrollArea)
        return {area.accessibleName(): area for area in areas if area.accessibleName()}
