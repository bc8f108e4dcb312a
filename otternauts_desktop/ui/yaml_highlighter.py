"""Colours of YAML, line by line: keys, texts, numbers, variables, comments."""

import re
from typing import Final

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from otternauts_desktop.ui.theme import theme

_KEY: Final = re.compile(
    r"^\s*(?:-\s+)*(?P<key>(?:\"[^\"]*\"|'[^']*'|[^\s#\"'\[\]{},][^#:]*?)\s*):(?=\s|$)"
)
_TEXT: Final = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:''|[^'])*'")
_NUMBER: Final = re.compile(
    r"(?<![\w.:/-])(?:-?\d[\d_.]*(?:e[+-]?\d+)?|0x[\da-f]+|true|false|null|~)(?![\w.:/-])", re.I
)
_PLAIN: Final = re.compile(r"(?:(?<=:\s)|(?<=-\s))[^\s#&*!|>\"'\[{][^#]*")
_VARIABLE: Final = re.compile(r"\$(?:\{[^}]*\}?|[A-Za-z_]\w*)")
_ANCHOR: Final = re.compile(r"(?<=\s)[&*][\w-]+")
_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#.*$")


class YamlHighlighter(QSyntaxHighlighter):
    """Paints a document in the colours of the theme in force."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}
        theme().changed.connect(self._again)

    def highlightBlock(self, text: str) -> None:
        comment = _comment_start(text)
        code = text[:comment]
        for match in _PLAIN.finditer(code):
            self._paint(match.start(), match.end(), "str")
        for match in _NUMBER.finditer(code):
            self._paint(match.start(), match.end(), "num")
        for match in _TEXT.finditer(code):
            self._paint(match.start(), match.end(), "str")
        if key := _KEY.match(code):
            self._paint(key.start("key"), key.end("key"), "key")
        for match in _ANCHOR.finditer(code):
            self._paint(match.start(), match.end(), "var")
        for match in _VARIABLE.finditer(code):
            self._paint(match.start(), match.end(), "var")
        if comment < len(text):
            self._paint(comment, len(text), "com")

    def _paint(self, start: int, end: int, token: str) -> None:
        form = self._formats.get(token)
        if form is None:
            form = self._formats[token] = QTextCharFormat()
            form.setForeground(theme().color(token))
            form.setFontItalic(token == "com")
        self.setFormat(start, end - start, form)

    def _again(self) -> None:
        self._formats.clear()
        self.rehighlight()


def _comment_start(text: str) -> int:
    """Where a comment begins: a # that stands in no quoted text."""
    quoted = [match.span() for match in _TEXT.finditer(text)]
    for match in _COMMENT.finditer(text):
        if not any(start < match.start() < end for start, end in quoted):
            return match.start()
    return len(text)
