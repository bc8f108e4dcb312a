"""The line at the foot of the window: the truth about the connection, and what is under way."""

from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.frames import row, rule
from otternauts_desktop.ui.labels import Label, MarkLabel
from otternauts_desktop.ui.status_marks import WAITING, Mark


class StatusLine(QStatusBar):
    """Holds the words; who knows them sets them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._link_mark = MarkLabel(WAITING, size=12)
        self.link_label = Label(tr("Not connected"), size=12, tone="fg2")
        self.ssh_label = Label("", size=12, tone="fg2")
        self.launches_label = Label(tr("No launches running"), size=12, tone="fg2")
        self.cursor_label = Label("", size=12, tone="fg2")
        self.simulator_label = Label("", size=12, tone="warn")
        self.engine_label = Label("", size=12, tone="fg2")
        link = QWidget()
        line = row(link, margins=(8, 0, 4, 0), spacing=6)
        line.addWidget(self._link_mark)
        line.addWidget(self.link_label)
        self.addWidget(link)
        for label in (self.ssh_label, self.launches_label):
            self.addWidget(_spaced(label))
        for label in (self.cursor_label, self.engine_label, self.simulator_label):
            self.addPermanentWidget(_spaced(label))

    def show_link(self, mark: Mark, text: str) -> None:
        """The truth about the connection, at the left."""
        self._link_mark.show_mark(mark)
        self.link_label.setText(text)


def _spaced(label: QLabel) -> QWidget:
    box = QWidget()
    line = row(box, margins=(0, 0, 4, 0), spacing=8)
    line.addWidget(rule(vertical=True))
    line.addWidget(label)
    return box
