"""The text diff."""

from otternauts_desktop.core.flight.diff import LineKind, counts, diff


def test_equal_texts_have_no_lines() -> None:
    assert diff("a\nb\n", "a\nb\n") == ()


def test_lines_carry_their_numbers_and_far_ones_are_skipped() -> None:
    old = "".join(f"line {number}\n" for number in range(1, 21))
    new = old.replace("line 10\n", "line ten\n")
    lines = diff(old, new, context=1)
    assert [(line.kind, line.old_number, line.new_number) for line in lines] == [
        (LineKind.SKIPPED, 0, 0),
        (LineKind.SAME, 9, 9),
        (LineKind.REMOVED, 10, 0),
        (LineKind.ADDED, 0, 10),
        (LineKind.SAME, 11, 11),
        (LineKind.SKIPPED, 0, 0),
    ]
    assert lines[0].text == "8 equal lines"
    assert counts(lines) == (1, 1)


def test_a_new_text_is_all_added() -> None:
    assert counts(diff("", "a\nb\n")) == (2, 0)
