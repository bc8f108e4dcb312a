"""The side panel of what is selected: how it stands, why it does not run, and its last lines."""

import time
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QWidget

from otternauts_desktop.core.flight.explain import explain
from otternauts_desktop.core.flight.placement import Grid, grid
from otternauts_desktop.core.swarm.health import service_condition
from otternauts_desktop.core.swarm.state import Service, Snapshot, Task
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button, IconButton
from otternauts_desktop.ui.cluster_tree_model import replica_name
from otternauts_desktop.ui.frames import Surface, clear, column, row, rule, scrolled
from otternauts_desktop.ui.labels import (
    MEDIUM,
    SEMIBOLD,
    ElidedLabel,
    IconLabel,
    Label,
    MarkLabel,
    OttoLabel,
)
from otternauts_desktop.ui.mono_text import MonoText
from otternauts_desktop.ui.status_marks import WAITING, of_health, of_task
from otternauts_desktop.ui.times import age_of, clock, moment, short_image

LINES: Final = 20
"""So many of a task's last lines are asked for."""


class ExplainPanel(Surface):
    """Shows a service or one of its tasks; empty until something is selected."""

    lines_requested = Signal(str)
    """A task's id: its last lines are wanted."""
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("nav", parent)
        self.setAccessibleName(tr("Explain"))
        self._task_id = ""
        self._shown: object = None
        self.checked = Label(size=12, tone="fg3")
        self._close = IconButton("x", tr("Close this panel"), size=24)
        self._close.clicked.connect(self.closed)
        head = row(margins=(16, 0, 8, 0), spacing=8)
        head.addWidget(Label(tr("Explain"), weight=SEMIBOLD))
        head.addStretch(1)
        head.addWidget(self.checked)
        head.addWidget(self._close)
        bar = QWidget()
        bar.setLayout(head)
        bar.setFixedHeight(36)
        self._mark = MarkLabel(WAITING, size=16)
        self.verdict = Label(size=15, weight=SEMIBOLD, wrap=True, selectable=True)
        self.sentence = Label(tone="fg2", wrap=True, selectable=True)
        title = row(spacing=8)
        title.addWidget(self._mark)
        title.addWidget(self.verdict, 1)
        self._grid_box = Surface("card")
        self._grid = QGridLayout(self._grid_box)
        self._grid.setContentsMargins(12, 8, 12, 8)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._facts_box = QWidget()
        self._facts = QGridLayout(self._facts_box)
        self._facts.setContentsMargins(0, 0, 0, 0)
        self._facts.setHorizontalSpacing(12)
        self._facts.setVerticalSpacing(4)
        self._facts.setColumnStretch(1, 1)
        self._tip_box = QWidget()
        tip = row(self._tip_box, spacing=10)
        tip.addWidget(OttoLabel("face", 28))
        self.tip = Label(size=12, tone="fg2", wrap=True)
        tip.addWidget(self.tip, 1)
        self._docker_box = QWidget()
        docker = row(self._docker_box, spacing=8)
        self.docker_said = Label(size=12, tone="fg3", wrap=True, selectable=True)
        copy = IconButton("copy", tr("Copy Docker's own words"), size=24)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.docker_said.text()))
        docker.addWidget(self.docker_said, 1)
        docker.addWidget(copy)
        self.lines_button = Button(tr("Show its last lines"), icon="comms", size="small")
        self.lines_button.clicked.connect(lambda: self.lines_requested.emit(self._task_id))
        self.lines = MonoText(tr("Last lines of this task"), most=LINES)
        content = QWidget()
        inside = column(content, margins=(16, 12, 16, 12), spacing=12)
        inside.addLayout(title)
        for widget in (
            self.sentence,
            self._facts_box,
            self._grid_box,
            self._tip_box,
            self._docker_box,
            self.lines_button,
            self.lines,
        ):
            inside.addWidget(widget)
        inside.addStretch(1)
        outer = column(self)
        outer.addWidget(bar)
        outer.addWidget(rule())
        outer.addWidget(scrolled(content), 1)
        self.setMinimumWidth(320)

    def show_service(self, snapshot: Snapshot, service: Service) -> None:
        """Show how a service stands, and where its tasks could go where one finds no place."""
        self._tell_age(snapshot)
        if self._is_shown((service, snapshot.tasks_by_service.get(service.id), snapshot.nodes)):
            return
        self._forget_lines("")
        condition = service_condition(snapshot, service)
        mark = of_health(condition.health)
        self._mark.show_mark(mark)
        well = condition.running >= condition.wanted
        self.verdict.setText(
            tr("{vessel}: {state}", vessel=service.vessel, state=mark.word)
            if well or condition.running
            else tr("Vessel “{vessel}” does not run", vessel=service.vessel)
        )
        self._show_facts(
            (
                (tr("Tasks"), tr("{count} running", count=condition.count)),
                (tr("Image"), short_image(service.image)),
                (tr("Created"), _at(service.created_at)),
                (tr("Update"), service.update_message),
            )
        )
        troubled = [
            task
            for task in snapshot.tasks_by_service.get(service.id, ())
            if task.error or task.state in ("failed", "rejected")
        ]
        if well or not troubled:
            self._explain("", "", "")
            self._show_grid(None)
            return
        newest = max(troubled, key=lambda task: task.created_at)
        self._task_id = newest.id
        words = explain(newest.error, newest.exit_code)
        self._explain(words.sentence, words.next_step, newest.error or newest.message)
        self._show_grid(grid(service, snapshot) if newest.state == "pending" else None)
        self.lines_button.setVisible(bool(newest.node_id))

    def show_task(self, snapshot: Snapshot, service: Service, task: Task) -> None:
        """Show one task: its state and error, its exit code, where it ran and when."""
        self._tell_age(snapshot)
        if self._is_shown((task, snapshot.nodes)):
            return
        if task.id != self._task_id:
            self._forget_lines(task.id)
        node = snapshot.node_by_id.get(task.node_id)
        mark = of_task(task, node_ready=node is None or node.ready)
        self._mark.show_mark(mark)
        name = replica_name(service, task, snapshot)
        self.verdict.setText(tr("{vessel}: {state}", vessel=name, state=mark.word))
        self._show_facts(
            (
                (tr("Exit code"), "" if task.exit_code is None else str(task.exit_code)),
                (tr("Outpost"), snapshot.node_name(task.node_id) or tr("none yet")),
                (tr("Image"), short_image(task.image)),
                (tr("Created"), _at(task.created_at)),
                (tr("This state"), _at(task.timestamp)),
                (tr("Wanted"), task.desired),
                (tr("Task"), task.id),
            )
        )
        if task.error or task.state in ("failed", "rejected"):
            words = explain(task.error, task.exit_code)
            self._explain(words.sentence, words.next_step, task.error or task.message)
        else:
            self._explain("", "", "")
        self._show_grid(grid(service, snapshot) if task.state == "pending" and task.error else None)
        self.lines_button.setVisible(bool(task.node_id) and not self.lines.isVisibleTo(self))

    def show_lines(self, task_id: str, text: str) -> None:
        """Show what a task wrote last, or why that can't be had."""
        if task_id == self._task_id:
            self.lines.set_text(text or tr("It wrote nothing."))
            self.lines.show()
            self.lines_button.hide()
            self.lines.verticalScrollBar().setValue(self.lines.verticalScrollBar().maximum())

    def _is_shown(self, subject: object) -> bool:
        same = self._shown == subject
        self._shown = subject
        return same

    def _forget_lines(self, task_id: str) -> None:
        self._task_id = task_id
        self.lines.clear()
        self.lines.hide()
        self.lines_button.hide()

    def _tell_age(self, snapshot: Snapshot) -> None:
        self.checked.setText(tr("As of {time}", time=clock(snapshot.taken_at)))

    def _explain(self, sentence: str, step: str, docker_said: str) -> None:
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
        self.tip.setText(tr("Otto says: {tip}", tip=step))
        self._tip_box.setVisible(bool(step))
        self.docker_said.setText(tr("Docker said: {words}", words=docker_said))
        self._docker_box.setVisible(bool(docker_said))

    def _show_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        clear(self._facts)
        for number, (name, text) in enumerate((n, t) for n, t in facts if t):
            self._facts.addWidget(Label(name, size=12, tone="fg3"), number, 0)
            self._facts.addWidget(ElidedLabel(text, size=12), number, 1)

    def _show_grid(self, shown: Grid | None) -> None:
        clear(self._grid)
        self._grid_box.setVisible(shown is not None)
        if shown is None:
            return
        for number, title in enumerate((tr("Outpost"), *shown.questions)):
            self._grid.addWidget(Label(title, size=12, tone="fg3"), 0, number)
        for line, (name, checks) in enumerate(shown.rows, 1):
            self._grid.addWidget(Label(name, size=12, weight=MEDIUM), line, 0)
            for number, check in enumerate(checks, 1):
                icon, tone = ("check", "ok") if check.passed else ("x", "bad")
                cell = row(spacing=5)
                cell.addWidget(IconLabel(icon, size=12, tone=tone))
                text = Label(check.found, size=12, tone="fg1" if check.passed else tone)
                cell.addWidget(text, 1)
                self._grid.addLayout(cell, line, number)


def _at(stamp: str) -> str:
    at = moment(stamp)
    return tr("{age} ago", age=age_of(stamp, time.time())) if at else ""
