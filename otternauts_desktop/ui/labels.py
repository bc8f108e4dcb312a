"""Labels for text and data. Always plain text: what a server says is never read as markup."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.status_marks import Mark
from otternauts_desktop.ui.theme import restyle, theme

MEDIUM = QFont.Weight.Medium
SEMIBOLD = QFont.Weight.DemiBold
REGULAR = QFont.Weight.Normal


class Label(QLabel):
    """Plain text in one of the type roles; `tone` is a colour token of the style sheet."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        size: int = 13,
        weight: QFont.Weight = REGULAR,
        tone: str = "fg1",
        mono: bool = False,
        wrap: bool = False,
        selectable: bool = False,
    ) -> None:
        super().__init__(parent)
        self._size, self._weight, self._mono = size, weight, mono
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("tone", tone)
        self.setWordWrap(wrap)
        if selectable:
            self.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self.setText(text)
        self._set_font()
        theme().changed.connect(self._set_font)

    def set_tone(self, tone: str) -> None:
        """Change the colour to another token."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            restyle(self)

    def _set_font(self) -> None:
        t = theme()
        make = t.mono if self._mono else t.ui_font
        self.setFont(make(self._size, self._weight))


class ElidedLabel(Label):
    """A label of one line that ends in an ellipsis where it is too long; the tooltip has it all."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        size: int = 13,
        weight: QFont.Weight = REGULAR,
        tone: str = "fg1",
        mono: bool = False,
    ) -> None:
        super().__init__(text, parent, size=size, weight=weight, tone=tone, mono=mono)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(48, super().sizeHint().width()), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        cut = self.fontMetrics().horizontalAdvance(self.text()) > self.width()
        # A tooltip would read markup out of the text; a zero-width mark at its head stops that.
        self.setToolTip("\u200b" + self.text() if cut else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        text = self.fontMetrics().elidedText(
            self.text().replace("\n", " "), Qt.TextElideMode.ElideRight, self.width()
        )
        painter.drawText(self.rect(), int(self.alignment()) or 0, text)


class FoldingLabel(Label):
    """Text that breaks anywhere where a word is too long for the line: images, paths, names."""

    _FLAGS = int(Qt.TextFlag.TextWrapAnywhere) | int(Qt.TextFlag.TextWordWrap)

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        size: int = 13,
        weight: QFont.Weight = REGULAR,
        tone: str = "fg1",
        mono: bool = False,
    ) -> None:
        super().__init__(text, parent, size=size, weight=weight, tone=tone, mono=mono)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        room = QRect(0, 0, max(width, 1), 10_000)
        return self.fontMetrics().boundingRect(room, self._FLAGS, self.text()).height()

    def minimumSizeHint(self) -> QSize:
        return QSize(min(40, self.sizeHint().width()), self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(self.rect(), self._FLAGS, self.text())


class MarkLabel(QLabel):
    """A status mark alone. The word is its tooltip and its accessible name."""

    def __init__(self, mark: Mark, parent: QWidget | None = None, *, size: int = 14) -> None:
        super().__init__(parent)
        self._mark = mark
        self._size = size
        self.setFixedSize(size, size)
        self.show_mark(mark)
        theme().changed.connect(self._draw)

    def show_mark(self, mark: Mark) -> None:
        """Show another status."""
        self._mark = mark
        self.setToolTip(mark.word)
        self.setAccessibleName(mark.word)
        self._draw()

    def _draw(self) -> None:
        self.setPixmap(theme().mark(self._mark, self._size))


class IconLabel(QLabel):
    """An icon as decoration beside text that says the same."""

    def __init__(
        self, name: str, parent: QWidget | None = None, *, size: int = 16, tone: str = "fg2"
    ) -> None:
        super().__init__(parent)
        self._name, self._size, self._tone = name, size, tone
        self.setFixedSize(size, size)
        self._draw()
        theme().changed.connect(self._draw)

    def _draw(self) -> None:
        self.setPixmap(theme().pixmap(self._name, self._size, self._tone))


class Pill(QWidget):
    """A status with its word on a tinted ground, as beside a page's title."""

    def __init__(self, mark: Mark, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = mark
        self._text = mark.word
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)
        self.show_status(mark)

    def show_status(self, mark: Mark, text: str = "") -> None:
        """Show a status; `text` replaces the mark's own word."""
        self._mark, self._text = mark, text or mark.word
        self.setAccessibleName(self._text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        self.setFont(theme().ui_font(12, MEDIUM))
        width = self.fontMetrics().horizontalAdvance(self._text)
        return QSize(width + 34, theme().px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color(self._mark.tint))
        radius = self.height() / 2
        painter.drawRoundedRect(self.rect(), radius, radius)
        mark = t.mark(self._mark, 12, ratio=self.devicePixelRatioF())
        painter.drawPixmap(9, (self.height() - 12) // 2, mark)
        painter.setFont(t.ui_font(12, MEDIUM))
        painter.setPen(t.color(self._mark.tone))
        painter.drawText(
            self.rect().adjusted(26, 0, -6, 0), Qt.AlignmentFlag.AlignVCenter, self._text
        )


class OttoLabel(QLabel):
    """Otto: `face` beside a tip, `wave` on an empty page. At most one in a view."""

    def __init__(self, pose: str, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pose, self._height = pose, height
        self.setAccessibleName(tr("Otto, an otter in a space suit"))
        self._draw()
        theme().changed.connect(self._draw)

    def _draw(self) -> None:
        self.setPixmap(theme().otto(self._pose, self._height))
