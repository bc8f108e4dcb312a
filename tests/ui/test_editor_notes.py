"""Findings, quick fixes and folds of the editor, as a person uses them."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from otternauts_desktop.core.fleet.findings import Edit, Finding, QuickFix, Severity
from otternauts_desktop.core.fleet.unvalued import unvalued
from otternauts_desktop.core.flight.diff import line_changes
from otternauts_desktop.ui.theme import Mode, theme
from otternauts_desktop.ui.yaml_editor import YamlEditor

SHOP = """\
services:
  web:
    image: nginx
    depends_on:
      db:
        condition: service_healthy
  db:
    image: postgres
    environment:
      - A=${A}
volumes:
  data:
"""
TO_LIST = QuickFix("Convert to a list", (Edit(4, 16, 6, 35, " [db]"),))
FINDING = Finding(4, 5, Severity.ERROR, "x", "depends_on is a list in Swarm", "", (TO_LIST,))


@pytest.fixture
def editor(qtbot: QtBot) -> YamlEditor:
    made = YamlEditor()
    qtbot.addWidget(made)
    made.resize(760, 400)
    made.set_text(SHOP)
    made.show()
    return made


def menu() -> QMenu:
    (found,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, QMenu) and w.isVisible()]
    return found


def visible(editor: YamlEditor) -> list[int]:
    """Numbers of the lines that are not folded away, from 1."""
    blocks = map(editor.document().findBlockByNumber, range(editor.blockCount()))
    return [block.blockNumber() + 1 for block in blocks if block.isVisible()]


def link(editor: YamlEditor, line: int) -> QPoint:
    """Where in a line (from 1) the pointer says that it can be clicked."""
    block = editor.document().findBlockByNumber(line - 1)
    geometry = editor.blockBoundingGeometry(block).translated(editor.contentOffset())
    view = editor.viewport()
    for x in range(0, view.width(), 3):
        place = QPoint(x, round(geometry.center().y()))
        QTest.mouseMove(view, place)
        if view.cursor().shape() is Qt.CursorShape.PointingHandCursor:
            return place + QPoint(4, 0)
    raise AssertionError


def colours_of(image: QImage) -> set[str]:
    return {
        image.pixelColor(x, y).name().upper()
        for x in range(0, image.width(), 2)
        for y in range(image.height())
    }


def test_a_quick_fix_is_one_step_and_keeps_the_cursor(editor: YamlEditor) -> None:
    editor.show_findings((FINDING,))
    editor.go_to(4, 9)
    editor.show_quick_fixes()
    (fix,) = menu().actions()
    assert fix.text() == "Convert to a list"
    QTest.keyClick(menu(), Qt.Key.Key_Return)
    assert "    depends_on: [db]\n  db:\n" in editor.text()
    assert (editor.textCursor().blockNumber(), editor.textCursor().positionInBlock()) == (3, 8)
    editor.undo()
    assert editor.text() == SHOP


def test_a_fix_waits_for_findings_of_the_text_as_it_is(editor: YamlEditor) -> None:
    editor.show_findings((FINDING,))
    editor.go_to(1, 1)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    editor.mend(TO_LIST)  # would hit other lines than it was made for
    assert editor.text() == "\n" + SHOP
    editor.go_to(5, 5)
    editor.show_quick_fixes()
    assert not any(isinstance(w, QMenu) and w.isVisible() for w in QApplication.topLevelWidgets())
    moved = QuickFix(TO_LIST.title, (Edit(5, 16, 7, 35, " [db]"),))
    editor.show_findings((Finding(5, 5, Severity.ERROR, "x", "no", "", (moved,)),))
    menu().actions()[0].trigger()
    assert "    depends_on: [db]\n  db:\n" in editor.text()


def test_a_line_without_a_fix_says_so(editor: YamlEditor) -> None:
    editor.show_quick_fixes()
    (only,) = menu().actions()
    assert not only.isEnabled()
    menu().close()


@pytest.mark.parametrize("mode", [Mode.DARK, Mode.LIGHT])
def test_the_message_stands_after_the_line_and_its_link_works(
    editor: YamlEditor, qtbot: QtBot, mode: Mode
) -> None:
    theme().set_mode(mode)
    plain = colours_of(editor.viewport().grab().toImage())
    editor.show_findings(
        (FINDING, *unvalued(SHOP, ["A"]), Finding(2, 3, Severity.NOTE, "n", "just so"))
    )
    noted = colours_of(editor.viewport().grab().toImage())
    assert {theme().hex("badbg"), theme().hex("warnbg")} <= noted - plain
    fix, value = (link(editor, line) for line in (4, 10))
    QTest.mouseClick(editor.viewport(), Qt.MouseButton.LeftButton, pos=fix)
    menu().close()
    with qtbot.waitSignal(editor.value_wanted):
        QTest.mouseClick(editor.viewport(), Qt.MouseButton.LeftButton, pos=value)
    editor.resize(330, 400)  # too narrow for words
    assert theme().hex("badbg") in colours_of(editor.viewport().grab().toImage())
    assert editor.notes.words(3) == "depends_on is a list in Swarm"


def test_findings_move_with_the_text_until_the_next_reading(editor: YamlEditor) -> None:
    editor.show_findings((FINDING,))
    editor.go_to(1, 1)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert editor.notes.words(4) == "depends_on is a list in Swarm"
    assert editor.extraSelections()[0].cursor.selectedText() == "depends_on"


def test_variables_without_a_value() -> None:
    text = "a: ${A} # ${B}\nb: $$A $B ${C:-x}\nc: |\n  # ${A}\n"
    found = unvalued(text, ["A", "B"])
    assert [(f.line, f.column) for f in found] == [(1, 4), (2, 8), (4, 5)]
    assert "A" in found[0].message
    assert unvalued(text, ()) == ()


def test_folding_by_key_and_by_mouse(editor: YamlEditor) -> None:
    editor.go_to(3, 5)
    editor.toggle_fold()  # what the line stands in
    assert visible(editor) == [1, 2, 7, 8, 9, 10, 11, 12, 13]
    assert editor.textCursor().blockNumber() == 1
    editor.toggle_fold()
    assert len(visible(editor)) == 13
    editor.viewport().grab()
    height = round(editor.blockBoundingRect(editor.firstVisibleBlock()).height())
    arrow = QPoint(editor.gutter.width() - 20, 4 + height // 2)
    QTest.mouseClick(editor.gutter, Qt.MouseButton.LeftButton, pos=arrow)
    assert visible(editor) == [1, 11, 12, 13]
    editor.viewport().grab()
    QTest.mouseClick(editor.viewport(), Qt.MouseButton.LeftButton, pos=link(editor, 1))
    assert len(visible(editor)) == 13
    editor.fold_all()
    assert visible(editor) == [1, 11, 13]
    editor.unfold_all()
    assert len(visible(editor)) == 13


def test_a_fold_outlives_edits_and_opens_for_the_cursor(editor: YamlEditor) -> None:
    editor.toggle_fold(6)
    assert visible(editor) == [1, 2, 3, 4, 5, 6, 7, 11, 12, 13]
    editor.go_to(1, 1)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    editor.moveCursor(editor.textCursor().MoveOperation.End)
    QTest.keyClicks(editor, "x: 1")
    editor.show_findings(())
    assert visible(editor) == [1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14]
    editor.go_to(10)
    assert len(visible(editor)) == 14
    assert editor.textCursor().blockNumber() == 9


def test_what_is_folded_is_not_scrolled_through(editor: YamlEditor) -> None:
    editor.set_text("services:\n" + "".join(f"  s{n}:\n    image: x\n" for n in range(300)))
    QApplication.processEvents()
    before = editor.verticalScrollBar().maximum()
    editor.fold_all()
    assert editor.verticalScrollBar().maximum() == 0
    editor.unfold_all()
    assert editor.verticalScrollBar().maximum() == before


def test_change_bars(editor: YamlEditor) -> None:
    old = SHOP.replace("nginx", "httpd").replace("  db:\n    image", "  old:\n  db:\n    image")
    editor.show_changes(line_changes(old.replace("      - A=${A}\n", ""), SHOP))
    image = editor.gutter.grab().toImage()
    bars = {image.pixelColor(1, y).name().upper() for y in range(image.height())}
    assert {theme().hex(token) for token in ("accent", "ok", "bad")} <= bars
    block = editor.document().findBlockByNumber(2)
    assert editor.gutter.words_of(block) == "Changed since the last launch."
