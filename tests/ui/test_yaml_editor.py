"""The editor of a flight plan: what is typed, coloured and marked."""

import time

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, Qt
from PySide6.QtGui import QPaintEvent, QTextCharFormat, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from otternauts_desktop.core.fleet.findings import Finding, Severity
from otternauts_desktop.ui.theme import Mode, theme
from otternauts_desktop.ui.yaml_editor import YamlEditor


@pytest.fixture
def editor(qtbot: QtBot) -> YamlEditor:
    made = YamlEditor()
    qtbot.addWidget(made)
    made.resize(600, 400)
    return made


def tokens_of(editor: YamlEditor, line: int) -> dict[str, str]:
    """Pieces of a line -> the token of their colour."""
    block = editor.document().findBlockByNumber(line - 1)
    names = {theme().hex(name): name for name in ("key", "str", "num", "var", "com")}
    units = block.text().encode("utf-16-le")
    return {
        units[part.start * 2 : (part.start + part.length) * 2].decode("utf-16-le"): names[
            part.format.foreground().color().name().upper()
        ]
        for part in block.layout().formats()
    }


def test_the_text_comes_back_as_it_is(editor: YamlEditor) -> None:
    for text in ("", "a: 1\n", "a: 1", "\n\n", "a: b\u00a0c 😀\n\tx\n", "  a\n \n"):
        editor.set_text(text)
        assert editor.text() == text
    editor.set_text("a\r\nb\r\n")
    assert editor.text() == "a\nb\n"


def test_only_the_person_edits(editor: YamlEditor) -> None:
    edits: list[None] = []
    editor.edited.connect(lambda: edits.append(None))
    editor.set_text("a: 1\n")
    assert not editor.document().isUndoAvailable()
    editor.show_findings((Finding(1, 1, Severity.ERROR, "x", "bad"),))
    theme().set_mode(Mode.LIGHT)
    editor.go_to(1, 2)
    QApplication.processEvents()
    assert edits == []
    QTest.keyClicks(editor, "z")
    assert len(edits) == 1
    editor.undo()
    assert editor.text() == "a: 1\n"
    assert len(edits) == 2


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("services:", "services:\n  "),
        ("services:  # all", "services:  # all\n  "),
        ("  web:", "  web:\n    "),
        ("  a: 1", "  a: 1\n  "),
        ("  - a: 1", "  - a: 1\n    "),
        ("  - a:", "  - a:\n      "),
        ("  - a", "  - a\n  "),
        ("  - host:80", "  - host:80\n  "),
        ("run: |", "run: |\n  "),
        ("run: >-", "run: >-\n  "),
        ("# a:", "# a:\n"),
    ],
)
def test_enter_keeps_the_indentation(editor: YamlEditor, text: str, after: str) -> None:
    editor.set_text(text)
    editor.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert editor.text() == after


def test_tab_and_shift_tab(editor: YamlEditor) -> None:
    editor.set_text("a\nb\n\nc")
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.text() == "  a\nb\n\nc"
    QTest.keyClick(editor, Qt.Key.Key_Backtab)
    assert editor.text() == "a\nb\n\nc"
    editor.selectAll()
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.text() == "  a\n  b\n\n  c"
    editor.undo()
    assert editor.text() == "a\nb\n\nc"


def test_comments_are_toggled_and_the_cursor_stays(editor: YamlEditor) -> None:
    editor.set_text("a:\n  b: 1\n")
    editor.go_to(2, 4)
    editor.toggle_comments()
    assert editor.text() == "a:\n  # b: 1\n"
    assert editor.textCursor().positionInBlock() == 5
    editor.selectAll()
    editor.toggle_comments()
    assert editor.text() == "# a:\n  # # b: 1\n"
    editor.selectAll()
    editor.toggle_comments()
    assert editor.text() == "a:\n  # b: 1\n"


def test_a_read_only_editor_stays_as_it_is(editor: YamlEditor) -> None:
    editor.set_text("a: 1")
    editor.setReadOnly(True)
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Return, Qt.Key.Key_X):
        QTest.keyClick(editor, key)
    assert editor.text() == "a: 1"


def test_what_is_pasted_is_text_in_lines(editor: YamlEditor) -> None:
    data = QMimeData()
    data.setText("a\r\nb\u2028c")
    data.setHtml("<b>no</b>")
    editor.insertFromMimeData(data)
    assert editor.text() == "a\nb\nc"
    assert editor.blockCount() == 3


def test_places_are_counted_in_characters(editor: YamlEditor, qtbot: QtBot) -> None:
    editor.set_text("a: 1\nb: 😀😀 c\n")
    with qtbot.waitSignal(editor.cursor_moved) as moved:
        editor.go_to(2, 7)
    assert moved.args == [2, 7]
    assert editor.textCursor().positionInBlock() == 8
    editor.go_to(99, 99)
    editor.go_to(0, 0)
    assert editor.textCursor().position() == 0


def test_findings_are_underlined_and_told(editor: YamlEditor) -> None:
    editor.set_text("a:\n  image: redis:7 # x\n\n  c: <b>\n")
    editor.show_findings(
        (
            Finding(2, 10, Severity.ERROR, "e", "<b>no</b>", "Fix it."),
            Finding(4, 3, Severity.WARNING, "w", "key"),
            Finding(3, 1, Severity.NOTE, "n", "empty line"),
            Finding(2, 99, Severity.NOTE, "n", "past the end"),
            Finding(99, 1, Severity.ERROR, "e", "past the last line"),
        )
    )
    waves = [
        selection
        for selection in editor.extraSelections()
        if selection.format.underlineStyle() is QTextCharFormat.UnderlineStyle.WaveUnderline
    ]
    texts = [selection.cursor.selectedText() for selection in waves]
    assert texts == ["redis:7", "c", "", "image: redis:7 # x", ""]
    colours = [selection.format.underlineColor() for selection in waves]
    assert colours[:3] == [theme().color(name) for name in ("bad", "warn", "accent")]
    assert editor.notes.words(1).startswith("<b>no</b> Fix it.\n")
    assert editor.notes.words(0) == ""
    assert not editor.grab().isNull()


def test_colours(editor: YamlEditor) -> None:
    editor.set_text(
        "# all: 1\n"
        'web-1: nginx:1.27  # not "3"\n'
        "  n: 3\n"
        '  - "80:80"\n'
        "  - A=${A:-b c} # x\n"
        "  l: [a, 'b', 2, true, {k: ${V}}]\n"
        "  s: |\n"
        "    # text: 1\n"
        "\n"
        "    $X\n"
        "  e: don't #no\n"
        "😀: *ref\n"
        '"q": "open\n'
        '  # still" # end\n'
    )
    assert tokens_of(editor, 1) == {"# all: 1": "com"}
    assert tokens_of(editor, 2) == {"web-1": "key", "nginx:1.27": "str", '# not "3"': "com"}
    assert tokens_of(editor, 3) == {"n": "key", "3": "num"}
    assert tokens_of(editor, 4) == {'"80:80"': "str"}
    assert tokens_of(editor, 5) == {"A=": "str", "${A:-b c}": "var", "# x": "com"}
    assert tokens_of(editor, 6) == {
        "l": "key",
        "a": "str",
        "'b'": "str",
        "2": "num",
        "true": "num",
        "k": "key",
        "${V}": "var",
    }
    assert tokens_of(editor, 8) == {"    # text: 1": "str"}
    assert tokens_of(editor, 10) == {"    ": "str", "$X": "var"}
    assert tokens_of(editor, 11) == {"e": "key", "don't": "str", "#no": "com"}
    assert tokens_of(editor, 12) == {"😀": "key", "*ref": "var"}
    assert tokens_of(editor, 14) == {'  # still"': "str", "# end": "com"}


@pytest.mark.parametrize(
    "text", ["${", "${a", '"', "'", "[[[", "]]]", ":", "- - -", "|", "&", "\\"]
)
def test_broken_text_is_painted_too(editor: YamlEditor, text: str) -> None:
    editor.set_text(f"{text}\n{text} {text}: {text}\n")
    assert not editor.grab().isNull()


def test_long_texts_are_quick(editor: YamlEditor) -> None:
    service = (
        "  web:\n    image: ghcr.io/acme/shop:1.5.0  # the shop\n    deploy:\n      replicas: 3\n"
        "    environment:\n      - A=${A:-x}\n"
    )
    started = time.perf_counter()
    editor.set_text("services:\n" + service * 500)
    assert editor.blockCount() > 3_000
    assert time.perf_counter() - started < 2  # 0.1 s on the machine this was written on
    for piece in ("x: [\"'${", "${", "- ", " ", "'", "a:"):
        started = time.perf_counter()
        editor.set_text("a: " + piece * 20_000 + "x")
        assert time.perf_counter() - started < 4, piece  # 0.2 s


class PaintedHeights(QObject):
    """How high what is painted of a widget is, each time."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.heights: list[int] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's own name
        if isinstance(event, QPaintEvent):
            self.heights.append(event.rect().height())
        return super().eventFilter(watched, event)


def test_a_key_paints_its_line_and_no_more(editor: YamlEditor, qtbot: QtBot) -> None:
    editor.show()
    editor.set_text("services:\n" + "  web: {image: a}  # b\n" * 60)
    editor.go_to(8, 3)
    qtbot.wait(20)
    text, strip = PaintedHeights(editor.viewport()), PaintedHeights(editor.gutter)
    end_of_line = len("  web: {image: a}  # b") + 1
    for column in (3, end_of_line):
        editor.go_to(8, column)
        for key in (Qt.Key.Key_X, Qt.Key.Key_Backspace, Qt.Key.Key_NumberSign):
            QTest.keyClick(editor, key)
            qtbot.wait(20)
    editor.go_to(8, 3)
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    qtbot.wait(20)
    lines = 2 * editor.blockBoundingRect(editor.firstVisibleBlock()).height()
    assert text.heights and strip.heights
    assert max(*text.heights, *strip.heights) < lines
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.wait(20)
    assert max(text.heights) > 5 * lines  # everything below has moved


def test_a_line_that_grows_out_of_view_is_scrolled_by_some_columns(
    editor: YamlEditor, qtbot: QtBot
) -> None:
    editor.show()
    editor.set_text("services:\n" + "  web: {image: a}  # b\n" * 60)
    editor.go_to(8, len("  web: {image: a}  # b") + 1)
    qtbot.wait(20)
    text = PaintedHeights(editor.viewport())
    for _ in range(200):
        QTest.keyClick(editor, Qt.Key.Key_X)
        qtbot.wait(1)
    assert editor.horizontalScrollBar().value() > 0
    assert editor.cursorRect().right() <= editor.viewport().width()
    line = editor.blockBoundingRect(editor.firstVisibleBlock()).height()
    anew = [height for height in text.heights if height > 2 * line]
    assert len(anew) < 20
