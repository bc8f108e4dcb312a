"""A page of the guide as text in the window: Markdown in the theme, its headings as anchors."""

import re
from typing import Final

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import (
    QBrush,
    QDesktopServices,
    QFont,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrame,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QTextBrowser, QWidget

from otternauts_desktop.ui.theme import theme

_SIZES: Final = {1: 22, 2: 17, 3: 15, 4: 13}
"""Of headings by level, in pixels at 100 %."""
_NOT_SHOWN: Final = re.compile(r"^!\[[^\]]*\]\([^)]*\)\n|^```\{.*?^```\n", re.M | re.S)
"""Pictures of the window, which is at hand, and what only the site understands."""
_WEB: Final = ("http", "https")


def anchor_of(heading: str) -> str:
    """What a link calls a heading, as the site and code hosts do."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


class GuideText(QTextBrowser):
    """Shows one page. `page_requested` asks for another: its name and an anchor in it."""

    page_requested = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setProperty("surface", "page")
        self.anchorClicked.connect(self._follow)
        self._markdown = ""
        theme().changed.connect(self._dress_anew)

    def show_page(self, markdown: str, anchor: str = "") -> None:
        """Show a page from its top, or from the heading that `anchor` names."""
        self._markdown = markdown
        document = self.document()
        document.setDefaultFont(theme().ui_font(14))
        document.setDocumentMargin(theme().px(24))
        document.setMarkdown(
            _NOT_SHOWN.sub("", markdown), QTextDocument.MarkdownFeature.MarkdownDialectGitHub
        )
        _dress(document)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        if anchor:
            self.go_to(anchor)

    def go_to(self, anchor: str) -> None:
        """Scroll a heading to the top; an unknown one leaves all as it is."""
        for block in _blocks(self.document()):
            if block.blockFormat().headingLevel() and anchor_of(block.text()) == anchor:
                top = self.document().documentLayout().blockBoundingRect(block).top()
                self.verticalScrollBar().setValue(round(top) - theme().px(8))
                self.setTextCursor(QTextCursor(block))
                return

    def _dress_anew(self) -> None:
        place = self.verticalScrollBar().value()
        self.show_page(self._markdown)
        self.verticalScrollBar().setValue(place)

    def _follow(self, url: QUrl) -> None:
        if url.scheme() in _WEB:
            QDesktopServices.openUrl(url)
        elif url.path().endswith(".md"):
            self.page_requested.emit(url.fileName().removesuffix(".md"), url.fragment())
        elif url.fragment() and not url.path():
            self.go_to(url.fragment())


def _dress(document: QTextDocument) -> None:
    for block in _blocks(document):
        level = block.blockFormat().headingLevel()
        code = block.blockFormat().hasProperty(QTextFormat.Property.BlockCodeFence)
        cursor = QTextCursor(block)
        shape = block.blockFormat()
        if level:
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            dressed = QTextCharFormat()
            dressed.setFont(theme().ui_font(_SIZES.get(level, 13), QFont.Weight.DemiBold))
            dressed.setForeground(QBrush(theme().color("fg1")))
            cursor.mergeCharFormat(dressed)
            shape.setTopMargin(theme().px(0 if level == 1 else 20))
            shape.setBottomMargin(theme().px(6))
        elif code:
            shape.setBackground(QBrush(theme().color("well")))
            shape.setLeftMargin(theme().px(8))
            _in_mono(block)
        else:
            shape.setLineHeight(140, 1)  # proportional, in percent
            if QTextCursor(block).currentTable() is None:
                shape.setBottomMargin(theme().px(8))
            _in_mono(block, only_code=True)
        QTextCursor(block).setBlockFormat(shape)
    _dress_tables(document.rootFrame())


def _in_mono(block: QTextBlock, *, only_code: bool = False) -> None:
    """Code in the font of code: the whole block, or the words of it that are."""
    places, at = [], block.begin()
    while not at.atEnd():
        piece = at.fragment()
        if not only_code or piece.charFormat().fontFixedPitch():
            places.append((piece.position(), piece.length(), piece.charFormat()))
        at += 1
    for start, length, former in places:
        cursor = QTextCursor(block)
        cursor.setPosition(start)
        cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        dressed = QTextCharFormat(former)
        dressed.setFont(theme().mono(13))
        if only_code and not former.isAnchor():
            dressed.setBackground(QBrush(theme().color("well")))
        cursor.setCharFormat(dressed)


def _dress_tables(frame: QTextFrame) -> None:
    for child in frame.childFrames():
        if isinstance(child, QTextTable):
            shape = child.format()
            shape.setBorderCollapse(True)
            shape.setBorder(1)
            shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            shape.setBorderBrush(QBrush(theme().color("line")))
            shape.setCellPadding(theme().px(5))
            shape.setCellSpacing(0)
            shape.setTopMargin(theme().px(6))
            shape.setBottomMargin(theme().px(12))
            shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
            child.setFormat(shape)
        _dress_tables(child)


def _blocks(document: QTextDocument) -> list[QTextBlock]:
    found, block = [], document.begin()
    while block.isValid():
        found.append(block)
        block = block.next()
    return found
