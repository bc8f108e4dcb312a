"""Find and replace, with the keys a person uses."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from otternauts_desktop.ui.find_bar import FindBar
from otternauts_desktop.ui.flight_plan_tab import FlightPlanTab
from otternauts_desktop.ui.theme import theme

TEXT = "services:\n  web:\n    image: 😀 web:1\n    labels: [web, Web]\n  webby:\n    image: x\n"


@pytest.fixture
def plan(qtbot: QtBot) -> FlightPlanTab:
    made = FlightPlanTab()
    qtbot.addWidget(made)
    made.resize(1100, 500)
    made.set_text("shop", TEXT)
    made.show()
    return made


@pytest.fixture
def bar(plan: FlightPlanTab) -> FindBar:
    plan.find_bar.open(replacing=True)
    return plan.find_bar


def chosen(bar: FindBar) -> tuple[str, int]:
    cursor = bar._editor.textCursor()
    return cursor.selectedText(), cursor.blockNumber() + 1


def test_from_place_to_place(bar: FindBar) -> None:
    QTest.keyClicks(bar.field, "web")
    assert bar.count.text() == "1 of 5"
    assert chosen(bar) == ("web", 2)
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    assert (bar.count.text(), chosen(bar)) == ("2 of 5", ("web", 3))
    for _ in range(4):
        bar.go(1)
    assert bar.count.text() == "1 of 5"
    QTest.keyClick(bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert chosen(bar) == ("web", 5)
    bar.word.click()
    bar.case.click()
    assert bar.count.text().endswith("of 3")
    QTest.keyClicks(bar.field, "zz")
    assert bar.count.text() == "Nothing found"
    QTest.keyClick(bar.field, Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_what_is_found_is_tinted(bar: FindBar) -> None:
    bar.field.setText("image")
    image = bar._editor.viewport().grab().toImage()
    colours = {
        image.pixelColor(x, y).name().upper() for x in range(200) for y in range(image.height())
    }
    assert theme().hex("accentbg") in colours
    bar.leave()
    assert bar._editor.matches._starts == []


def test_replacing(bar: FindBar) -> None:
    bar.field.setText("web")
    bar.word.click()
    bar.replacement.setText("api")
    QTest.keyClick(bar.replacement, Qt.Key.Key_Return)
    assert "  api:\n    image: 😀 web:1" in bar._editor.text()
    bar.replace_all_button.click()
    assert bar._editor.text() == TEXT.replace("web", "api").replace("apiby", "webby").replace(
        "Web", "api"
    )
    bar._editor.undo()
    assert "  api:\n    image: 😀 web:1" in bar._editor.text()
    bar._editor.undo()
    assert bar._editor.text() == TEXT


def test_groups_and_bad_expressions(bar: FindBar) -> None:
    bar.expression.click()
    bar.field.setText(r"image: (\w+)$")
    bar.replacement.setText(r"image: \1:2")
    bar.replace_all_button.click()
    assert bar._editor.text().endswith("image: x:2\n")
    bar.field.setText("(")
    assert bar.count.text().startswith("Not an expression: ")
    bar.field.setText("x")
    bar.replacement.setText(r"\9")
    before = bar._editor.text()
    bar.replace_all_button.click()
    assert bar._editor.text() == before
    assert bar.count.property("tone") == "bad"


def test_the_chosen_word_is_looked_for_and_folds_open(
    plan: FlightPlanTab, bar: FindBar, qtbot: QtBot
) -> None:
    bar.leave()
    plan.editor.fold_all()
    cursor = plan.editor.textCursor()
    cursor.setPosition(0)
    cursor.setPosition(8, cursor.MoveMode.KeepAnchor)
    plan.editor.setTextCursor(cursor)
    bar.open()
    assert bar.field.text() == "services"
    assert not bar.replacement.isVisible()
    bar.field.setText("labels")
    assert plan.editor.textCursor().block().isVisible()
    plan.editor.setFocus()
    plan.editor.go_to(1, 1)
    QTest.keyClicks(plan.editor, "labels")
    qtbot.waitUntil(lambda: bar.count.text() == "2 found")


def test_a_bar_fits_into_a_narrow_window(plan: FlightPlanTab, bar: FindBar) -> None:
    theme().set_scale(1.5)
    plan.resize(760, 500)
    QApplication.processEvents()
    assert bar.field.width() >= 100
    assert not plan.grab().isNull()
