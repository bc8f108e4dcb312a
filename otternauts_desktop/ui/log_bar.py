"""Which lines of a log are wanted: text, replicas, levels, time. Its foot holds no lines."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton, QWidget

from otternauts_desktop.core.comms.levels import Level
from otternauts_desktop.core.words import tr, trn
from otternauts_desktop.ui.frames import Surface, row
from otternauts_desktop.ui.labels import MEDIUM
from otternauts_desktop.ui.log_filter import Filter, Matcher
from otternauts_desktop.ui.log_text import local_time, one_line
from otternauts_desktop.ui.theme import restyle, theme

_TYPING_MS: Final = 150
_NARROW: Final = 860
_LEVELS: Final = (
    (Level.ERROR, "Error"),
    (Level.WARN, "Warn"),
    (Level.INFO, "Info"),
    (Level.DEBUG, "Debug"),
)
_MINUTES: Final = (5, 15, 60)


class FilterBar(Surface):
    """Says what is wanted, as a `Filter`, by `changed`. More buttons are put in by `add`."""

    changed = Signal()
    left = Signal()
    """Out of the field, into the lines: Down or Enter was pressed, or Escape in an empty one."""
    range_asked = Signal()
    """A time range is to be asked for."""

    def __init__(self, replicas: Callable[[], dict[str, str]]) -> None:
        """`replicas` gives the replicas that there are, and the vessel of each."""
        super().__init__("nav")
        self._replicas = replicas
        self._wanted = Filter()
        self._minutes = 0
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._take)
        field = self.field = _Field()
        field.left.connect(self.left)
        field.textChanged.connect(lambda _: self._typing.start())
        self.replica_button = _menu_button(tr("Whose lines are shown"), self._fill_replicas)
        self.levels = LevelButtons()
        self.levels.changed.connect(self._take)
        self.time_button = _menu_button(tr("From when lines are shown"), self._fill_times)
        self._line = row(self, margins=(8, 4, 8, 4), spacing=6)
        self._line.addWidget(field, 1)
        self._line.addWidget(self.replica_button)
        self._line.addWidget(self.levels)
        self._line.addWidget(self.time_button)
        self._line.addStretch(0)
        self._say()
        self._restyle()
        theme().changed.connect(self._restyle)

    def add(self, widget: QWidget) -> None:
        """Put a button at the right."""
        self._line.addWidget(widget)

    @property
    def wanted(self) -> Filter:
        """What is wanted, as it was told last."""
        return self._wanted

    @property
    def waiting(self) -> bool:
        """Whether something was typed that is not wanted yet: the person may go on."""
        return self._typing.isActive()

    def choose(self, wanted: Filter) -> None:
        """Want something else; the text is that of the field."""
        self._wanted = wanted
        self._take()

    def forget_places(self) -> None:
        """Another log comes, with other replicas and times: text and levels stay wanted."""
        self._minutes = 0
        self.choose(Filter())

    def choose_replicas(self, names: frozenset[str]) -> None:
        """Show the lines of some replicas only; none stands for all."""
        self.choose(replace(self._wanted, replicas=names))

    def choose_times(self, since: str, until: str, minutes: int = 0) -> None:
        """Show the lines from `since` up to before `until`, each "" for no bound."""
        self._minutes = minutes
        self.choose(replace(self._wanted, since=since, until=until))

    def _take(self) -> None:
        self._typing.stop()
        wanted = replace(self._wanted, text=self.field.text(), levels=self.levels.chosen)
        self.field.show_error(Matcher(wanted).error)
        if not self.field.error:
            self._wanted = wanted
            self.changed.emit()
        self._say()

    # -- menus -------------------------------------------------------------------------------

    def _fill_replicas(self, menu: QMenu) -> None:
        """All, each vessel, each replica, and whether only stderr is wanted."""
        replicas = self._replicas()
        chosen = self._wanted.replicas
        self._entry(
            menu, tr("All replicas"), not chosen, partial(self.choose_replicas, frozenset())
        )
        vessels: dict[str, set[str]] = {}
        for name, vessel in replicas.items():
            vessels.setdefault(vessel, set()).add(name)
        for vessel, names in vessels.items():
            menu.addSeparator()
            whole = frozenset(names)
            if len(whole) > 1:
                other = chosen - whole if whole <= chosen else chosen | whole
                words = tr("All of {vessel}", vessel=one_line(vessel))
                self._entry(menu, words, whole <= chosen, partial(self.choose_replicas, other))
            for name in sorted(names):
                other = chosen ^ {name}
                do = partial(self.choose_replicas, other)
                self._entry(menu, one_line(name), name in chosen, do)
        menu.addSeparator()
        stderr = not self._wanted.stderr_only
        do = partial(self.choose, replace(self._wanted, stderr_only=stderr))
        self._entry(menu, tr("stderr only"), not stderr, do)

    def _fill_times(self, menu: QMenu) -> None:
        wanted = self._wanted
        bounded = bool(wanted.since or wanted.until)
        self._entry(menu, tr("Any time"), not bounded, partial(self.choose_times, "", ""))
        for minutes in _MINUTES:
            words = _last(minutes)
            self._entry(menu, words, self._minutes == minutes, partial(self._choose_last, minutes))
        menu.addSeparator()
        own = bounded and not self._minutes
        self._entry(menu, tr("From … to …"), own, self.range_asked.emit)

    def _choose_last(self, minutes: int) -> None:
        since = datetime.now(UTC) - timedelta(minutes=minutes)
        self.choose_times(f"{since:%Y-%m-%dT%H:%M:%S}", "", minutes)

    def _entry(self, menu: QMenu, words: str, checked: bool, do: Callable[[], object]) -> None:
        action = menu.addAction(words.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(checked)
        action.triggered.connect(lambda _=False: do())

    def _say(self) -> None:
        """Put what is wanted into words, on the buttons."""
        wanted = self._wanted
        names = sorted(wanted.replicas)
        words = one_line(names[0]) if len(names) == 1 else tr("All replicas")
        if len(names) > 1:
            words = trn("{number} replica", "{number} replicas", len(names))
        if wanted.stderr_only:
            words = f"{words} · stderr" if names else tr("stderr only")
        _name(self.replica_button, words)
        since, until = (
            local_time(stamp)[:8] if stamp else "" for stamp in (wanted.since, wanted.until)
        )
        if self._minutes:
            words = _last(self._minutes)
        elif since and until:
            words = f"{since} – {until}"
        elif since:
            words = tr("From {time}", time=since)
        else:
            words = tr("Until {time}", time=until) if until else tr("Any time")
        _name(self.time_button, words)
        for button, live in (
            (self.replica_button, bool(names) or wanted.stderr_only),
            (self.time_button, bool(since or until)),
        ):
            if bool(button.property("live")) != live:
                button.setProperty("live", live)
                restyle(button)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.levels.be_short(self.width() < theme().px(_NARROW))

    def _restyle(self) -> None:
        for button in (self.replica_button, self.time_button):
            button.setFont(theme().ui_font(12, MEDIUM))
            button.setFixedHeight(theme().px(24))
        self.levels.be_short(self.width() < theme().px(_NARROW))


class LevelButtons(QWidget):
    """Four switches. Lines that tell no level are shown with those that inform."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Levels"))
        line = row(self)
        self.buttons: dict[Level, QToolButton] = {}
        for number, (level, name) in enumerate(_LEVELS):
            button = self.buttons[level] = QToolButton()
            button.setProperty("kind", "segment")
            button.setProperty("place", ("first", "middle", "middle", "last")[number])
            button.setCheckable(True)
            button.setChecked(True)
            button.setAccessibleName(name)
            tip = tr("Show lines of this level: {level}", level=name)
            if level is Level.INFO:
                tip = tr("Show lines of this level, and those that tell none: {level}", level=name)
            button.setToolTip(tip)
            button.toggled.connect(lambda _: self.changed.emit())
            line.addWidget(button)
        self.be_short(False)
        theme().changed.connect(self._restyle)

    @property
    def chosen(self) -> frozenset[Level]:
        """The levels that are wanted; empty for all."""
        levels = {level for level, button in self.buttons.items() if button.isChecked()}
        if len(levels) in (0, len(self.buttons)):
            return frozenset()
        return frozenset(levels | {Level.NONE}) if Level.INFO in levels else frozenset(levels)

    def be_short(self, short: bool) -> None:
        """Show letters instead of words, where there is little room."""
        for level, name in _LEVELS:
            self.buttons[level].setText(name[0] if short else name)
        self._restyle()

    def _restyle(self) -> None:
        for button in self.buttons.values():
            button.setFont(theme().ui_font(12, MEDIUM))
            button.setFixedHeight(theme().px(24))


class _Field(QLineEdit):
    """Where the text is typed. Escape clears it, which ends a long filter, too."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.error = ""
        self.setPlaceholderText(tr("Filter: text or /regex/"))
        self.setProperty("size", "small")
        self.setProperty("kind", "quiet")
        self.setClearButtonEnabled(True)
        self.setMaxLength(1_000)
        self.setMaximumWidth(320)
        self.setAccessibleName(tr("Filter the log"))
        self.addAction(theme().icon("filter", "fg3"), QLineEdit.ActionPosition.LeadingPosition)
        self.show_error("")
        self._restyle()
        theme().changed.connect(self._restyle)

    def show_error(self, error: str) -> None:
        """Say what is wrong with an expression; the rows stay as they were."""
        self.error = error
        if bool(self.property("state")) != bool(error):
            self.setProperty("state", "bad" if error else "")
            self.setProperty("kind", "" if error else "quiet")
            restyle(self)
        tip = error or tr("Show only lines with this text, or where /a regular expression/ matches")
        # A zero-width mark at the head keeps Qt from reading the text as markup.
        self.setToolTip(f"\u200b{tip}")
        self.setAccessibleDescription(error)

    def _restyle(self) -> None:
        self.setFont(theme().ui_font(12))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Return):
            self.left.emit()
        else:
            super().keyPressEvent(event)


def _menu_button(tip: str, fill: Callable[[QMenu], None]) -> QToolButton:
    """A button with a menu that is filled each time it is opened."""
    button = QToolButton()
    button.setToolTip(tip)
    button.setAccessibleDescription(tip)
    button.setIcon(theme().icon("chev-d"))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    menu = QMenu(button)

    def fill_anew() -> None:
        menu.clear()
        fill(menu)

    menu.aboutToShow.connect(fill_anew)
    menu.setAccessibleName(tip)
    button.setMenu(menu)
    return button


def _name(button: QToolButton, words: str) -> None:
    button.setText(words.replace("&", "&&"))
    button.setAccessibleName(words)


def _last(minutes: int) -> str:
    return trn("Last {number} minute", "Last {number} minutes", minutes)
