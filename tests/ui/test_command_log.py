"""The command log in the window is searched, and shown by what was changed and what failed."""

from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from otternauts_desktop.core.events import CommandRan
from otternauts_desktop.ui.command_log_panel import CommandLogPanel


def test_it_is_searched_and_shown_by_share_and_what_is_chosen_is_copied(qtbot: QtBot) -> None:
    panel = CommandLogPanel(lambda entry: f"ssh {entry.outpost} {entry.command}")
    qtbot.addWidget(panel)
    panel.resize(1200, 300)
    panel.show()
    for number in range(3):
        panel.add(CommandRan(1.0, "orion-1", f"GET /v1.45/nodes?n={number}", 200, 0.01, "watcher"))
    panel.add(CommandRan(2.0, "orion-1", "docker stack deploy shop", 0, 0.2, "launch of shop"))
    panel.add(CommandRan(3.0, "vega-1", "docker exec web cat /x", 1, 0.2))
    qtbot.waitUntil(lambda: panel.model.rowCount() == 5)

    panel.shares.choose(1)
    assert panel.model.rowCount() == 2
    panel.shares.choose(2)
    assert panel.model.rowCount() == 1
    panel.shares.choose(0)
    for words, count in (("WATCHER", 3), ("launch deploy", 1), ("vega-1 you", 1), ("none", 0)):
        panel.search.setText(words)
        assert panel.model.rowCount() == count, words
    assert panel.counted.text() == "0 of 5"

    panel.search.setText("deploy")
    panel.view.setCurrentIndex(panel.model.index(0, 0))
    panel.copy()
    assert QGuiApplication.clipboard().text() == "ssh orion-1 docker stack deploy shop"
