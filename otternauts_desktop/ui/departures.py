"""What becomes of each service on an outpost that is emptied, as a table."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.flight.evacuation import Departure, Way
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView
from otternauts_desktop.ui.status_marks import DONE, HEALTHY, WARNING, Mark

_HEADINGS: Final = (
    Heading(marked("Service"), 200),
    Heading(marked("Tasks"), 60, right=True),
    Heading(marked("What becomes of it"), 0),
)
_WAYS: Final[dict[Way, tuple[Mark, str]]] = {
    Way.MOVES: (HEALTHY, marked("Starts elsewhere, then stops here: no gap")),
    Way.RESTARTS: (WARNING, marked("Stops here, then starts elsewhere: a gap")),
    Way.STOPS: (WARNING, marked("Stops until another outpost can take it")),
    Way.ENDS: (DONE, marked("One runs on each outpost: this one ends")),
}


class DeparturesView(RowView):
    """Shows what `show_departures` was last given; as high as its rows, up to a limit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._rows = RowTreeModel(_HEADINGS)
        super().__init__(self._rows, _HEADINGS, tr("What becomes of each service"), parent)
        self.setMinimumHeight(200)
        self.setIndentation(20)

    def show_departures(self, departures: Sequence[Departure], *, at_once: bool = False) -> None:
        """Show them, with what is at risk below each; `at_once`: all stop before they start."""
        self._rows.show_rows([_row(departure, at_once=at_once) for departure in departures])
        self.expandAll()


def _row(departure: Departure, *, at_once: bool) -> Row:
    way = departure.way
    if at_once and way is Way.MOVES:
        way = Way.RESTARTS
    mark, words = _WAYS[way]
    cells = (
        Cell(departure.service.name, strong=True),
        Cell(str(departure.tasks), right=True),
        Cell(tr(words), mark=mark),
    )
    warnings = tuple(
        Row(str(number), (Cell(warning, tone="fg2", wrap=True),), spanned=True)
        for number, warning in enumerate(departure.warnings)
    )
    return Row(departure.service.id, cells, warnings)
