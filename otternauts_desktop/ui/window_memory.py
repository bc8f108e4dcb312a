"""How the window was left: kept when it is closed, taken up when it opens."""

from otternauts_desktop.ui.crew import Settings
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.theme import Mode, theme


def restore(window: MainWindow, settings: Settings) -> None:
    """Take up what `keep` kept; what is missing or nonsense leaves things as they are."""
    geometry, mode = settings.get("window.geometry"), settings.get("window.theme")
    branches = settings.get("window.branches")
    scale, dock = settings.get("window.scale"), settings.get("window.dock")
    if isinstance(geometry, str):
        window.restore_geometry_text(geometry)
    if isinstance(mode, str) and mode in list(Mode):
        theme().set_mode(Mode(mode))
    if isinstance(scale, (int, float)):
        theme().set_scale(float(scale))
    if isinstance(branches, str):
        window.tree.restore_branches(branches)
    if isinstance(dock, int) and dock >= 0:
        window.dock.open(dock)


def keep(window: MainWindow, settings: Settings) -> None:
    """Keep how the window looks now."""
    settings.put("window.geometry", window.geometry_text())
    settings.put("window.theme", theme().mode.value)
    settings.put("window.scale", theme().scale)
    settings.put("window.dock", window.dock.current)
    settings.put("window.branches", window.tree.branches_text())
