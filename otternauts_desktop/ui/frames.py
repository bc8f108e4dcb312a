"""Surfaces, lines and scroll areas: the plain pieces that pages are put together from."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QSplitter,
    QSplitterHandle,
    QVBoxLayout,
    QWidget,
)

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.labels import SEMIBOLD, Label


class Surface(QFrame):
    """A ground in one of the surface colours: page, nav, panel, well, chrome, card, notice-bad."""

    def __init__(self, surface: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", surface)
        self.setFrameShape(QFrame.Shape.NoFrame)


def rule(*, vertical: bool = False, soft: bool = False) -> QFrame:
    """A line of one pixel; `soft` is the one between rows."""
    line = QFrame()
    line.setProperty("rule", "soft" if soft else "true")
    if vertical:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line


def column(
    parent: QWidget | None = None,
    *,
    margins: tuple[int, int, int, int] = (0, 0, 0, 0),
    spacing: int = 0,
) -> QVBoxLayout:
    """A vertical layout without the style's own margins."""
    layout = QVBoxLayout(parent) if parent else QVBoxLayout()
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    return layout


def row(
    parent: QWidget | None = None,
    *,
    margins: tuple[int, int, int, int] = (0, 0, 0, 0),
    spacing: int = 0,
) -> QHBoxLayout:
    """A horizontal layout without the style's own margins."""
    layout = QHBoxLayout(parent) if parent else QHBoxLayout()
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    return layout


def scrolled(content: QWidget) -> QScrollArea:
    """`content` in a scroll area that shows the ground behind it."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.viewport().setAutoFillBackground(False)
    area.setWidget(content)
    content.setAutoFillBackground(False)  # what setWidget has switched on
    return area


class Card(Surface):
    """A framed panel with a heading, a caption and room for actions on the right."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.title = Label(title, weight=SEMIBOLD)
        self.caption = Label(size=12, tone="fg3")
        self._head = row(margins=(12, 0, 8, 0), spacing=8)
        self._head.addWidget(self.title)
        self._head.addWidget(self.caption)
        self._head.addStretch(1)
        head = QWidget()
        head.setLayout(self._head)
        head.setFixedHeight(36)
        self.body = column(margins=(1, 0, 1, 1))
        outer = column(self)
        outer.addWidget(head)
        outer.addWidget(rule(soft=True))
        outer.addLayout(self.body)

    def add_action(self, widget: QWidget) -> None:
        """Put a button at the right of the heading."""
        self._head.addWidget(widget)


class _WideHandle(QSplitterHandle):
    """One pixel to see, seven to grab."""

    def __init__(self, orientation: Qt.Orientation, parent: QSplitter) -> None:
        super().__init__(orientation, parent)
        self.setAccessibleName(tr("Divider"))


class Split(QSplitter):
    """A splitter whose divider is one line."""

    def __init__(self, orientation: Qt.Orientation, parent: QWidget | None = None) -> None:
        super().__init__(orientation, parent)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)

    def createHandle(self) -> QSplitterHandle:
        return _WideHandle(self.orientation(), self)


def clear(layout: QLayout) -> None:
    """Take everything out of a layout, ending the widgets in it."""
    while (item := layout.takeAt(0)) is not None:
        if widget := item.widget():
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif inner := item.layout():
            clear(inner)
