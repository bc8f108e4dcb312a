"""The steps of something under way, one under the other, with a line between those done."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from otternauts_desktop.core.flight.progress import Step, StepState
from otternauts_desktop.ui.frames import Surface, clear, column
from otternauts_desktop.ui.labels import SEMIBOLD, Label, MarkLabel
from otternauts_desktop.ui.status_marks import of_step
from otternauts_desktop.ui.times import duration

_TONES = {StepState.RUNNING: "accent", StepState.WAITING: "fg3"}


class StepList(Surface):
    """Shows what `show_steps` was last given."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("page", parent)
        self._steps: tuple[Step, ...] = ()
        self._lines = QGridLayout()
        self._lines.setHorizontalSpacing(10)
        self._lines.setVerticalSpacing(2)
        self._lines.setColumnStretch(1, 1)
        outer = column(self, margins=(16, 12, 16, 12))
        outer.addLayout(self._lines)
        outer.addStretch(1)

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Show all steps; nothing is drawn anew where they are the same."""
        if tuple(steps) == self._steps:
            return
        self._steps = tuple(steps)
        clear(self._lines)
        for number, step in enumerate(self._steps):
            top = 2 * number
            self._lines.addWidget(MarkLabel(of_step(step.state), size=16), top, 0)
            tone = _TONES.get(step.state, "fg1")
            self._lines.addWidget(Label(step.name, weight=SEMIBOLD, tone=tone), top, 1)
            if step.seconds:
                took = Label(duration(step.seconds), size=12, tone="fg3")
                self._lines.addWidget(took, top, 2)
            if number < len(self._steps) - 1:
                link = Surface("step-done" if step.state is StepState.DONE else "step")
                link.setFixedWidth(2)
                link.setMinimumHeight(16)
                middle = Qt.AlignmentFlag.AlignHCenter
                self._lines.addWidget(link, top + 1, 0, alignment=middle)
            note = Label(step.note, size=12, tone="fg2", wrap=True)
            note.setContentsMargins(0, 0, 0, 10)
            self._lines.addWidget(note, top + 1, 1, 1, 2)
