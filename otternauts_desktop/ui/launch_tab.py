"""A launch under way: its steps, its vessels, and the cause when it fails."""

import time
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.flight.progress import (
    LaunchProgress,
    LaunchState,
    StepState,
    VesselProgress,
)
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.frames import Split, Surface, column, row, rule, scrolled
from otternauts_desktop.ui.labels import SEMIBOLD, Label, MarkLabel
from otternauts_desktop.ui.mono_text import MonoText
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView, paint_segments
from otternauts_desktop.ui.status_marks import of_launch, of_step
from otternauts_desktop.ui.step_list import StepList
from otternauts_desktop.ui.times import duration, stopwatch

_HEADINGS: Final = (
    Heading(marked("Vessel"), 160),
    Heading(marked("Progress"), 130),
    Heading(marked("Settled"), 80),
    Heading(marked("Note"), 0),
)
_ORDER: Final = ("ok", "bad", "accent", "line")
"""What is settled comes first in the bar over all."""
_TONES: Final = {StepState.DONE: "ok", StepState.RUNNING: "accent", StepState.FAILED: "bad"}


class _Bar(QWidget):
    """One segment per task."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tones: tuple[str, ...] = ("line",)
        self.setFixedHeight(8)

    def show_tones(self, tones: tuple[str, ...]) -> None:
        self._tones = tones or ("line",)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_segments(painter, QRect(0, 0, self.width(), 8), self._tones)


class LaunchTab(QWidget):
    """Shows the newest launch of a fleet."""

    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._progress: LaunchProgress | None = None
        self._mark = MarkLabel(of_launch(LaunchState.RUNNING), size=16)
        self.title = Label(size=15, weight=SEMIBOLD)
        self._count = Label(tone="fg2")
        self._elapsed = Label(size=18, weight=SEMIBOLD, mono=True)
        self.cancel_button = Button(tr("Stop watching"), size="small")
        self.cancel_button.setToolTip(tr("What Docker was told goes on; nothing is undone."))
        self.cancel_button.clicked.connect(self.cancel_requested)
        head = row(spacing=10)
        head.addWidget(self._mark)
        head.addWidget(self.title)
        head.addWidget(self._count)
        head.addStretch(1)
        head.addWidget(self.cancel_button)
        head.addWidget(self._elapsed)
        self._bar = _Bar()
        top = column(margins=(16, 12, 16, 12), spacing=10)
        top.addLayout(head)
        top.addWidget(self._bar)

        self._steps = StepList()
        self.model = RowTreeModel(_HEADINGS)
        self.view = RowView(self.model, _HEADINGS, tr("Vessels of this launch"), fit=True)
        self.cause = _CauseCard()
        self.output = MonoText(tr("What Docker printed"), most=10)
        right = Surface("page")
        body = column(right)
        around = column(margins=(12, 12, 12, 4))
        around.addWidget(self.cause)
        body.addLayout(around)
        body.addWidget(self.view, 1)
        printed = column(margins=(12, 12, 12, 12))
        printed.addWidget(self.output)
        body.addLayout(printed)
        body.addStretch(0)
        split = Split(Qt.Orientation.Horizontal)
        steps = scrolled(self._steps)
        steps.setMinimumWidth(220)
        split.addWidget(steps)
        split.addWidget(right)
        split.setStretchFactor(1, 1)
        split.setSizes([272, 1000])
        outer = column(self)
        outer.addLayout(top)
        outer.addWidget(rule())
        outer.addWidget(split, 1)
        self._clock = QTimer(self)
        self._clock.setInterval(500)
        self._clock.timeout.connect(self._tick)

    def show_launch(self, progress: LaunchProgress | None) -> None:
        """Show where a launch stands; None for no launch yet."""
        self._progress = progress
        if progress is None:
            self.title.setText(tr("No launch yet in this session"))
            for label in (self._count, self._elapsed):
                label.setText("")
            self.model.show_rows(())
            self._bar.show_tones(())
            self.cause.hide()
            self.output.clear()
            self.cancel_button.hide()
            self._steps.show_steps(())
            self._clock.stop()
            return
        self._mark.show_mark(of_launch(progress.state))
        self.title.setText(title_of(progress))
        settled, wanted = progress.settled
        self._count.setText(
            tr("{settled} of {wanted} tasks settled", settled=settled, wanted=wanted)
            if wanted
            else ""
        )
        tones = [tone for vessel in progress.vessels for tone in _segments(vessel)]
        self._bar.show_tones(tuple(sorted(tones, key=_ORDER.index)))
        self.model.show_rows(tuple(_vessel_row(vessel) for vessel in progress.vessels))
        self.cause.show_cause(progress)
        self.output.set_text(progress.output)
        self.output.setVisible(bool(progress.output))
        self.cancel_button.setVisible(not progress.state.ended)
        self._steps.show_steps(progress.steps)
        if progress.state.ended:
            self._clock.stop()
        elif not self._clock.isActive():
            self._clock.start()
        self._tick()

    def _tick(self) -> None:
        if self._progress is not None:
            end = self._progress.ended_at or time.time()
            self._elapsed.setText(stopwatch(end - self._progress.started_at))


class _CauseCard(Surface):
    """Why a launch failed: sentence, next step, Docker's own words, last lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("notice-bad", parent)
        self.setAccessibleName(tr("Cause"))
        self.sentence = Label(weight=SEMIBOLD, wrap=True, selectable=True)
        self.next_step = Label(wrap=True, selectable=True)
        self.docker_said = Label(size=12, tone="fg2", mono=True, wrap=True, selectable=True)
        self.log = MonoText(tr("Last lines of the task that failed"), most=10)
        body = column(self, margins=(16, 10, 16, 10), spacing=6)
        for widget in (self.sentence, self.next_step, self.docker_said, self.log):
            body.addWidget(widget)

    def show_cause(self, progress: LaunchProgress) -> None:
        cause = progress.cause
        self.setVisible(cause is not None)
        if cause is None:
            return
        self.sentence.setText(cause.sentence)
        self.next_step.setText(cause.next_step)
        self.docker_said.setText(tr("Docker said: {words}", words=cause.docker_said))
        self.docker_said.setVisible(bool(cause.docker_said))
        self.log.set_text("\n".join(cause.log))
        self.log.setVisible(bool(cause.log))


def title_of(progress: LaunchProgress) -> str:
    """Where a launch stands, in one line."""
    took = duration(progress.ended_at - progress.started_at)
    match progress.state:
        case LaunchState.CONVERGED:
            return tr(
                "Launch successful. {fleet} is in orbit after {took}.",
                fleet=progress.fleet,
                took=took,
            )
        case LaunchState.FAILED:
            return tr("The launch of {fleet} failed after {took}.", fleet=progress.fleet, took=took)
        case LaunchState.TIMED_OUT:
            return tr("{fleet} has not converged in time.", fleet=progress.fleet)
        case LaunchState.CANCELLED:
            return tr(
                "{fleet} is no longer watched. Docker goes on with what it was told.",
                fleet=progress.fleet,
            )
        case LaunchState.UNKNOWN:
            return tr(
                "It is not known whether the launch of {fleet} took effect.", fleet=progress.fleet
            )
        case _:
            number = next(
                (n for n, s in enumerate(progress.steps, 1) if s.state is StepState.RUNNING),
                len(progress.steps),
            )
            return tr(
                "Step {number} of {count}: {name}",
                number=number,
                count=len(progress.steps),
                name=tr(progress.steps[number - 1].name),
            )


def _segments(vessel: VesselProgress) -> tuple[str, ...]:
    rest = "bad" if vessel.state is StepState.FAILED else "accent"
    if vessel.state is StepState.WAITING:
        rest = "line"
    return ("ok",) * vessel.settled + (rest,) * max(vessel.wanted - vessel.settled, 0)


def _vessel_row(vessel: VesselProgress) -> Row:
    cells = (
        Cell(vessel.vessel, mark=of_step(vessel.state), strong=True),
        Cell(segments=_segments(vessel) or ("line",)),
        Cell(
            tr("{part} of {whole}", part=vessel.settled, whole=vessel.wanted),
            tone=_TONES.get(vessel.state, "fg2"),
        ),
        Cell(vessel.note, tone="fg2", tip=vessel.note),
    )
    return Row(vessel.vessel, cells)
