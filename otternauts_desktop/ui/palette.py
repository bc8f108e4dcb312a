"""The command palette: go to anything, run any command, from the keyboard."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.finding import Target, find
from otternauts_desktop.ui.frames import Surface, column, rule
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView
from otternauts_desktop.ui.theme import theme

WIDTH: Final = 672
SHOWN: Final = 12
_HEADINGS: Final = (
    Heading(marked("Name")),
    Heading(marked("Kind"), 230),
    Heading(marked("Keys"), 110, right=True),
)


class Palette(QDialog):
    """A popup over the window. `chosen` carries the target's id."""

    chosen = Signal(str)

    def __init__(
        self, targets: Sequence[Target], recent: Sequence[str], parent: QWidget | None = None
    ) -> None:
        # A dialog, not a popup: Qt hides popups from screen readers.
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setAccessibleName(tr("Command palette"))
        self._targets = tuple(targets)
        self._recent = tuple(recent)
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Go to anything or run a command"))
        self.field.setAccessibleName(tr("What to go to or to run"))
        self.field.setFont(theme().ui_font(15))
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.model = RowTreeModel(_HEADINGS)
        self.view = RowView(self.model, _HEADINGS, tr("Matches"), surface="panel", height=36)
        self.view.setHeaderHidden(True)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.opened.connect(lambda _: self._choose())
        self.view.clicked.connect(lambda _: self._choose())
        card = Surface("card")
        inside = column(card, margins=(8, 8, 8, 8), spacing=8)
        inside.addWidget(self.field)
        inside.addWidget(rule(soft=True))
        inside.addWidget(self.view, 1)
        column(self).addWidget(card)
        self.resize(WIDTH, theme().px(36) * SHOWN + 80)
        self._search("")

    def open_over(self, window: QWidget) -> None:
        """Show it at the top of `window`, in the middle."""
        left = (window.width() - self.width()) // 2
        self.move(window.mapToGlobal(QPoint(max(left, 0), 44)))
        self.show()
        self.activateWindow()
        self.field.setFocus()

    def changeEvent(self, event: QEvent) -> None:
        """A click elsewhere closes it."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.reject()

    def titles(self) -> list[str]:
        """What is shown, best first."""
        return [str(self.model.index(n, 0).data()) for n in range(self.model.rowCount())]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrow keys and Enter act on the list while the field has the focus."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if step:
                count = max(self.model.rowCount(), 1)
                row = (self.view.currentIndex().row() + step) % count
                self.view.setCurrentIndex(self.model.index(row, 0))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose()
                return True
        return super().eventFilter(watched, event)

    def _search(self, typed: str) -> None:
        found = find(typed, self._targets, self._recent, SHOWN)
        self.model.show_rows(tuple(_row(target) for target in found))
        self.view.setCurrentIndex(self.model.index(0, 0))

    def _choose(self) -> None:
        row = self.view.current_row()
        if row is not None:
            self.accept()
            self.chosen.emit(row.key)


def _row(target: Target) -> Row:
    kind = f"{target.kind} · {target.where}" if target.where else target.kind
    cells = (
        Cell(target.title, icon=target.icon or "enter"),
        Cell(kind, tone="fg3"),
        Cell(target.keys, tone="fg2", right=True),
    )
    return Row(target.id, cells)
