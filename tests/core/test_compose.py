"""Reading YAML: values, positions, and every way to refuse."""

import pytest

from otternauts_desktop.core.errors import FlightPlanInvalid, FlightPlanTooLarge
from otternauts_desktop.core.fleet.compose import MAX_BYTES, parse, parse_all
from otternauts_desktop.core.fleet.dump import dump


def test_values_are_typed_as_compose_types_them() -> None:
    text = "n: 010\nh: 0x10\nf: 1e3\nd: 2020-01-01\ny: yes\nb: true\ne:\nq: '1'\nu: 1_000\n"
    assert parse(text).data == {
        "n": 8,
        "h": 16,
        "f": 1000.0,
        "d": "2020-01-01",
        "y": "yes",
        "b": True,
        "e": None,
        "q": "1",
        "u": 1000,
    }


def test_anchors_and_merge_keys_are_followed() -> None:
    text = "x: &a {k: 1, l: 2}\ny: &b {k: 3}\nz:\n  <<: [*a, *b]\n  l: 4\n"
    assert parse(text).data["z"] == {"k": 1, "l": 4}


def test_positions_are_those_of_keys_and_items() -> None:
    document = parse("services:\n  web: # a comment\n    ports:\n      - '80:80'\n")
    assert document.position(("services", "web")) == (2, 3)
    assert document.position(("services", "web", "ports", 0)) == (4, 9)
    assert document.position(("services", "web", "ports", 7)) == (3, 5)
    assert document.position(("nothing",)) == (1, 1)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: [", 1, "Line 1"),
        ("a: 1\na: 2\n", 2, '"a" is there twice'),
        ("a:\n\tb: 1\n", 2, "tab"),
        ("a: &x [*x]\n", 1, "contains itself"),
        ("a: *nope\n", 1, "nope"),
        ("a: b: c\n", 1, "mapping values"),
        ("? [a]\n: b\n", 1, "plain text"),
        ("x: 1\n<<: 2\n", 2, "needs a mapping"),
    ],
)
def test_what_is_no_yaml_is_refused_at_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(FlightPlanInvalid, match=words) as caught:
        parse(text)
    assert caught.value.line == line
    assert caught.value.next_step


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "x" * MAX_BYTES,
        "".join(f"k{number}: {number}\n" for number in range(30_000)),
        "[" * 100 + "]" * 100,
        "a: &a 1\nb: [" + "*a, " * 600 + "]\n",
    ],
    ids=["bytes", "keys", "depth", "aliases"],
)
def test_limits(text: str) -> None:
    with pytest.raises(FlightPlanTooLarge):
        parse(text)


def test_a_bomb_of_aliases_is_refused_before_it_bursts() -> None:
    lines = ["a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]"]
    for number in range(1, 9):
        lines.append(f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]")
    with pytest.raises(FlightPlanTooLarge, match="blow it up"):
        parse("\n".join(lines))


def test_tags_make_no_objects() -> None:
    assert parse("a: !!python/object/apply:os.system ['true']\n").data == {"a": ["true"]}


def test_all_documents_of_a_file_are_read() -> None:
    first, second = parse_all("---\na: 1\n---\nb: 2\n")
    assert (first.data, second.data, second.line) == ({"a": 1}, {"b": 2}, 3)


def test_empty_text_is_no_document() -> None:
    assert parse("").data is None
    assert parse("# only a comment\n").data is None


def test_what_is_dumped_reads_the_same() -> None:
    data = {"a": [1, "yes", None, "010", "x: y", "#", "multi\nline\n"], "b": {"c": 1.5, "d": ""}}
    assert parse(dump(data)).data == data
