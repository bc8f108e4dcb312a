"""A small window: one thing at a time, and nothing out of reach."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest

from otternauts_desktop.ui.main_window import first_size
from otternauts_desktop.ui.places import cluster_place, fleet_place
from tests.ui.seated import seated, shown

MEASURED = ("CPU", "Memory", "Disk", "Tasks")


async def test_the_navigator_lies_over_the_page_while_it_is_wanted(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, _control):
        await desk.simulate()
        assert window.tree.isVisible()
        window.resize(1024, 700)
        await shown(lambda: not window.tree.isVisible())
        assert not window.navigator_button.isChecked()

        width = desk.cluster_page.width()
        window.actions_.run("view.filter")
        await shown(window.tree.filter_field.hasFocus)
        assert desk.cluster_page.width() == width, "it lies over the page"
        QTest.keyClick(window.tree.filter_field, Qt.Key.Key_Down)
        desk.cluster_page.fleet_view.setFocus()
        await shown(lambda: not window.tree.isVisible())

        window.resize(1440, 900)
        await shown(window.tree.isVisible)
        assert window.navigator_button.isChecked()


def test_the_first_window_fits_the_screen() -> None:
    assert first_size(QSize(1920, 1080)) == QSize(1440, 900)
    small = first_size(QSize(1440, 900))
    assert small.height() < 900
    assert first_size(QSize(800, 600)) == QSize(1024, 680)


async def test_the_preview_becomes_a_tab(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, _control):
        await desk.simulate()
        (cluster,) = desk._crew.outposts.clusters()
        desk.go(fleet_place(cluster.id, "shop", "plan"))
        tab = desk.fleet_page.plan_tab
        assert tab.editor.isVisible()
        assert tab.preview_panel.isVisible()
        window.resize(1024, 700)
        await shown(lambda: not tab.preview_panel.isVisible())
        tab.beside.tabs.setCurrentIndex(1)
        assert tab.preview_panel.isVisible()
        assert not tab.editor.isVisible()


async def test_tables_leave_out_the_least_needed_columns(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, _control):
        await desk.simulate()
        (cluster,) = desk._crew.outposts.clusters()
        desk.go(cluster_place(cluster.id))
        view = desk.cluster_page.outpost_view

        def headings() -> list[str]:
            numbers = range(view.model().columnCount())
            across = Qt.Orientation.Horizontal
            return [
                str(view.model().headerData(number, across))
                for number in numbers
                if not view.isColumnHidden(number)
            ]

        assert headings() == ["Outpost", "State", "Address", "Docker", *MEASURED]
        window.resize(1024, 700)
        window.actions_.run("text.larger")
        window.actions_.run("text.larger")
        await shown(lambda: "Docker" not in headings())
        assert headings()[:2] == ["Outpost", "State"]
        assert headings()[-1] == "Tasks"
        assert {"CPU", "Memory"} <= set(headings())
        assert view.columnWidth(0) >= 150
        window.actions_.run("text.normal")
        window.resize(1440, 900)
        await shown(lambda: "CPU" in headings())
