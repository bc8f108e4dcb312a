"""The painted difference, and comparing versions as a person does."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from otternauts_desktop.core.flight.comparison import Pair, Side, compare
from otternauts_desktop.core.flight.diff import LineKind
from otternauts_desktop.ui.compare_panel import ComparePanel, Version
from otternauts_desktop.ui.diff_view import DiffView
from otternauts_desktop.ui.theme import Mode, theme

OLD = "".join(f"line {n}\n" for n in range(40))
NEW = (
    OLD.replace("line 6\n", "line six\n").replace("line 20\n", "").replace("line 30\n", "30\n30\n")
)


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


def colours_of(view: DiffView) -> set[str]:
    image = view.viewport().grab().toImage()
    columns = range(0, image.width(), 2)
    return {image.pixelColor(x, y).name().upper() for x in columns for y in range(image.height())}


def test_nothing_differs(view: DiffView) -> None:
    view.show_rows((), "Nothing at all.")
    assert view.text() == ""
    assert view.accessibleDescription() == "Nothing at all."
    assert view.horizontalScrollBar().maximum() == 0
    assert not view.grab().isNull()


def test_a_difference_as_text(view: DiffView) -> None:
    old = "".join(f"line {n}\n" for n in range(12))
    view.show_rows(compare(old, old.replace("line 6", "line six"), context=1))
    lines = [
        "@@ 5 equal lines @@",
        " line 5",
        "-line 6",
        "+line six",
        " line 7",
        "@@ 4 equal lines @@",
    ]
    assert view.text().splitlines() == lines
    assert view.accessibleDescription() == view.text()
    assert view.accessibleName()
    view.set_beside(True)
    assert view.text().splitlines() == lines
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == view.text()


@pytest.mark.parametrize("mode", [Mode.DARK, Mode.LIGHT])
def test_rows_are_tinted(view: DiffView, mode: Mode) -> None:
    theme().set_mode(mode)
    view.show_rows(compare("a\nb\nc\nd\ne\nf\n", "a\nB\nc\nd\ne\nf\n", context=1))
    tokens = [colour_at(view, 380, 20 * row + 2).name().upper() for row in range(5)]
    wanted = ("panel", "badbg", "okbg", "panel", "raised")
    assert tokens == [theme().hex(token) for token in wanted]


@pytest.mark.parametrize("mode", [Mode.DARK, Mode.LIGHT])
def test_beside_each_other_with_the_words_that_changed(view: DiffView, mode: Mode) -> None:
    theme().set_mode(mode)
    view.set_beside(True)
    view.show_rows(compare("  image: shop:1.5\n  c: 1\n", "  image: shop:1.6.1\n", context=None))
    assert [row.kind for row in view.rows] == [LineKind.CHANGED, LineKind.REMOVED]
    seen = colours_of(view)
    assert {theme().hex(t) for t in ("badbg", "badln", "okbg", "okln", "well", "key")} <= seen
    assert colour_at(view, 100, 22).name().upper() == theme().hex("badbg")
    assert colour_at(view, 300, 2).name().upper() == theme().hex("okbg")


def test_scrolling(view: DiffView) -> None:
    rows = tuple(Pair(new=Side(n, "x" * 200)) for n in range(1, 5_001))
    view.show_rows(rows)
    assert view.verticalScrollBar().maximum() > 4_900
    assert view.horizontalScrollBar().maximum() > 800
    view.verticalScrollBar().setValue(4_990)
    view.horizontalScrollBar().setValue(500)
    assert not view.grab().isNull()
    view.show_rows(rows[:2])
    assert view.verticalScrollBar().value() == 0


def test_from_change_to_change(view: DiffView) -> None:
    view.show_rows(compare(OLD, NEW, context=None))
    view.go_to_change(1)
    first = view.verticalScrollBar().value()
    view.go_to_change(1)
    second = view.verticalScrollBar().value()
    view.go_to_change(1)
    third = view.verticalScrollBar().value()
    assert 0 < first < second < third
    view.go_to_change(1)
    assert view.verticalScrollBar().value() == first
    view.go_to_change(-1)
    assert view.verticalScrollBar().value() == third


def test_control_characters_are_made_visible(view: DiffView) -> None:
    view.show_rows(compare("", "a\x1b[31m\u202e\x9b\tb\n"))
    assert view.text() == "+a␛[31m��  b"


def test_versions_are_chosen_and_compared(qtbot: QtBot) -> None:
    panel = ComparePanel()
    qtbot.addWidget(panel)
    panel.resize(1000, 400)
    panel.show()
    asked: list[tuple[str, str, bool]] = []

    def answer(old: str, new: str, full: bool) -> None:
        asked.append((old, new, full))
        texts = {"1": OLD, "draft": NEW}
        panel.show_comparison(compare(texts[old], texts[new], context=None if full else 3))

    panel.wanted.connect(answer)
    panel.show_versions((Version("draft", "Draft"), Version("1", "v1")), "1", "draft")
    assert panel.count.text() == "2 added, 2 removed, 1 changed"
    panel.view.viewport().grab()
    skipped = [number for number, row in enumerate(panel.view.rows) if row.skipped]
    assert skipped
    place = QPoint(50, skipped[0] * panel.view._height + 5)
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert len(panel.view.rows) > 40
    panel.swap.click()
    assert asked == [("1", "draft", False), ("1", "draft", True), ("draft", "1", True)]
    before = panel.grab().toImage()
    panel.manner.choose(1)
    QApplication.processEvents()
    assert panel.grab().toImage() != before
    with qtbot.waitSignal(panel.left):
        QTest.keyClick(panel.view, Qt.Key.Key_Escape)
    theme().set_scale(1.5)
    assert not panel.grab().isNull()
