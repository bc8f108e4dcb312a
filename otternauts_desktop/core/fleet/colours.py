"""Colours of YAML, line by line: keys, texts, numbers, variables, comments.

A line is cut into tokens, so a digit in a quoted text is text and a # in it is no comment. What
goes on over lines (a block text after `|`, an open quote) is the state of the line.
"""

import re
from typing import Final

_VARIABLE: Final = re.compile(r"\$(?:\{[^}]*\}?|[A-Za-z_]\w*)")
_NUMBER: Final = re.compile(
    r"(?:[-+]?(?:\d[\d_]*(?:\.\d*)?(?:e[-+]?\d+)?|0x[\da-f]+|\.inf)|true|false|null|~)\Z", re.I
)
_COMMON: Final = r"""
    (?P<com>(?:^|(?<=\s))\#.*)
    | (?P<double>"(?:\\.|[^"\\])*(?P<end2>"?))
    | (?P<single>'(?:''|[^'])*(?P<end1>'?))
    | (?P<mark>[\[\]{},]|[-?](?=\s|$)|:(?=[\s,\]}]|$))
    | (?P<name>[&*!][^\s,\[\]{}]*)
"""
_IN_BLOCK: Final = re.compile(
    _COMMON
    + r"""| (?P<plain>(?:\$\{[^}]{0,200}\}|[^\s\#:]|:(?=\S)|(?<=\S)\#|[ \t]+(?=[^\s#]))+)""",
    re.X,
)
_IN_FLOW: Final = re.compile(
    _COMMON
    + r"""| (?P<plain>(?:\$\{[^}]{0,200}\}|[^\s\#:,\[\]{}]|:(?=[^\s,\[\]{}])|(?<=\S)\#
    |[ \t]+(?=[^\s#,\[\]{}]))+)""",
    re.X,
)
_COLON: Final = re.compile(r"\s*:(?=[\s,\]}]|$)")
_HEADER: Final = re.compile(r"[|>][-+\d]{0,2}\Z")
_DOUBLE, _SINGLE = 1 << 20, (1 << 20) + 1
"""States: a quote is open. A smaller one is a block text under a parent so far indented, plus 1."""
_CLOSED: Final = {_DOUBLE: re.compile(r'(?:\\.|[^"\\])*"'), _SINGLE: re.compile(r"(?:''|[^'])*'")}

Span = tuple[int, int, str]
"""From where to where in a line (in characters), and the token of its colour; a later one wins."""


def colours(text: str, state: int) -> tuple[list[Span], int]:
    """The colours of one line, and the state in which it ends; the first line starts with 0."""
    spans: list[Span] = []
    start = 0
    if state in _CLOSED:
        closed = _CLOSED[state].match(text)
        start = closed.end() if closed else len(text)
        _add_text(spans, text, 0, start, "str")
        if not closed:
            return spans, state
    elif state > 0:
        content = text.lstrip(" ")
        if not content.strip() or len(text) - len(content) >= state:
            _add_text(spans, text, 0, len(text), "str")
            return spans, state
    return spans, _add_code(spans, text, start)


def _add_code(spans: list[Span], text: str, start: int) -> int:
    """Cut into tokens from `start` on; gives the state in which the line ends."""
    depth = 0
    parent = len(text) - len(text.lstrip(" "))
    state = 0
    while start < len(text):
        tokens = _IN_FLOW if depth else _IN_BLOCK
        match = None if text[start].isspace() else tokens.match(text, start)
        if match is None:
            start += 1
            continue
        end, kind = match.end(), match.lastgroup
        piece = match[0]
        if match["com"]:
            spans.append((start, end, "com"))
        elif match["mark"]:
            depth = max(depth + (piece in "[{") - (piece in "]}"), 0)
            if piece in "-?":
                parent = start
        elif match["name"]:
            spans.append((start, end, "var"))
        elif _COLON.match(text, end):
            spans.append((start, end, "key"))
            parent = parent if depth else start
        elif kind == "plain" and not depth and _HEADER.match(piece):
            state = parent + 1
        else:
            number = kind == "plain" and _NUMBER.match(piece)
            _add_text(spans, text, start, end, "num" if number else "str")
            if match["double"] and not match["end2"]:
                state = _DOUBLE
            elif match["single"] and not match["end1"]:
                state = _SINGLE
        start = max(end, start + 1)
    return state


def _add_text(spans: list[Span], text: str, start: int, end: int, token: str) -> None:
    spans.append((start, end, token))
    if text.find("$", start, end) >= 0:
        for match in _VARIABLE.finditer(text, start, end):
            spans.append((match.start(), match.end(), "var"))
