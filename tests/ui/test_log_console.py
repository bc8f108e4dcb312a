"""The log console: painting, following, choosing, filtering, saving, and what it never lets in."""

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from otternauts_desktop.core.comms.ansi import spans
from otternauts_desktop.core.comms.blocks import LINES
from otternauts_desktop.core.comms.levels import Level
from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.ui.log_console import LogConsole
from otternauts_desktop.ui.log_text import as_saved, local_time, one_line
from otternauts_desktop.ui.theme import Mode, theme
from tests.ui.test_looks import contrast

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
def console(qtbot: QtBot) -> Iterator[LogConsole]:
    made = LogConsole()
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    yield made
    made.lines.close()


def settle(console: LogConsole, qtbot: QtBot) -> None:
    """Wait until what came is shown and a new filter is in force."""
    qtbot.wait(70)
    qtbot.waitUntil(lambda: not console.bar.waiting and not console.lines.working)
    qtbot.wait(40)


def clipboard() -> str:
    return QApplication.clipboard().text()


def test_lines_come_and_the_end_is_followed(console: LogConsole, qtbot: QtBot) -> None:
    console.append(lines(0, 500))
    settle(console, qtbot)
    bar = console.view.verticalScrollBar()
    assert console.line_count == 500
    assert bar.value() == bar.maximum() > 400
    assert console.count.text() == "500 lines"
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
    console.lines.limit = LINES
    console.append(lines(0, LINES + 300))
    settle(console, qtbot)
    console.view.verticalScrollBar().setValue(LINES + 100)
    top = console.view.top_serial()
    console.append(lines(LINES + 300, 50))
    assert console.view.top_serial() == top
    settle(console, qtbot)
    assert console.view.top_serial() == top
    console.append(lines(LINES + 350, 3 * LINES))
    settle(console, qtbot)
    assert console.view.top_serial() > top
    assert console.view.verticalScrollBar().value() == 0


def test_filtering(console: LogConsole, qtbot: QtBot) -> None:
    console.append([*lines(0, 100), line("Über <b>it</b>", stderr=True)])
    console.bar.field.setText("über")
    settle(console, qtbot)
    assert len(console.visible_texts(10)) == 1
    assert console.count.text() == "1 of 101 lines"
    assert not console.grab().isNull()
    console.bar.field.setText("/line 9\\d/")
    settle(console, qtbot)
    assert len(console.visible_texts(50)) == 10
    choose(console.bar.replica_button, "stderr only")
    settle(console, qtbot)
    assert len(console.visible_texts(50)) == 4
    assert console.bar.replica_button.text() == "stderr only"
    choose(console.bar.replica_button, "web.2")
    settle(console, qtbot)
    assert len(console.visible_texts(50)) == 2
    assert console.bar.replica_button.text() == "web.2 · stderr"
    console.append([line("line 95", slot=2, stderr=True), line("line 96", slot=1, stderr=True)])
    settle(console, qtbot)
    assert len(console.visible_texts(50)) == 3
    for words in ("stderr only", "All of web"):
        choose(console.bar.replica_button, words)
    settle(console, qtbot)
    assert console.bar.replica_button.text() == "2 replicas"
    choose(console.bar.replica_button, "All replicas")
    console.bar.field.setText("none")
    settle(console, qtbot)
    assert console.visible_texts(50) == []
    assert not console.grab().isNull()
    QTest.keyClick(console.bar.field, Qt.Key.Key_Escape)
    settle(console, qtbot)
    assert len(console.visible_texts(500)) == 103
    QTest.keyClick(console.bar.field, Qt.Key.Key_Down)
    assert console.view.hasFocus()


def test_a_filter_that_goes_leaves_the_place_in_the_log(console: LogConsole, qtbot: QtBot) -> None:
    console.append(lines(0, 30_000))
    settle(console, qtbot)
    console.view.verticalScrollBar().setValue(4_321)
    console.bar.field.setText("/line .*99$/")
    settle(console, qtbot)
    assert console.view.top_serial() == 4_399
    console.bar.field.clear()
    settle(console, qtbot)
    assert console.view.top_serial() == 4_321
    assert not console.view.following


def choose(button: QToolButton, words: str) -> None:
    menu = button.menu()
    menu.aboutToShow.emit()
    (action,) = (action for action in menu.actions() if action.text() == words)
    action.trigger()


def test_levels_are_switched(console: LogConsole, qtbot: QtBot) -> None:
    said = ["ERROR no", "  at shop.js:3", "level=warn slow", '{"level":"debug"}', "hello"]
    console.append([line(text) for text in said])
    buttons = console.bar.levels.buttons
    buttons[Level.INFO].click()
    settle(console, qtbot)
    assert len(console.visible_texts(9)) == 4
    buttons[Level.DEBUG].click()
    buttons[Level.WARN].click()
    settle(console, qtbot)
    assert [text.split("  ", 2)[2] for text in console.visible_texts(9)] == said[:2]
    buttons[Level.ERROR].click()  # none of them would show nothing: all are meant
    settle(console, qtbot)
    assert len(console.visible_texts(9)) == 5
    console.resize(700, 300)
    assert buttons[Level.WARN].text() == "W"
    assert buttons[Level.WARN].accessibleName() == "Warn"


def test_a_time_range(console: LogConsole, qtbot: QtBot) -> None:
    console.append([line(f"n {n}")._replace(time=f"2026-07-28T09:41:{n:02}Z") for n in range(60)])
    console.bar.choose_times("2026-07-28T09:41:20", "2026-07-28T09:41:30")
    settle(console, qtbot)
    assert len(console.visible_texts(99)) == 10
    assert console.bar.time_button.text().endswith(":30")
    choose(console.bar.time_button, "Last 5 minutes")
    settle(console, qtbot)
    assert console.visible_texts(99) == []
    assert console.bar.time_button.text() == "Last 5 minutes"
    choose(console.bar.time_button, "Any time")
    settle(console, qtbot)
    assert len(console.visible_texts(99)) == 60
    menu = line_menu(console, 30)
    run(menu, "Only from this line on")
    run(line_menu(console, 40), "Only what came before this line")
    settle(console, qtbot)
    assert len(console.visible_texts(99)) == 10


def line_menu(console: LogConsole, serial: int) -> QMenu:
    """The menu of a line, as it is opened."""
    console.view.menu_asked.emit(serial, QPoint(10, 10))
    menus = [menu for menu in console.findChildren(QMenu) if menu.isVisible()]
    return menus[-1]


def run(menu: QMenu, words: str) -> None:
    (action,) = (action for action in menu.actions() if action.text() == words)
    action.trigger()
    menu.close()


def test_what_can_be_done_with_a_line(console: LogConsole, qtbot: QtBot) -> None:
    console.append(lines(0, 10))
    settle(console, qtbot)
    wanted: list[LogLine] = []
    console.service_wanted.connect(wanted.append)
    menu = line_menu(console, 3)
    assert menu.actions()[0].text().startswith("web.2 · stderr · ")
    assert "Show the fields" not in [action.text() for action in menu.actions()]
    run(menu, "Go to web")
    assert [entry.text for entry in wanted] == ["line 3"]
    run(line_menu(console, 3), "Only web.2")
    settle(console, qtbot)
    assert len(console.visible_texts(99)) == 5
    port = console.view.viewport()
    at = QPoint(round(console.view._paint.name_left) + 4, 4 * console.view._paint.height + 5)
    QTest.mouseClick(port, LEFT, PLAIN, at)
    assert [entry.text for entry in wanted] == ["line 3", "line 9"]
    QTest.mouseMove(port, at)
    assert port.cursor().shape() is Qt.CursorShape.PointingHandCursor


def test_a_line_of_json_is_opened(console: LogConsole, qtbot: QtBot) -> None:
    stack = "Error: no\\n  at shop.js:3"
    console.append([*lines(0, 20), line('{"level":"error","err":{"stack":"' + stack + '"}}')])
    settle(console, qtbot)
    view = console.view
    QTest.keyClick(view, Qt.Key.Key_Up)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert view.opened(20)
    assert [piece.whole for piece in view._layout.pieces(20)[1:]] == [
        "  level: error",
        "  err:",
        "    stack: Error: no",
        "        at shop.js:3",
    ]
    assert not console.grab().isNull()
    assert not view.following
    QTest.keyClick(view, Qt.Key.Key_End)
    bottom = view._layout.places(view._top_place(), view._fitting)[-1]
    assert bottom == (20, 4)
    row = len(view._layout.places(view._top_place(), view._fitting)) - 5
    y = view._in_view()[1] + (row + 1) * view._paint.height + 5
    QTest.mouseClick(view.viewport(), LEFT, PLAIN, QPoint(view._paint.fold_left + 6, y))
    assert not view.opened(20)
    QTest.keyClick(view, Qt.Key.Key_Up)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert not view.opened(19)


def test_long_lines_are_wrapped(console: LogConsole, qtbot: QtBot) -> None:
    console.append([line("x" * 1_000), line("日" * 500), *lines(0, 40)])
    console.wrap_button.click()
    settle(console, qtbot)
    view = console.view
    assert view.horizontalScrollBar().maximum() == 0
    assert view.following
    view.verticalScrollBar().setValue(0)
    columns = view._layout._columns
    assert len(view._layout.pieces(0)) == -(-1_000 // columns)
    assert len(view._layout.pieces(1)) >= -(-1_000 // columns)
    assert not console.grab().isNull()
    port = view.viewport()
    down = QWheelEvent(
        QPointF(50, 50),
        port.mapToGlobal(QPointF(50, 50)),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        PLAIN,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(port, down)
    assert view._top_place() == (0, 3)
    for _ in range(30):
        QApplication.sendEvent(port, down)
    assert view.following
    console.wrap_button.click()
    assert len(view._layout.pieces(0)) == 1


def test_searching_by_keyboard(console: LogConsole, qtbot: QtBot) -> None:
    console.append(lines(0, 3_000))
    settle(console, qtbot)
    console.view.setFocus()
    QTest.keyClick(console.view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    bar = console.find_bar
    assert bar.field.hasFocus()
    QTest.keyClicks(bar.field, "77")
    qtbot.waitUntil(lambda: bar.count.text() == "57 of 57")
    assert console.view.current == 2_977
    assert not console.view.following
    QTest.keyClick(bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert bar.count.text() == "56 of 57"
    assert console.view.current == 2_877
    QTest.keyClick(bar.field, Qt.Key.Key_F3)
    QTest.keyClick(bar.field, Qt.Key.Key_F3)
    assert bar.count.text() == "1 of 57"
    assert console.view.current == 77
    assert console.view.top_serial() <= 77
    assert not console.grab().isNull()
    console.append([line("77 more")])
    settle(console, qtbot)
    assert bar.count.text() == "1 of 58"
    bar.field.setText("nowhere")
    qtbot.waitUntil(lambda: bar.count.text() == "Nothing found")
    bar.field.setText("/(/")
    qtbot.waitUntil(lambda: bar.count.text().startswith("Not a regular expression"))
    QTest.keyClick(bar.field, Qt.Key.Key_Escape)
    assert bar.isHidden()
    assert console.view.hasFocus()
    assert not console.lines.finding


def test_an_expression_that_is_none_is_told_and_changes_nothing(
    console: LogConsole, qtbot: QtBot
) -> None:
    console.append(lines(0, 10))
    console.bar.field.setText("/(/")
    settle(console, qtbot)
    assert console.bar.field.property("state") == "bad"
    assert console.bar.field.toolTip().startswith("\u200bNot a regular expression")
    assert len(console.visible_texts(50)) == 10
    console.bar.field.setText("/(1)/")
    settle(console, qtbot)
    assert not console.bar.field.property("state")
    assert len(console.visible_texts(50)) == 1


def test_an_expression_that_takes_too_long_is_told(console: LogConsole, qtbot: QtBot) -> None:
    console.append([line("a" * 3_000 + "c")] * 600)
    console.bar.field.setText("/(a|aa)+$/")
    settle(console, qtbot)
    assert console.bar.field.toolTip() == "\u200bThis expression takes too long."
    assert console.visible_texts(50) == []
    QTest.keyClick(console.bar.field, Qt.Key.Key_Escape)
    settle(console, qtbot)
    assert len(console.visible_texts(50)) == 50
    assert not console.bar.field.property("state")


def test_plain_text_for_screen_readers(console: LogConsole, qtbot: QtBot) -> None:
    console.append(lines(0, 3_000))
    settle(console, qtbot)
    console.plain_action.trigger()
    assert console.plain.hasFocus()
    assert console.plain.blockCount() == 2_000
    assert console.plain.toPlainText().endswith("line 2999")
    cursor = console.plain.textCursor().position()
    console.append([line("one more")])
    settle(console, qtbot)
    assert console.plain.toPlainText().endswith("web.1  one more")
    assert console.plain.textCursor().position() <= cursor
    console.bar.field.setText("line 77")
    settle(console, qtbot)
    assert console.plain.toPlainText().count("\n") == 10
    console.append(lines(3_000, 20_000))
    console.bar.field.setText("/line \\d*00$/")
    settle(console, qtbot)
    assert console.plain.toPlainText().count("\n") == 228
    console.plain_action.trigger()
    assert console.view.isVisible()


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
    assert console.chosen()[0] == 5
    QTest.keyClick(console.view, Qt.Key.Key_Escape)
    assert console.chosen()[0] == 8
    assert not console.grab().isNull()


def test_a_selection_stays_with_its_lines(console: LogConsole, qtbot: QtBot) -> None:
    console.lines.limit = 20
    console.append(lines(0, LINES + 10))
    QTest.keyClick(console.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert console.chosen()[0] == LINES + 10
    console.append(lines(LINES + 10, 15))
    count, chosen = console.chosen()
    assert count == 10
    assert [entry.text for entry in chosen] == [f"line {n}" for n in range(LINES, LINES + 10)]
    console.append(lines(LINES + 17, LINES))
    console.append(lines(2 * LINES + 17, LINES))
    assert console.chosen()[0] == len(console.lines)  # what was chosen is forgotten: all are meant
    console.clear()
    assert console.chosen()[0] == 0


def test_no_control_character_gets_out(console: LogConsole, qtbot: QtBot) -> None:
    console.append([line(EVIL, vessel="w\x1b[1m\nb"), line("\ttab  日本 😀")])
    console.show_note(f"Reading {EVIL}…")
    settle(console, qtbot)
    assert not console.grab().isNull()
    console.copy_button.click()
    console.plain.show_anew()
    saved = "\n".join(as_saved(entry) for entry in console.chosen()[1])
    plain = console.plain.toPlainText()
    for text in (clipboard(), saved, plain, "\n".join(console.visible_texts(2))):
        assert all(char.isprintable() or char == "\n" for char in text), ascii(text)
        assert text.count("\n") <= 2
    assert "red" in saved
    console.show_note(EVIL)
    assert console.note.text().isprintable()
    assert console.note.textFormat() is Qt.TextFormat.PlainText


def test_copying(console: LogConsole, qtbot: QtBot) -> None:
    console.append(lines(0, 5_000))
    console.copy_button.click()
    qtbot.waitUntil(lambda: not console.copying.going_on)
    assert clipboard().count("\n") == 4_999
    assert console.note.text() == "5,000 lines copied."
    console.copy_text()
    qtbot.waitUntil(lambda: not console.copying.going_on)
    assert clipboard().startswith("line 0\nline 1\n")
    console.clear()
    console.copy()
    assert console.note.text() == "There is nothing to copy."


def test_the_note(console: LogConsole) -> None:
    assert console._foot.isHidden()
    console.show_note("Reading web of shop…")
    assert console.note.text() == "Reading web of shop…"
    console.flash("Copied.")
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
            if control.parent() not in (console.bar.field, console.find_bar.field):
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


@pytest.mark.parametrize("mode", [Mode.DARK, Mode.LIGHT])
def test_a_programs_own_colours_can_be_read(console: LogConsole, mode: Mode) -> None:
    theme().set_mode(mode)
    ground = theme().color("well").name()
    for number in (16, 17, 21, 52, 90, 120, 201, 226, 231, 232, 244, 255):
        (span,) = spans(f"\x1b[38;5;{number}mx")
        colour = console.view._paint.line._colour(span.colour)
        assert contrast(colour.name(), ground) >= 4.4, number


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
