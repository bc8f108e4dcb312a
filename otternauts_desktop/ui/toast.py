"""A short word at the lower right of something that went well, or is told elsewhere, too."""

from collections import deque
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button, IconButton
from otternauts_desktop.ui.frames import Surface, row
from otternauts_desktop.ui.labels import Label, MarkLabel
from otternauts_desktop.ui.status_marks import DONE, Mark

SHOWN_MS: Final = 6_000
MOST_WAITING: Final = 3
"""So many that nobody asked for wait at most, the newest: the bell has them all."""
_MARGIN: Final = 16


class Toast(Surface):
    """Lies over its window, one at a time. An answer to what a person did replaces what is there;
    what happens by itself waits until that is gone. Errors are no toasts."""

    def __init__(self, window: QWidget) -> None:
        super().__init__("card", window)
        self.setAccessibleName(tr("Message"))
        self._window = window
        self._undo: Callable[[], object] | None = None
        self._waiting: deque[tuple[str, Mark]] = deque(maxlen=MOST_WAITING)
        self.text = Label(wrap=True)
        self.undo_button = Button(tr("Undo"), kind="link")
        self.undo_button.clicked.connect(self._take_back)
        close = IconButton("x", tr("Dismiss"), size=24)
        close.clicked.connect(self.hide)
        line = row(self, margins=(12, 8, 8, 8), spacing=8)
        self._mark = MarkLabel(DONE)
        line.addWidget(self._mark)
        line.addWidget(self.text, 1)
        line.addWidget(self.undo_button)
        line.addWidget(close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        window.installEventFilter(self)
        self.hide()

    def say(
        self, text: str, *, undo: Callable[[], object] | None = None, mark: Mark = DONE
    ) -> None:
        """Show `text` for some seconds; `undo` gives it a button that takes the deed back."""
        self._mark.show_mark(mark)
        self._undo = undo
        self.undo_button.setVisible(undo is not None)
        self.text.setText(text)
        self.setAccessibleDescription(text)
        self.setFixedWidth(min(self._window.width() - 2 * _MARGIN, 460))
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        self._timer.start()

    def say_next(self, text: str, mark: Mark) -> None:
        """Show `text` once what is there has gone: nobody asked for it."""
        if self.isVisible():
            self._waiting.append((text, mark))
        else:
            self.say(text, mark=mark)

    def hideEvent(self, event: QHideEvent) -> None:
        """What waits comes next. Not at once: whoever hides it may be about to say something."""
        QTimer.singleShot(0, self, self._say_what_waits)

    def _say_what_waits(self) -> None:
        if self._waiting and self._window.isVisible() and not self.isVisible():
            text, mark = self._waiting.popleft()
            self.say(text, mark=mark)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the window changes its size."""
        if event.type() is QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        self.move(
            self._window.rect().bottomRight()
            - QPoint(self.width() + _MARGIN, self.height() + 3 * _MARGIN + 26)
        )

    def _take_back(self) -> None:
        self.hide()
        if self._undo is not None:
            self._undo()
