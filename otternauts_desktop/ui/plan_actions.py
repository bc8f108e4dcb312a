"""What can be done in a flight plan, for menus, keys and the palette."""

from collections.abc import Callable
from functools import partial

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.actions import Actions
from otternauts_desktop.ui.flight_plan_tab import FlightPlanTab
from otternauts_desktop.ui.plan_file_desk import PlanFileDesk

MENU = "Edit"


def register(
    actions: Actions, plan: FlightPlanTab, file: PlanFileDesk, rebuild: Callable[[], None]
) -> None:
    """Add the actions of the editor. Their keys count while the focus is in the flight plan."""
    editor = plan.editor
    add = partial(actions.add, available=plan.isVisible, within=plan)
    add("plan.open_file", "File", tr("Open file…"), file.open, keys="Ctrl+O")
    add("plan.save", "File", tr("Save to file"), file.save, keys="Ctrl+S")
    add("plan.save_as", "File", tr("Save as…"), file.save_as, keys="Ctrl+Shift+S")
    add("plan.undo", MENU, tr("Undo"), editor.undo, keys="Ctrl+Z")
    add("plan.redo", MENU, tr("Redo"), editor.redo, keys="Ctrl+Shift+Z")
    add("plan.find", MENU, tr("Find…"), plan.find_bar.open, keys="Ctrl+F")
    add(
        "plan.replace",
        MENU,
        tr("Find and replace…"),
        partial(plan.find_bar.open, replacing=True),
        keys="Ctrl+H",
    )
    add("plan.find_next", MENU, tr("Next match"), partial(plan.find_bar.go, 1), keys="F3")
    add(
        "plan.find_previous",
        MENU,
        tr("Previous match"),
        partial(plan.find_bar.go, -1),
        keys="Shift+F3",
    )
    add(
        "plan.next_problem",
        MENU,
        tr("Next problem"),
        partial(plan.go_to_problem, 1),
        keys="F8",
    )
    add(
        "plan.previous_problem",
        MENU,
        tr("Previous problem"),
        partial(plan.go_to_problem, -1),
        keys="Shift+F8",
    )
    add("plan.fix", MENU, tr("Quick fix…"), editor.show_quick_fixes, keys="Ctrl+.")
    add("plan.comment", MENU, tr("Comment or uncomment"), editor.toggle_comments, keys="Ctrl+/")
    add("plan.fold", MENU, tr("Fold or unfold here"), editor.toggle_fold, keys="F9")
    add("plan.fold_all", MENU, tr("Fold everything"), editor.fold_all, keys="Shift+F9")
    add("plan.unfold_all", MENU, tr("Unfold everything"), editor.unfold_all, keys="Ctrl+F9")
    add("plan.complete", MENU, tr("Complete here"), editor.completion.offer, keys="Ctrl+Space")
    add("plan.explain", MENU, tr("What this key does"), editor.explain, keys="F1")
    add("plan.definition", MENU, tr("Go to definition"), editor.go_to_definition, keys="F12")
    add("plan.compare", MENU, tr("Compare versions"), plan.compare_requested.emit, keys="Ctrl+D")
    add("plan.rebuild", MENU, tr("Write it from what flies"), rebuild)
    view = plan.compare.view
    add("plan.next_change", MENU, tr("Next change"), partial(view.go_to_change, 1), keys="F7")
    add(
        "plan.previous_change",
        MENU,
        tr("Previous change"),
        partial(view.go_to_change, -1),
        keys="Shift+F7",
    )
