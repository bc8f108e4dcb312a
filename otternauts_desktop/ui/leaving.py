"""Before the program ends: what is under way is said, and the person decides."""

from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.dialogs.confirm import Confirm


async def may_leave(crew: Crew, window: QWidget) -> bool:
    """Asked only while a launch is under way."""
    running = crew.launches.under_way()
    if not running:
        return True
    names = ", ".join(progress.fleet for progress in running)
    words = tr("Docker will finish it, but Otternauts will not watch it.")
    title = tr("{names} is still launching", names=names)
    return bool(await ask(Confirm(title, words, tr("Quit"), window)))
