"""Settings: looks, keys, and where things are kept. Every change is in force at once."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSpinBox, QWidget

from otternauts_desktop.ui.buttons import Button, Segments
from otternauts_desktop.ui.dialogs.frame import DialogFrame, form
from otternauts_desktop.ui.frames import row
from otternauts_desktop.ui.labels import Label
from otternauts_desktop.ui.theme import LARGEST_SCALE, SMALLEST_SCALE, Mode, theme

_MODES: Final = (Mode.AUTO, Mode.LIGHT, Mode.DARK)


class SettingsDialog(DialogFrame):
    """Nothing to confirm: what is changed is seen."""

    shortcuts_requested = Signal()

    def __init__(self, home: str, parent: QWidget | None = None) -> None:
        super().__init__("Settings", "", "Done", parent)
        self.cancel.hide()
        self.modes = Segments(("Automatic", "Light", "Dark"), "Theme")
        self.modes.choose(_MODES.index(theme().mode))
        self.modes.chosen.connect(lambda number: theme().set_mode(_MODES[number]))
        self.scale = QSpinBox()
        self.scale.setRange(round(SMALLEST_SCALE * 100), round(LARGEST_SCALE * 100))
        self.scale.setSingleStep(10)
        self.scale.setSuffix(" %")
        self.scale.setAccessibleName("Text size")
        self.scale.setValue(round(theme().scale * 100))
        self.scale.valueChanged.connect(lambda percent: theme().set_scale(percent / 100))
        keys = Button("Keyboard shortcuts…", size="small")
        keys.clicked.connect(self.shortcuts_requested)
        lines = form()
        self.scale.setFixedWidth(110)
        for name, widget in (("Theme", self.modes), ("Text size", self.scale), ("Keys", keys)):
            line = row()
            line.addWidget(widget)
            line.addStretch(1)
            lines.addRow(Label(name), line)
        lines.addRow(Label("Data"), Label(home, mono=True, tone="fg2", selectable=True, wrap=True))
        lines.addRow(Label("Motion"), Label("Nothing moves unless its state changes.", tone="fg2"))
        self.body.addLayout(lines)
        self.body.addStretch(1)
