"""Files of variables, as Compose reads them."""

import pytest

from otternauts_desktop.core.errors import FlightPlanInvalid
from otternauts_desktop.core.fleet.env_files import parse_env_file, raw_env_file, read_env_file
from otternauts_desktop.core.secret import Secret


def values(text: str, **outside: str) -> dict[str, str]:
    found = read_env_file(text, {name: Secret(value) for name, value in outside.items()})
    return {name: value.reveal() for name, value in found.items()}


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("A=b", "b"),
        ("A = b", "b"),
        ("A: b", "b"),
        ("export A=b", "b"),
        ("A=", ""),
        ("A=b # comment", "b"),
        ("A=b#c", "b#c"),
        ("A=b=c", "b=c"),
        ("A=  b  ", "b"),
        ("A='b # c'", "b # c"),
        ('A="b # c" # d', "b # c"),
        ("A='$B ${B}'", "$B ${B}"),
        ('A="$B"', "bee"),
        ("A=$B-${C:-d}", "bee-d"),
        ("A=$$B", "$B"),
        (r'A="x\ny"', "x\ny"),
        (r"A='x\ny'", r"x\ny"),
        (r'A="say \"hi\""', 'say "hi"'),
        ('A="first\nsecond"', "first\nsecond"),
        ("A='x\r\ny'", "x\ny"),
        ("\ufeffA=b", "b"),
        ("# comment\n\nA=b", "b"),
        ("A=Grüße", "Grüße"),
    ],
)
def test_one_value(line: str, wanted: str) -> None:
    assert values(line, B="bee")["A"] == wanted


def test_lines_above_can_be_used_and_outside_wins() -> None:
    assert values("A=1\nB=${A}2\nC=$B") == {"A": "1", "B": "12", "C": "12"}
    assert values("A=1\nB=$A", A="outside")["B"] == "outside"


def test_a_name_alone_is_taken_from_outside_or_left_out() -> None:
    assert values("A\nB", A="x") == {"A": "x"}


def test_a_variable_without_a_value_is_blank_and_named() -> None:
    found = parse_env_file("A=1\nB=x$NOPE")
    assert found.values["B"].reveal() == "x"
    assert found.unset == {"NOPE": 2}


@pytest.mark.parametrize(
    ("text", "line"),
    [("A=1\nB C", 2), ('A=1\n\nB="s3cret', 3), ("A=1\nB=${}", 2), ('A="1\n2"\n= x', 3)],
)
def test_what_can_not_be_read_names_its_line_and_no_value(text: str, line: int) -> None:
    with pytest.raises(FlightPlanInvalid) as caught:
        parse_env_file(text)
    assert caught.value.line == line
    assert "s3cret" not in caught.value.detail


def test_a_raw_file_is_taken_as_it_is() -> None:
    found = raw_env_file("A='b' # c\n# comment\n\nB=$A=1\nC\n")
    assert {name: value.reveal() for name, value in found.values.items()} == {
        "A": "'b' # c",
        "B": "$A=1",
    }
    assert found.lines == {"A": 1, "B": 4}
