"""A tour of the window: one card at a time beside the part it speaks of. Nothing is blocked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button, IconButton
from otternauts_desktop.ui.frames import Surface, column, row
from otternauts_desktop.ui.labels import SEMIBOLD, Label
from otternauts_desktop.ui.theme import theme

_WIDTH: Final = 340
_GAP: Final = 12
_FOLLOW_MS: Final = 250
"""How often the card looks whether its part has moved: pages fill while they are shown."""


@dataclass(frozen=True)
class Stop:
    """One thing to show."""

    title: str
    words: str
    part: Callable[[], QWidget]
    """What the card points at, asked for when it is there."""
    go: Callable[[], object] = lambda: None
    """Brings that part into view."""


class Tour(Surface):
    """Lies over its window until it is left. The window stays as usable as without it."""

    left = Signal()

    def __init__(self, stops: Sequence[Stop], window: QWidget) -> None:
        super().__init__("card", window)
        self.setAccessibleName(tr("Tour"))
        self._stops = tuple(stops)
        self._window = window
        self._number = 0
        self._ring = _Ring(window)
        self.title = Label(weight=SEMIBOLD, size=15)
        self.words = Label(tone="fg2", wrap=True)
        self._count = Label(size=12, tone="fg3")
        leave = IconButton("x", tr("Leave the tour"), size=24)
        leave.clicked.connect(self.leave)
        self.back_button = Button(tr("Back"), kind="ghost", size="small")
        self.back_button.clicked.connect(lambda: self._show(self._number - 1))
        self.next_button = Button(tr("Next"), kind="primary", size="small")
        self.next_button.clicked.connect(self._next)
        head = row(spacing=8)
        head.addWidget(self.title, 1)
        head.addWidget(leave)
        foot = row(spacing=8)
        foot.addWidget(self._count, 1)
        foot.addWidget(self.back_button)
        foot.addWidget(self.next_button)
        body = column(self, margins=(16, 12, 12, 12), spacing=8)
        body.addLayout(head)
        body.addWidget(self.words)
        body.addLayout(foot)
        self.setFixedWidth(theme().px(_WIDTH))
        self._follow = QTimer(self)
        self._follow.setInterval(_FOLLOW_MS)
        self._follow.timeout.connect(self._place)
        window.installEventFilter(self)

    def begin(self) -> None:
        """Show the first stop."""
        self.show()
        self._follow.start()
        self._show(0)

    def leave(self) -> None:
        """End it wherever it is."""
        self._follow.stop()
        self._window.removeEventFilter(self)
        self._ring.hide()
        self._ring.deleteLater()
        self.hide()
        self.left.emit()
        self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay beside the part when the window changes its size."""
        if event.type() is QEvent.Type.Resize:
            self._place()
        return False

    def _next(self) -> None:
        if self._number + 1 == len(self._stops):
            self.leave()
        else:
            self._show(self._number + 1)

    def _show(self, number: int) -> None:
        self._number = number
        stop = self._stops[number]
        stop.go()
        self.title.setText(stop.title)
        self.words.setText(stop.words)
        self._count.setText(tr("{number} of {count}", number=number + 1, count=len(self._stops)))
        self.back_button.setEnabled(number > 0)
        last = number + 1 == len(self._stops)
        self.next_button.setText(tr("Done") if last else tr("Next"))
        self.setAccessibleDescription(f"{stop.title}. {stop.words}")
        self._place()
        self.raise_()
        self.next_button.setFocus()

    def _place(self) -> None:
        """Beside the part where there is room, else inside its lower right corner."""
        part = self._stops[self._number].part()
        if not part.isVisible():
            self._ring.hide()
            return
        at = QRect(part.mapTo(self._window, QPoint(0, 0)), part.size())
        at = at.intersected(self._window.rect())
        self._ring.surround(at)
        self.setFixedHeight(self.heightForWidth(self.width()))
        width, height = self.width(), self.height()
        room = self._window.rect().adjusted(_GAP, _GAP, -_GAP, -_GAP)
        middle = at.center().y() - height // 2
        places = (
            QPoint(at.right() + _GAP, middle),
            QPoint(at.left() - _GAP - width, middle),
            QPoint(at.center().x() - width // 2, at.bottom() + _GAP),
            QPoint(at.center().x() - width // 2, at.top() - _GAP - height),
        )
        inside = QPoint(at.right() - _GAP - width, at.bottom() - _GAP - height)
        for place in places:
            y = min(max(place.y(), room.top()), room.bottom() - height)
            x = min(max(place.x(), room.left()), room.right() - width)
            box = QRect(x, y, width, height)
            if not box.intersects(at):
                self.move(box.topLeft())
                return
        self.move(inside)


class _Ring(QWidget):
    """A line around what is spoken of; clicks go through it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def surround(self, area: QRect) -> None:
        self.setGeometry(area.adjusted(-3, -3, 3, 3) & self._window.rect())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("accent"), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
