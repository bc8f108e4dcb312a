"""The whole window with its crew, as `desktop.py` seats it, on a temporary data directory."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QApplication, QDialog

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.desktop import crew_of
from otternauts_desktop.ui.desk import Desk
from otternauts_desktop.ui.main_window import SIZE, MainWindow
from tests.services.practice import until

_Dialog = TypeVar("_Dialog", bound=QDialog)


@asynccontextmanager
async def seated(home: Path) -> AsyncIterator[tuple[MainWindow, Desk, MissionControl]]:
    """The window as a person has it in front."""
    async with open_mission_control(home) as control:
        window = MainWindow()
        window.resize(*SIZE)  # whatever the screen of the machine has room for
        window.show()
        left = asyncio.Event()
        desk = Desk(window, crew_of(control), left.set)
        try:
            yield window, desk, control
        finally:
            await desk.close()
            window.leave()
            window.deleteLater()


async def dialog(kind: type[_Dialog]) -> _Dialog:
    """Wait for a dialog to be in front."""
    found: list[_Dialog] = []

    def there() -> bool:
        found[:] = [
            widget
            for widget in QApplication.topLevelWidgets()
            if isinstance(widget, kind) and widget.isVisible()
        ]
        return bool(found)

    await until(there)
    return found[0]


async def shown(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until the window shows something."""
    await until(holds, seconds)
