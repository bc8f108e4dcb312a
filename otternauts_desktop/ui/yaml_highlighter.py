"""Colours of YAML, line by line: keys, texts, numbers, variables, comments.

A line is cut into tokens, so a digit in a quoted text is text and a # in it is no comment. What
goes on over lines (a block text after `|`, an open quote) is the state of the line.
"""

import re
from typing import Final

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from otternauts_desktop.ui.theme import theme

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


class YamlHighlighter(QSyntaxHighlighter):
    """Paints a document in the colours of the theme in force."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}
        theme().changed.connect(self._again)

    def highlightBlock(self, text: str) -> None:
        state = self.previousBlockState()
        start = 0
        if state in _CLOSED:
            closed = _CLOSED[state].match(text)
            start = closed.end() if closed else len(text)
            self._paint_text(text, 0, start, "str")
            if not closed:
                self.setCurrentBlockState(state)
                return
        elif state > 0:
            content = text.lstrip(" ")
            if not content.strip() or len(text) - len(content) >= state:
                self._paint_text(text, 0, len(text), "str")
                self.setCurrentBlockState(state)
                return
        self.setCurrentBlockState(self._paint_code(text, start))

    def _paint_code(self, text: str, start: int) -> int:
        """Paint tokens from `start` on; gives the state in which the line ends."""
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
            token = match[0]
            if match["com"]:
                self._paint(text, start, end, "com")
            elif match["mark"]:
                depth = max(depth + (token in "[{") - (token in "]}"), 0)
                if token in "-?":
                    parent = start
            elif match["name"]:
                self._paint(text, start, end, "var")
            elif _COLON.match(text, end):
                self._paint(text, start, end, "key")
                parent = parent if depth else start
            elif kind == "plain" and not depth and _HEADER.match(token):
                state = parent + 1
            else:
                number = kind == "plain" and _NUMBER.match(token)
                self._paint_text(text, start, end, "num" if number else "str")
                if match["double"] and not match["end2"]:
                    state = _DOUBLE
                elif match["single"] and not match["end1"]:
                    state = _SINGLE
            start = max(end, start + 1)
        return state

    def _paint_text(self, text: str, start: int, end: int, token: str) -> None:
        self._paint(text, start, end, token)
        if text.find("$", start, end) >= 0:
            for match in _VARIABLE.finditer(text, start, end):
                self._paint(text, match.start(), match.end(), "var")

    def _paint(self, text: str, start: int, end: int, token: str) -> None:
        form = self._formats.get(token)
        if form is None:
            form = self._formats[token] = QTextCharFormat()
            form.setForeground(theme().color(token))
            form.setFontItalic(token == "com")
        if not text.isascii():
            # Qt counts in UTF-16: an emoji is two.
            start, end = utf16(text, start), utf16(text, end)
        self.setFormat(start, end - start, form)

    def _again(self) -> None:
        self._formats.clear()
        self.rehighlight()


def utf16(text: str, characters: int) -> int:
    """Where Qt counts the place after so many characters of `text`."""
    return len(text[:characters].encode("utf-16-le", "surrogatepass")) // 2


def characters(text: str, units: int) -> int:
    """How many characters of `text` Qt's place `units` has before it."""
    return len(text.encode("utf-16-le", "surrogatepass")[: units * 2].decode("utf-16-le", "ignore"))
