"""Tells of a newer version, once, to those who have chosen that."""

import asyncio
import logging
from typing import Final

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from otternauts_desktop.core.releases import FeedUnusable, Release
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.tasks import Tasks

_log = logging.getLogger(__name__)
LOOK_SECONDS: Final = 3600.0
"""How often it is seen whether a day has passed: the program may run for weeks."""


class UpdateDesk(QObject):
    """Looks for as long as the window is open. Nothing is fetched or installed."""

    def __init__(self, window: MainWindow, crew: Crew, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._tasks = tasks
        self._look_on()

    def want(self, wanted: bool) -> None:
        """The person has chosen."""
        self._crew.updates.want(wanted)
        self._look_on()

    def _look_on(self) -> None:
        self._tasks.start(self._look(), key="updates")

    async def _look(self) -> None:
        while self._crew.updates.wanted:
            try:
                if found := await self._crew.updates.look():
                    self._tell(found)
            except FeedUnusable as error:
                _log.info("%s", error.text())
            await asyncio.sleep(LOOK_SECONDS)

    def _tell(self, found: Release) -> None:
        self._window.notice.show_notice(
            "ok",
            tr("Otternauts {version} can be had.", version=found.version),
            tr("This is {version}. Nothing was fetched or installed.", version=self._crew.version),
            action=tr("What is new"),
            do=lambda: QDesktopServices.openUrl(QUrl(found.page)),
        )
