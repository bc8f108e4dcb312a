"""The steps of a wizard at its left: which are done, which is in front, and a tip to it."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.frames import Surface, column, row
from otternauts_desktop.ui.labels import MEDIUM, SEMIBOLD, Label, OttoLabel
from otternauts_desktop.ui.status_marks import DONE
from otternauts_desktop.ui.theme import theme


class StepRail(Surface):
    """Shows steps by name and tip; only shows: one goes through them by the buttons."""

    def __init__(self, steps: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__("nav", parent)
        self.setFixedWidth(208)
        self._tips = [tip for _, tip in steps]
        self._steps = [_Step(number, name) for number, (name, _) in enumerate(steps, 1)]
        self._tip = Label(size=12, tone="fg2", wrap=True)
        card = Surface("card")
        says = row(spacing=8)
        says.addWidget(OttoLabel("face", 28))
        says.addWidget(Label(tr("Otto says"), size=12, weight=SEMIBOLD), 1)
        inside = column(card, margins=(10, 8, 10, 10), spacing=6)
        inside.addLayout(says)
        inside.addWidget(self._tip)
        box = column(self, margins=(12, 20, 12, 16), spacing=2)
        for step in self._steps:
            box.addWidget(step)
        box.addStretch(1)
        box.addWidget(card)
        self.show_step(0)

    def show_step(self, current: int) -> None:
        """Everything before `current` is done."""
        for number, step in enumerate(self._steps):
            step.show_state(done=number < current, current=number == current)
        self._tip.setText(self._tips[current])


class _Step(QWidget):
    def __init__(self, number: int, name: str) -> None:
        super().__init__()
        self._number, self._name = number, name
        self._done = self._current = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)

    def show_state(self, *, done: bool, current: bool) -> None:
        self._done, self._current = done, current
        state = tr("done") if done else tr("now") if current else tr("later")
        self.setAccessibleName(f"{self._number}. {self._name}, {state}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(180, theme().px(34))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._current:
            painter.setBrush(t.color("select"))
            painter.drawRoundedRect(self.rect(), 6, 6)
        middle = self.height() // 2
        circle = QRect(8, middle - 9, 18, 18)
        if self._done:
            mark = t.mark(DONE, 18, ratio=self.devicePixelRatioF())
            painter.drawPixmap(circle.topLeft(), mark)
        else:
            if self._current:
                painter.setBrush(t.color("accent"))
            else:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(t.color("control"))
            painter.drawEllipse(circle)
            painter.setPen(t.color("onaccent" if self._current else "fg2"))
            painter.setFont(t.ui_font(11, SEMIBOLD))
            painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(self._number))
        painter.setPen(t.color("fg1" if self._current or self._done else "fg2"))
        painter.setFont(t.ui_font(13, SEMIBOLD if self._current else MEDIUM))
        words = self.rect().adjusted(36, 0, -4, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self._name)
