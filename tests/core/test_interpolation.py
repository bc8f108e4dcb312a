"""Variables, as the Compose Spec has them."""

import pytest

from otternauts_desktop.core.errors import FlightPlanInvalid, VariablesMissing
from otternauts_desktop.core.fleet.compose import parse
from otternauts_desktop.core.fleet.env_files import read_env_file
from otternauts_desktop.core.fleet.flight_plan import prepare, read
from otternauts_desktop.core.fleet.interpolation import interpolate
from otternauts_desktop.core.secret import Secret


def resolved(text: str, **values: str) -> str:
    """The text as a container's environment would have it."""
    plan = f"services:\n  a:\n    image: x:1\n    environment:\n      V: {text!r}\n"
    prepared = prepare("f", plan, {name: Secret(value) for name, value in values.items()})
    return str(prepared.data["services"]["a"]["environment"]["V"])


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
        ('${N:-{"a": {"b": 1}}}', '{"a": {"b": 1}}'),
        ("${N:-a}b}", "ab}"),
        # Braces of a default that don't come in pairs: the last one closes it.
        ("${N:-{}", "{"),
        ("x${N-{a}y", "x{ay"),
        ("${N:-${M:-{}}", "{"),
        ('${N:-{"a": "{"}}', '{"a": "{"}'),
        ("${A:-{}", "aye"),
        ("${A:-${}", "aye"),
    ],
)
def test_forms(text: str, wanted: str) -> None:
    assert resolved(text, A="aye", E="", D="$B") == wanted


@pytest.mark.parametrize("text", ["${}", "${A", "${A!b}", "${ A }"])
def test_what_is_no_expression_is_an_error_with_its_line(text: str) -> None:
    plan = f"services:\n  a:\n    image: x:1\n    environment:\n      V: {text!r}\n"
    with pytest.raises(FlightPlanInvalid) as caught:
        prepare("f", plan, {"A": Secret("aye")})
    assert caught.value.line == 5
    assert "$$" in caught.value.next_step


@pytest.mark.parametrize("text", ["$1", "a$", "$(A)"])
def test_a_dollar_that_begins_no_name_is_plain(text: str) -> None:
    assert resolved(text, A="aye") == text


PLAN = """\
services:
  a:
    image: ${ONE}
    user: ${TWO:?ask the captain}
    hostname: $ONE
    working_dir: ${THREE:-x}
"""


def test_every_missing_variable_is_named_with_its_line_and_message() -> None:
    with pytest.raises(VariablesMissing) as caught:
        prepare("f", PLAN, {})
    assert "ONE (line 3)" in caught.value.detail
    assert "TWO (line 4: ask the captain)" in caught.value.detail
    assert "THREE" not in caught.value.detail
    assert caught.value.line == 3


def test_an_error_is_not_forgotten_when_another_variable_follows() -> None:
    with pytest.raises(VariablesMissing, match="N"):
        resolved("${N:?missing} $A", A="aye")


def test_a_branch_that_is_not_taken_needs_no_value() -> None:
    assert resolved("${A:-${N}}", A="x") == "x"
    assert resolved("${N:+${M}}") == ""


def test_names() -> None:
    reading = read(PLAN)
    assert reading.variables == ("ONE", "THREE", "TWO")
    assert reading.required == ("ONE", "TWO")


def test_keys_are_never_resolved() -> None:
    data = parse("${A}: ${A}\n").data
    assert interpolate(data, {"A": Secret("x")}).data == {"${A}": "x"}


def test_text_from_a_variable_takes_the_type_of_its_place() -> None:
    text = (
        "services:\n  a:\n    image: x:1\n    deploy: {replicas: '${N}'}\n"
        "    tty: ${T}\n    user: ${N}\n"
    )
    sent = prepare("f", text, {"N": Secret("3"), "T": Secret("yes")}).data["services"]["a"]
    assert (sent["deploy"]["replicas"], sent["tty"], sent["user"]) == (3, True, "3")
    errors = prepare("f", text, {"N": Secret("hunter2"), "T": Secret("no")}).errors
    assert [error.line for error in errors] == [4]
    assert "hunter2" not in str(errors)


def test_env_files() -> None:
    text = """\
# comment
export A=1
B = two words # and a comment
C="line\\nbreak \\"q\\" $A \\$x"
D='raw \\n # kept'
E=
"""
    values = {name: secret.reveal() for name, secret in read_env_file(text).items()}
    assert values == {
        "A": "1",
        "B": "two words",
        "C": 'line\nbreak "q" 1 $x',
        "D": "raw \\n # kept",
        "E": "",
    }


@pytest.mark.parametrize("text", ["A=1\nB='hunter2\n", 'A=1\nB="hunter2\n'])
def test_a_bad_env_file_names_its_line_and_never_its_text(text: str) -> None:
    with pytest.raises(FlightPlanInvalid, match="Line 2") as caught:
        read_env_file(text)
    assert "hunter2" not in str(caught.value)
