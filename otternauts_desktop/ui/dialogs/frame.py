"""What all dialogs share: heading, body, a place for an error, buttons at the foot."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.frames import column, row, rule
from otternauts_desktop.ui.labels import SEMIBOLD, Label
from otternauts_desktop.ui.notice_bar import NoticeBar

MOST_TYPED: Final = 1 << 20
"""Characters: a field of Qt cuts what is longer without a word, at 32,767 by itself."""


class DialogFrame(QDialog):
    """A window-modal dialog. `primary` is its default button."""

    def __init__(
        self,
        title: str,
        words: str,
        primary: str,
        parent: QWidget | None = None,
        *,
        kind: str = "",
        side: QWidget | None = None,
    ) -> None:
        """`side` stands at the left of all but the foot."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setMinimumWidth(560)
        self.heading = Label(title, size=18, weight=SEMIBOLD, wrap=True)
        self.words = Label(words, tone="fg2", wrap=True)
        self.words.setVisible(bool(words))
        self.notice = NoticeBar()
        self.body: QVBoxLayout = column(spacing=12)
        self.busy = Label(size=12, tone="fg2")
        self.cancel = Button(tr("Cancel"), size="large")
        self.cancel.clicked.connect(self.reject)
        self.primary = Button(primary, kind=kind or "primary", size="large")
        self.primary.setDefault(True)
        self.primary.clicked.connect(self.confirm)
        content = column(margins=(24, 20, 24, 20), spacing=12)
        for widget in (self.heading, self.words, self.notice):
            content.addWidget(widget)
        content.addLayout(self.body, 1)
        self.foot = row(margins=(24, 12, 24, 12), spacing=8)
        self.foot.addWidget(self.busy, 1)
        self.foot.addWidget(self.cancel)
        self.foot.addWidget(self.primary)
        across = row()
        if side is not None:
            across.addWidget(side)
            across.addWidget(rule(vertical=True))
        across.addLayout(content, 1)
        outer = column(self)
        outer.addLayout(across, 1)
        outer.addWidget(rule())
        outer.addLayout(self.foot)

    def showEvent(self, event: QShowEvent) -> None:
        """The first field has the focus, else the default button."""
        super().showEvent(event)
        fields = [line for line in self.findChildren(QLineEdit) if line.isVisibleTo(self)]
        (fields[0] if fields else self.primary).setFocus()

    def confirm(self) -> None:
        """What the default button does."""
        self.accept()

    def show_error(self, error: KnownError) -> None:
        """Show why it did not work; everything typed stays."""
        self.show_busy("")
        self.notice.show_error(error)

    def show_busy(self, text: str) -> None:
        """Say what is going on; "" for nothing any more."""
        self.busy.setText(text)
        self.primary.setEnabled(not text)
        if text:
            self.notice.hide()


def form() -> QFormLayout:
    """A form with its labels above one another at the left."""
    layout = QFormLayout()
    layout.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
    layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    layout.setHorizontalSpacing(16)
    layout.setVerticalSpacing(10)
    return layout


def field(name: str, text: str = "", *, hint: str = "", secret: bool = False) -> QLineEdit:
    """A line to type in, with its name for screen readers."""
    line = QLineEdit(text)
    line.setAccessibleName(name)
    line.setPlaceholderText(hint)
    if secret:
        line.setMaxLength(MOST_TYPED)
        line.setEchoMode(QLineEdit.EchoMode.Password)
    return line
