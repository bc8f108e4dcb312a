"""The line at the foot of the window: the truth about the connection, and what is under way."""

from PySide6.QtWidgets import QStatusBar, QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button
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
        self.ssh_label = _Part(self, "")
        self.launches_label = _Part(self, tr("No launches running"))
        self.cursor_label = _Part(self, "")
        self.simulator_label = _Part(self, "", "warn")
        self.engine_label = _Part(self, "")
        self.remedy_button = Button(tr("Reconnect now"), kind="link")
        self.remedy_button.hide()
        link = QWidget()
        line = row(link, margins=(8, 0, 4, 0), spacing=6)
        line.addWidget(self._link_mark)
        line.addWidget(self.link_label)
        line.addWidget(self.remedy_button)
        self.addWidget(link)
        for label in (self.ssh_label, self.launches_label):
            self.addWidget(label.box)
        for label in (self.cursor_label, self.engine_label, self.simulator_label):
            self.addPermanentWidget(label.box)

    def show_link(self, mark: Mark, text: str, remedy: str = "") -> None:
        """The truth about the connection, at the left, with what helps; "" for nothing."""
        self._link_mark.show_mark(mark)
        self.link_label.setText(text)
        self.remedy_button.setText(remedy)
        self.remedy_button.setVisible(bool(remedy))


class _Part(Label):
    """Words behind a line; both are away while there are none."""

    def __init__(self, line: QStatusBar, text: str, tone: str = "fg2") -> None:
        self.box = QWidget(line)
        super().__init__("", self.box, size=12, tone=tone)
        inside = row(self.box, margins=(0, 0, 4, 0), spacing=8)
        inside.addWidget(rule(vertical=True))
        inside.addWidget(self)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.box.setVisible(bool(text))
