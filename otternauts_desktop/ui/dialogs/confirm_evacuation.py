"""Before an outpost is emptied: what becomes of each vessel on it."""

from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.flight.evacuation import Evacuation
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.departures import DeparturesView
from otternauts_desktop.ui.dialogs.confirm import Confirm


class ConfirmEvacuation(Confirm):
    """Accepted means: empty it."""

    def __init__(self, outpost: str, found: Evacuation, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Evacuate {outpost}?", outpost=outpost), _words(found), tr("Evacuate"), parent
        )
        if found.departures:
            self.table = DeparturesView()
            self.table.show_departures(found.departures)
            self.body.addWidget(self.table, 1)
            self.setMinimumSize(720, 480)


def _words(found: Evacuation) -> str:
    if not found.departures:
        return tr("Nothing runs on it. It takes no tasks until it is brought back.")
    if found.gapless:
        return tr(
            "Each vessel starts elsewhere, and stops here once its successor runs: nobody notices. "
            "Then the outpost takes no tasks until it is brought back."
        )
    return tr(
        "What can move starts elsewhere before it stops here. The rest stops when the outpost is "
        "drained at the end: look at what is marked."
    )
