"""The network doctor in the window: the grid fills as ways are tried, and says what mends them."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from otternauts_desktop.core.flight.doctor import Examination
from otternauts_desktop.ui.buttons import IconButton
from otternauts_desktop.ui.check_list import CheckList
from otternauts_desktop.ui.doctor_page import DoctorPage
from otternauts_desktop.ui.labels import Label
from otternauts_desktop.ui.places import PlaceKind, cluster_place
from tests.screenshots.servers import examination
from tests.ui.seated import seated, shown

ACCESSIBLE = Qt.ItemDataRole.AccessibleTextRole


def texts(checks: CheckList) -> str:
    return " ".join(label.text() for label in checks.findChildren(Label))


async def test_the_ways_of_a_cluster_are_tried_and_shown(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        cluster = control.outposts.clusters()[0]
        await shown(lambda: desk.cluster_page.fleet_model.rowCount() == 4)
        window.actions_.run("cluster.doctor")
        page = desk.doctor_page
        await shown(lambda: window.pages.currentWidget() is page)
        assert not page.again_button.isEnabled()
        await shown(lambda: page.model.seen.finished and page.again_button.isEnabled())
        assert page.header.title.text() == "Network doctor of flight simulator"
        words = page.model.index(0, 1).data(ACCESSIBLE)
        assert words == "orion-1 → orion-2: Passed"
        desk.go(cluster_place(cluster.id))
        window.go_back()
        await shown(lambda: window.place.kind is PlaceKind.DOCTOR)
        assert page.model.seen.finished  # what was found is remembered


@pytest.mark.parametrize("count", [3, 10])
def test_the_keyboard_goes_from_way_to_way_and_the_fix_can_be_copied(
    qtbot: QtBot, count: int
) -> None:
    page = DoctorPage()
    qtbot.addWidget(page)
    page.resize(760, 700)
    page.show()
    names = [f"n{number}" for number in range(count)] + ["away"]
    page.show_examination("acme", Examination(), running=True)
    page.show_examination("acme", examination(names), running=False, at=1.0)
    # It goes to the first way that is not well by itself.
    assert "0 of 60 packets arrived" in texts(page.checks)
    assert page._way_card.title.text() == "n0 → n2"
    (copy,) = page.checks.findChildren(IconButton)
    copy.click()
    assert QGuiApplication.clipboard().text() == (
        "sudo iptables -I INPUT -s 203.0.113.10 -p udp --dport 4789 -j ACCEPT"
    )
    QTest.keyClick(page.grid, Qt.Key.Key_Left)
    assert page._way_card.title.text() == "n0 → n1"
    assert "60 of 60 packets arrived" in texts(page.checks)
    page.grid.choose(0, count)
    assert "does not answer" in page.words.text()
    assert page.model.index(0, count).data(ACCESSIBLE) == "n0 → away: Unreachable"
    assert page.model.index(1, 0).data(ACCESSIBLE).startswith("n1 → n0: Warning, Full packets")
