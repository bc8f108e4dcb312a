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


class EditorNotes:
    """The findings of the last reading, kept in place while the text is being changed."""

    def __init__(self, editor: QPlainTextEdit) -> None:
        self._editor = editor
        self._noted: list[_Noted] = []
        self._links: list[tuple[QRectF, Finding]] = []
        self.waves: list[QTextEdit.ExtraSelection] = []
        """What `setExtraSelections` takes."""

    def show(self, findings: Sequence[Finding]) -> None:
        """Take over the findings of the text as it stands."""
        document = self._editor.document()
        self._noted = [_Noted(f, _meant(document, f)) for f in findings]
        self.restyle()

    def restyle(self) -> None:
        """Make the waves anew, in the colours of the theme."""
        self.waves = [_wave(noted) for noted in self._noted]

    def of_line(self, number: int) -> list[Finding]:
        """What there is to say about a line (from 0), the worst first."""
        found = [n.finding for n in self._noted if n.cursor.blockNumber() == number]
        return sorted(found, key=lambda f: _ORDER.index(f.severity))

    def words(self, number: int) -> str:
        """Message and fix of each finding in a line (from 0), as plain text."""
        found = self.of_line(number)
        return "\n".join(f"{finding.message} {finding.fix}".strip() for finding in found)

    def worst(self) -> dict[int, Severity]:
        """The worst severity of each line (from 0) that has a finding."""
        worst: dict[int, Severity] = {}
        for noted in self._noted:
            number, severity = noted.cursor.blockNumber(), noted.finding.severity
            known = worst.get(number, Severity.NOTE)
            worst[number] = min(known, severity, key=_ORDER.index)
        return worst

    # -- painting ----------------------------------------------------------------------------

    def begin(self) -> dict[int, Finding]:
        """What is to be painted after which line (from 0): its worst error or warning."""
        self._links = []
        shown: dict[int, Finding] = {}
        for noted in self._noted:
            severity = noted.finding.severity
            if severity is Severity.NOTE:
                continue
            number = noted.cursor.blockNumber()
            known = shown.get(number)
            if known is None or _ORDER.index(severity) < _ORDER.index(known.severity):
                shown[number] = noted.finding
        return shown

    def paint(self, painter: QPainter, finding: Finding, line: QRectF, left: float) -> None:
        """Paint the message into the room that a `line` has from `left` on."""
        t = theme()
        mark = MARKS[finding.severity]
        ratio = self._editor.devicePixelRatioF()
        box = line.adjusted(0, 1, -_PAD, -2)
        box.setLeft(left + _GAP)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color(mark.tint))
        if box.width() < _LEAST:
            box.setLeft(line.right() - _MARK - 3 * _PAD)
            painter.drawRoundedRect(box, 4, 4)
            self._paint_mark(painter, mark, box, ratio)
            return
        font, strong = t.ui_font(12), t.ui_font(12, MEDIUM)
        link = link_of(finding)
        words, links = QFontMetricsF(font), QFontMetricsF(strong)
        link_width = links.horizontalAdvance(link) + _PAD if link else 0.0
        room = box.width() - _MARK - 3 * _PAD - link_width
        text = words.elidedText(finding.message, Qt.TextElideMode.ElideRight, room)
        width = words.horizontalAdvance(text)
        box.setWidth(_MARK + 3 * _PAD + width + link_width)
        painter.drawRoundedRect(box, 4, 4)
        self._paint_mark(painter, mark, box, ratio)
        base = box.center().y() + (words.ascent() - words.descent()) / 2
        painter.setPen(t.color(mark.tone))
        painter.setFont(font)
        at = box.left() + _MARK + 2 * _PAD
        painter.drawText(QPointF(at, base), text)
        if link:
            painter.setPen(t.color("accent"))
            painter.setFont(strong)
            painter.drawText(QPointF(at + width + _PAD, base), link)
            place = QRectF(at + width + _PAD, line.top(), link_width, line.height())
            self._links.append((place, finding))

    def link_at(self, at: QPoint) -> Finding | None:
        """The finding whose link is painted at a place of the viewport."""
        return next((f for place, f in self._links if place.contains(QPointF(at))), None)

    def _paint_mark(self, painter: QPainter, mark: Mark, box: QRectF, ratio: float) -> None:
        top = round(box.center().y() - _MARK / 2)
        picture = theme().mark(mark, _MARK, ratio=ratio)
        painter.drawPixmap(round(box.left()) + _PAD, top, picture)


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
