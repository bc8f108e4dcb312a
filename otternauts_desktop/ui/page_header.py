"""The head of a page: icon, title with its state, a line of facts, and actions at the right."""

import time

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button, IconButton
from otternauts_desktop.ui.connection import CONNECTED, Connection
from otternauts_desktop.ui.frames import Surface, column, row
from otternauts_desktop.ui.labels import SEMIBOLD, ElidedLabel, IconLabel, Label, Pill
from otternauts_desktop.ui.status_marks import UNREACHABLE, WAITING, Mark

_PATIENCE = 4
"""Seconds of reading after which it says how long, and what to look at."""


class PageHeader(QWidget):
    """60 pixels high. What is shown is set by `show_page`, then by `show_connection`."""

    remedy_requested = Signal(object)
    """The `Connection` that is to be mended."""

    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tile = Surface("card")
        tile.setFixedSize(36, 36)
        inside = row(tile, margins=(8, 8, 8, 8))
        inside.addWidget(IconLabel(icon, size=20, tone="accent"))
        self.title = Label(size=18, weight=SEMIBOLD)
        self.pill = Pill(WAITING)
        self.facts = ElidedLabel(size=12, tone="fg2")
        first = row(spacing=10)
        first.addWidget(self.title)
        first.addWidget(self.pill)
        first.addStretch(1)
        words = column(spacing=2)
        words.addLayout(first)
        words.addWidget(self.facts)
        self._facts = ""
        self._connection = CONNECTED
        self.remedy_button = Button(tr("Reconnect now"))
        self.remedy_button.clicked.connect(lambda: self.remedy_requested.emit(self._connection))
        self.remedy_button.hide()
        self._reading = "", 0.0
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._count)
        self._actions = row(spacing=8)
        self._actions.addWidget(self.remedy_button)
        self.more_button = IconButton("more", tr("More that can be done here"))
        line = row(self, margins=(16, 10, 16, 10), spacing=12)
        line.addWidget(tile)
        line.addLayout(words, 1)
        line.addLayout(self._actions)
        line.addWidget(self.more_button)

    def add_action(self, widget: QWidget) -> None:
        """Put a button at the right."""
        self._actions.addWidget(widget)

    def show_page(self, title: str, mark: Mark, facts: list[str], *, state: str = "") -> None:
        """Show the title, its state (the mark's word, or `state`), and facts in one line."""
        self.title.setText(title)
        self.pill.show_status(mark, state)
        self._facts = "  ·  ".join(fact for fact in facts if fact)
        self.facts.setText(self._facts)
        self._clock.stop()

    def show_connection(self, connection: Connection) -> None:
        """Say what is wrong with the connection, before all other facts, and what helps."""
        self._connection = connection
        self.remedy_button.setVisible(not connection.well)
        if connection.well:
            return
        self._clock.stop()
        self.remedy_button.setText(connection.remedy.title)
        self.pill.show_status(connection.mark, connection.state)
        shown = (connection.retry, connection.reason, self._facts)
        self.facts.setText("  ·  ".join(dict.fromkeys(part for part in shown if part)))

    def show_reading(self, title: str, outpost: str, lost: str = "") -> None:
        """Nothing is known yet: it is being read from `outpost`, or can't be, for a reason."""
        if lost:
            self.show_page(title, UNREACHABLE, [lost])
        elif not self._clock.isActive() or self.title.text() != title:
            self.show_page(title, WAITING, [])
            self._reading = outpost, time.monotonic()
            self._clock.start()
            self._count()

    def hideEvent(self, event: QHideEvent) -> None:
        self._clock.stop()
        super().hideEvent(event)

    def _count(self) -> None:
        outpost, began = self._reading
        seconds = round(time.monotonic() - began)
        words = tr("Otto is reading the live cluster from {outpost}…", outpost=outpost)
        if seconds > _PATIENCE:
            words = tr(
                "Still waiting for {outpost}, {seconds} s. Check the connection.",
                outpost=outpost,
                seconds=seconds,
            )
        self.facts.setText(words)
