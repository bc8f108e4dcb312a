"""The tour: offered once, walked by keyboard, left at any time, in nobody's way."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from otternauts_desktop.ui.places import PlaceKind
from tests.ui.seated import seated, shown


async def test_it_is_walked_by_keyboard(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, _control):
        await desk.simulate()
        assert "practice cluster" in window.notice.accessibleDescription()
        window.actions_.run("help.tour")
        await shown(lambda: desk.tour.tour is not None)
        tour = desk.tour.tour
        assert tour is not None
        titles = []
        for _stop in range(6):
            titles.append(tour.title.text())
            assert tour.isVisible()
            assert window.rect().contains(tour.geometry())
            assert tour.height() >= tour.words.height() + tour.next_button.height()
            QTest.keyClick(tour.next_button, Qt.Key.Key_Space)
        assert desk.tour.tour is None
        assert titles == [
            "All you have",
            "How it stands",
            "The flight plan",
            "What a launch would do",
            "Launch",
            "Comms and the command log",
        ]
        assert window.place.kind is PlaceKind.FLEET
        await shown(lambda: "nginx:1.27" in desk.fleet_page.plan_tab.text())


async def test_it_is_offered_once_and_left_by_escape(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, _control):
        await desk.simulate()
        window.actions_.run("help.tour")
        await shown(lambda: desk.tour.tour is not None)
        tour = desk.tour.tour
        assert tour is not None
        QTest.keyClick(tour, Qt.Key.Key_Escape)
        assert desk.tour.tour is None
        window.notice.hide()
        await desk.simulate()
        assert not window.notice.isVisible()
