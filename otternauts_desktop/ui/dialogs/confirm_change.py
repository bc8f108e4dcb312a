"""Before an outpost's part in its swarm changes: what that means, or why it is not done."""

from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.flight.membership import Change, Outlook
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.departures import DeparturesView
from otternauts_desktop.ui.dialogs.confirm import Confirm
from otternauts_desktop.ui.frames import Surface, row
from otternauts_desktop.ui.labels import Label, MarkLabel
from otternauts_desktop.ui.status_marks import WARNING


class ConfirmChange(Confirm):
    """`verb` is on the button. What is refused has no button, and says the way on."""

    def __init__(
        self, title: str, verb: str, outlook: Outlook, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, outlook.words, verb, parent)
        for warning in outlook.warnings:
            self.body.addWidget(_warning(warning))
        if outlook.departures and outlook.refusal is None:
            table = DeparturesView()
            table.show_departures(outlook.departures, at_once=outlook.change is Change.DRAIN)
            self.body.addWidget(table, 1)
            self.setMinimumSize(720, 480)
        else:
            self.body.addStretch(1)
        if outlook.refusal is not None:
            self.show_error(outlook.refusal)
            self.primary.hide()
            self.cancel.setText(tr("Close"))


def _warning(text: str) -> QWidget:
    surface = Surface("notice-warn")
    line = row(surface, margins=(12, 8, 12, 8), spacing=10)
    line.addWidget(MarkLabel(WARNING, size=16))
    line.addWidget(Label(text, wrap=True, selectable=True), 1)
    return surface
