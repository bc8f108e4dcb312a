"""Charts: what they show, where they are open, what they say without being seen."""

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from otternauts_desktop.core.gauges.scale import moments, runs, scaled, thinned, ticks
from otternauts_desktop.core.gauges.series import FIELDS, FINE
from otternauts_desktop.ui.amounts import amount, percent, rate
from otternauts_desktop.ui.cells import Cell, Spark
from otternauts_desktop.ui.gauges_panel import GaugesPanel, Past
from otternauts_desktop.ui.time_chart import Curve, Plot, TimeChart

NOON = 1_700_000_000 // 86_400 * 86_400 + 43_200.0


@pytest.fixture
def chart(qtbot: QtBot) -> TimeChart:
    made = TimeChart("Memory", amount)
    qtbot.addWidget(made)
    made.resize(400, 140)
    made.show()
    return made


def plot(*figures: float | None, limit: float | None = None) -> Plot:
    return Plot((Curve("Memory", "accent", figures),), NOON, 60.0, limit)


# -- scales ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("top", "most", "marks"),
    [
        (1.0, 3, [0, 0.5, 1.0]),
        (83, 4, [0, 50, 100]),
        (100, 5, [0, 25, 50, 75, 100]),
        (7e9, 4, [0, 2.5e9, 5e9, 7.5e9]),
        (0, 4, [0, 1]),
    ],
)
def test_marks_of_an_axis_are_round_and_reach_the_top(
    top: float, most: int, marks: list[float]
) -> None:
    assert ticks(top, most) == pytest.approx(marks)


def test_amounts_have_the_unit_that_fits() -> None:
    assert scaled(999.4) == (999.4, "")
    assert scaled(1_500_000) == (1.5, "M")
    assert [amount(size) for size in (0.0, 812.0, 5e9, 526_400_000.0, None)] == [
        *("0 B", "812 B", "5 GB", "526 MB", "–")
    ]
    assert rate(1_234_567.0) == "1.23 MB/s"
    assert [percent(part) for part in (0.0, 0.004, 0.31, 1.5, None)] == [
        *("0 %", "0.4 %", "31 %", "150 %", "–")
    ]


def test_moments_are_round_on_the_wall_and_follow_the_clock_change() -> None:
    assert list(moments(NOON - 600, NOON + 4000, 3, lambda at: 0.0)) == [
        *(NOON, NOON + 1800, NOON + 3600)
    ]

    def summer(at: float) -> float:
        return 3600.0 if at < NOON else 0.0

    found = list(moments(NOON - 36 * 3600, NOON + 36 * 3600, 3, summer))
    assert [(at + summer(at)) % 86_400 for at in found] == [0.0] * len(found)
    assert len(found) == 3


def test_what_is_thinned_keeps_its_peaks_and_its_gaps() -> None:
    figures: list[float | None] = [1.0] * 10_000
    figures[4_321] = 99.0
    figures[7_000:8_000] = [None] * 1_000
    points = thinned(figures, 100)
    assert len(points) <= 201
    assert max(figure for _, figure in points if figure is not None) == 99.0
    assert any(figure is None for _, figure in points)
    assert [slot for slot, _ in points] == sorted(slot for slot, _ in points)
    assert thinned([1.0, None], 100) == [(0, 1.0), (1, None)]


def test_runs_are_the_stretches_between_gaps() -> None:
    assert runs([None, 1.0, 2.0, None, None, 3.0]) == [(1, [1.0, 2.0]), (5, [3.0])]
    assert runs([]) == []


# -- the chart ---------------------------------------------------------------------------------


def test_a_chart_says_in_words_what_it_shows(chart: TimeChart) -> None:
    chart.show_plot(plot(100e6, None, 300e6, 200e6, limit=512e6))
    assert chart.accessibleDescription() == (
        "Memory: 200 MB now, 100 MB at least, 300 MB at most. "
        "Nothing is known of 25 % of the time. The limit is 512 MB."
    )
    chart.show_plot(plot(None, None))
    assert chart.accessibleDescription() == "Memory: no figures."


def columns_with_ink(chart: TimeChart) -> set[int]:
    """Where, across the chart, something of the curve's colour is painted."""
    image, found = chart.grab().toImage(), set()
    area = chart._area()
    ground = image.pixelColor(area.right() - 1, area.top() - 3)
    for x in range(area.left() + 2, area.right() - 1):
        for y in range(area.top() + 3, area.bottom() - 3):
            colour = image.pixelColor(x, y)
            if abs(colour.green() - ground.green()) > 60:
                found.add(x)
                break
    return found


def test_a_gap_is_seen_as_a_gap(chart: TimeChart) -> None:
    figures = [*[1.0] * 40, *[None] * 20, *[1.0] * 41]
    chart.show_plot(Plot((Curve("Memory", "accent", figures),), NOON, 60.0, whole=2.0))
    area = chart._area()
    inked = columns_with_ink(chart)

    def at(part: float) -> int:
        return round(area.left() + part * area.width())

    assert {at(0.2), at(0.35), at(0.65), at(0.9)} <= inked
    assert not inked & set(range(at(0.42), at(0.58)))


def test_the_pointer_and_the_keys_tell_what_was_when(chart: TimeChart) -> None:
    chart.show_plot(plot(100e6, None, 300e6))
    area = chart._area()
    QTest.mouseMove(chart, QPoint(area.right() - 1, area.center().y()))
    assert chart.pointed_at() == f"{time.strftime('%H:%M', time.localtime(NOON + 120))}  300 MB"
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.pointed_at().endswith("unknown")
    assert chart.accessibleDescription().endswith("unknown")
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert chart.pointed_at().endswith("100 MB")
    QTest.mouseMove(chart, QPoint(2, 2))
    assert chart.pointed_at() == ""


def test_a_limit_is_in_the_picture_where_much_of_it_is_used() -> None:
    near, far = plot(300.0, limit=512.0), plot(30.0, limit=512.0)
    assert near.near_its_limit
    assert near.axis()[1] == 512.0
    assert not far.near_its_limit
    assert far.axis()[1] == 30.0
    assert plot(600.0, limit=512.0).axis()[1] == 600.0  # it can be exceeded for a moment


def test_charts_stand_below_each_other_where_there_is_no_room(qtbot: QtBot) -> None:
    panel = GaugesPanel(with_space=True)
    qtbot.addWidget(panel)
    panel.show()
    series: dict[str, list[float | None]] = {name: [1.0, 2.0] for name in FIELDS}
    panel.show_past(Past(series, NOON, FINE, cores=2.0))
    assert panel.cpu.summary() == "Processor: 100 % now, 50 % at least, 100 % at most."
    for width, rows in ((1400, 1), (800, 2)):
        panel.resize(width, 400)
        qtbot.waitUntil(lambda: len({c.geometry().top() for c in panel._charts}) == rows)  # noqa: B023
    assert (panel.seconds, panel.grain) == (3600, FINE)


def test_cells_with_figures_read_as_their_text() -> None:
    assert Cell("31 %", spark=Spark((1.0, None), 2.0)).spoken == "31 %"
