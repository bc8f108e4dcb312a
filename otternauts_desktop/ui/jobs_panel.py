"""Work on servers, under way and done: a list of jobs, and the steps, question and log of one."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from otternauts_desktop.core.flight.job import Job, JobState
from otternauts_desktop.core.flight.progress import StepState
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.frames import Split, Surface, clear, column, row, scrolled
from otternauts_desktop.ui.labels import SEMIBOLD, Label, MarkLabel
from otternauts_desktop.ui.mono_text import MonoText
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView
from otternauts_desktop.ui.status_marks import WAITING, of_job
from otternauts_desktop.ui.step_list import StepList
from otternauts_desktop.ui.times import clock, duration

_HEADINGS: Final = (
    Heading(marked("Job"), 0),
    Heading(marked("State"), 150),
    Heading(marked("Started"), 100, right=True, spare=1),
)
_STOPPABLE: Final = (JobState.QUEUED, JobState.RUNNING, JobState.WAITING, JobState.INTERRUPTED)
_RESUMABLE: Final = (JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED)


class JobsPanel(QWidget):
    """Shows what `show_jobs` was last given. The job that is chosen stays chosen."""

    answered = Signal(str, str)
    """A job's id, and the value of the choice."""
    resume_requested = Signal(str)
    cancel_requested = Signal(str)
    chosen = Signal()
    """Another job is in view: its log is wanted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs: tuple[Job, ...] = ()
        self.job_id = ""
        """The job in view, "" for none."""
        self.model = RowTreeModel(_HEADINGS)
        self.view = RowView(self.model, _HEADINGS, tr("Jobs"), height=28)
        self.view.selectionModel().currentChanged.connect(self._choose)

        self._mark = MarkLabel(WAITING, size=16)
        self.title = Label(weight=SEMIBOLD, wrap=True)
        self.state = Label(size=12, tone="fg2")
        self.resume_button = Button(tr("Go on with it"), size="small")
        self.resume_button.clicked.connect(lambda: self.resume_requested.emit(self.job_id))
        self.cancel_button = Button(tr("Cancel the job"), kind="ghost", size="small")
        self.cancel_button.setToolTip(tr("What was done stays; nothing is undone."))
        self.cancel_button.clicked.connect(lambda: self.cancel_requested.emit(self.job_id))
        head = row(margins=(16, 8, 12, 0), spacing=8)
        head.addWidget(self._mark)
        head.addWidget(self.title, 1)
        head.addWidget(self.state)
        head.addWidget(self.resume_button)
        head.addWidget(self.cancel_button)

        self._asked = Surface("notice-warn")
        self._asked.setAccessibleName(tr("Question of the job"))
        self.question = Label(wrap=True, selectable=True)
        self._choices: QHBoxLayout = row(spacing=8)
        inside = column(self._asked, margins=(12, 8, 12, 8), spacing=8)
        inside.addWidget(self.question)
        inside.addLayout(self._choices)
        self._failed = Surface("notice-bad")
        self._failed.setAccessibleName(tr("Cause"))
        self.trouble = Label(wrap=True, selectable=True)
        column(self._failed, margins=(12, 8, 12, 8)).addWidget(self.trouble)
        self.remains = Label(size=12, tone="fg2", wrap=True, selectable=True)
        notes = column(margins=(16, 8, 12, 0), spacing=8)
        for widget in (self._asked, self._failed, self.remains):
            notes.addWidget(widget)
        self.steps = StepList()
        self.log = MonoText(tr("Log of the job"), most=12)
        around = column(margins=(16, 0, 12, 12))
        around.addWidget(self.log)
        self._one = Surface("page")
        body = column(self._one)
        body.addLayout(head)
        body.addLayout(notes)
        body.addWidget(self.steps)
        body.addLayout(around)
        body.addStretch(1)
        self._one.hide()
        split = Split(Qt.Orientation.Horizontal)
        split.addWidget(self.view)
        split.addWidget(scrolled(self._one))
        split.setStretchFactor(1, 1)
        split.setSizes([480, 720])
        column(self).addWidget(split)

    def show_jobs(self, jobs: Sequence[Job]) -> None:
        """Show jobs, newest first."""
        self._jobs = tuple(jobs)
        self.model.show_rows(tuple(_row(job) for job in jobs))
        if not self.job_id and jobs:
            self.choose(jobs[0].id)
        self._show_one()

    def choose(self, job_id: str) -> None:
        """Bring one of the jobs into view."""
        self.job_id = job_id
        index = self.model.find(job_id)
        if index.isValid() and self.view.currentIndex().row() != index.row():
            self.view.setCurrentIndex(index)
        self._show_one()
        self.chosen.emit()

    def show_lines(self, lines: Sequence[tuple[float, str]]) -> None:
        """Show the log of the job in view: when (seconds since 1970) it said what."""
        bar = self.log.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 1
        self.log.set_text("\n".join(f"{clock(at)}  {text}" for at, text in lines))
        self.log.setVisible(bool(lines))
        if at_end:
            bar.setValue(bar.maximum())

    def _choose(self) -> None:
        chosen = self.view.current_row()
        if chosen is not None and chosen.key != self.job_id:
            self.choose(chosen.key)

    def _show_one(self) -> None:
        job = next((job for job in self._jobs if job.id == self.job_id), None)
        self._one.setVisible(job is not None)
        if job is None:
            return
        self._mark.show_mark(of_job(job.state))
        self.title.setText(job.title)
        took = f" · {duration(job.ended_at - job.created_at)}" if job.ended_at else ""
        self.state.setText(of_job(job.state).word + took)
        self.resume_button.setVisible(job.state in _RESUMABLE)
        self.cancel_button.setVisible(job.state in _STOPPABLE)
        self.steps.show_steps([replace(step, name=tr(step.name)) for step in job.steps])
        self.trouble.setText(job.trouble.text() if job.trouble else "")
        self._failed.setVisible(job.trouble is not None)
        self.remains.setText(" ".join(job.remains))
        self.remains.setVisible(bool(job.remains))
        self._ask(job)

    def _ask(self, job: Job) -> None:
        self._asked.setVisible(job.question is not None)
        if job.question is None:
            self.question.setText("")
            return
        if job.question.text == self.question.text() and self._choices.count():
            return  # the buttons keep the focus
        self.question.setText(job.question.text)
        clear(self._choices)
        for choice in job.question.choices:
            button = Button(choice.words, size="small")
            button.clicked.connect(
                lambda _=False, value=choice.value: self.answered.emit(self.job_id, value)
            )
            self._choices.addWidget(button)
        self._choices.addStretch(1)


def _row(job: Job) -> Row:
    mark = of_job(job.state)
    done = f"{job.done_steps}/{len(job.steps)}" if not job.state.ended else ""
    note = next((step.note for step in job.steps if step.state is StepState.RUNNING), "")
    started = (
        clock(job.created_at)
        if time.time() - job.created_at < 86_400
        else time.strftime("%Y-%m-%d", time.localtime(job.created_at))
    )
    cells = (
        Cell(job.title, mark=mark, note=note, strong=not job.state.ended),
        Cell(f"{mark.word} {done}".rstrip(), tone=mark.tone if mark.tone == "bad" else "fg2"),
        Cell(started, tone="fg3", right=True),
    )
    return Row(job.id, cells, subject=job)
