"""The plan by meaning, to read: what a launch would create, update, restart and remove."""

from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from otternauts_desktop.core.fleet.findings import Finding
from otternauts_desktop.core.flight.placement import Room
from otternauts_desktop.core.flight.plan import Change, ChangeKind, Plan
from otternauts_desktop.core.flight.settings import SIGNS as FIELD_SIGNS
from otternauts_desktop.core.flight.settings import FieldChange, FieldKind
from otternauts_desktop.core.flight.things import Fate, Thing
from otternauts_desktop.core.words import marked, tr, trn
from otternauts_desktop.ui.frames import Surface, clear, column, row, rule, scrolled
from otternauts_desktop.ui.labels import SEMIBOLD, Label

SIGNS: Final = {
    ChangeKind.CREATE: ("+", "ok", marked("create"), marked("Create service")),
    ChangeKind.UPDATE: ("~", "accent", marked("update"), marked("Update service")),
    ChangeKind.REMOVE: ("−", "bad", marked("remove"), marked("Remove service")),
    ChangeKind.UNCHANGED: ("=", "fg2", marked("unchanged"), marked("Unchanged")),
}
_FATES: Final = {
    Fate.MISSING: ("!", "bad", marked("It has to exist before the launch.")),
    Fate.CREATED: ("+", "ok", marked("It is created.")),
    Fate.LEFT: ("o", "warn", marked("Nothing uses it any more. Docker leaves it where it is.")),
}
_FIELD_TONES: Final = {FieldKind.ADDED: "ok", FieldKind.REMOVED: "bad", FieldKind.CHANGED: "accent"}
_LONGEST: Final = 12
"""So many changed settings of one kind are shown; a fleet of hundreds has to stay readable."""


class PlanView(QWidget):
    """Rows of a plan; a plan is short, so they are plain widgets."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Plan"))
        self._content = Surface("panel")
        self._rows = column(self._content)
        outer = column(self)
        area = scrolled(self._content)
        area.setAccessibleName(self.accessibleName())
        outer.addWidget(area)

    def show_plan(self, plan: Plan, notes: Iterable[Finding] = ()) -> None:
        """Show a plan, and beneath it what was changed on the way to Docker."""
        clear(self._rows)
        self._rows.addLayout(_summary(plan))
        for room in plan.rooms:
            if room.missing:
                self._add(_room_widget(room))
        for thing in plan.missing:
            self._add(_thing_widget(thing))
        order = list(ChangeKind)
        for change in sorted(plan.changes, key=lambda c: order.index(c.kind)):
            if change.kind is not ChangeKind.UNCHANGED:
                self._add(_change_widget(change))
        if plan.steps:
            lines = [_line(f"{number}. {step}") for number, step in enumerate(plan.steps, 1)]
            self._add(_entry("↓", "fg2", tr("Order of launch"), "", lines))
        same = plan.vessels(ChangeKind.UNCHANGED)
        if same:
            words = trn(
                "{number} unchanged, no restart", "{number} unchanged, no restart", len(same)
            )
            self._add(_entry("=", "fg2", ", ".join(same), words))
        for fate in (Fate.CREATED, Fate.LEFT):
            for thing in plan.things:
                if thing.fate is fate:
                    self._add(_thing_widget(thing))
        for note in notes:
            words = tr("line {line}", line=note.line)
            lines = [_line(note.fix)] if note.fix else []
            self._add(_entry("i", "fg3", note.message, words, lines))
        self._rows.addStretch(1)

    def show_words(self, title: str, detail: str = "", next_step: str = "") -> None:
        """Say why there is no plan."""
        clear(self._rows)
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

    def _add(self, widget: QWidget) -> None:
        self._rows.addWidget(rule(soft=True))
        self._rows.addWidget(widget)


def _summary(plan: Plan) -> QHBoxLayout:
    line = row(margins=(16, 12, 16, 12), spacing=6)
    for kind, (sign, tone, word, _) in SIGNS.items():
        number = len(plan.vessels(kind))
        if number:
            line.addWidget(_sign(sign, tone))
            line.addWidget(Label(str(number), weight=SEMIBOLD))
            line.addWidget(Label(tr(word), tone="fg2"))
            line.addSpacing(10)
    line.addStretch(1)
    return line


def _change_widget(change: Change) -> QWidget:
    """A vessel with its changed settings in two columns, and what that means for its tasks."""
    sign, tone, _, verb = SIGNS[change.kind]
    details = QWidget()
    grid = QGridLayout(details)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(1, 1)
    by_field: dict[str, list[FieldChange]] = {}
    for field in change.fields:
        by_field.setdefault(field.field, []).append(field)
    for field_name, fields in by_field.items():
        for number, field in enumerate(fields[:_LONGEST]):
            name = field_name.removeprefix("deploy.") if number == 0 else ""
            _grid_row(grid, name, _value(field), mono=True)
        if (more := len(fields) - _LONGEST) and more > 0:
            _grid_row(grid, "", trn("and {number} more", "and {number} more", more))
    _grid_row(grid, tr("effect"), change.effect)
    return _entry(sign, tone, change.vessel, tr(verb), [details])


def _grid_row(grid: QGridLayout, name: str, value: QWidget | str, *, mono: bool = False) -> None:
    number = grid.rowCount()
    grid.addWidget(Label(name, size=12, tone="fg3"), number, 0, Qt.AlignmentFlag.AlignTop)
    if isinstance(value, str):
        value = Label(value, size=12, tone="fg2", mono=mono, wrap=True, selectable=True)
    grid.addWidget(value, number, 1)


def _value(field: FieldChange) -> QWidget:
    """`1.4.2 -> 1.5.0`, or a sign and the name of what comes, goes or changes."""
    widget = QWidget()
    line = row(widget, spacing=6)
    if field.key or not (field.old and field.new):
        mark = Label(FIELD_SIGNS[field.kind], size=12, tone=_FIELD_TONES[field.kind], mono=True)
        line.addWidget(mark)
    if field.key:
        line.addWidget(Label(field.key, size=12, mono=True, selectable=True))
    values = " → ".join(text for text in (field.old, field.new) if text)
    line.addWidget(Label(values, size=12, tone="fg2", mono=True, wrap=True, selectable=True), 1)
    return widget


def _room_widget(room: Room) -> QWidget:
    """A vessel that does not fit: each outpost with what stands in the way."""
    words = trn(
        "No outpost for {number} of {wanted} tasks",
        "No outpost for {number} of {wanted} tasks",
        room.missing,
        wanted=room.wanted,
    )
    lines = [
        _line(f"{obstacle.outpost}: {obstacle.reason} {obstacle.suggestion}")
        for obstacle in room.obstacles
    ]
    return _entry("!", "warn", room.vessel, words, lines)


def _thing_widget(thing: Thing) -> QWidget:
    sign, tone, words = _FATES[thing.fate]
    kinds = {
        "network": tr("Network"),
        "volume": tr("Volume"),
        "config": tr("Config"),
        "secret": tr("Secret"),
    }
    return _entry(sign, tone, thing.name, kinds[thing.kind], [_line(tr(words))])


def _line(text: str) -> Label:
    return Label(text, size=12, tone="fg2", wrap=True, selectable=True)


def _entry(sign: str, tone: str, name: str, verb: str, lines: Sequence[QWidget] = ()) -> QWidget:
    widget = QWidget()
    outer = column(widget, margins=(16, 8, 16, 8), spacing=3)
    head = row(spacing=8)
    head.addWidget(_sign(sign, tone))
    head.addWidget(Label(name, weight=SEMIBOLD, wrap=len(name) > 30, selectable=True), 1)
    head.addWidget(Label(verb, size=12, tone="fg3"))
    outer.addLayout(head)
    for inner in lines:
        line = row(margins=(26, 0, 0, 0))
        line.addWidget(inner)
        outer.addLayout(line)
    return widget


def _sign(sign: str, tone: str) -> Label:
    label = Label(sign, size=12, weight=SEMIBOLD, tone=tone, mono=True)
    label.setFixedWidth(18)
    return label
