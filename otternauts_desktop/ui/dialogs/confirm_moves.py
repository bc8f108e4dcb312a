"""Before a cluster is evened out: which tasks would move."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.flight.rebalancing import Move
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.dialogs.frame import DialogFrame
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView

_HEADINGS: Final = (
    Heading(marked("Service"), 0),
    Heading(marked("From"), 160),
    Heading(marked("To"), 160),
)


class ConfirmMoves(DialogFrame):
    """Accepted means: move them."""

    def __init__(self, cluster: str, moves: Sequence[Move], parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Rebalance {cluster}?", cluster=cluster),
            tr(
                "Each task starts on the other outpost before one stops: nobody notices. Swarm "
                "has the last word on where it goes. Vessels with data on an outpost's disk stay."
            ),
            tr("Rebalance"),
            parent,
        )
        self.setMinimumSize(620, 420)
        self.model = RowTreeModel(_HEADINGS)
        view = RowView(self.model, _HEADINGS, tr("Moves"), surface="panel")
        self.model.show_rows([_row(number, move) for number, move in enumerate(moves)])
        self.body.addWidget(view, 1)


def _row(number: int, move: Move) -> Row:
    cells = (
        Cell(move.service.name, strong=True),
        Cell(move.source.name, tone="fg2"),
        Cell(move.target.name, tone="fg2"),
    )
    return Row(str(number), cells)
