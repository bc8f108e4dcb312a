"""The plan by meaning, to read: what a launch would create, update, restart and remove."""

from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from otternauts_desktop.core.fleet.findings import Finding
from otternauts_desktop.core.flight.plan import ChangeKind, Plan
from otternauts_desktop.core.flight.things import Fate
from otternauts_desktop.core.words import tr, trn
from otternauts_desktop.ui.frames import Surface, clear, column, row, rule, scrolled
from otternauts_desktop.ui.labels import SEMIBOLD, ElidedLabel, Label
from otternauts_desktop.ui.plan_entries import (
    SIGNS,
    change_entry,
    entry,
    room_entry,
    thing_entry,
)
from otternauts_desktop.ui.plan_marks import SignBadge

_MORE: Final = 2
"""So many entries are made at once; an entry costs some milliseconds."""
_NEAR: Final = 600
"""Pixels: more are made before the end comes into sight."""


class PlanView(QWidget):
    """Entries of a plan as plain widgets, made as they are scrolled to: there may be hundreds."""

    take_over_requested = Signal(str)
    """A vessel's name: what was changed in it by hand shall come into the text."""

    def __init__(self, parent: QWidget | None = None, *, editable: bool = False) -> None:
        """`editable` where a text stands beside it, into which something can be taken over."""
        super().__init__(parent)
        self.setAccessibleName(tr("Plan"))
        self._editable = editable
        self._content = Surface("panel")
        self._rows = column(self._content)
        outer = column(self)
        area = scrolled(self._content)
        area.setAccessibleName(self.accessibleName())
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer.addWidget(area)
        self._area = area
        area.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._waiting: deque[Callable[[], QWidget]] = deque()
        self._back_to = 0
        self._shown: tuple[Plan, tuple[Finding, ...]] | None = None
        self._filler = QTimer(self)
        self._filler.setSingleShot(True)
        self._filler.timeout.connect(self._fill)

    def show_plan(self, plan: Plan, notes: Iterable[Finding] = ()) -> None:
        """Show a plan, and beneath it what was changed on the way to Docker."""
        notes = tuple(notes)
        if self._shown == (plan, notes):
            return
        self._shown = plan, notes
        # What was there is seen until the room is filled anew.
        self._area.viewport().setUpdatesEnabled(False)
        self._back_to = self._area.verticalScrollBar().value()
        self._empty()
        self._rows.addLayout(_summary(plan))
        add = self._waiting.append
        rooms = {room.vessel: room for room in plan.rooms}
        for room in plan.rooms:
            if room.missing:
                add(partial(room_entry, room))
        for thing in plan.missing:
            add(partial(thing_entry, thing))
        for image, why in plan.unpinned:
            words = tr("No registry tells its digest, so it is not pinned.")
            add(partial(entry, "!", "warn", image, tr("Image"), [words, why]))
        if not plan.values_compared:
            words = tr("Values of the environment and commands are not compared.")
            why = tr("They are not kept on this machine, and the cluster is out of reach.")
            add(partial(entry, "i", "fg3", words, "", [why]))
        order = list(ChangeKind)
        take_over = self.take_over_requested.emit if self._editable else None
        for change in sorted(plan.changes, key=lambda c: (not c.drifted, order.index(c.kind))):
            if change.kind is not ChangeKind.UNCHANGED:
                add(partial(change_entry, change, rooms.get(change.vessel), take_over))
        if plan.steps:
            lines = [f"{number}. {step}" for number, step in enumerate(plan.steps, 1)]
            add(partial(entry, "↓", "fg2", tr("Order of launch"), "", lines))
        same = plan.vessels(ChangeKind.UNCHANGED)
        if same:
            words = trn(
                "{number} unchanged, no restart", "{number} unchanged, no restart", len(same)
            )
            add(partial(entry, "=", "fg2", ", ".join(same), words))
        for fate in (Fate.CREATED, Fate.LEFT):
            for thing in plan.things:
                if thing.fate is fate:
                    add(partial(thing_entry, thing))
        for note in notes:
            words = tr("line {line}", line=note.line)
            lines = [note.fix] if note.fix else []
            add(partial(entry, "i", "fg3", note.message, words, lines))
        self._draw()

    def show_words(self, title: str, detail: str = "", next_step: str = "") -> None:
        """Say why there is no plan."""
        self._empty()
        self._shown = None
        self._area.viewport().setUpdatesEnabled(True)
        box = column(margins=(16, 16, 16, 16), spacing=6)
        box.addWidget(Label(title, weight=SEMIBOLD, wrap=True, selectable=True))
        for text in (detail, next_step):
            if text:
                box.addWidget(Label(text, tone="fg2", wrap=True, selectable=True))
        self._rows.addLayout(box)
        self._rows.addStretch(1)

    def texts(self) -> list[str]:
        """Everything that is shown, for tests and screen readers."""
        return [label.text() for label in self._content.findChildren(Label) if label.text()]

    def _empty(self) -> None:
        self._waiting.clear()
        clear(self._rows)

    def _draw(self) -> None:
        """Make some entries more; the stretch beneath keeps them at the top."""
        last = self._rows.itemAt(self._rows.count() - 1)
        if last is not None and last.spacerItem() is not None:
            self._rows.takeAt(self._rows.count() - 1)
        for _ in range(min(_MORE, len(self._waiting))):
            self._rows.addWidget(rule(soft=True))
            self._rows.addWidget(self._waiting.popleft()())
        self._rows.addStretch(1)
        self._filler.start(0)

    def _fill(self) -> None:
        """Once it is laid out: is there more to make, and is it where it was scrolled to?"""
        bar = self._area.verticalScrollBar()
        end = bar.maximum()
        if self._back_to:
            bar.setValue(min(self._back_to, end))
        if self._waiting and max(bar.value(), self._back_to) > end - _NEAR:
            self._draw()
        else:
            self._back_to = 0
            self._area.viewport().setUpdatesEnabled(True)

    def _scrolled(self) -> None:
        if self._waiting and not self._filler.isActive():
            self._filler.start(0)


def _summary(plan: Plan) -> QHBoxLayout:
    """`+ 1 create  ~ 1 update  = 2 unchanged`."""
    line = row(margins=(16, 12, 16, 12), spacing=6)
    for kind, (sign, tone, word, _) in SIGNS.items():
        number = len(plan.vessels(kind))
        if number:
            line.addWidget(SignBadge(sign, tone))
            line.addWidget(Label(str(number), size=12, weight=SEMIBOLD))
            line.addWidget(ElidedLabel(tr(word), size=12, tone="fg2"))
            line.addStretch(1)
    line.addStretch(1)
    return line
