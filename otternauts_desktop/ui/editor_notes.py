"""Findings where they stand: a wave under the words, and what is wrong after the line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from otternauts_desktop.core.fleet.findings import Finding, Severity
from otternauts_desktop.core.fleet.unvalued import NO_VALUE
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.labels import MEDIUM
from otternauts_desktop.ui.status_marks import FAILED, WARNING, Mark
from otternauts_desktop.ui.text_places import utf16
from otternauts_desktop.ui.theme import theme

_NOTE: Final = Mark("info", "accent", marked("Note"))
MARKS: Final = {Severity.ERROR: FAILED, Severity.WARNING: WARNING, Severity.NOTE: _NOTE}
_ORDER: Final = tuple(Severity)
_ENDS: Final = re.compile(r"\s|:(?=\s|$)|[,\]](?=\s|$)")
_PAD: Final = 6
_MARK: Final = 12
_GAP: Final = 20
_LEAST: Final = 90
"""Narrower than this no words are painted, the mark alone."""


@dataclass(frozen=True)
class _Noted:
    finding: Finding
    cursor: QTextCursor
    """Over the words that are meant; it moves with the text until the next reading."""


@dataclass(frozen=True)
class _Fit:
    """How a message stands after its line."""

    box: QRectF
    text: str
    """What of the message there is room for; "" for the mark alone."""
    link: QRectF


class EditorNotes:
    """The findings of the last reading, kept in place while the text is being changed."""

    def __init__(self, editor: QPlainTextEdit) -> None:
        self._editor = editor
        self._noted: list[_Noted] = []
        self._worst_first: list[_Noted] = []
        self._lines: dict[int, list[Finding]] = {}
        self._counted = -1
        """So many lines had the text for which `_lines` was made."""
        self._elided: dict[tuple[str, float], tuple[str, float]] = {}
        """What of a message fits into a room, and its width: measuring text is slow."""
        self.waves: list[QTextEdit.ExtraSelection] = []
        """What `setExtraSelections` takes."""

    def show(self, findings: Sequence[Finding]) -> None:
        """Take over the findings of the text as it stands."""
        document = self._editor.document()
        self._noted = [_Noted(f, _meant(document, f)) for f in findings]
        self._worst_first = sorted(self._noted, key=lambda n: _ORDER.index(n.finding.severity))
        self._counted = -1
        self.restyle()

    def restyle(self) -> None:
        """Make the waves anew, in the colours of the theme."""
        self._elided = {}
        self.waves = [_wave(noted) for noted in self._noted]

    def of_line(self, number: int) -> Sequence[Finding]:
        """What there is to say about a line (from 0), the worst first."""
        count = self._editor.blockCount()
        if count != self._counted:  # or no line has moved: asking every cursor is slow
            self._counted = count
            self._lines = {}
            for noted in self._worst_first:
                self._lines.setdefault(noted.cursor.blockNumber(), []).append(noted.finding)
        return self._lines.get(number, ())

    def shown(self, number: int) -> Finding | None:
        """What is painted after a line (from 0): its worst error or warning."""
        worst = next(iter(self.of_line(number)), None)
        return None if worst is None or worst.severity is Severity.NOTE else worst

    def words(self, number: int) -> str:
        """Message and fix of each finding in a line (from 0), as plain text."""
        found = self.of_line(number)
        return "\n".join(f"{finding.message} {finding.fix}".strip() for finding in found)

    # -- painting ----------------------------------------------------------------------------

    def paint(self, painter: QPainter, finding: Finding, line: QRectF, left: float) -> None:
        """Paint the message into the room that a `line` has from `left` on."""
        t = theme()
        mark = MARKS[finding.severity]
        fit = self._fit(finding, line, left)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color(mark.tint))
        painter.drawRoundedRect(fit.box, 4, 4)
        top = round(fit.box.center().y() - _MARK / 2)
        picture = t.mark(mark, _MARK, ratio=self._editor.devicePixelRatioF())
        painter.drawPixmap(round(fit.box.left()) + _PAD, top, picture)
        if not fit.text:
            return
        font = t.ui_font(12)
        metrics = QFontMetricsF(font)
        base = fit.box.center().y() + (metrics.ascent() - metrics.descent()) / 2
        painter.setPen(t.color(mark.tone))
        painter.setFont(font)
        painter.drawText(QPointF(fit.box.left() + _MARK + 2 * _PAD, base), fit.text)
        if fit.link.isValid():
            painter.setPen(t.color("accent"))
            painter.setFont(t.ui_font(12, MEDIUM))
            painter.drawText(QPointF(fit.link.left(), base), link_of(finding))

    def on_link(self, finding: Finding, line: QRectF, left: float, at: QPoint) -> bool:
        """Whether a place of the viewport is on the link that `paint` draws."""
        return self._fit(finding, line, left).link.contains(QPointF(at))

    def _fit(self, finding: Finding, line: QRectF, left: float) -> _Fit:
        box = line.adjusted(0, 1, -_PAD, -2)
        box.setLeft(left + _GAP)
        if box.width() < _LEAST:
            box.setLeft(line.right() - _MARK - 3 * _PAD)
            return _Fit(box, "", QRectF())
        link = link_of(finding)
        strong = QFontMetricsF(theme().ui_font(12, MEDIUM))
        link_width = strong.horizontalAdvance(link) + _PAD if link else 0.0
        room = box.width() - _MARK - 3 * _PAD - link_width
        if (known := self._elided.get((finding.message, room))) is None:
            words = QFontMetricsF(theme().ui_font(12))
            text = words.elidedText(finding.message, Qt.TextElideMode.ElideRight, room)
            known = self._elided[finding.message, room] = text, words.horizontalAdvance(text)
        text, width = known
        box.setWidth(_MARK + 3 * _PAD + width + link_width)
        start = box.left() + _MARK + 3 * _PAD + width
        place = QRectF(start, line.top(), link_width, line.height()) if link else QRectF()
        return _Fit(box, text, place)


def link_of(finding: Finding) -> str:
    """What can be clicked at the end of a finding's message, "" for nothing."""
    if finding.code == NO_VALUE:
        return tr("Set value…")
    return tr("Quick fix") if finding.quick_fixes else ""


def _wave(noted: _Noted) -> QTextEdit.ExtraSelection:
    selection = QTextEdit.ExtraSelection()
    form = QTextCharFormat()
    form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
    form.setUnderlineColor(theme().color(MARKS[noted.finding.severity].tone))
    selection.cursor = noted.cursor
    selection.format = form
    return selection


def _meant(document: QTextDocument, finding: Finding) -> QTextCursor:
    """The words from where a finding points, the whole line where nothing stands there."""
    block = document.findBlockByNumber(min(max(finding.line, 1), document.blockCount()) - 1)
    text = block.text()
    start = min(max(finding.column - 1, 0), len(text))
    ends = _ENDS.search(text, start + 1)
    end = ends.start() if ends else len(text)
    if not text[start:end].strip():
        start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    cursor = QTextCursor(block)
    cursor.setPosition(block.position() + utf16(text, start))
    cursor.setPosition(block.position() + utf16(text, end), QTextCursor.MoveMode.KeepAnchor)
    return cursor
