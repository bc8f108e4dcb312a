"""The last log lines as plain text with a cursor, for screen readers and for choosing letters."""

from typing import Final

from PySide6.QtWidgets import QPlainTextEdit

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.log_lines import LogLines
from otternauts_desktop.ui.log_text import as_seen
from otternauts_desktop.ui.theme import theme

MOST: Final = 2_000
_LONGEST: Final = 4_096


class LogPlain(QPlainTextEdit):
    """Lines are added at the end; the cursor stays where it is, so that reading goes on."""

    def __init__(self, lines: LogLines) -> None:
        super().__init__()
        self._lines = lines
        self._found_all = True
        self._end = 0
        """The serial number after that of the last line that stands here."""
        self.setAccessibleName(tr("Log lines as text"))
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setMaximumBlockCount(MOST)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self._restyle()
        theme().changed.connect(self._restyle)

    def show_anew(self) -> None:
        """Show the rows as they are now."""
        self.clear()
        self._end = 0
        self.show_more()

    def show_more(self) -> None:
        """Show the rows that came since, and all anew once a filter has found all of them."""
        shown = self._lines.shown
        if not self._found_all and not shown.working:
            self._found_all = True
            self.show_anew()
            return
        self._found_all = not shown.working
        rows = len(shown)
        first = max(shown.row(self._end), rows - MOST)
        if first < rows:
            texts = [as_seen(line)[:_LONGEST] for line in self._lines.rows(first, rows)]
            self.appendPlainText("\n".join(texts))
            self._end = shown.serial(rows - 1) + 1

    def _restyle(self) -> None:
        self.setFont(theme().mono(12))
