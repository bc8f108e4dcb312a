"""The strip above the page that says what went wrong, why, and what to do. Never a dialog."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button, IconButton
from otternauts_desktop.ui.frames import Surface, column, row
from otternauts_desktop.ui.labels import SEMIBOLD, Label, MarkLabel
from otternauts_desktop.ui.status_marks import DONE, FAILED, WARNING
from otternauts_desktop.ui.theme import restyle

_MARKS = {"bad": FAILED, "warn": WARNING, "ok": DONE}


class NoticeBar(Surface):
    """Shows one notice at a time; a newer one replaces it."""

    help_requested = Signal(str)
    """The anchor of what is shown, in the guide's troubleshooting."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("notice-bad", parent)
        self.setAccessibleName(tr("Notice"))
        self._mark = MarkLabel(FAILED, size=16)
        self.title = Label(weight=SEMIBOLD, wrap=True, selectable=True)
        self.detail = Label(tone="fg2", wrap=True, selectable=True)
        self.next_step = Label(wrap=True, selectable=True)
        self._action = Button("", size="small")
        self._action.setAccessibleName(tr("Act on the notice"))
        self._action.clicked.connect(self._act)
        self._anchor = ""
        self._help = Button(tr("More on this"), kind="link")
        self._help.clicked.connect(lambda: self.help_requested.emit(self._anchor))
        self._do: Callable[[], object] | None = None
        close = IconButton("x", tr("Dismiss"), size=24)
        close.clicked.connect(self.hide)
        words = column(spacing=2)
        for label in (self.title, self.detail, self.next_step):
            words.addWidget(label)
        line = row(self, margins=(12, 8, 8, 8), spacing=10)
        line.addWidget(self._mark)
        line.addLayout(words, 1)
        line.addWidget(self._help)
        line.addWidget(self._action)
        line.addWidget(close)
        self.hide()

    def show_error(self, error: KnownError) -> None:
        """Show a known error: sentence, cause, next step."""
        self.show_notice("bad", error.title, error.detail, error.next_step, anchor=error.anchor)

    def show_notice(
        self,
        tone: str,
        title: str,
        detail: str = "",
        next_step: str = "",
        *,
        action: str = "",
        do: Callable[[], object] | None = None,
        anchor: str = "",
    ) -> None:
        """Show words in the tone `bad`, `warn` or `ok`; `action` names a button that does `do`,
        `anchor` what the guide has to say about it."""
        self._do = do
        self._anchor = anchor
        self._help.setVisible(bool(anchor))
        self.setProperty("surface", f"notice-{tone}")
        restyle(self)
        self._mark.show_mark(_MARKS[tone])
        for label, text in (
            (self.title, title),
            (self.detail, detail),
            (self.next_step, next_step),
        ):
            label.setText(text)
            label.setVisible(bool(text))
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self.setAccessibleDescription(f"{title} {detail} {next_step}")
        self.show()

    def _act(self) -> None:
        if self._do is not None:
            self._do()
