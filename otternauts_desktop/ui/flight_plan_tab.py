"""The flight plan of a fleet: the editor, and at its side what a launch would do."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Final, Protocol

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLayout, QStackedWidget, QWidget

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.fleet.findings import Finding, Severity
from otternauts_desktop.core.fleet.flight_plan import Prepared, Reading
from otternauts_desktop.core.flight.comparison import Pair
from otternauts_desktop.core.flight.diff import LineChange
from otternauts_desktop.core.flight.plan import Plan
from otternauts_desktop.core.words import tr, trn
from otternauts_desktop.ui.buttons import Button, IconButton, LaunchButton, Segments
from otternauts_desktop.ui.compare_panel import ComparePanel, Version
from otternauts_desktop.ui.diff_view import DiffView
from otternauts_desktop.ui.file_bar import FileBar
from otternauts_desktop.ui.find_bar import FindBar
from otternauts_desktop.ui.frames import Surface, column, row, rule
from otternauts_desktop.ui.labels import SEMIBOLD, ElidedLabel, Label, MarkLabel
from otternauts_desktop.ui.panes import make_pane
from otternauts_desktop.ui.plan_view import PlanView
from otternauts_desktop.ui.side_split import SideSplit
from otternauts_desktop.ui.status_marks import FAILED, WARNING, Mark
from otternauts_desktop.ui.variables_used import VariablesUsed
from otternauts_desktop.ui.yaml_editor import YamlEditor

PAUSE_MS: Final = 80
"""So long after the last key the text is read anew."""


class Previewed(Protocol):
    """What `Launches.preview` gives."""

    @property
    def prepared(self) -> Prepared:
        """What the text means."""

    @property
    def plan(self) -> Plan:
        """What a launch would do, None while it is not known."""


class FlightPlanTab(QWidget):
    """Holds the text being edited; what it means comes from outside."""

    paused = Signal()
    """The person stopped typing."""
    launch_requested = Signal()
    variables_requested = Signal()
    refresh_requested = Signal()
    cursor_moved = Signal(int, int)
    compare_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reading = Reading(())
        self._fleet = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.flush)

        self.editor = YamlEditor()
        self.editor.edited.connect(self._timer.start)
        self.editor.cursor_moved.connect(self.cursor_moved)
        self.editor.value_wanted.connect(self.variables_requested)
        self.find_bar = FindBar(self.editor)
        self.file_bar = FileBar()
        self._file = Label("", weight=SEMIBOLD)
        self._errors = _Counter(FAILED)
        self._warnings = _Counter(WARNING)
        previous = IconButton("chev-u", tr("Previous problem"), size=24, shortcut="Shift+F8")
        following = IconButton("chev-d", tr("Next problem"), size=24, shortcut="F8")
        previous.clicked.connect(lambda: self.go_to_problem(-1))
        following.clicked.connect(lambda: self.go_to_problem(1))
        head = row(margins=(16, 0, 8, 0), spacing=8)
        head.addWidget(self._file)
        self._where = ElidedLabel(size=12, tone="fg3")
        head.addWidget(self._where, 1)
        find = IconButton("search", tr("Find and replace"), size=24, shortcut="Ctrl+F")
        find.clicked.connect(lambda: self.find_bar.open(replacing=True))
        compare = IconButton("swap", tr("Compare versions"), size=24, shortcut="Ctrl+D")
        compare.clicked.connect(self.compare_requested)
        for widget in (self._errors, self._warnings, previous, following, find, compare):
            head.addWidget(widget)
        self._problem = ElidedLabel(size=12, tone="fg2")
        foot = row(margins=(16, 4, 16, 4))
        foot.addWidget(self._problem, 1)
        left = Surface("page")
        make_pane(left)
        body = column(left)
        body.addWidget(_bar(head))
        body.addWidget(rule())
        body.addWidget(self.file_bar)
        body.addWidget(self.find_bar)
        body.addWidget(self.editor, 1)
        body.addWidget(rule(soft=True))
        body.addLayout(foot)

        self.preview_panel = self._preview_panel()
        self.beside = SideSplit(left, self.preview_panel, (tr("Text"), tr("Preview")))
        self.compare = ComparePanel()
        self.compare.left.connect(self.leave_compare)
        self._sides = QStackedWidget()
        self._sides.addWidget(self.beside)
        self._sides.addWidget(self.compare)
        outer = column(self)
        outer.addWidget(self._sides)

    def open_compare(self, versions: Sequence[Version], old: str, new: str) -> None:
        """Compare two versions in place of the editor."""
        self._sides.setCurrentWidget(self.compare)
        self.compare.show_versions(versions, old, new)
        self.compare.view.setFocus()

    def leave_compare(self) -> None:
        """Back to the editor."""
        self._sides.setCurrentIndex(0)
        self.editor.setFocus()

    @property
    def comparing(self) -> bool:
        """Whether versions are compared in place of the editor."""
        return self._sides.currentWidget() is self.compare

    def _preview_panel(self) -> Surface:
        panel = Surface("panel")
        make_pane(panel)
        panel.setMinimumWidth(320)
        self.views = Segments((tr("Diff"), tr("Plan"), tr("Rendered")), tr("What to preview"))
        self.diff_view = DiffView()
        self.plan_view = PlanView(editable=True)
        self.rendered = YamlEditor()
        self.rendered.setReadOnly(True)
        self.rendered.setAccessibleName(tr("What is sent to Docker"))
        self._stack = QStackedWidget()
        for view in (self.diff_view, self.plan_view, self.rendered):
            self._stack.addWidget(view)
        self._unfilled: dict[QWidget, Callable[[], None]] = {}
        self._stack.currentChanged.connect(self._fill)
        self.views.chosen.connect(self._stack.setCurrentIndex)
        self.views.choose(1)
        head = row(margins=(16, 0, 8, 0), spacing=8)
        head.addWidget(Label(tr("Preview"), weight=SEMIBOLD))
        head.addStretch(1)
        head.addWidget(self.views)
        self._compared = ElidedLabel(size=12, tone="fg3")
        refresh = Button(tr("Refresh"), kind="link")
        refresh.clicked.connect(self.refresh_requested)
        compared = row(margins=(16, 4, 8, 0))
        compared.addWidget(self._compared, 1)
        compared.addWidget(refresh)
        self.variables = VariablesUsed()
        self.variables.values_wanted.connect(self.variables_requested)
        self._in_the_way = ElidedLabel(size=12, tone="fg2")
        in_the_way = row(margins=(16, 10, 16, 0))
        in_the_way.addWidget(self._in_the_way)
        self.launch_button = LaunchButton(tr("Launch…"), "Ctrl+Enter")
        self.launch_button.clicked.connect(self.launch_requested)
        launch = row(margins=(16, 10, 16, 12))
        launch.addWidget(self.launch_button)
        body = column(panel)
        body.addWidget(_bar(head))
        body.addWidget(rule())
        body.addLayout(compared)
        body.addWidget(self._stack, 1)
        body.addWidget(self.variables)
        body.addWidget(rule())
        body.addLayout(in_the_way)
        body.addLayout(launch)
        return panel

    # -- the text ----------------------------------------------------------------------------

    def set_text(self, fleet: str, text: str) -> None:
        """Show a flight plan; what was typed before must have been kept."""
        self._timer.stop()
        self._fleet = fleet
        self.show_file("")
        self.editor.set_text(text)

    @property
    def file_name(self) -> str:
        """What its file is called, or would be."""
        return self._file.text()

    def show_file(self, path: str) -> None:
        """Say which file the text belongs to; "" for none."""
        self._file.setText(PurePath(path).name if path else f"{self._fleet}.yml")
        self._where.setText(str(PurePath(path).parent) if path else tr("A draft kept here"))

    def text(self) -> str:
        """The text as it stands."""
        return self.editor.text()

    def flush(self) -> None:
        """Tell the text now, without waiting for a pause."""
        self._timer.stop()
        self.paused.emit()

    @property
    def pending(self) -> bool:
        """Whether something was typed that `paused` has not told yet."""
        return self._timer.isActive()

    # -- what it means -----------------------------------------------------------------------

    def show_reading(self, reading: Reading, changes: Mapping[int, LineChange]) -> None:
        """Show findings, which variables lack a value, and which lines (from 0) changed."""
        self.reading = reading
        self.editor.show_findings(reading.findings)
        self.editor.show_changes(changes)
        kinds = [finding.severity for finding in reading.findings]
        self._errors.show_number(kinds.count(Severity.ERROR))
        self._warnings.show_number(kinds.count(Severity.WARNING))
        first = next((f for f in reading.findings if f.severity is not Severity.NOTE), None)
        self._problem.setText(_in_words(first) if first else "")

    def show_missing(self, missing: Sequence[str]) -> None:
        """Say which variables have no value yet."""
        self.variables.show_variables(self.reading.variables, missing)
        errors = sum(f.severity is Severity.ERROR for f in self.reading.findings)
        parts = [
            trn("{number} error", "{number} errors", errors) if errors else "",
            trn("{number} missing value", "{number} missing values", len(missing))
            if missing
            else "",
        ]
        names = ", ".join(part for part in parts if part)
        self._in_the_way.setText(tr("To resolve first: {names}", names=names) if names else "")
        self._in_the_way.set_tone("bad" if errors else "warn")
        self._in_the_way.setVisible(bool(names))

    def show_preview(self, preview: Previewed, rows: tuple[Pair, ...], compared: str) -> None:
        """Show what a launch would do; `compared` says with what it was compared."""
        self._compared.setText(compared)
        self._unfilled = {
            self.plan_view: lambda: self.plan_view.show_plan(preview.plan, preview.prepared.notes),
            self.diff_view: lambda: self.diff_view.show_rows(rows),
            self.rendered: lambda: self.rendered.set_text(preview.prepared.shown()),
        }
        self._fill()

    def show_no_preview(self, error: KnownError, rows: tuple[Pair, ...]) -> None:
        """Say why there is none; the text can be compared all the same."""
        self._compared.setText("")
        self._unfilled = {
            self.plan_view: lambda: self.plan_view.show_words(
                error.title, error.detail, error.next_step
            ),
            self.diff_view: lambda: self.diff_view.show_rows(rows),
            self.rendered: lambda: self.rendered.set_text(""),
        }
        self._fill()

    def _fill(self) -> None:
        """Fill the view in front: each takes its time, so the others wait until they are seen."""
        shown = self._stack.currentWidget()
        for view in [view for view in self._unfilled if view is shown]:
            self._unfilled.pop(view)()

    def go_to_problem(self, step: int) -> None:
        """Move the cursor to the next or previous finding, around the end."""
        problems = [f for f in self.reading.findings if f.severity is not Severity.NOTE]
        if not problems:
            return
        here = self.editor.textCursor().blockNumber() + 1
        after = [f for f in problems if (f.line > here if step > 0 else f.line < here)]
        chosen = (after or problems)[0 if step > 0 else -1]
        self.editor.go_to(chosen.line, chosen.column)
        self.editor.setFocus()


def _in_words(finding: Finding) -> str:
    if finding.file:
        return f"{finding.file}: {finding.line}: {finding.message} {finding.fix}"
    message = f"{finding.message} {finding.fix}".strip()
    return tr("Line {line}: {message}", line=finding.line, message=message)


class _Counter(QWidget):
    """A mark with a number; gone at zero."""

    def __init__(self, mark: Mark, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = MarkLabel(mark)
        self._number = Label("0", tone="fg2")
        line = row(self, spacing=6)
        line.addWidget(self._mark)
        line.addWidget(self._number)
        self.hide()

    def show_number(self, number: int) -> None:
        self._number.setText(str(number))
        self.setVisible(number > 0)


def _bar(layout: QLayout) -> QWidget:
    bar = QWidget()
    bar.setLayout(layout)
    bar.setFixedHeight(36)
    return bar
