"""The rules of a cluster: what is looked at, from when on, and how long it must last."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QWidget

from otternauts_desktop.core.alerts.rules import (
    DEFAULTS,
    LONGEST_SECONDS,
    NAMES,
    UNITS,
    Rule,
    Rules,
)
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.dialogs.frame import DialogFrame, field
from otternauts_desktop.ui.frames import row, scrolled
from otternauts_desktop.ui.labels import Label
from otternauts_desktop.ui.theme import theme

_MARGIN: Final = 24
_WIDEST: Final = 980
"""Pixels: the smallest window is 1024 wide."""


class AlertRulesDialog(DialogFrame):
    """Gives what was changed by `changed`."""

    def __init__(self, cluster: str, rules: Rules, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Rules of {cluster}", cluster=cluster),
            tr(
                "An alert is raised when something lasts so long, and cleared when it is gone so "
                "long. Only time in which Otternauts looks counts."
            ),
            tr("Keep rules"),
            parent,
        )
        self._rules = rules
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 1)
        for number, title in enumerate(
            ("", tr("Threshold"), tr("Raised after (s)"), tr("Cleared after (s)"))
        ):
            grid.addWidget(Label(title, size=12, tone="fg3"), 0, number)
        self.lines = [_Line(rule) for rule in rules.values()]
        for number, line in enumerate(self.lines, 1):
            for place, widget in enumerate(line.widgets):
                if widget is not None:
                    grid.addWidget(widget, number, place, Qt.AlignmentFlag.AlignVCenter)
        inside = QWidget()
        inside.setLayout(grid)
        area = scrolled(inside)
        area.setMinimumHeight(theme().px(400))
        wide = inside.sizeHint().width() + theme().px(16) + 2 * _MARGIN
        self.setMinimumWidth(min(wide, _WIDEST))  # the grid scrolls where that is not enough
        self.body.addWidget(area, 1)
        usual = Button(tr("As they were at first"), size="large")
        usual.clicked.connect(lambda: self._show(DEFAULTS))
        self.foot.insertWidget(0, usual)

    @property
    def changed(self) -> Sequence[Rule]:
        """The rules that are not as they were."""
        now = [line.rule for line in self.lines]
        return [rule for rule in now if rule != self._rules[rule.kind]]

    def _show(self, rules: Rules) -> None:
        for line in self.lines:
            line.show(rules[line.rule.kind])


class _Line:
    """The fields of one rule."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        name = tr(NAMES[rule.kind])
        self.enabled = QCheckBox(name)
        self.threshold = None
        if rule.kind in UNITS:
            self.threshold = _number(tr("Threshold: {rule}", rule=name), 3600)
            self._unit = Label(tr(UNITS[rule.kind]), size=12, tone="fg2")
        self.raise_after = _number(tr("Raised after: {rule}", rule=name), int(LONGEST_SECONDS))
        self.clear_after = _number(tr("Cleared after: {rule}", rule=name), int(LONGEST_SECONDS))
        self.enabled.toggled.connect(self._follow)
        self.show(rule)

    @property
    def widgets(self) -> tuple[QWidget | None, ...]:
        """What stands in the columns."""
        if self.threshold is None:
            return self.enabled, None, self.raise_after, self.clear_after
        beside = QWidget()
        line = row(beside, spacing=8)
        line.addWidget(self.threshold)
        line.addWidget(self._unit, 1)
        return self.enabled, beside, self.raise_after, self.clear_after

    @property
    def rule(self) -> Rule:
        """As the fields have it."""
        threshold = _value(self.threshold) if self.threshold else self._rule.threshold
        return replace(
            self._rule,
            enabled=self.enabled.isChecked(),
            threshold=threshold,
            raise_after=_value(self.raise_after),
            clear_after=_value(self.clear_after),
        )

    def show(self, rule: Rule) -> None:
        """Fill the fields."""
        self.enabled.setChecked(rule.enabled)
        if self.threshold is not None:
            self.threshold.setText(f"{rule.threshold:.0f}")
        self.raise_after.setText(f"{rule.raise_after:.0f}")
        self.clear_after.setText(f"{rule.clear_after:.0f}")
        self._follow()

    def _follow(self) -> None:
        for line in (self.threshold, self.raise_after, self.clear_after):
            if line is not None:
                line.setEnabled(self.enabled.isChecked())


def _number(name: str, most: int) -> QLineEdit:
    line = field(name)
    line.setValidator(QIntValidator(0, most, line))
    line.setFixedWidth(theme().px(84))
    return line


def _value(line: QLineEdit) -> float:
    """What stands in a field; nothing is 0."""
    return float(line.text() or 0)
