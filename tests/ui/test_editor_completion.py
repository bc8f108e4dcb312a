"""Completion, hover help and going to definitions, by keyboard and mouse."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from otternauts_desktop.core.fleet.completion import Surroundings
from otternauts_desktop.ui.theme import Mode, theme
from otternauts_desktop.ui.yaml_editor import YamlEditor


@pytest.fixture
def editor(qtbot: QtBot) -> YamlEditor:
    made = YamlEditor()
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.show()
    made.setFocus()
    made.completion.around = Surroundings(("orion-1",), {"disk": ("ssd",)}, ("API_KEY",))
    return made


def offered(editor: YamlEditor) -> list[str]:
    shown = editor.completion.list
    return [] if shown.isHidden() else [shown.item(n).text() for n in range(shown.count())]


def start(editor: YamlEditor, text: str) -> None:
    editor.set_text(text)
    editor.moveCursor(editor.textCursor().MoveOperation.End)


def test_a_fleet_is_written_with_few_keys(editor: YamlEditor) -> None:
    QTest.keyClicks(editor, "ser")
    assert offered(editor)[0] == "services"
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.text() == "services:\n  "
    QTest.keyClicks(editor, "web:")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QTest.keyClicks(editor, "de")
    assert offered(editor)[:2] == ["deploy", "depends_on"]
    QTest.keyClick(editor, Qt.Key.Key_Down)
    QTest.keyClick(editor, Qt.Key.Key_Up)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert editor.text() == "services:\n  web:\n    deploy:\n      "
    assert "replicas" in offered(editor)
    QTest.keyClicks(editor, "mod")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert offered(editor) == ["replicated", "global", "replicated-job", "global-job"]
    QTest.keyClicks(editor, "gl")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert editor.text().endswith("      mode: global")
    editor.undo()
    assert editor.text().endswith("      mode: gl")


def test_the_list_is_never_in_the_way(editor: YamlEditor) -> None:
    start(editor, "services:\n  web:\n    ")
    QTest.keyClicks(editor, "image: nginx")
    assert offered(editor) == []
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert editor.text().endswith("image: nginx\n    ")
    assert offered(editor) == []
    QTest.keyClicks(editor, "im")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert offered(editor) == []
    assert editor.text().endswith("    im")
    QTest.keyClicks(editor, "xyz")
    assert offered(editor) == []
    start(editor, "services:\n  web:\n    deploy:\n      mode: ")
    QTest.keyClicks(editor, "global")
    assert offered(editor) == ["global", "global-job"]
    QTest.keyClick(editor, Qt.Key.Key_Return)  # it is there in full: a new line
    assert editor.text().endswith("mode: global\n      ")


def test_asked_for_it_is_offered_anywhere(editor: YamlEditor) -> None:
    start(
        editor,
        "services:\n  web:\n    deploy:\n      placement:\n        constraints:\n          - ",
    )
    editor.completion.offer()
    assert "node.labels.disk==ssd" in offered(editor)
    assert "node.hostname==orion-1" in offered(editor)
    QTest.keyClick(editor, Qt.Key.Key_Up)
    assert editor.completion.list.currentRow() == len(offered(editor)) - 1
    editor.go_to(1, 1)
    assert offered(editor) == []


def test_variables_and_undo(editor: YamlEditor) -> None:
    start(editor, "services:\n  web:\n    environment:\n      😀: ")
    QTest.keyClicks(editor, "${")
    assert offered(editor) == ["API_KEY"]
    QTest.keyClicks(editor, "A")
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.text().endswith("😀: ${API_KEY}")


@pytest.mark.parametrize("mode", [Mode.DARK, Mode.LIGHT])
def test_the_list_is_painted_and_clicked(editor: YamlEditor, mode: Mode) -> None:
    theme().set_mode(mode)
    theme().set_scale(1.5)
    start(editor, "services:\n  web:\n    ")
    editor.completion.offer()
    shown = editor.completion.list
    assert not shown.grab().isNull()
    assert editor.rect().contains(shown.geometry())
    assert "Each outpost pulls it" in shown.item(0).toolTip()
    rect = shown.visualItemRect(shown.item(0))
    QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert editor.text().startswith("services:\n  web:\n    image: ")
    assert QApplication.focusWidget() in (editor, None)


def test_words_beside_a_key(editor: YamlEditor) -> None:
    start(editor, "services:\n  web:\n    deploy:\n      replicas: 2\n")
    editor.go_to(4, 8)
    editor.explain()
    assert "How many tasks run at once" in QToolTip.text()
    editor.go_to(5, 1)
    editor.explain()
    assert "Nothing to say" in QToolTip.text()
    QToolTip.hideText()


def test_to_the_definition(editor: YamlEditor) -> None:
    start(
        editor,
        "x-a: &base {init: true}\nservices:\n  web:\n    <<: *base\n    networks: [front]\n"
        "networks:\n  back:\n  front:\n",
    )
    editor.go_to(4, 10)
    editor.go_to_definition()
    assert editor.textCursor().blockNumber() == 0
    editor.go_to(5, 17)
    place = editor.cursorRect().center()
    editor.go_to(1, 1)
    QTest.mouseClick(
        editor.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, place
    )
    assert editor.textCursor().blockNumber() == 7
    editor.go_to(2, 1)
    editor.go_to_definition()
    assert editor.textCursor().blockNumber() == 1
    assert "No name" in QToolTip.text()
    QToolTip.hideText()
    assert editor.cursorForPosition(QPoint(0, 0)).blockNumber() == 0
