"""Checks one under the other: what was seen, what to do, and the command that does it, to copy."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.flight.preflight import Check
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.command_box import CommandBox
from otternauts_desktop.ui.frames import clear, column, row, rule
from otternauts_desktop.ui.labels import SEMIBOLD, Label, MarkLabel
from otternauts_desktop.ui.status_marks import of_check


class CheckList(QWidget):
    """Shows what `show_checks` was last given."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._checks: tuple[Check, ...] = ()
        self._place = ""
        self._lines = column(self)

    def show_checks(self, checks: Sequence[Check], place: str = "") -> None:
        """Show checks; `place` is the server that their commands are run on."""
        if (tuple(checks), place) == (self._checks, self._place):
            return
        self._checks, self._place = tuple(checks), place
        clear(self._lines)
        for number, check in enumerate(checks):
            if number:
                self._lines.addWidget(rule(soft=True))
            self._lines.addWidget(_line(check, place))
        self._lines.addStretch(1)


def _line(check: Check, place: str) -> QWidget:
    mark = of_check(check.state)
    line = QWidget()
    line.setAccessibleName(f"{check.name}, {mark.word}")
    line.setAccessibleDescription(f"{check.seen}. {check.advice}")
    head = row(spacing=10)
    top = Qt.AlignmentFlag.AlignTop
    head.addWidget(MarkLabel(mark, size=16), 0, top)
    head.addWidget(Label(check.name, weight=SEMIBOLD), 0, top)
    head.addWidget(Label(check.seen, tone="fg2", wrap=True, selectable=True), 1)
    body = column(line, margins=(12, 8, 12, 8), spacing=6)
    body.addLayout(head)
    indent = (26, 0, 0, 0)
    if check.advice:
        advice = column(margins=indent)
        advice.addWidget(Label(check.advice, wrap=True, selectable=True))
        body.addLayout(advice)
    if check.fix:
        fix = column(margins=indent, spacing=4)
        if place:
            fix.addWidget(Label(tr("On {outpost}:", outpost=place), size=12, tone="fg3"))
        fix.addWidget(CommandBox(check.fix))
        body.addLayout(fix)
    return line
