"""The log console: painting, following, choosing, filtering, saving, and what it never lets in."""

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.ui.log_console import LogConsole
from otternauts_desktop.ui.log_text import as_saved, local_time, one_line
from otternauts_desktop.ui.theme import Mode, theme

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
EVIL = "a\x1b]0;owned\x07\x1b[2J\x9b31m\u202eb\nc\r\x00\x1b[1;31mred\x1b[0m"


def line(text: str, *, stderr: bool = False, slot: int = 1, vessel: str = "web") -> LogLine:
    return LogLine("2026-07-28T09:41:02.118456789Z", vessel, slot, "t1", "n1", stderr, text)


def lines(first: int, count: int) -> list[LogLine]:
    return [
        line(f"line {n}", stderr=n % 3 == 0, slot=n % 2 + 1) for n in range(first, first + count)
    ]


@pytest.fixture
def console(qtbot: QtBot) -> LogConsole:
    made = LogConsole()
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    return made


def settle(console: LogConsole, qtbot: QtBot) -> None:
    """Wait until what came is shown and a new filter is in force."""
    qtbot.wait(70)
    qtbot.waitUntil(lambda: not console._typing.isActive() and not console.lines.working)


def clipboard() -> str:
    return QApplication.clipboard().text()


def test_lines_come_and_the_end_is_followed(console: LogConsole, qtbot: QtBot) -> None:
    console.append(lines(0, 500))
    settle(console, qtbot)
    bar = console.view.verticalScrollBar()
    assert console.line_count == 500
    assert bar.value() == bar.maximum() > 400
    assert console._count.text() == "500 lines"
    assert [text.split("  ")[1:] for text in console.visible_texts(2)] == [
        ["web.1", "line 498"],
        ["web.2", "line 499"],
    ]
    assert console.resume_button.isHidden()


def test_scrolling_up_pauses(console: LogConsole, qtbot: QtBot) -> None:
    console.append(lines(0, 500))
    settle(console, qtbot)
    bar = console.view.verticalScrollBar()
    bar.setValue(100)
    assert not console.follow_button.isChecked()
    console.append(lines(500, 31))
    settle(console, qtbot)
    assert bar.value() == 100
    assert console.resume_button.isVisible()
    assert console.resume_button.text() == "↓ 31 new lines"
    QTest.mouseClick(console.resume_button, LEFT)
    assert console.follow_button.isChecked()
    assert bar.value() == bar.maximum()
    assert console.resume_button.isHidden()
    QTest.mouseClick(console.follow_button, LEFT)
    console.append(lines(531, 1))
    settle(console, qtbot)
    assert console.resume_button.text() == "↓ 1 new line"
    QTest.keyClick(console.view, Qt.Key.Key_End)
    assert console.view.following


def test_a_paused_view_stands_still_while_old_lines_go(console: LogConsole, qtbot: QtBot) -> None:
    console.lines.limit = 300
    console.append(lines(0, 300))
    settle(console, qtbot)
    console.view.verticalScrollBar().setValue(200)
    top = console.view.top_serial()
    console.append(lines(300, 50))
    assert console.view.top_serial() == top
    settle(console, qtbot)
    assert console.view.top_serial() == top
    assert console.view.verticalScrollBar().value() == 150
    console.append(lines(350, 1_000))
    settle(console, qtbot)
    assert console.view.verticalScrollBar().value() == 0


def test_filtering(console: LogConsole, qtbot: QtBot) -> None:
    console.append([*lines(0, 100), line("Über <b>it</b>", stderr=True)])
    console.filter_field.setText("über")
    settle(console, qtbot)
    assert len(console.visible_texts(10)) == 1
    assert console._count.text() == "1 of 101 lines"
    assert not console.grab().isNull()
    console.filter_field.setText("/line 9\\d/")
    settle(console, qtbot)
    assert len(console.visible_texts(50)) == 10
    console.stderr_button.click()
    settle(console, qtbot)
    assert len(console.visible_texts(50)) == 4
    console.choose_replica("web.2")
    settle(console, qtbot)
    assert len(console.visible_texts(50)) == 2
    console._fill_menu()
    names = [action.text() for action in console._menu.actions() if not action.isChecked()]
    assert names == ["All replicas", "web.1"]
    console.choose_replica("")
    console.stderr_button.click()
    console.filter_field.setText("none")
    settle(console, qtbot)
    assert console.visible_texts(50) == []
    assert not console.grab().isNull()


def test_an_expression_that_is_none_is_told_and_changes_nothing(
    console: LogConsole, qtbot: QtBot
) -> None:
    console.append(lines(0, 10))
    console.filter_field.setText("/(/")
    settle(console, qtbot)
    assert console.filter_field.property("state") == "bad"
    assert console.filter_field.toolTip().startswith("\u200bNot a regular expression")
    assert len(console.visible_texts(50)) == 10
    console.filter_field.setText("/(1)/")
    settle(console, qtbot)
    assert not console.filter_field.property("state")
    assert len(console.visible_texts(50)) == 1


def test_lines_are_chosen_with_the_mouse(console: LogConsole, qtbot: QtBot) -> None:
    console.append(lines(0, 8))
    settle(console, qtbot)
    port, height = console.view.viewport(), console.view._paint.height
    rows = [QPoint(300, height * row + 5) for row in range(8)]
    QTest.mousePress(port, LEFT, PLAIN, rows[1])
    QTest.mouseMove(port, rows[2])
    QTest.mouseRelease(port, LEFT, PLAIN, rows[2])
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.mouseClick(port, LEFT, shift, rows[4])
    QTest.keyClick(console.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert [text.split("  ")[2] for text in clipboard().split("\n")] == [
        f"line {n}" for n in range(1, 5)
    ]
    assert console.note.text() == "4 lines copied."
    assert "line 4" in console.view.accessibleDescription()
    QTest.keyClick(console.view, Qt.Key.Key_Down, shift)
    assert len(console.view.chosen()) == 5
    QTest.keyClick(console.view, Qt.Key.Key_Escape)
    assert len(console.view.chosen()) == 8
    assert not console.grab().isNull()


def test_a_selection_stays_with_its_lines(console: LogConsole, qtbot: QtBot) -> None:
    console.lines.limit = 10
    console.append(lines(0, 10))
    QTest.keyClick(console.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(console.view.chosen()) == 10
    console.append(lines(10, 7))
    assert [entry.text for entry in console.view.chosen()] == ["line 7", "line 8", "line 9"]
    console.append(lines(17, 7))
    assert len(console.view.chosen()) == 10  # what was chosen is forgotten: all are meant
    console.clear()
    assert console.view.chosen() == []


def test_no_control_character_gets_out(console: LogConsole, qtbot: QtBot, tmp_path: Path) -> None:
    console.append([line(EVIL, vessel="w\x1b[1m\nb"), line("\ttab  日本 😀")])
    console.show_note(f"Reading {EVIL}…")
    settle(console, qtbot)
    assert not console.grab().isNull()
    console.copy_button.click()
    console.save_to(str(tmp_path / "log"))
    qtbot.waitUntil(lambda: console._saving is None)
    saved = (tmp_path / "log").read_text("utf-8")
    for text in (clipboard(), saved, "\n".join(console.visible_texts(2))):
        assert all(char.isprintable() or char == "\n" for char in text), ascii(text)
        assert text.count("\n") <= 2
    assert "red" in saved
    console.show_note(EVIL)
    assert console.note.text().isprintable()
    assert console.note.textFormat() is Qt.TextFormat.PlainText


def test_saving(console: LogConsole, qtbot: QtBot, tmp_path: Path) -> None:
    console.append(lines(0, 5_000))
    target = tmp_path / "log.txt"
    console.save_to(str(target))
    assert not console.save_button.isEnabled()
    console.clear()  # what is being saved is saved all the same
    qtbot.waitUntil(lambda: console._saving is None)
    written = target.read_text("utf-8").splitlines()
    assert len(written) == 5_000
    assert written[7] == as_saved(lines(7, 1)[0])
    assert console.note.text() == f"5,000 lines saved to {target}"
    console.save_to(str(tmp_path / "none" / "log.txt"))
    qtbot.waitUntil(lambda: console._saving is None)
    assert console.note.text().startswith("It could not be saved to ")
    assert console.save_button.isEnabled()


def test_the_file_dialog_does_not_block(console: LogConsole, qtbot: QtBot) -> None:
    console.save_button.click()
    (dialog,) = console.findChildren(QFileDialog)
    assert dialog.isVisible()
    dialog.reject()


def test_the_note(console: LogConsole) -> None:
    assert console._foot.isHidden()
    console.show_note("Reading web of shop…")
    assert console.note.text() == "Reading web of shop…"
    console._flash("Copied.")
    console._show_note()
    assert console.note.text() == "Reading web of shop…"
    console.show_note("")
    assert console._foot.isHidden()


def test_times() -> None:
    assert local_time("2026-07-28T09:41:02.118456789Z").endswith(":02.118")
    assert local_time("2026-07-28T09:41:02.5Z").endswith(":02.500")
    assert local_time("2026-07-28T09:41:02Z").endswith(":02.000")
    for stamp in ("", "x", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "\x1b[2J\x07" * 9):
        assert one_line(local_time(stamp)) == local_time(stamp)


def test_every_control_has_a_name_and_a_tip(console: LogConsole) -> None:
    for kind in (QToolButton, QLineEdit):
        controls: list[QWidget] = [
            control for control in console.findChildren(kind) if control.parent() is not None
        ]
        for control in controls:
            if control.parent() is not console.filter_field:
                assert control.accessibleName()
                assert control.toolTip()
    assert console.view.accessibleName()


@pytest.mark.parametrize("mode", [Mode.DARK, Mode.LIGHT])
@pytest.mark.parametrize("scale", [0.9, 1.5])
def test_odd_lines_are_painted(console: LogConsole, qtbot: QtBot, mode: Mode, scale: float) -> None:
    theme().set_mode(mode)
    theme().set_scale(scale)
    texts = ["", "x" * 70_000, "日" * 70_000, "\x1b[31m" * 9_000, "\x1b[38;5;", EVIL, "\u0301" * 99]
    console.append([line(text, stderr=n % 2 == 0) for n, text in enumerate(texts * 3)])
    settle(console, qtbot)
    bar = console.view.horizontalScrollBar()
    assert bar.maximum() > 10_000
    for value in (0, 5_000, bar.maximum()):
        bar.setValue(value)
        assert not console.grab().isNull()


def test_a_flood_does_not_block(console: LogConsole) -> None:
    worst = 0.0
    for start in range(0, 100_000, 2_000):
        made = lines(start, 2_000)
        started = time.perf_counter()
        console.append(made)
        QApplication.processEvents()
        worst = max(worst, time.perf_counter() - started)
    assert console.line_count == 100_000
    assert worst < 0.5  # 0.01 s on the machine this was written on
