"""The comms of a fleet in the simulator: filtered, searched, copied, saved, and to a service."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from otternauts_desktop.core.errors import FileUnwritable
from otternauts_desktop.ui.dialogs.time_range import TimeRange
from otternauts_desktop.ui.places import PlaceKind
from tests.ui.seated import dialog, seated, shown

CONTROL = Qt.KeyboardModifier.ControlModifier


async def test_a_log_by_keyboard(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, _control):
        await desk.simulate()
        console = desk.console
        desk.open_comms("shop", "")
        await shown(lambda: console.line_count > 100)
        view, field = console.view, console.bar.field
        QTest.keyClicks(field, "/web\\.1|health/")
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert view.hasFocus()
        field.clear()
        QTest.keyClick(view, Qt.Key.Key_F, CONTROL)
        QTest.keyClicks(console.find_bar.field, "GET")
        await shown(lambda: " of " in console.find_bar.count.text())
        QTest.keyClick(console.find_bar.field, Qt.Key.Key_Escape)
        assert view.choice.row is not None
        line = console.lines.line(view.choice.cursor)
        assert line is not None
        assert "GET" in line.text
        QTest.keyClick(view, Qt.Key.Key_Up)
        QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
        assert console.chosen()[0] == 2
        QTest.keyClick(view, Qt.Key.Key_C, CONTROL)
        assert console.note.text() == "2 lines copied."

        view.replica_clicked.emit(view.choice.cursor)
        await shown(lambda: window.place.kind is PlaceKind.SERVICE)
        console.service_wanted.emit(line._replace(task_id="gone", vessel="gone"))
        assert console.note.text() == "The service of this line is gone."

        target = tmp_path / "saved.log"
        await desk.comms.save(str(target))
        assert len(target.read_text("utf-8").splitlines()) == 2
        assert console.note.text() == f"2 lines saved to {target}"
        assert console.save_button.isEnabled()
        try:
            await desk.comms.save(str(tmp_path / "none" / "log"))
        except FileUnwritable:
            assert console.save_button.isEnabled()
        else:
            raise AssertionError("it was written to nowhere")


async def test_the_log_is_reached_from_the_menu(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, _control):
        await desk.simulate()
        desk.open_comms("shop", "web")
        await shown(lambda: desk.console.line_count > 100)
        window.dock.fold()
        window.actions_.run("comms.wrap")
        assert desk.console.view.wrapping
        assert desk.console.isVisible()
        window.actions_.run("comms.find")
        assert desk.console.find_bar.field.hasFocus()
        window.actions_.run("comms.plain")
        assert "web.1" in desk.console.plain.toPlainText()
        window.actions_.run("comms.clear")
        assert desk.console.line_count == 0


async def test_a_time_range_is_asked_for(tmp_path: Path) -> None:
    async with seated(tmp_path) as (_, desk, _control):
        await desk.simulate()
        console = desk.console
        desk.open_comms("shop", "web")
        await shown(lambda: console.line_count > 100)
        console.bar.range_asked.emit()
        asked = await dialog(TimeRange)
        asked.since_field.setText("noon")
        asked.confirm()
        assert asked.isVisible()
        assert asked.notice.detail.text() == "noon is no time."
        asked.since_field.setText("2020-01-01 10:00")
        asked.until_field.setText("2020-01-01 10:05:30")
        asked.confirm()
        await shown(lambda: console.bar.wanted.until != "")
        await shown(lambda: len(console.lines) == 0)
        assert console.bar.time_button.text() == "10:00:00 – 10:05:30"
        desk.open_comms("shop", "web")  # another log, of any time
        await shown(lambda: len(console.lines) > 100)
        assert console.bar.time_button.text() == "Any time"
