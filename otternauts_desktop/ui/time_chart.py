"""A chart of figures over time: axes, limits, gaps, and what was when under the pointer.

It draws what it is given and nothing by itself: whoever owns it gives it new figures on a timer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QDateTime, QEvent, QLineF, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from otternauts_desktop.core.gauges.scale import moments, runs, thinned, ticks
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.amounts import percent
from otternauts_desktop.ui.labels import MEDIUM
from otternauts_desktop.ui.theme import theme
from otternauts_desktop.ui.times import clock, when

_DAY: Final = 86_400
_HEAD, _FOOT = 34, 20
_NEAR: Final = 0.25
_MOMENT_WIDTH: Final = 70
"""Pixels that a moment's text needs beneath the chart."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a chart."""

    name: str
    tone: str
    figures: Sequence[float | None]
    """By slot, oldest first; None for a gap."""


@dataclass(frozen=True)
class Plot:
    """All that a chart shows."""

    curves: tuple[Curve, ...]
    since: float
    """Wall clock at the beginning of the first slot, seconds since 1970."""
    step: float
    """Seconds of a slot."""
    limit: float | None = None
    """What can't be passed, drawn as a line."""
    whole: float = 0.0
    """What the upper edge is at least."""

    @property
    def count(self) -> int:
        """How many slots there are."""
        return max((len(curve.figures) for curve in self.curves), default=0)

    @cached_property
    def highest(self) -> float | None:
        """The highest figure; None where none is known."""
        known = [figure for curve in self.curves for figure in curve.figures if figure is not None]
        return max(known, default=None)

    @property
    def near_its_limit(self) -> bool:
        """Whether the limit is in the picture: where little of it is used, that is looked at."""
        return bool(self.limit) and (self.highest or 0.0) >= (self.limit or 0.0) * _NEAR

    def axis(self) -> tuple[list[float], float]:
        """The marks of the axis, and what its upper edge is."""
        highest = max(self.highest or 0.0, self.whole)
        if self.limit and self.near_its_limit and highest <= self.limit:
            return [mark for mark in ticks(self.limit, 4) if mark <= self.limit], self.limit
        marks = ticks(highest, 4)
        return marks, max(marks[-1], 1e-9)


_NOTHING: Final = Plot((), 0.0, 1.0)


class TimeChart(QWidget):
    """One chart with its title. The arrow keys move through time as the pointer does."""

    def __init__(
        self, title: str, words: Callable[[float], str], parent: QWidget | None = None
    ) -> None:
        """`words` makes text of a figure."""
        super().__init__(parent)
        self._title, self._words = title, words
        self._plot = _NOTHING
        self._at: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)
        theme().changed.connect(self.update)

    def show_plot(self, plot: Plot) -> None:
        """Show these figures from now on."""
        if plot != self._plot:
            self._plot = plot
            self.setAccessibleDescription(self.summary())
            self.update()

    def summary(self) -> str:
        """The chart in words: what is, was at least, at most, and where nothing is known."""
        said = []
        for curve in self._plot.curves:
            known = [figure for figure in curve.figures if figure is not None]
            if not known:
                said.append(tr("{name}: no figures.", name=curve.name))
                continue
            last = curve.figures[-1]
            said.append(
                tr(
                    "{name}: {now} now, {least} at least, {most} at most.",
                    name=curve.name,
                    now=tr("unknown") if last is None else self._words(last),
                    least=self._words(min(known)),
                    most=self._words(max(known)),
                )
            )
            if missing := len(curve.figures) - len(known):
                part = percent(missing / len(curve.figures))
                said.append(tr("Nothing is known of {part} of the time.", part=part))
        if self._plot.limit is not None:
            said.append(tr("The limit is {limit}.", limit=self._words(self._plot.limit)))
        return " ".join(said)

    def sizeHint(self) -> QSize:
        return QSize(theme().px(220), theme().px(136))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, theme().px(136))

    # -- pointing ----------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        area = self._area()
        part = (event.position().x() - area.left()) / max(area.width(), 1)
        inside = 0 <= part <= 1
        self._point_at(round(part * (self._plot.count - 1)) if inside else None)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._point_at(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = self._plot.count - 1
        before = last if self._at is None else self._at
        page = max(last // 10, 1)
        to = {
            Qt.Key.Key_Left: before - 1,
            Qt.Key.Key_Right: before + 1,
            Qt.Key.Key_PageUp: before - page,
            Qt.Key.Key_PageDown: before + page,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }.get(Qt.Key(event.key()))
        if to is None or last < 0:
            super().keyPressEvent(event)
            return
        self._point_at(min(max(to, 0), last))
        self.setAccessibleDescription(self.pointed_at() or self.summary())

    def _point_at(self, slot: int | None) -> None:
        if slot != self._at:
            self._at = slot if slot is not None and 0 <= slot < self._plot.count else None
            self.update()

    def pointed_at(self) -> str:
        """Time and figures under the pointer, "" where it is elsewhere."""
        if self._at is None:
            return ""
        at = self._plot.since + self._at * self._plot.step
        end = self._plot.since + self._plot.count * self._plot.step
        parts = [when(at, end) if end - at > _DAY / 2 else clock(at)]
        several = len(self._plot.curves) > 1
        for curve in self._plot.curves:
            figure = curve.figures[self._at]
            said = tr("unknown") if figure is None else self._words(figure)
            parts.append(f"{curve.name} {said}" if several else said)
        return "  ".join(parts)

    # -- painting ----------------------------------------------------------------------------

    def _area(self) -> QRect:
        """Where the curves are: right of the axis' words."""
        t = theme()
        metrics, marks = QFontMetrics(t.ui_font(11)), self._plot.axis()[0]
        words = max(metrics.horizontalAdvance(self._words(mark)) for mark in marks)
        return self.rect().adjusted(12 + words + 6, t.px(_HEAD), -12, -t.px(_FOOT))

    def paintEvent(self, event: QPaintEvent) -> None:
        t, area, plot = theme(), self._area(), self._plot
        painter = QPainter(self)
        self._paint_head(painter)
        if plot.highest is None or area.width() < 20:
            painter.setFont(t.ui_font(12))
            painter.setPen(t.color("fg3"))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, tr("No figures yet"))
            return
        marks, top = plot.axis()
        self._paint_grid(painter, area, marks, top)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, curve in enumerate(plot.curves):
            self._paint_curve(painter, area, curve, top, filled=number == 0)
        if plot.limit and plot.near_its_limit:
            y = area.bottom() - plot.limit / top * area.height()
            painter.setPen(QPen(t.color("warn"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        if self._at is not None:
            self._paint_pointer(painter, area, top)
        if self.hasFocus():
            painter.setPen(QPen(t.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def _paint_head(self, painter: QPainter) -> None:
        """The title, and at its right what is now, or was under the pointer."""
        t = theme()
        line = QRect(12, 0, self.width() - 24, t.px(_HEAD))
        painter.setFont(t.ui_font(12, MEDIUM))
        painter.setPen(t.color("fg2"))
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), self._title)
        line.setLeft(line.left() + painter.fontMetrics().horizontalAdvance(self._title) + 10)
        painter.setFont(t.ui_font(12))
        if self._at is not None:
            painter.setPen(t.color("fg1"))
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            text = painter.fontMetrics().elidedText(
                self.pointed_at(), Qt.TextElideMode.ElideLeft, line.width()
            )
            painter.drawText(line, int(side), text)
            return
        self._paint_legend(painter, line)

    def _paint_legend(self, painter: QPainter, line: QRect) -> None:
        """What is now, from the right; the names go where there is no room for them."""
        t, metrics, curves = theme(), painter.fontMetrics(), self._plot.curves
        figures = ["–" if c.figures[-1] is None else self._words(c.figures[-1]) for c in curves]
        if self._plot.limit and len(curves) == 1:
            limit = self._words(self._plot.limit)
            figures = [tr("{part} of {whole}", part=figures[0], whole=limit)]
        mark = 12 if len(curves) > 1 else 0
        named = [f"{c.name} {f}" for c, f in zip(curves, figures, strict=True)] if mark else figures
        wanted = sum(metrics.horizontalAdvance(text) + 2 * mark for text in named)
        x = line.right()
        for curve, text in reversed(
            list(zip(curves, named if wanted <= line.width() else figures, strict=True))
        ):
            width = metrics.horizontalAdvance(text)
            x -= width
            if x - mark < line.left():
                return
            painter.setPen(t.color("fg1"))
            place = QRect(x, 0, width + 2, line.height())
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), text)
            if mark:
                painter.fillRect(x - mark, line.center().y() - 3, 8, 8, t.color(curve.tone))
                x -= 2 * mark

    def _paint_grid(self, painter: QPainter, area: QRect, marks: list[float], top: float) -> None:
        t, plot = theme(), self._plot
        font = t.ui_font(11)
        painter.setFont(font)
        high = QFontMetrics(font).height()
        for mark in marks:
            y = round(area.bottom() - mark / top * area.height())
            painter.fillRect(area.left(), y, area.width(), 1, t.color("line0" if mark else "line"))
            painter.setPen(t.color("fg3"))
            line = QRect(0, y - high // 2, area.left() - 6, high)
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(line, int(side), self._words(mark))
        until = plot.since + (plot.count - 1) * plot.step
        for at in moments(plot.since, until, area.width() // t.px(_MOMENT_WIDTH), _ahead_of_utc):
            x = round(area.left() + (at - plot.since) / max(until - plot.since, 1) * area.width())
            painter.fillRect(x, area.bottom(), 1, 4, t.color("line"))
            text = clock(at) if until - plot.since <= _DAY else when(at, until + 7 * _DAY)
            width = painter.fontMetrics().horizontalAdvance(text)
            x = min(max(x - width // 2, area.left()), area.right() - width)
            painter.setPen(t.color("fg3"))
            painter.drawText(x, area.bottom() + high + 2, text)

    def _paint_curve(
        self, painter: QPainter, area: QRect, curve: Curve, top: float, *, filled: bool
    ) -> None:
        ink = theme().color(curve.tone)
        ground = QColor(ink)
        ground.setAlphaF(0.14)
        bottom = float(area.bottom())
        per_slot = area.width() / max(self._plot.count - 1, 1)
        points = thinned(curve.figures, area.width())
        for start, several in runs([figure for _, figure in points]):
            line = QPolygonF(
                [
                    QPointF(
                        area.left() + points[start + number][0] * per_slot,
                        bottom - figure / top * area.height(),
                    )
                    for number, figure in enumerate(several)
                ]
            )
            if line.size() == 1:  # a slot between gaps is still seen
                line.append(line.first() + QPointF(1, 0))
            if filled:
                self._paint_ground(painter, area, line, ground)
            painter.setPen(QPen(ink, 1))
            painter.drawPolyline(line)

    def _paint_ground(
        self, painter: QPainter, area: QRect, line: QPolygonF, ground: QColor
    ) -> None:
        """What is under a curve, pixel by pixel: a polygon of a restless curve takes 40 ms."""
        heights: dict[int, float] = {}
        points = line.toList()
        for before, after in pairwise(points):
            first, last = round(before.x()), round(after.x())
            for x in range(first, last + 1):
                part = (x - first) / max(last - first, 1)
                y = before.y() + part * (after.y() - before.y())
                heights[x] = min(heights.get(x, y), y)
        bottom = area.bottom()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(ground, 1))
        painter.drawLines([QLineF(x, y, x, bottom) for x, y in heights.items()])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_pointer(self, painter: QPainter, area: QRect, top: float) -> None:
        t = theme()
        assert self._at is not None
        x = area.left() + self._at * area.width() / max(self._plot.count - 1, 1)
        painter.setPen(QPen(t.color("fg3"), 1))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        for curve in self._plot.curves:
            figure = curve.figures[self._at]
            if figure is not None:
                painter.setBrush(t.color(curve.tone))
                place = QPointF(x, area.bottom() - figure / top * area.height())
                painter.drawEllipse(place, 3, 3)


def _ahead_of_utc(at: float) -> float:
    return float(QDateTime.fromSecsSinceEpoch(int(at)).offsetFromUtc())
