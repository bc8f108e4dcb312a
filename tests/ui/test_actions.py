"""One registry for all that can be done, the palette over it, and shortcuts of one's own."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from otternauts_desktop.ui.actions import Actions
from otternauts_desktop.ui.dialogs.shortcuts import Shortcuts
from otternauts_desktop.ui.finding import Target, find
from otternauts_desktop.ui.palette import Palette
from otternauts_desktop.ui.places import PlaceKind, fleet_place
from tests.ui.seated import dialog, seated, shown


def test_an_id_or_a_shortcut_is_taken_once(qapp: QApplication) -> None:
    owner = QObject()
    actions = Actions(owner)
    actions.add("a", "File", "A", int, keys="Ctrl+A")
    with pytest.raises(ValueError, match="a"):
        actions.add("a", "File", "again", int)
    with pytest.raises(ValueError, match=r"Ctrl\+A is taken"):
        actions.add("b", "File", "B", int, keys="Ctrl+A")


def test_only_what_can_be_done_is_enabled(qapp: QApplication) -> None:
    done: list[str] = []
    possible = False
    owner = QObject()
    actions = Actions(owner)
    actions.add("a", "File", "A", lambda: done.append("a"), available=lambda: possible)
    actions.run("a")
    assert done == []
    possible = True
    actions.run("a")
    assert done == ["a"]


def test_shortcuts_can_be_changed_and_given_back(qapp: QApplication) -> None:
    owner = QObject()
    actions = Actions(owner)
    first = actions.add("a", "File", "First", int, keys="Ctrl+A")
    actions.add("b", "File", "Second", int, keys="Ctrl+B")
    sheet = Shortcuts(actions)
    sheet.choose("a")
    sheet.keys.setKeySequence(QKeySequence("Ctrl+B"))
    sheet.apply()
    assert "taken by “Second”" in sheet.notice.detail.text()
    assert first.shortcut() == QKeySequence("Ctrl+A")
    sheet.keys.setKeySequence(QKeySequence("Ctrl+J"))
    sheet.apply()
    assert first.shortcut() == QKeySequence("Ctrl+J")
    sheet.reset()
    assert first.shortcut() == QKeySequence("Ctrl+A")
    sheet.deleteLater()


TARGETS = [
    Target("launch", "Launch…", "Fleet"),
    Target("add", "Add outpost…", "Outpost"),
    Target("n1", "orion-1", "Outpost", where="acme"),
    Target("shop", "shop", "Fleet", where="acme"),
    Target("web", "shop/web", "Service", where="acme"),
    Target("worker", "shop/worker", "Service", where="acme"),
]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("launch", "launch"),
        ("orion1", "n1"),
        ("shop", "shop"),
        ("shop wo", "worker"),
        ("web", "web"),
    ],
)
def test_what_is_typed_is_found(typed: str, first: str) -> None:
    assert find(typed, TARGETS, (), 5)[0].id == first


def test_recent_ones_come_first() -> None:
    assert [t.id for t in find("", TARGETS, ("web", "shop"), 3)] == ["web", "shop", "launch"]
    assert find("shop/w", TARGETS, ("worker",), 2)[0].id == "worker"


def test_nothing_like_it_is_nothing() -> None:
    assert find("zzzzqqq", TARGETS, (), 5) == []


def test_of_thousands_a_few_are_shown(qapp: QApplication) -> None:
    many = [
        Target(str(n), f"fleet-{n // 5:03}/vessel-{n:04}", "Service", where="acme")
        for n in range(5000)
    ]
    palette = Palette(many, ())
    palette.field.setText("vessel 4711")
    assert palette.titles()[0] == "fleet-942/vessel-4711"
    assert len(palette.titles()) == 12
    palette.deleteLater()


async def test_anywhere_with_the_keyboard_alone(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, _control):
        await desk.simulate()
        await shown(lambda: desk.cluster_page.fleet_model.rowCount() == 4)
        window.activateWindow()
        window.actions_.run("palette")
        palette = await dialog(Palette)
        QTest.keyClicks(palette.field, "shop/web")
        assert palette.titles()[0] == "shop/web"
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
        await shown(lambda: window.place.kind is PlaceKind.SERVICE)
        desk.help.open_palette()
        again = await dialog(Palette)
        assert again.titles()[0] == "shop/web"
        again.reject()
        await asyncio.sleep(0)


async def test_actions_follow_what_is_in_view(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        launch = window.actions_.entry("fleet.launch").action
        assert not launch.isEnabled()
        await desk.simulate()
        (cluster,) = control.outposts.clusters()
        desk.go(fleet_place(cluster.id, "shop"))
        assert launch.isEnabled()
        window.actions_.set_keys("fleet.launch", "Ctrl+J")
    async with seated(tmp_path) as (window, _desk, _control):
        assert window.actions_.entry("fleet.launch").action.shortcut() == QKeySequence("Ctrl+J")


def test_every_menu_entry_is_in_the_registry(qapp: QApplication) -> None:
    from otternauts_desktop.ui.main_window import MainWindow

    window = MainWindow()
    known = {entry.action for entry in window.actions_.all()}
    for top in window.menuBar().actions():
        menu = top.menu()
        assert menu is not None
        assert set(menu.actions()) <= known  # type: ignore[attr-defined]
    window.deleteLater()
