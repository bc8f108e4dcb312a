"""A newer version is told in the window, calmly and once, to whoever has chosen that."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest

from otternauts_desktop.core.releases import FeedUnusable, Release
from otternauts_desktop.services.updates import Updates
from otternauts_desktop.ui.dialogs.settings import SettingsDialog
from tests.ui.seated import seated, shown


async def test_a_newer_version_is_told_with_a_link_once_it_was_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    opened: list[str] = []

    async def look(updates: Updates) -> Release | None:
        looked.append("")
        if len(looked) == 1:
            raise FeedUnusable
        return Release("9.0.0", "https://otters.example/9.0.0")

    def open_url(url: object) -> bool:
        opened.append(str(url))
        return True

    monkeypatch.setattr(Updates, "look", look)
    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    async with seated(tmp_path) as (window, desk, control):
        assert not looked
        desk.help.show_settings()
        await shown(lambda: window.findChild(SettingsDialog) is not None)
        dialog = window.findChild(SettingsDialog)
        assert isinstance(dialog, SettingsDialog)
        dialog.updates.chosen.emit(1)
        await shown(lambda: len(looked) == 1)
        assert control.settings.get("updates.wanted") is True
        assert not window.notice.isVisible()  # what went wrong is nothing to be bothered with
        dialog.updates.chosen.emit(1)
        await shown(lambda: "9.0.0" in window.notice.title.text())
        QTest.mouseClick(window.notice._action, Qt.MouseButton.LeftButton)
        assert "https://otters.example/9.0.0" in opened[0]
        dialog.updates.chosen.emit(0)
        assert control.settings.get("updates.wanted") is False
        dialog.accept()
