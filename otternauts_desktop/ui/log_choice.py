"""Which lines of a log are chosen: from one to another, by serial numbers. No Qt here."""

from otternauts_desktop.ui.log_lines import LogLines


class Choice:
    """Stays with its lines as others come and go; it is over when all of them are forgotten."""

    def __init__(self, lines: LogLines) -> None:
        self._lines = lines
        self.clear()

    def clear(self) -> None:
        """Choose nothing."""
        self._anchor = self.cursor = -1

    def to(self, row: int, *, extend: bool = False) -> None:
        """Choose one row, or all between the one that was chosen first and this one."""
        if not len(self._lines):
            self.clear()
            return
        self.cursor = self._lines.shown.serial(min(max(row, 0), len(self._lines) - 1))
        if not extend or self._anchor < 0:
            self._anchor = self.cursor

    def all(self) -> None:
        """Choose all rows."""
        self.to(0)
        self.to(len(self._lines) - 1, extend=True)

    def rows(self) -> tuple[int, int] | None:
        """The first chosen row and the one after the last; None where nothing is chosen."""
        if self.cursor < 0:
            return None
        first, last = sorted((self._anchor, self.cursor))
        shown = self._lines.shown
        rows = shown.row(first), shown.row(last + 1)
        return rows if rows[0] < rows[1] else None

    @property
    def row(self) -> int | None:
        """The row that the keyboard is at; None where there is none."""
        if self.cursor < 0 or self.rows() is None:
            return None
        return min(self._lines.shown.row(self.cursor), len(self._lines) - 1)
