"""The parts of a window: F6 goes from one to the next, as Tab goes inside them.

An editor keeps Tab for itself, so without this it would be a trap for the keyboard.
"""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

_PANE = "pane"


def make_pane(widget: QWidget) -> None:
    """Make `widget` a part of its window that F6 goes to."""
    widget.setProperty(_PANE, True)


def go_to_pane(window: QWidget, step: int) -> None:
    """Put the focus into the next (1) or previous (-1) part that is showing, around the end."""
    panes = [pane for pane in window.findChildren(QWidget) if _takes_part(pane)]
    # One with panes inside is only their frame.
    panes = [pane for pane in panes if not any(pane.isAncestorOf(inner) for inner in panes)]
    if not panes:
        return
    panes.sort(key=lambda pane: pane.mapTo(window, QPoint(0, 0)).toTuple())
    focus = window.focusWidget()
    holding = [n for n, pane in enumerate(panes) if focus and pane.isAncestorOf(focus)]
    here = holding[0] if holding else (-1 if step > 0 else 0)
    focus_into(panes[(here + step) % len(panes)])


def focus_into(widget: QWidget) -> None:
    """Put the focus on what is worked with in `widget`: a list or an editor, else a button."""
    controls = _controls(widget)
    views = [control for control in controls if isinstance(control, QAbstractScrollArea)]
    if controls:
        (views or controls)[0].setFocus(Qt.FocusReason.TabFocusReason)


def _takes_part(widget: QWidget) -> bool:
    return bool(widget.property(_PANE)) and widget.isVisible() and bool(_controls(widget))


def _controls(widget: QWidget) -> list[QWidget]:
    """What Tab would come to inside `widget`, in that order."""
    found = []
    at = widget.nextInFocusChain()
    while at is not None and at is not widget:
        if (
            widget.isAncestorOf(at)
            and at.isVisible()
            and at.isEnabled()
            and at.focusPolicy() & Qt.FocusPolicy.TabFocus
        ):
            found.append(at)
        at = at.nextInFocusChain()
    return found
