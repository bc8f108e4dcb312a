"""The plan by meaning, to read: what a launch would create, update, restart and remove."""

from collections.abc import Iterable

from PySide6.QtWidgets import QHBoxLayout, QWidget

from otternauts_desktop.core.fleet.findings import Finding
from otternauts_desktop.core.flight.plan import Change, ChangeKind, Plan
from otternauts_desktop.ui.frames import Surface, clear, column, row, rule, scrolled
from otternauts_desktop.ui.labels import SEMIBOLD, Label

SIGNS = {
    ChangeKind.CREATE: ("+", "ok", "Create service"),
    ChangeKind.UPDATE: ("~", "accent", "Update service"),
    ChangeKind.REMOVE: ("−", "bad", "Remove service"),
    ChangeKind.UNCHANGED: ("=", "fg2", "Unchanged"),
}


class PlanView(QWidget):
    """Rows of a plan; a plan is short, so they are plain widgets."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Plan")
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
        order = list(ChangeKind)
        for change in sorted(plan.changes, key=lambda c: order.index(c.kind)):
            if change.kind is not ChangeKind.UNCHANGED:
                self._add(_change_widget(change))
        same = [c.vessel for c in plan.changes if c.kind is ChangeKind.UNCHANGED]
        if same:
            words = f"{len(same)} unchanged, no restart"
            self._add(_entry("=", "fg2", ", ".join(same), words, ()))
        for name in plan.new_networks:
            self._add(_entry("+", "ok", name, "Create network", ()))
        for name in plan.missing_networks:
            lines = ("It has to exist before the launch.",)
            self._add(_entry("!", "bad", name, "Network is missing", lines))
        for note in notes:
            words = f"line {note.line}"
            self._add(_entry("i", "fg3", note.message, words, (note.fix,) if note.fix else ()))
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
    for kind, (sign, tone, _) in SIGNS.items():
        number = sum(change.kind is kind for change in plan.changes)
        if number:
            line.addWidget(_sign(sign, tone))
            line.addWidget(Label(str(number), weight=SEMIBOLD))
            line.addWidget(Label(kind.value, tone="fg2"))
            line.addSpacing(10)
    line.addStretch(1)
    return line


def _change_widget(change: Change) -> QWidget:
    sign, tone, verb = SIGNS[change.kind]
    lines = list(change.fields)
    if change.kind is ChangeKind.REMOVE:
        lines.append("Its tasks stop. No volumes are deleted.")
    elif change.restarts:
        lines.append("Its tasks are replaced.")
    elif change.kind is ChangeKind.UPDATE:
        lines.append("No task is restarted.")
    return _entry(sign, tone, change.vessel, verb, lines)


def _entry(sign: str, tone: str, name: str, verb: str, lines: Iterable[str]) -> QWidget:
    widget = QWidget()
    outer = column(widget, margins=(16, 8, 16, 8), spacing=3)
    head = row(spacing=8)
    head.addWidget(_sign(sign, tone))
    head.addWidget(Label(name, weight=SEMIBOLD, wrap=len(name) > 30, selectable=True), 1)
    head.addWidget(Label(verb, size=12, tone="fg3"))
    outer.addLayout(head)
    for text in lines:
        line = row(margins=(26, 0, 0, 0))
        line.addWidget(Label(text, size=12, tone="fg2", wrap=True, selectable=True))
        outer.addLayout(line)
    return widget


def _sign(sign: str, tone: str) -> Label:
    label = Label(sign, size=12, weight=SEMIBOLD, tone=tone, mono=True)
    label.setFixedWidth(18)
    return label
