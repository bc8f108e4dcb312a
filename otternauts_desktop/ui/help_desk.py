"""Finding one's way: links, the palette, the shortcut sheet, settings and about."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog

from otternauts_desktop import assets
from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.link_desk import LinkDesk
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.places import PlaceKind
from otternauts_desktop.ui.targets import place_of, targets
from otternauts_desktop.ui.tasks import Tasks
from otternauts_desktop.ui.update_desk import UpdateDesk

if TYPE_CHECKING:
    from otternauts_desktop.ui.dialogs.settings import SettingsDialog
    from otternauts_desktop.ui.guide_window import GuideWindow

RECENT: Final = 20
"""So many choices of the palette are shown first next time."""
_PAGES: Final = {
    PlaceKind.WELCOME: "first-launch",
    PlaceKind.CLUSTER: "window",
    PlaceKind.DOCTOR: "outposts",
    PlaceKind.STORAGE: "cleaning",
    PlaceKind.OUTPOST: "outposts",
    PlaceKind.FLEET: "flight-plans",
    PlaceKind.SERVICE: "launches",
}
"""What tells of a place."""


class HelpDesk(QObject):
    """Remembers what was chosen in the palette."""

    def __init__(self, window: MainWindow, crew: Crew, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._tasks = tasks
        self._guide: GuideWindow | None = None
        self.links = LinkDesk(window, crew)
        self.updates = UpdateDesk(window, crew, tasks)
        recent = crew.settings.get("palette.recent")
        self._recent = recent.split("\n") if isinstance(recent, str) and recent else []

    def keep(self) -> None:
        """Keep what was chosen, for the next start."""
        self._crew.settings.put("palette.recent", "\n".join(self._recent))

    def open_palette(self) -> None:
        """Show everything there is to go to and to do."""
        from otternauts_desktop.ui.palette import Palette

        self._window.actions_.refresh()
        palette = Palette(targets(self._window.actions_, self._crew), self._recent, self._window)
        palette.chosen.connect(self._chosen)
        palette.finished.connect(palette.deleteLater)
        palette.open_over(self._window)

    def _chosen(self, target_id: str) -> None:
        self._recent = [target_id, *(r for r in self._recent if r != target_id)][:RECENT]
        if place := place_of(target_id):
            self._window.place_chosen.emit(place)
        else:
            self._window.actions_.run(target_id)

    def register(self) -> None:
        """The guide, from wherever one is."""
        self._window.notice.help_requested.connect(self.open_troubleshooting)
        self._window.actions_.add(
            "help.guide", "Help", tr("The guide"), self.open_guide_here, keys="Shift+F1"
        )

    def open_guide_here(self) -> None:
        """Show the page of the guide that tells of what is in view."""
        self.open_guide(_PAGES.get(self._window.place.kind, "window"))

    def open_troubleshooting(self, anchor: str) -> None:
        """Show what the guide says about a known error."""
        self.open_guide("troubleshooting", anchor)

    def open_guide(self, page: str, anchor: str = "") -> None:
        """Bring the guide forward with a page, from the heading `anchor` on."""
        from otternauts_desktop.ui.guide_window import GuideWindow

        if self._guide is None:
            self._guide = GuideWindow(assets.guide(), self._window)
        self._guide.show_page(page, anchor)
        self._guide.show()
        self._guide.raise_()
        self._guide.activateWindow()

    def show_shortcuts(self) -> None:
        """Show the shortcut sheet."""
        from otternauts_desktop.ui.dialogs.shortcuts import Shortcuts

        self._tasks.start(_ask_only(Shortcuts(self._window.actions_, self._window)))

    def show_settings(self) -> None:
        """Show what can be chosen."""
        from otternauts_desktop.ui.dialogs.settings import SettingsDialog

        crew = self._crew
        updates = (crew.updates.wanted, crew.updates.host)
        dialog = SettingsDialog(crew.home, crew.kept_language(), updates, self._window)
        dialog.updates_chosen.connect(self.updates.want)
        dialog.language_chosen.connect(lambda chosen: _keep_language(dialog, crew, chosen))
        dialog.shortcuts_requested.connect(self.show_shortcuts)
        self._tasks.start(_ask_only(dialog))

    def show_about(self) -> None:
        """Show what this is, and whose work it stands on."""
        from otternauts_desktop.ui.dialogs.about import About

        self._tasks.start(_ask_only(About(self._crew.version, self._window)))


def _keep_language(dialog: "SettingsDialog", crew: Crew, language: str) -> None:
    try:
        crew.keep_language(language)
    except KnownError as error:
        dialog.show_error(error)


async def _ask_only(dialog: QDialog) -> None:
    await ask(dialog)
