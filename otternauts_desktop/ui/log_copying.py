"""Puts many log lines on the clipboard, in portions, so that the window stays alive."""

import time
from collections.abc import Callable, Iterator
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from otternauts_desktop.core.comms.line import LogLine

_SLICE_SECONDS: Final = 0.008
MOST: Final = 32_000_000
"""Characters. What is more belongs into a file; a clipboard is held by the whole desktop."""


class Copying(QObject):
    """One at a time; a new one takes the place of what is going on."""

    ended = Signal(int, bool)
    """So many lines are on the clipboard, and whether these are all of them."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._go_on)
        self._lines: Iterator[LogLine] = iter(())
        self._as_text: Callable[[LogLine], str] = str
        self._texts: list[str] = []
        self._size = 0

    @property
    def going_on(self) -> bool:
        """Whether lines are still being gathered."""
        return self._timer.isActive()

    def start(self, lines: Iterator[LogLine], as_text: Callable[[LogLine], str]) -> None:
        """Put `lines` on the clipboard, each as a line of text."""
        self._lines, self._as_text = lines, as_text
        self._texts, self._size = [], 0
        self._timer.start()
        self._go_on()

    def _go_on(self) -> None:
        end = time.perf_counter() + _SLICE_SECONDS
        for line in self._lines:
            text = self._as_text(line)
            self._size += len(text) + 1
            if self._size > MOST:
                self._end(whole=False)
                return
            self._texts.append(text)
            if time.perf_counter() >= end:
                return
        self._end(whole=True)

    def _end(self, *, whole: bool) -> None:
        self._timer.stop()
        count = len(self._texts)
        if count:
            QGuiApplication.clipboard().setText("\n".join(self._texts))
        self._lines, self._texts = iter(()), []
        self.ended.emit(count, whole)
