"""Variables, as the Compose Spec has them."""

import pytest

from otternauts_desktop.core.errors import FlightPlanInvalid, VariablesMissing
from otternauts_desktop.core.fleet.compose import parse
from otternauts_desktop.core.fleet.interpolation import (
    cast,
    interpolate,
    names_required,
    names_used,
    read_env_file,
)
from otternauts_desktop.core.secret import Secret


def resolved(text: str, **values: str) -> str:
    document = parse(f"a: {text!r}\n")
    result = interpolate(document, {name: Secret(value) for name, value in values.items()})
    return str(result.data["a"])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("$A", "aye"),
        ("${A}", "aye"),
        ("x${A}y", "xayey"),
        ("$A-suffix/path", "aye-suffix/path"),
        ("http://x/$A?q=1", "http://x/aye?q=1"),
        ("${A:-d}", "aye"),
        ("${N:-d}", "d"),
        ("${E:-d}", "d"),
        ("${E-d}", ""),
        ("${N-d}", "d"),
        ("${A:+r}", "r"),
        ("${E:+r}", ""),
        ("${E+r}", "r"),
        ("${N+r}", ""),
        ("${N:-${A}}", "aye"),
        ("${A:-${N}}", "aye"),
        ("${N:-${M:-deep}}", "deep"),
        ("${A:?must be set - see docs}", "aye"),
        ("$$A", "$A"),
        ("$$$A", "$aye"),
        ("${N:-a$$b}", "a$b"),
        ("${N:-}", ""),
        ("${A:+${N:-x}}", "x"),
        ("${D}", "$B"),
    ],
)
def test_forms(text: str, wanted: str) -> None:
    assert resolved(text, A="aye", E="", D="$B") == wanted


@pytest.mark.parametrize("text", ["${}", "${A", "$1", "a$", "${A!b}", "${ A }", "$(A)"])
def test_what_is_no_expression_is_an_error_with_its_line(text: str) -> None:
    with pytest.raises(FlightPlanInvalid, match="Line 1") as caught:
        resolved(text, A="aye")
    assert not isinstance(caught.value, VariablesMissing)
    assert "$$" in caught.value.next_step


def test_every_missing_variable_is_named_with_its_line_and_message() -> None:
    document = parse("a: ${ONE}\nb: ${TWO:?ask the captain}\nc: $ONE\nd: ${THREE:-x}\n")
    with pytest.raises(VariablesMissing) as caught:
        interpolate(document, {})
    assert "ONE (line 1)" in caught.value.detail
    assert "TWO (line 2: ask the captain)" in caught.value.detail
    assert "THREE" not in caught.value.detail
    assert caught.value.line == 1


def test_an_error_is_not_forgotten_when_another_variable_follows() -> None:
    with pytest.raises(VariablesMissing, match="N"):
        resolved("${N:?missing} $A", A="aye")


def test_a_branch_that_is_not_taken_needs_no_value() -> None:
    assert resolved("${A:-${N}}", A="x") == "x"
    assert resolved("${N:+${M}}") == ""


def test_names() -> None:
    document = parse("a: ${ONE} ${TWO:-x}\nb: ['$THREE']\n")
    assert names_used(document) == ("ONE", "THREE", "TWO")
    assert names_required(document) == ("ONE", "THREE")


def test_text_from_a_variable_takes_the_type_of_its_place() -> None:
    text = "services:\n  a:\n    deploy: {replicas: '${N}'}\n    tty: ${T}\n    user: ${N}\n"
    document = parse(text)
    values = cast(interpolate(document, {"N": Secret("3"), "T": Secret("yes")}))
    assert values["services"]["a"] == {"deploy": {"replicas": 3}, "tty": True, "user": "3"}
    with pytest.raises(FlightPlanInvalid, match="whole number") as caught:
        cast(interpolate(document, {"N": Secret("hunter2"), "T": Secret("no")}))
    assert "hunter2" not in str(caught.value)


def test_env_files() -> None:
    text = """\
# comment
export A=1
B = two words # and a comment
C="line\\nbreak \\"q\\" $x"
D='raw \\n # kept'
E=
"""
    values = {name: secret.reveal() for name, secret in read_env_file(text).items()}
    assert values == {
        "A": "1",
        "B": "two words",
        "C": 'line\nbreak "q" $x',
        "D": "raw \\n # kept",
        "E": "",
    }


@pytest.mark.parametrize("text", ["A=1\nhunter2\n", "A=1\nB='hunter2\n", "A=1\n1B=hunter2\n"])
def test_a_bad_env_file_names_its_line_and_never_its_text(text: str) -> None:
    with pytest.raises(FlightPlanInvalid, match="Line 2") as caught:
        read_env_file(text)
    assert "hunter2" not in str(caught.value)
