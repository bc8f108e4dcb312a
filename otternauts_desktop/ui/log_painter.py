"""Paints a piece of a log line, with its colours, its level and what was looked for."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from otternauts_desktop.ui.labels import SEMIBOLD
from otternauts_desktop.ui.log_filter import Matcher
from otternauts_desktop.ui.log_layout import Piece
from otternauts_desktop.ui.theme import theme

LAID_OUT: Final = 4_096
"""So much of a line with other than ASCII letters is drawn: shaping more holds up the window."""
_MOST_MARKS: Final = 100
_MOST_WIDTHS: Final = 500
_REPLICA_TONES: Final = ("r1", "r2", "r3", "r4", "r5", "r6")
_SGR_TONES: Final = {
    "": "fg1",
    "black": "fg3",
    "red": "bad",
    "green": "ok",
    "yellow": "warn",
    "blue": "key",
    "magenta": "var",
    "cyan": "accent",
    "white": "fg1",
}
_CONTRAST: Final = 4.5
"""A program's own colour is made so much lighter or darker that it can be read on our ground."""


class LinePainter:
    """Holds the measures of the log's font, made anew when the theme changes."""

    def __init__(self) -> None:
        self._tones: dict[str, str] = {}
        self._colours: dict[str, QColor] = {}
        self._widths: dict[str, float] = {}
        self.measure()

    def measure(self) -> None:
        """Take font and colours as they are now."""
        t = theme()
        self._colours.clear()
        self._widths.clear()
        self._metrics = QFontMetricsF(t.mono(12))
        self.figure = self._metrics.horizontalAdvance("9" * 100) / 100
        self.height = max(t.px(20), round(self._metrics.height()) + 2)
        spare = self.height - self._metrics.height()
        self.baseline = round(spare / 2 + self._metrics.ascent())

    def advance(self, text: str) -> float:
        """How wide a text is."""
        if text.isascii():
            return len(text) * self.figure
        text = text[:LAID_OUT]
        width = self._widths.get(text)
        if width is None:
            if len(self._widths) >= _MOST_WIDTHS:
                self._widths.clear()
            width = self._widths[text] = self._metrics.horizontalAdvance(text)
        return width

    def tone(self, replica: str) -> str:
        """The colour of a replica, the same as long as the console lives."""
        tone = self._tones.get(replica)
        if tone is None:
            tone = _REPLICA_TONES[len(self._tones) % len(_REPLICA_TONES)]
            if len(self._tones) < 1_000:
                self._tones[replica] = tone
        return tone

    def paint(self, painter: QPainter, piece: Piece, left: float, top: int, shown: range) -> None:
        """Paint a piece with its start at `left`; `shown` are the columns of it in view."""
        t = theme()
        start, end = piece.start, piece.end
        exact = piece.whole.isascii()
        if exact:
            # Figures are of equal width: what lies beyond the edges need not be laid out.
            begin, stop = start + min(shown.start, end - start), min(start + shown.stop, end)
            x = left + (begin - start) * self.figure
        else:
            begin, stop, x = start, min(end, start + LAID_OUT), left
        base = top + self.baseline
        for span in piece.cut(begin, stop):
            if span.bold:
                painter.setFont(t.mono(12, SEMIBOLD))
            painter.setPen(self._colour(span.colour))
            painter.drawText(QPointF(x, base), span.text)
            x += self.figure * len(span.text) if exact else self.advance(span.text)
            if span.bold:
                painter.setFont(t.mono(12))

    def _colour(self, name: str) -> QColor:
        if name in _SGR_TONES:
            return theme().color(_SGR_TONES[name])
        colour = self._colours.get(name)
        if colour is None:
            colour = _readable(QColor(name), theme().color("well"), theme().color("fg1"))
            if len(self._colours) < 1_000:
                self._colours[name] = colour
        return colour

    def paint_marks(
        self,
        painter: QPainter,
        piece: Piece,
        matcher: Matcher,
        left: float,
        top: int,
        *,
        here: bool = False,
    ) -> None:
        """Put a ground behind what the matcher looks for, with a stronger edge `here`."""
        marks = matcher.marks(piece.whole)
        if not marks:
            return
        t = theme()
        painter.setPen(t.color("warn" if here else "warnln"))
        painter.setBrush(t.color("warnbg"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for start, end in marks[:_MOST_MARKS]:
            start, end = max(start, piece.start), min(end, piece.end)
            if start < end:
                before = self.advance(piece.whole[piece.start : start])
                size = self.advance(piece.whole[piece.start : end]) - before
                box = QRectF(left + before - 1.5, top + 1.5, size + 3, self.height - 3)
                painter.drawRoundedRect(box, 3, 3)


def _readable(colour: QColor, ground: QColor, ink: QColor) -> QColor:
    """`colour`, with as much of `ink` in it as it takes to read it on `ground`."""
    for part in (0.0, 0.2, 0.4, 0.6, 0.8):
        mixed = QColor.fromRgbF(
            *(
                own * (1 - part) + of_ink * part
                for own, of_ink in zip(_parts(colour), _parts(ink), strict=True)
            )
        )
        high, low = sorted((_luminance(mixed), _luminance(ground)), reverse=True)
        if (high + 0.05) / (low + 0.05) >= _CONTRAST:
            return mixed
    return ink


def _luminance(colour: QColor) -> float:
    """WCAG 2.1, relative luminance."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in _parts(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _parts(colour: QColor) -> tuple[float, float, float]:
    return colour.redF(), colour.greenF(), colour.blueF()
