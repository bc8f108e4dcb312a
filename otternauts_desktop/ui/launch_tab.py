"""A launch under way: its steps, its vessels, and the cause when it fails."""

import time
from typing import Final

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.flight.progress import (
    LaunchProgress,
    LaunchState,
    StepState,
)
from otternauts_desktop.core.swarm.state import Snapshot
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.frames import Split, Surface, column, row, rule, scrolled
from otternauts_desktop.ui.labels import SEMIBOLD, Label, MarkLabel, OttoLabel
from otternauts_desktop.ui.launch_rows import HEADINGS, launch_rows, vessel_tones
from otternauts_desktop.ui.mono_text import MonoText
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView, paint_segments
from otternauts_desktop.ui.status_marks import of_launch
from otternauts_desktop.ui.step_list import StepList
from otternauts_desktop.ui.times import duration, stopwatch

_ORDER: Final = ("ok", "bad", "accent", "line")
"""What is settled comes first in the bar over all."""


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
    launch_requested = Signal()
    edit_requested = Signal()

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
        self.model = RowTreeModel(HEADINGS)
        self.view = RowView(self.model, HEADINGS, tr("Vessels of this launch"), tree=True, fit=True)
        self.model.rowsInserted.connect(self._open_moving)
        self.cause = _CauseCard()
        self.cause.edit_button.clicked.connect(self.edit_requested)
        self.cause.again_button.clicked.connect(self.launch_requested)
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
        self._otto = Surface("card")
        tip = row(self._otto, margins=(12, 12, 12, 12), spacing=10)
        tip.addWidget(OttoLabel("face", 44), 0, Qt.AlignmentFlag.AlignTop)
        words = tr("You can leave this page. Otto keeps watch and reports when it is over.")
        tip.addWidget(Label(words, size=12, tone="fg2", wrap=True), 1)
        aside = Surface("page")
        aside.setMinimumWidth(220)
        under = column(aside)
        under.addWidget(scrolled(self._steps), 1)
        place = column(margins=(12, 0, 12, 12))
        place.addWidget(self._otto)
        under.addLayout(place)
        split.addWidget(aside)
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

    def show_launch(self, progress: LaunchProgress | None, snapshot: Snapshot | None) -> None:
        """Show where a launch stands, None for no launch yet, with the tasks as last seen."""
        self._progress = progress
        self._otto.setVisible(progress is not None and not progress.state.ended)
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
        tones = [tone for vessel in progress.vessels for tone in vessel_tones(vessel)]
        self._bar.show_tones(tuple(sorted(tones, key=_ORDER.index)))
        self.model.show_rows(launch_rows(progress, snapshot, time.time()))
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

    def _open_moving(self, parent: QModelIndex, first: int, last: int) -> None:
        """The tasks of what changes are in sight; the rest starts closed."""
        kept = (
            {c.vessel for c in self._progress.planned if c.kind == "unchanged"}
            if (self._progress)
            else set()
        )
        parents = (
            [parent]
            if parent.isValid()
            else [self.model.index(number, 0) for number in range(first, last + 1)]
        )
        for index in parents:
            shown = self.model.row_at(index)
            self.view.setExpanded(index, shown is not None and shown.key not in kept)

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
        self.edit_button = Button(tr("Edit the flight plan"), icon="edit", size="small")
        self.again_button = Button(tr("Launch again…"), icon="launch", size="small")
        body = column(self, margins=(16, 10, 16, 10), spacing=6)
        for widget in (self.sentence, self.next_step, self.docker_said, self.log):
            body.addWidget(widget)
        foot = row(spacing=8)
        foot.addWidget(self.edit_button)
        foot.addWidget(self.again_button)
        foot.addStretch(1)
        body.addLayout(foot)

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
                name=progress.steps[number - 1].name,
            )
