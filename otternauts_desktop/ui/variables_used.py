"""Which variables a flight plan uses, and which of them still need a value."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.secret import MASK
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.frames import Surface, clear, column, row, rule
from otternauts_desktop.ui.labels import SEMIBOLD, ElidedLabel, IconLabel, Label
from otternauts_desktop.ui.theme import theme

_MOST: Final = 4
"""So many rows; those without a value come first, the others are counted."""


class VariablesUsed(Surface):
    """A heading and a row each; gone where there are no variables."""

    values_wanted = Signal()
    """The person wants to give values."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("nav", parent)
        self.setAccessibleName(tr("Variables used"))
        self._count = Label(size=12, tone="fg3")
        self.button = Button(tr("Variables…"), kind="link")
        self.button.clicked.connect(self.values_wanted)
        head = row(margins=(16, 4, 8, 4), spacing=8)
        head.addWidget(IconLabel("key", size=14))
        head.addWidget(Label(tr("Variables used"), size=12, weight=SEMIBOLD))
        head.addWidget(self._count, 1)
        head.addWidget(self.button)
        self._rows = column()
        outer = column(self)
        outer.addWidget(rule())
        outer.addLayout(head)
        outer.addLayout(self._rows)
        self.hide()

    def show_variables(self, names: Sequence[str], missing: Sequence[str]) -> None:
        """Show which of the variables that are used have no value yet."""
        self.setVisible(bool(names))
        count = tr(
            "{number} of {total} have a value or a default",
            number=len(names) - len(missing),
            total=len(names),
        )
        self._count.setText(count)
        clear(self._rows)
        ordered = [*missing, *(name for name in names if name not in missing)]
        for name in ordered[:_MOST]:
            self._rows.addWidget(rule(soft=True))
            self._rows.addWidget(self._row(name, missing=name in missing))

    def texts(self) -> list[str]:
        """Everything that is shown, for tests and screen readers."""
        return [label.text() for label in self.findChildren(Label) if label.text()]

    def _row(self, name: str, *, missing: bool) -> QWidget:
        widget = Surface("notice-row" if missing else "nav")
        widget.setFixedHeight(theme().px(28))
        line = row(widget, margins=(16, 0, 8, 0), spacing=8)
        icon, tone = ("warn", "warn") if missing else ("check", "ok")
        line.addWidget(IconLabel(icon, size=14, tone=tone))
        line.addWidget(ElidedLabel(name, size=12, mono=True), 1)
        words = tr("Missing") if missing else MASK
        line.addWidget(Label(words, size=12, tone="warn" if missing else "fg3"), 1)
        if missing:
            button = Button(tr("Set value…"), kind="link")
            button.setAccessibleName(tr("Set the value of {name}", name=name))
            button.clicked.connect(self.values_wanted)
            line.addWidget(button)
        return widget
