"""A launch, as it is seen: what it set out to do, how far each task is, and the ways on."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from otternauts_desktop.ui.launch_rows import launch_rows
from otternauts_desktop.ui.launch_tab import LaunchTab
from tests.screenshots.scenes import failed, launching
from tests.ui.acme import NOW, snapshot


def test_rows_say_the_change_and_the_state_of_every_task() -> None:
    seen = snapshot()
    web = next(service for service in seen.fleets["shop"] if service.vessel == "web")
    pulling, lost = seen.tasks_by_service[web.id][:2]
    changed = {
        pulling.id: replace(pulling, state="preparing"),
        lost.id: replace(lost, state="rejected", error="no such image"),
    }
    seen = replace(seen, tasks=tuple(changed.get(task.id, task) for task in seen.tasks))
    rows = {row.key: row for row in launch_rows(launching(), seen, NOW)}
    assert rows["cache"].cells[1].text == "+ Create redis:7-alpine"
    assert rows["db"].cells[1].text == "= Unchanged, not restarted"
    assert rows["web"].cells[1].text.startswith("starting: health check 2 of 3")
    assert rows["web"].cells[1].text.endswith("~ image 1.4.2 -> 1.5.0, replicas 2 -> 3")
    stages = sorted((row.cells[2].segments, row.cells[1].text) for row in rows["web"].children)
    assert stages[0][0] == ("bad",) * 4
    assert "no such image" in stages[0][1]
    assert stages[1][0] == ("ok", "accent", "line", "line")


def test_what_changes_is_open_and_a_failure_leads_on(qapp: QApplication) -> None:
    tab = LaunchTab()
    tab.resize(1000, 600)
    tab.show()
    tab.show_launch(launching(), snapshot())
    opened = {
        tab.model.index(number, 0).data(): tab.view.isExpanded(tab.model.index(number, 0))
        for number in range(tab.model.rowCount())
    }
    assert (opened["web"], opened["db"]) == (True, False)
    assert not tab.cause.isVisible()

    asked: list[str] = []
    tab.edit_requested.connect(lambda: asked.append("edit"))
    tab.launch_requested.connect(lambda: asked.append("launch"))
    tab.show_launch(failed(), snapshot())
    for button in (tab.cause.edit_button, tab.cause.again_button):
        assert button.isVisible()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == ["edit", "launch"]
    tab.deleteLater()
