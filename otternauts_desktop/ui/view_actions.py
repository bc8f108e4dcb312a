"""What can be done with the view alone: theme, size of text, parts of the window, its foot."""

from functools import partial

from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.actions import Actions
from otternauts_desktop.ui.dock import COMMANDS, COMMS, Dock
from otternauts_desktop.ui.panes import go_to_pane
from otternauts_desktop.ui.theme import LARGEST_SCALE, SMALLEST_SCALE, Mode, theme


def register_view_actions(actions: Actions, window: QWidget, dock: Dock) -> None:
    """Done by the window while it is built."""
    add = actions.add
    for mode, title in (
        (Mode.AUTO, tr("Theme: automatic")),
        (Mode.LIGHT, tr("Theme: light")),
        (Mode.DARK, tr("Theme: dark")),
    ):
        add(f"theme.{mode}", "View", title, partial(theme().set_mode, mode))
    add("text.larger", "View", tr("Larger text"), lambda: _zoom(0.1), keys="Ctrl++")
    add("text.smaller", "View", tr("Smaller text"), lambda: _zoom(-0.1), keys="Ctrl+-")
    add(
        "text.normal",
        "View",
        tr("Normal text size"),
        lambda: theme().set_scale(1.0),
        keys="Ctrl+0",
    )
    add(
        "go.next_pane",
        "Go",
        tr("Next part of the window"),
        lambda: go_to_pane(window, 1),
        keys="F6",
    )
    add(
        "go.previous_pane",
        "Go",
        tr("Previous part of the window"),
        lambda: go_to_pane(window, -1),
        keys="Shift+F6",
    )
    add(
        "view.comms",
        "View",
        tr("Comms panel"),
        lambda: dock.toggle(COMMS),
        keys="Ctrl+Shift+C",
    )
    add(
        "view.commands",
        "View",
        tr("Command log"),
        lambda: dock.toggle(COMMANDS),
        keys="Ctrl+Shift+L",
    )


def _zoom(step: float) -> None:
    theme().set_scale(min(max(theme().scale + step, SMALLEST_SCALE), LARGEST_SCALE))
