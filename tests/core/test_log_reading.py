"""What a log line tells: its level, its fields, its colours."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otternauts_desktop.core.comms.ansi import Span, plain, spans
from otternauts_desktop.core.comms.blocks import Block
from otternauts_desktop.core.comms.fields import MOST, fields
from otternauts_desktop.core.comms.levels import Level, level_in, level_of
from otternauts_desktop.core.comms.line import LogLine


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("2027-01-15 07:59:01 ERROR could not connect", Level.ERROR),
        ("[error] 12#12: *1 open() failed", Level.ERROR),
        ("2027/01/15 07:59:01 [warn] 29#29: buffered to a file", Level.WARN),
        ("[warn][http] slow", Level.WARN),
        ("error: connection refused", Level.ERROR),
        ("npm warn: old lockfile", Level.WARN),
        ("FATAL:  the database system is starting up", Level.ERROR),
        ("2027-01-15 07:59:01.123 UTC [1] LOG:  database system is ready", Level.INFO),
        ('{"time":"x","level":"warn","msg":"slow"}', Level.WARN),
        ('{"level":50,"time":1,"msg":"no"}', Level.ERROR),
        ('{"msg":"ERROR in a text","severity":"INFO"}', Level.INFO),
        ("time=x level=debug msg=hello", Level.DEBUG),
        ('level="error" msg=no', Level.ERROR),
        ("E0115 07:59:01.000001       1 reflector.go:138] failed", Level.ERROR),
        ("I0115 07:59:01.000001       1 main.go:1] started", Level.INFO),
        ("ValueError: invalid literal for int()", Level.ERROR),
        ("java.lang.IllegalStateException: no", Level.ERROR),
        ("Traceback (most recent call last):", Level.ERROR),
        ("\x1b[31mERROR\x1b[0m no", Level.ERROR),
        ("panic: runtime error: index out of range", Level.ERROR),
        ("GET /errors/17 200 3 ms", Level.NONE),
        ("0 errors found", Level.NONE),
        ("information for users", Level.NONE),
        ("", Level.NONE),
        ("x" * 1_000 + " ERROR", Level.NONE),
    ],
)
def test_the_level_is_guessed(text: str, level: Level) -> None:
    assert level_of(text) is level


def test_the_word_for_the_level_is_told() -> None:
    text = '07:59 {"level":"error"}'
    level, start, end = level_in(text)
    assert (level, text[start:end]) == (Level.ERROR, "error")


def test_a_stack_trace_has_the_level_of_its_first_line() -> None:
    block = Block(0)
    said = [
        ("ERROR charge failed", 1),
        ("GET / 200", 2),
        ("    at charge (src/charge.js:41:9)", 1),
        ("    at pay (src/pay.js:12:3)", 1),
        ("    indented by another", 2),
        ("Caused by: java.io.IOException", 1),
    ]
    texts = [text for text, _ in said]
    block.take([LogLine("t", "web", slot, "t", "n", False, text) for text, slot in said])
    wanted = [Level.ERROR, Level.NONE, Level.ERROR, Level.ERROR, Level.NONE, Level.ERROR]
    assert [block.level(number, texts) for number in range(6)] == wanted
    assert list(block.find_levels(texts)) == wanted


@given(st.text())
def test_any_text_has_a_level_and_a_place_in_it(text: str) -> None:
    _, start, end = level_in(text)
    assert 0 <= start <= end <= len(plain(text))


def test_fields_are_opened() -> None:
    line = '07:59 api {"level":"error","n":3,"ok":true,"none":null,"tags":["a",{"b":[]}],"err":{}}'
    assert fields(line) == (
        ("level:", " error"),
        ("n:", " 3"),
        ("ok:", " true"),
        ("none:", " null"),
        ("tags:", ""),
        ("  -", " a"),
        ("  -", ""),
        ("    b:", " []"),
        ("err:", " {}"),
    )
    assert fields('{"stack":"Error: no\\n  at x.js:3"}') == (
        ("stack:", " Error: no"),
        ("", "    at x.js:3"),
    )


@pytest.mark.parametrize("text", ["", "plain", "{", "{}", "[1]", '{"a":1} and more', "{'a': 1}"])
def test_what_is_no_object_has_no_fields(text: str) -> None:
    assert fields(text) == ()


def test_fields_that_mean_harm() -> None:
    assert len(fields(json.dumps(dict.fromkeys(map(str, range(5_000)), 1)))) == MOST + 1
    assert fields('{"a":' + "[" * 50_000 + "]" * 50_000 + "}") == ()
    deep = '{"a":' * 60 + "1" + "}" * 60
    assert len(fields(deep)) < 60
    assert fields('{"a":' + "9" * 5_000 + "}") == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("\x1b[1;31mno\x1b[0m", (Span("no", "red", True),)),
        ("\x1b[38;5;9mx", (Span("x", "red"),)),
        ("\x1b[38;5;208mx", (Span("x", "#ff8700"),)),
        ("\x1b[38;5;244mx", (Span("x", "#808080"),)),
        ("\x1b[38;2;1;2;255mx\x1b[39my", (Span("x", "#0102ff"), Span("y"))),
        ("\x1b[48;5;17mx", (Span("x"),)),
        ("\x1b[32;48;2;1;2;3;1mx", (Span("x", "green", True),)),
        ("\x1b[38;5;999mx\x1b[38;2;1mx\x1b[38mx", (Span("x"), Span("x"), Span("x"))),
    ],
)
def test_colours(text: str, found: tuple[Span, ...]) -> None:
    assert spans(text) == found
