"""Buttons in the house style. One that shows an icon alone must be given a name."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QToolButton,
    QWidget,
)

from otternauts_desktop.ui.actions import key_names
from otternauts_desktop.ui.labels import MEDIUM, SEMIBOLD
from otternauts_desktop.ui.theme import theme


class Button(QPushButton):
    """A push button. `kind`: "", primary, danger, ghost, link; `size`: "", small, large."""

    def __init__(
        self,
        text: str,
        parent: QWidget | None = None,
        *,
        icon: str = "",
        kind: str = "",
        size: str = "",
        tip: str = "",
    ) -> None:
        super().__init__(text, parent)
        self._small = size == "small" or kind == "link"
        self._strong = kind == "primary"
        self.setProperty("kind", kind)
        self.setProperty("size", size)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if tip:
            self.setToolTip(tip)
        if icon:
            tones = {"primary": "onaccent", "danger": "bad", "link": "accent"}
            self.setIcon(theme().icon(icon, tones.get(kind, "fg2")))
            self.setIconSize(QSize(20, 16))  # the style leaves too little between icon and text
        self.setAutoDefault(False)
        self._set_font()
        theme().changed.connect(self._set_font)

    def _set_font(self) -> None:
        weight = SEMIBOLD if self._strong else MEDIUM
        self.setFont(theme().ui_font(12 if self._small else 13, weight))


class IconButton(QToolButton):
    """A button that is an icon alone; `name` is what it does, for the tooltip and for readers."""

    def __init__(
        self,
        icon: str,
        name: str,
        parent: QWidget | None = None,
        *,
        size: int = 28,
        checkable: bool = False,
        shortcut: str = "",
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setIcon(theme().icon(icon))
        self.setIconSize(QSize(16, 16))
        self.setFixedSize(size, size)
        self.setCheckable(checkable)
        self.setAccessibleName(name)
        self.setToolTip(f"{name} ({key_names(shortcut)})" if shortcut else name)


class Segments(QWidget):
    """A choice of one, as joined buttons; the arrow keys move it."""

    chosen = Signal(int)

    def __init__(
        self, names: Sequence[str], accessible_name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(accessible_name)
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for number, name in enumerate(names):
            button = QToolButton()
            button.setText(name)
            button.setCheckable(True)
            button.setProperty("kind", "segment")
            place = "first" if number == 0 else "last" if number == len(names) - 1 else "middle"
            button.setProperty("place", place)
            self._group.addButton(button, number)
            layout.addWidget(button)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self.chosen)
        self._set_font()
        theme().changed.connect(self._set_font)

    @property
    def current(self) -> int:
        """Index of what is chosen."""
        return self._group.checkedId()

    def choose(self, number: int) -> None:
        """Choose by index, telling listeners."""
        self._group.button(number).setChecked(True)
        self.chosen.emit(number)

    def set_text(self, number: int, text: str) -> None:
        """Change the text of one."""
        self._group.button(number).setText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step:
            self.choose((self.current + step) % len(self._group.buttons()))
            self._group.button(self.current).setFocus()
        else:
            super().keyPressEvent(event)

    def _set_font(self) -> None:
        for button in self._group.buttons():
            button.setFont(theme().ui_font(12, MEDIUM))
            button.setFixedHeight(theme().px(24))


class LaunchButton(QPushButton):
    """The large primary button, with the key that presses it drawn as a cap."""

    def __init__(self, text: str, cap: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._cap = key_names(cap)
        self.setProperty("kind", "primary")
        self.setProperty("size", "large")
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(f"{text} ({self._cap})")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(220, theme().px(36))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        token = "onaccent" if self.isEnabled() else "disabled"
        painter.setFont(t.ui_font(15, SEMIBOLD))
        text_width = painter.fontMetrics().horizontalAdvance(self.text())
        painter.setFont(t.ui_font(11, MEDIUM))
        cap_width = painter.fontMetrics().horizontalAdvance(self._cap) + 12
        x = (self.width() - (16 + 8 + text_width + 8 + cap_width)) // 2
        middle = self.height() // 2
        icon = t.pixmap("launch", 16, token, ratio=self.devicePixelRatioF())
        painter.drawPixmap(x, middle - 8, icon)
        painter.setPen(t.color(token))
        painter.setFont(t.ui_font(15, SEMIBOLD))
        x += 24
        painter.drawText(
            QRect(x, 0, text_width + 4, self.height()), Qt.AlignmentFlag.AlignVCenter, self.text()
        )
        paint_cap(
            painter,
            QRect(x + text_width + 8, middle - t.px(18) // 2, cap_width, t.px(18)),
            self._cap,
            on_accent=True,
        )


class PaletteButton(QPushButton):
    """Looks like a field to type in; opens the palette."""

    def __init__(self, text: str, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._keys = key_names(keys)
        self.setToolTip(f"{text} ({self._keys})")
        self.setFixedWidth(380)
        self.setAutoDefault(False)

    def sizeHint(self) -> QSize:
        return QSize(380, theme().px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(t.color("accent" if self.hasFocus() else "line"))
        painter.setBrush(t.color("hover" if self.underMouse() else "well"))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        middle = self.height() // 2
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(10, middle - 8, t.pixmap("search", 16, "fg3", ratio=ratio))
        painter.setPen(t.color("fg3"))
        painter.setFont(t.ui_font(13))
        room = QRect(34, 0, self.width() - 130, self.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.setFont(t.ui_font(11, MEDIUM))
        x = self.width() - 8
        for key in reversed(self._keys.split("+")):
            width = painter.fontMetrics().horizontalAdvance(key) + 12
            x -= width
            cap = QRect(x, middle - t.px(18) // 2, width, t.px(18))
            paint_cap(painter, cap, key, on_accent=False)
            x -= 4


def paint_cap(painter: QPainter, rect: QRect, text: str, *, on_accent: bool) -> None:
    """Draw a key cap with its letter."""
    t = theme()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(t.ui_font(11, MEDIUM))
    if on_accent:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color("accent").darker(116))
    else:
        painter.setPen(t.color("line"))
        painter.setBrush(t.color("raised"))
    painter.drawRoundedRect(rect.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setPen(t.color("onaccent" if on_accent else "fg2"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
