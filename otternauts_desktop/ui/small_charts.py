"""Small charts in the cells of a table: the last half hour as a line, a part as a bar."""

from typing import Final

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from otternauts_desktop.core.gauges.scale import runs
from otternauts_desktop.ui.cells import Cell, Spark
from otternauts_desktop.ui.theme import theme

_MUCH, _TOO_MUCH = 0.8, 0.9
_LEAST_WIDTH: Final = 12


def paint_small_chart(painter: QPainter, area: QRect, cell: Cell) -> None:
    """Draw the cell's line or bar into `area`; nothing where that is too narrow."""
    if area.width() < _LEAST_WIDTH:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if cell.spark is not None:
        _paint_line(painter, area, cell.spark)
    elif cell.part is not None:
        _paint_bar(painter, area, cell.part)
    painter.restore()


def tone_of(part: float) -> str:
    """The colour of a part of what there is: much of it is a warning."""
    return "accent" if part < _MUCH else "warn" if part < _TOO_MUCH else "bad"


def _paint_line(painter: QPainter, area: QRect, spark: Spark) -> None:
    """From 0 to the top: a line, its ground, and a dot at the last figure. Gaps stay open."""
    t, figures = theme(), spark.figures
    if len(figures) < 2 or spark.top <= 0:
        return
    ink = t.color(spark.tone)
    ground = QColor(ink)
    ground.setAlphaF(0.14)
    width, height = area.width() - 4, area.height() - 3
    left, bottom = area.left() + 1.0, area.top() + height + 1.5

    def place(slot: int, figure: float) -> QPointF:
        part = min(figure / spark.top, 1.0)
        return QPointF(left + slot * width / (len(figures) - 1), bottom - part * height)

    for start, several in runs(figures):
        points = [place(start + number, figure) for number, figure in enumerate(several)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        ends = [QPointF(points[-1].x(), bottom), QPointF(points[0].x(), bottom)]
        painter.drawPolygon(QPolygonF([*points, *ends]))
        painter.setPen(QPen(ink, 1))
        painter.drawPolyline(QPolygonF(points if len(points) > 1 else points * 2))
    if (last := figures[-1]) is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawEllipse(place(len(figures) - 1, last), 1.8, 1.8)


def _paint_bar(painter: QPainter, area: QRect, part: float) -> None:
    t = theme()
    track = QRect(area.left(), area.center().y() - 3, area.width() - 4, 6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(t.color("raised"))
    painter.drawRoundedRect(track, 3, 3)
    track.setWidth(max(round(track.width() * min(part, 1.0)), 6))
    painter.setBrush(t.color(tone_of(part)))
    painter.drawRoundedRect(track, 3, 3)
