"""Paints a document in the colours of YAML."""

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from otternauts_desktop.core.fleet.colours import colours
from otternauts_desktop.ui.text_places import utf16
from otternauts_desktop.ui.theme import theme


class YamlHighlighter(QSyntaxHighlighter):
    """Follows the theme in force."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}
        theme().changed.connect(self._again)

    def highlightBlock(self, text: str) -> None:
        spans, state = colours(text, max(self.previousBlockState(), 0))
        plain = text.isascii()
        for start, end, token in spans:
            if not plain:
                start, end = utf16(text, start), utf16(text, end)
            self.setFormat(start, end - start, self._format(token))
        self.setCurrentBlockState(state)

    def _format(self, token: str) -> QTextCharFormat:
        form = self._formats.get(token)
        if form is None:
            form = self._formats[token] = QTextCharFormat()
            form.setForeground(theme().color(token))
            form.setFontItalic(token == "com")
        return form

    def _again(self) -> None:
        self._formats.clear()
        self.rehighlight()
