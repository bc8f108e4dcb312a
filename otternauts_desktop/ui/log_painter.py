"""Paints the text of a log line, with its colours and with what the filter looked for."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF, QPainter

from otternauts_desktop.core.comms.ansi import Span, spans
from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.ui.labels import SEMIBOLD
from otternauts_desktop.ui.log_lines import Matcher
from otternauts_desktop.ui.log_text import BREAKS
from otternauts_desktop.ui.theme import theme

LAID_OUT: Final = 4_096
"""So much of a line with other than ASCII letters is drawn: shaping more holds up the window."""
_REPLICA_TONES: Final = ("r1", "r2", "r3", "r4", "r5", "r6")
_SGR_TONES: Final = {
    "black": "fg3",
    "red": "bad",
    "green": "ok",
    "yellow": "warn",
    "blue": "key",
    "magenta": "var",
    "cyan": "accent",
    "white": "fg1",
}


class LinePainter:
    """Holds the measures of the log's font, made anew when the theme changes."""

    def __init__(self) -> None:
        self._tones: dict[str, str] = {}
        self.measure()

    def measure(self) -> None:
        """Take the font as it is now."""
        t = theme()
        self._metrics = QFontMetricsF(t.mono(12))
        self.figure = self._metrics.horizontalAdvance("9" * 100) / 100
        self.height = max(t.px(20), round(self._metrics.height()) + 2)
        spare = self.height - self._metrics.height()
        self.baseline = round(spare / 2 + self._metrics.ascent())

    def advance(self, text: str, count: int) -> float:
        """How wide the first `count` characters are."""
        if text.isascii():
            return count * self.figure
        return self._metrics.horizontalAdvance(text[: min(count, LAID_OUT)])

    def tone(self, replica: str) -> str:
        """The colour of a replica, the same as long as the console lives."""
        tone = self._tones.get(replica)
        if tone is None:
            tone = _REPLICA_TONES[len(self._tones) % len(_REPLICA_TONES)]
            if len(self._tones) < 1_000:
                self._tones[replica] = tone
        return tone

    def paint(
        self, painter: QPainter, line: LogLine, matcher: Matcher, left: int, top: int, shown: range
    ) -> None:
        """Paint the text with its start at `left`; `shown` are the columns in view."""
        t = theme()
        pieces = [
            Span(span.text.translate(BREAKS), span.colour, span.bold) for span in spans(line.text)
        ]
        whole = "".join(span.text for span in pieces)
        self._paint_marks(painter, matcher, whole, left, top)
        at = float(left)
        base = top + self.baseline
        exact = whole.isascii()
        done = 0
        for span in pieces:
            text, x = span.text, at
            if exact:
                # Figures are of equal width: what lies beyond the edges need not be laid out.
                start = min(max(shown.start - done, 0), len(text))
                end = min(max(shown.stop - done, 0), len(text))
                text, x = text[start:end], at + (done + start) * self.figure
            else:
                text = text[: max(LAID_OUT - done, 0)]
                at += self._metrics.horizontalAdvance(text)
            done += len(span.text)
            if not text:
                continue
            if span.bold:
                painter.setFont(t.mono(12, SEMIBOLD))
            painter.setPen(t.color(_SGR_TONES.get(span.colour, "fg1")))
            painter.drawText(QPointF(x, base), text)
            if span.bold:
                painter.setFont(t.mono(12))

    def _paint_marks(
        self, painter: QPainter, matcher: Matcher, whole: str, left: int, top: int
    ) -> None:
        """Put a ground behind what the filter looked for."""
        marks = matcher.marks(whole)
        if not marks:
            return
        t = theme()
        painter.setPen(t.color("warnln"))
        painter.setBrush(t.color("warnbg"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for start, end in marks[:100]:
            before = self.advance(whole, start)
            size = self.advance(whole, end) - before
            box = QRectF(left + before - 1.5, top + 1.5, size + 3, self.height - 3)
            painter.drawRoundedRect(box, 3, 3)
