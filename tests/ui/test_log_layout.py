"""Where the pieces of wrapped and opened lines are: every place can be gone to, none twice."""

import random
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.ui.log_filter import Filter
from otternauts_desktop.ui.log_layout import Layout, Place, breaks
from otternauts_desktop.ui.log_lines import LogLines


def lines_of(texts: list[str]) -> LogLines:
    lines = LogLines()
    lines.append([LogLine("t", "web", 1, "t", "n", False, text) for text in texts])
    return lines


def all_places(layout: Layout, lines: LogLines) -> list[Place]:
    return [
        (row, piece)
        for row in range(len(lines))
        for piece in range(len(layout.pieces(lines.shown.serial(row))))
    ]


def test_places() -> None:
    chance = random.Random(7)
    for _ in range(40):
        texts = [
            chance.choice(["", "x" * chance.randrange(90), '{"a":1,"b":{"c":[1,2]}}', "日本" * 20])
            for _ in range(chance.randrange(1, 60))
        ]
        lines = lines_of(texts)
        layout = Layout(lines)
        layout.wrap(chance.choice([0, 7, 20]))
        for serial in chance.sample(range(len(texts)), len(texts) // 2):
            assert layout.toggle(serial) == texts[serial].startswith("{")
        if chance.randrange(2):
            lines.choose(Filter("x"))
            while lines.working:
                lines.work(0)
        places = all_places(layout, lines)
        if not places:
            assert layout.last_top(5) == (0, 0)
            assert layout.places((0, 0), 5) == []
            continue
        count = chance.randrange(1, 30)
        last = layout.last_top(count)
        assert layout.places(last, count) == places[-count:]
        for _ in range(20):
            at, by = chance.randrange(len(places)), chance.randrange(-30, 30)
            assert layout.moved(places[at], by) == places[min(max(at + by, 0), len(places) - 1)]
            assert layout.places(places[at], count) == places[at : at + count]


@given(st.text(), st.integers(2, 30))
def test_no_piece_is_wider_than_the_view(text: str, columns: int) -> None:
    ends = breaks(text, columns)
    pieces = [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    assert "".join(pieces) == text
    for piece in pieces:
        wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in piece)
        assert len(piece) + wide <= columns


@given(st.lists(st.text(), min_size=1, max_size=5), st.integers(0, 30))
def test_no_control_character_is_laid_out(texts: list[str], columns: int) -> None:
    lines = lines_of(texts)
    layout = Layout(lines)
    layout.wrap(columns)
    for serial in range(len(texts)):
        layout.toggle(serial)
        for piece in layout.pieces(serial):
            assert all(
                unicodedata.category(letter) not in ("Cc", "Zl", "Zp") for letter in piece.whole
            )
            shown = "".join(span.text for span in piece.cut(0, len(piece.whole)))
            assert shown == piece.whole[piece.start : piece.end]
