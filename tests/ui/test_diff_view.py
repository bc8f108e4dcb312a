"""The painted diff."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from otternauts_desktop.core.flight.diff import DiffLine, LineKind, diff
from otternauts_desktop.ui.diff_view import EMPTY, DiffView
from otternauts_desktop.ui.theme import Mode, theme


@pytest.fixture
def view(qtbot: QtBot) -> DiffView:
    made = DiffView()
    qtbot.addWidget(made)
    made.resize(400, 205)
    return made


def colour_at(view: DiffView, x: int, y: int) -> QColor:
    image = view.viewport().grab().toImage()
    ratio = image.devicePixelRatio()
    return image.pixelColor(QPoint(round(x * ratio), round(y * ratio)))


def test_nothing_differs(view: DiffView) -> None:
    view.show_lines(())
    assert view.text() == ""
    assert view.accessibleDescription() == EMPTY
    assert view.horizontalScrollBar().maximum() == 0
    assert not view.grab().isNull()


def test_a_diff_as_text(view: DiffView) -> None:
    old = "".join(f"line {n}\n" for n in range(12))
    view.show_lines(diff(old, old.replace("line 6", "line six"), context=1))
    assert view.text().splitlines() == [
        "@@ 5 equal lines @@",
        " line 5",
        "-line 6",
        "+line six",
        " line 7",
        "@@ 4 equal lines @@",
    ]
    assert view.accessibleDescription() == view.text()
    assert view.accessibleName()


@pytest.mark.parametrize("mode", [Mode.DARK, Mode.LIGHT])
def test_rows_are_tinted(view: DiffView, mode: Mode) -> None:
    theme().set_mode(mode)
    view.show_lines(diff("a\nb\nc\nd\ne\nf\n", "a\nB\nc\nd\ne\nf\n", context=1))
    tokens = [colour_at(view, 380, 20 * row + 2).name().upper() for row in range(5)]
    wanted = ("panel", "badbg", "okbg", "panel", "raised")
    assert tokens == [theme().hex(token) for token in wanted]


def test_the_word_that_changed_stands_out(view: DiffView) -> None:
    view.show_lines(diff("  image: shop:1.5\n", "  image: shop:1.6.1\n"))
    assert view._changed == {0: (16, 17), 1: (16, 19)}
    view.show_lines(diff("  a: 1\n", "  b\n"))
    assert view._changed == {}
    view.show_lines(diff("a\n", "b\nc\n"))
    assert view._changed == {}


def test_scrolling(view: DiffView) -> None:
    lines = tuple(DiffLine(LineKind.ADDED, 0, n, "x" * 200) for n in range(1, 5_001))
    view.show_lines(lines)
    assert view.verticalScrollBar().maximum() > 4_900
    assert view.horizontalScrollBar().maximum() > 800
    view.verticalScrollBar().setValue(4_990)
    view.horizontalScrollBar().setValue(500)
    assert not view.grab().isNull()
    view.show_lines(lines[:2])
    assert view.verticalScrollBar().value() == 0


def test_control_characters_are_made_visible(view: DiffView) -> None:
    view.show_lines((DiffLine(LineKind.ADDED, 0, 1, "a\x1b[31m\u202e\x9b\tb\nc"),))
    assert view.text() == "+a␛[31m��  b␊c"
