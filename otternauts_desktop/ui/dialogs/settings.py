"""Settings: looks, keys, and where things are kept. Every change is in force at once."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.buttons import Button, Segments
from otternauts_desktop.ui.dialogs.frame import DialogFrame, form
from otternauts_desktop.ui.frames import row
from otternauts_desktop.ui.labels import Label
from otternauts_desktop.ui.language import LANGUAGES, meant, spoken
from otternauts_desktop.ui.theme import Mode, theme

_MODES: Final = (Mode.AUTO, Mode.LIGHT, Mode.DARK)
_LANGUAGES: Final = ("", *LANGUAGES)
_SCALES: Final = (0.9, 1.0, 1.1, 1.25, 1.5)


class SettingsDialog(DialogFrame):
    """Nothing to confirm: what is changed is seen."""

    shortcuts_requested = Signal()
    language_chosen = Signal(str)
    """A key of `LANGUAGES`, "" for the system's."""
    updates_chosen = Signal(bool)

    def __init__(
        self,
        home: str,
        language: str,
        updates: tuple[bool, str] = (False, ""),
        parent: QWidget | None = None,
    ) -> None:
        """`updates` says whether news of versions are wanted, and which host would be asked."""
        super().__init__(tr("Settings"), "", tr("Done"), parent)
        self.cancel.hide()
        self.modes = Segments((tr("Automatic"), tr("Light"), tr("Dark")), tr("Theme"))
        self.modes.choose(_MODES.index(theme().mode))
        self.modes.chosen.connect(lambda number: theme().set_mode(_MODES[number]))
        self.scale = Segments(tuple(f"{round(s * 100)} %" for s in _SCALES), tr("Text size"))
        nearest = min(_SCALES, key=lambda scale: abs(scale - theme().scale))
        self.scale.choose(_SCALES.index(nearest))
        self.scale.chosen.connect(lambda number: theme().set_scale(_SCALES[number]))
        self.languages = Segments((tr("System"), *LANGUAGES.values()), tr("Language"))
        self.languages.choose(_LANGUAGES.index(language) if language in _LANGUAGES else 0)
        self.languages.chosen.connect(self._choose_language)
        self.language_note = Label(tr("In force at the next start."), tone="fg2")
        wanted, host = updates
        self.updates = Segments((tr("Never ask"), tr("Once a day")), tr("New versions"))
        self.updates.choose(int(wanted))
        self.updates.chosen.connect(lambda number: self.updates_chosen.emit(bool(number)))
        asked = Label(
            tr("A plain request to {host}. Nothing is told, fetched or installed.", host=host),
            tone="fg2",
            wrap=True,
        )
        keys = Button(tr("Keyboard shortcuts…"), size="small")
        keys.clicked.connect(self.shortcuts_requested)
        lines = form()
        for name, widget in (
            (tr("Theme"), self.modes),
            (tr("Text size"), self.scale),
            (tr("Language"), self.languages),
            ("", self.language_note),
            (tr("Keys"), keys),
            (tr("New versions"), self.updates),
            ("", asked),
        ):
            if isinstance(widget, Label):
                lines.addRow("", widget)
                continue
            line = row()
            line.addWidget(widget)
            line.addStretch(1)
            lines.addRow(Label(name), line)
        lines.addRow(
            Label(tr("Data")), Label(home, mono=True, tone="fg2", selectable=True, wrap=True)
        )
        lines.addRow(
            Label(tr("Motion")), Label(tr("Nothing moves unless its state changes."), tone="fg2")
        )
        self._lines = lines
        self.body.addLayout(lines)
        self.body.addStretch(1)
        self._show_language_note()

    def _choose_language(self, number: int) -> None:
        self._show_language_note()
        self.language_chosen.emit(_LANGUAGES[number])

    def _show_language_note(self) -> None:
        later = meant(_LANGUAGES[self.languages.current]) != spoken()
        self._lines.setRowVisible(self.language_note, later)
