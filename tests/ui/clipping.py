"""Finds texts that a person can't read to their end, in what is on the screen."""

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QRadioButton,
    QTabBar,
    QWidget,
)

from otternauts_desktop.ui.buttons import LaunchButton, PaletteButton
from otternauts_desktop.ui.labels import ElidedLabel, FoldingLabel
from otternauts_desktop.ui.theme import theme
from otternauts_desktop.ui.welcome_page import StartButton

_ELIDED = (ElidedLabel, FoldingLabel)
"""These end in an ellipsis by intention, and have a tooltip, or break anywhere."""
_FOR_CAPS: dict[type[QAbstractButton], int] = {PaletteButton: 130, LaunchButton: 24 + 8 + 16}
"""Pixels that are not for the text in buttons that draw themselves."""
_FOR_ICON_AND_KEYS = 52 + 120
"""The same in the large choices of the first screen."""


def clipped(root: QWidget) -> list[str]:
    """The texts under `root` that have too little room, each with what it is in."""
    found = []
    for widget in (root, *root.findChildren(QWidget)):
        if widget.isVisible():
            name = f"{type(widget.parent()).__name__}/{type(widget).__name__}"
            found += [f"{name}: {text}" for text in _of(widget)]
    return found


def windows() -> list[QWidget]:
    """All windows that are open, dialogs included."""
    return [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]


def _of(widget: QWidget) -> Iterator[str]:
    metrics = widget.fontMetrics()
    room = widget.contentsRect()
    if isinstance(widget, QTabBar):
        for number in range(widget.count()):
            tab = widget.tabRect(number)
            width = metrics.horizontalAdvance(widget.tabText(number))
            if widget.isTabVisible(number) and (
                width > tab.width() or tab.right() > widget.width()
            ):
                yield widget.tabText(number)
    elif isinstance(widget, QHeaderView) and widget.orientation() is Qt.Orientation.Horizontal:
        yield from _headings(widget)
    elif isinstance(widget, QLineEdit):
        if metrics.horizontalAdvance(widget.placeholderText()) > room.width() - 12:
            yield widget.placeholderText()
    elif isinstance(widget, StartButton):
        line = QFontMetrics(theme().ui_font(12)).horizontalAdvance(widget.accessibleDescription())
        if line > room.width() - _FOR_ICON_AND_KEYS:
            yield widget.accessibleDescription()
    elif isinstance(widget, QAbstractButton) and (text := widget.text().replace("&", "")):
        needed = metrics.horizontalAdvance(text) + _FOR_CAPS.get(type(widget), 0)
        if not widget.icon().isNull():
            needed += widget.iconSize().width()
        if isinstance(widget, QCheckBox | QRadioButton):
            needed = widget.sizeHint().width()
        if needed > room.width() or _outside(widget):
            yield text
    elif isinstance(widget, QLabel) and not isinstance(widget, _ELIDED):
        yield from [widget.text()] if not _fits(widget, room) or _outside(widget) else []


def _fits(label: QLabel, room: QRect) -> bool:
    metrics = label.fontMetrics()
    if not label.text():
        return True
    if not label.wordWrap():
        widths = [metrics.horizontalAdvance(line) for line in label.text().splitlines()]
        return max(widths) <= room.width()
    longest = max(map(metrics.horizontalAdvance, label.text().split()), default=0)
    return longest <= room.width() and label.heightForWidth(label.width()) <= label.height()


def _headings(header: QHeaderView) -> Iterator[str]:
    model = header.model()
    for number in range(header.count()):
        text = str(model.headerData(number, header.orientation()) or "")
        width = header.fontMetrics().horizontalAdvance(text)
        tip = model.headerData(number, header.orientation(), Qt.ItemDataRole.ToolTipRole)
        told = tip is not None and text in tip  # names of outposts end in an ellipsis
        narrow = not header.isSectionHidden(number) and width > header.sectionSize(number) - 8
        if narrow and not told:
            yield text


def _outside(widget: QWidget) -> bool:
    """Whether a side of it lies beyond what it is in; what can be scrolled to counts as inside."""
    parent = widget.parentWidget()
    while parent is not None and not widget.isWindow():
        left = widget.mapTo(parent, QPoint(0, 0)).x()
        if left < 0 or left + widget.width() > parent.width():
            return True
        if parent.isWindow():
            break
        parent = parent.parentWidget()
    return False
