"""Every command and API call that went to an outpost, as a person could have typed it."""

from collections import deque
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from otternauts_desktop.core.events import CommandRan
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.buttons import IconButton, Segments
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.frames import column, row
from otternauts_desktop.ui.labels import ElidedLabel, Label
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView
from otternauts_desktop.ui.status_marks import DONE, FAILED, WARNING
from otternauts_desktop.ui.times import clock_exact, duration

KEPT: Final = 2_000
SHOWN: Final = 500
PAINT_MS: Final = 200
_HEADINGS: Final = (
    Heading(marked("Time"), 80),
    Heading(marked("Outpost"), 110),
    Heading(marked("Asked by"), 150, spare=1),
    Heading(marked("Command"), 0),
    Heading(marked("Outcome"), 90),
    Heading(marked("Took"), 70, right=True),
)


_SHARES: Final = (marked("All"), marked("Changes"), marked("Failed"))


class CommandLogPanel(QWidget):
    """The last `SHOWN` of the entries that are looked for, newest first."""

    def __init__(
        self, ssh_line: Callable[[CommandRan], str], parent: QWidget | None = None
    ) -> None:
        """`ssh_line` gives an entry as a person would type it at a terminal."""
        super().__init__(parent)
        self._ssh_line = ssh_line
        self._entries: deque[tuple[int, CommandRan]] = deque(maxlen=KEPT)
        self.count = 0
        self.model = RowTreeModel(_HEADINGS)
        self.view = RowView(self.model, _HEADINGS, tr("Command log"), height=24, dense=24)
        copy = IconButton("copy", tr("Copy as a line for ssh"), size=24)
        copy.clicked.connect(self.copy)
        head = row(margins=(16, 2, 8, 2), spacing=8)
        words = tr(
            "What went to your outposts. Secrets never stand in a command: they go by stdin."
        )
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search"))
        self.search.setAccessibleName(tr("Search the command log"))
        self.search.setProperty("kind", "quiet")
        self.search.setClearButtonEnabled(True)
        for clear in self.search.findChildren(QToolButton):
            clear.setAccessibleName(tr("Clear the search"))
        self.search.setMaximumWidth(220)
        self.shares = Segments([tr(name) for name in _SHARES], tr("What is shown"))
        self.counted = Label(size=12, tone="fg3")
        self.search.textChanged.connect(lambda _: self._show())
        self.shares.chosen.connect(lambda _: self._show())
        head.addWidget(ElidedLabel(words, size=12, tone="fg3"), 1)
        head.addWidget(self.counted)
        head.addWidget(self.shares)
        head.addWidget(self.search)
        head.addWidget(copy)
        outer = column(self)
        outer.addLayout(head)
        outer.addWidget(self.view, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAINT_MS)
        self._timer.timeout.connect(self._show)

    def add(self, entry: CommandRan) -> None:
        """Take over an entry; it is shown a moment later, with others."""
        self.count += 1
        self._entries.appendleft((self.count, entry))
        if not self._timer.isActive():
            self._timer.start()

    def copy(self) -> None:
        """Put the chosen command on the clipboard, as a line for a terminal."""
        chosen = self.view.current_row()
        if chosen is not None and isinstance(chosen.subject, CommandRan):
            QGuiApplication.clipboard().setText(self._ssh_line(chosen.subject))

    def _show(self) -> None:
        if not self.isVisible():
            return
        share, words = self.shares.current, self.search.text().casefold().split()
        found = [
            (number, entry)
            for number, entry in self._entries
            if (share == 0 or (entry.changes if share == 1 else entry.failed))
            and all(word in _text(entry) for word in words)
        ]
        self.model.show_rows(tuple(_row(number, entry) for number, entry in found[:SHOWN]))
        self.counted.setText(
            tr("{part} of {whole}", part=min(len(found), SHOWN), whole=len(self._entries))
        )

    def showEvent(self, event: QShowEvent) -> None:
        self._timer.start()


def _text(entry: CommandRan) -> str:
    """What is searched in."""
    return f"{entry.outpost} {_asker(entry)} {entry.command}".casefold()


def _asker(entry: CommandRan) -> str:
    return entry.asked or tr("you")


def _row(number: int, entry: CommandRan) -> Row:
    if entry.exit_status is None:
        mark, outcome = WARNING, tr("unknown")
    else:
        mark, outcome = FAILED if entry.failed else DONE, str(entry.exit_status)
    cells = (
        Cell(clock_exact(entry.at), tone="fg3", mono=True),
        Cell(entry.outpost, tone="key", mono=True),
        Cell(_asker(entry), tone="fg2", tip=entry.asked),
        Cell(entry.command.replace("\n", " "), mono=True, tip=entry.command[:2000]),
        Cell(outcome, tone="fg2", mark=mark),
        Cell(duration(entry.seconds), tone="fg3", right=True),
    )
    return Row(f"{number}", cells, subject=entry)
