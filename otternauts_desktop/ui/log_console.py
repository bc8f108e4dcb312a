"""Comms: the log of a fleet or a vessel, live, with filter, search, follow and pause."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QStackedWidget, QToolButton, QWidget

from otternauts_desktop.core.comms.fields import fields
from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.core.words import tr, trn
from otternauts_desktop.ui.buttons import Button, IconButton
from otternauts_desktop.ui.frames import Surface, column, row, rule
from otternauts_desktop.ui.labels import MEDIUM, ElidedLabel, Label
from otternauts_desktop.ui.log_bar import FilterBar
from otternauts_desktop.ui.log_copying import Copying
from otternauts_desktop.ui.log_find import LogFindBar
from otternauts_desktop.ui.log_lines import LogLines
from otternauts_desktop.ui.log_plain import LogPlain
from otternauts_desktop.ui.log_text import as_seen, local_time, one_line
from otternauts_desktop.ui.log_view import LogView
from otternauts_desktop.ui.theme import theme
from otternauts_desktop.ui.times import grouped

_FLASH_MS: Final = 4_000


class LogConsole(QWidget):
    """Give it lines by `append`; it keeps the last ones and paints what is in view."""

    service_wanted = Signal(LogLine)
    """The page of the service that wrote a line is asked for."""
    save_wanted = Signal()
    """What is shown is to be saved in a file that is to be asked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Comms"))
        self.lines = LogLines()
        self.destroyed.connect(self.lines.close)
        self.view = LogView(self.lines)
        self.plain = LogPlain(self.lines)
        self._note = ""
        self._flashing = QTimer(self)
        self._flashing.setSingleShot(True)
        self._flashing.setInterval(_FLASH_MS)
        self._flashing.timeout.connect(self._show_note)
        self.copying = Copying(self)
        self.copying.ended.connect(self._tell_copied)
        self.bar = self._filled_bar()
        self.find_bar = LogFindBar(self.lines, self.view)
        self.find_bar.closed.connect(self._focus_lines)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.plain)
        outer = column(self)
        outer.addWidget(self.bar)
        outer.addWidget(self.find_bar)
        outer.addWidget(rule(soft=True))
        outer.addWidget(self._stack, 1)
        outer.addWidget(self._foot_bar())
        self.resume_button = Button("", self.view, kind="primary", size="small")
        self.resume_button.setToolTip(tr("Go to the end and follow (End)"))
        self.resume_button.setAccessibleName(tr("Go to the new lines"))
        self.resume_button.hide()
        self.resume_button.clicked.connect(self._resume)
        self.view.installEventFilter(self)
        self.view.follow_changed.connect(self.follow_button.setChecked)
        self.view.unseen_changed.connect(self._show_unseen)
        self.view.ticked.connect(self._ticked)
        self.view.copy_asked.connect(self.copy)
        self.view.replica_clicked.connect(self._go_to_service)
        self.view.menu_asked.connect(self._open_menu)
        for keys, do in (
            (QKeySequence(QKeySequence.StandardKey.Find), self.find_bar.open),
            (QKeySequence("F3"), lambda: self.find_bar.go(1)),
            (QKeySequence("Shift+F3"), lambda: self.find_bar.go(-1)),
        ):
            shortcut = QShortcut(keys, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(do)
        self._restyle()
        theme().changed.connect(self._restyle)

    def _filled_bar(self) -> FilterBar:
        bar = FilterBar(lambda: self.lines.replicas)
        bar.changed.connect(self._filter_changed)
        bar.left.connect(self._focus_lines)
        self.follow_button = QToolButton()
        self.follow_button.setText(tr("Follow"))
        self.follow_button.setAccessibleName(tr("Follow"))
        self.follow_button.setToolTip(tr("Stay at the end as lines come (End)"))
        self.follow_button.setIcon(theme().icon("down"))
        self.follow_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.follow_button.setCheckable(True)
        self.follow_button.setChecked(True)
        self.follow_button.clicked.connect(self.view.follow)
        self.wrap_button = IconButton("wrap", tr("Wrap long lines"), size=24, checkable=True)
        self.wrap_button.toggled.connect(self.view.wrap)
        self.find_button = IconButton("search", tr("Find…"), size=24, shortcut="Ctrl+F")
        self.find_button.clicked.connect(lambda: self.find_bar.open())
        self.copy_button = IconButton(
            "copy", tr("Copy the chosen lines, or all"), size=24, shortcut="Ctrl+C"
        )
        self.copy_button.clicked.connect(self.copy)
        self.save_button = IconButton("save", tr("Save what is shown…"), size=24)
        self.save_button.clicked.connect(self.save_wanted)
        self.more_button = IconButton("more", tr("More"), size=24)
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more = QMenu(self.more_button)
        more.setAccessibleName(tr("More"))
        more.addAction(tr("Copy the text only"), self.copy_text)
        self.plain_action = more.addAction(tr("Show as plain text, for screen readers"))
        self.plain_action.setCheckable(True)
        self.plain_action.toggled.connect(self._show_plain)
        more.addSeparator()
        more.addAction(tr("Clear"), self.clear)
        self.more_button.setMenu(more)
        bar.add(self.follow_button)
        for button in (
            self.wrap_button,
            self.find_button,
            self.copy_button,
            self.save_button,
            self.more_button,
        ):
            bar.add(button)
        return bar

    def _foot_bar(self) -> Surface:
        self._foot = Surface("nav")
        self.note = ElidedLabel(size=12, tone="fg3")
        self.count = Label("", size=12, tone="fg3")
        line = row(margins=(14, 0, 14, 0), spacing=12)
        line.addWidget(self.note, 1)
        line.addWidget(self.count)
        foot = column(self._foot)
        foot.addWidget(rule(soft=True))
        foot.addLayout(line, 1)
        self._foot.hide()
        return self._foot

    # -- the lines ---------------------------------------------------------------------------

    def append(self, lines: Sequence[LogLine]) -> None:
        """Take over lines, newest last. Cheap: they are painted a moment later."""
        if lines:
            self.lines.append(lines)
            self.view.lines_changed()

    def clear(self) -> None:
        """Forget all lines; what comes afterwards is shown."""
        self.lines.clear()
        self.view.forget()
        self.plain.show_anew()
        self._show_count()

    def show_note(self, text: str) -> None:
        """Say quietly whose log it is, or why it has ended; "" says nothing."""
        self._note = text
        self._flashing.stop()
        self._show_note()

    @property
    def line_count(self) -> int:
        """How many lines are held, shown or not."""
        return self.lines.kept

    def visible_texts(self, count: int) -> list[str]:
        """The last `count` lines that the filter shows, as text."""
        last = len(self.lines)
        return [as_seen(line) for line in self.lines.rows(last - count, last)]

    def chosen(self) -> tuple[int, Iterator[LogLine]]:
        """How many lines are chosen, and the lines; all that are shown where none is chosen."""
        first, last = self.view.choice.rows() or (0, len(self.lines))
        return last - first, self.lines.rows(first, last)

    def _ticked(self) -> None:
        self._show_count()
        self.bar.field.show_error(self.lines.shown.matcher.error)
        if self.plain.isVisible():
            self.plain.show_more()

    def _filter_changed(self) -> None:
        self.lines.choose(self.bar.wanted)
        self.view.current = -1
        self.view.rows_changed()
        if self.plain.isVisible():
            self.plain.show_anew()

    def _show_plain(self, plain: bool) -> None:
        self._stack.setCurrentWidget(self.plain if plain else self.view)
        for button in (self.follow_button, self.wrap_button, self.find_button):
            button.setEnabled(not plain)
        if plain:
            self.plain.show_anew()
        self._focus_lines()

    def _focus_lines(self) -> None:
        (self.plain if self.plain_action.isChecked() else self.view).setFocus(
            Qt.FocusReason.OtherFocusReason
        )

    # -- what is done with a line ------------------------------------------------------------

    def _go_to_service(self, serial: int) -> None:
        line = self.lines.line(serial)
        if line is not None:
            self.service_wanted.emit(line)

    def _open_menu(self, serial: int, at: QPoint) -> None:
        """What can be done with a line, beside it."""
        if (line := self.lines.line(serial)) is None:
            return
        menu = QMenu(tr("Line"), self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        stream = "stderr" if line.stderr else "stdout"
        head = menu.addAction(_plain(f"{line.replica} · {stream} · {local_time(line.time)}"))
        head.setEnabled(False)
        if fields(line.text):
            opened = self.view.opened(serial)
            words = tr("Close the fields") if opened else tr("Show the fields")
            menu.addAction(words, lambda: self.view.toggle(serial))
        if line.vessel:
            words = tr("Go to {vessel}", vessel=_plain(line.vessel))
            menu.addAction(words, lambda: self.service_wanted.emit(line))
        menu.addSeparator()
        wanted = self.bar.wanted
        only = frozenset({line.replica})
        menu.addAction(
            tr("Only {replica}", replica=_plain(line.replica)),
            lambda: self.bar.choose_replicas(only),
        )
        menu.addAction(
            tr("Only from this line on"), lambda: self.bar.choose_times(line.time, wanted.until)
        )
        menu.addAction(
            tr("Only what came before this line"),
            lambda: self.bar.choose_times(wanted.since, line.time),
        )
        menu.addSeparator()
        menu.addAction(tr("Copy"), self.copy)
        menu.addAction(tr("Copy the text only"), self.copy_text)
        menu.popup(at)

    def copy(self) -> None:
        """Put the chosen lines, or all, on the clipboard, with time and replica."""
        self._copy(as_seen)

    def copy_text(self) -> None:
        """The same without time and replica."""
        self._copy(lambda line: one_line(line.text))

    def _copy(self, as_text: Callable[[LogLine], str]) -> None:
        _, lines = self.chosen()
        self.copying.start(lines, as_text)
        if self.copying.going_on:
            self.flash(tr("Copying…"))

    def _tell_copied(self, count: int, whole: bool) -> None:
        shown = grouped(count)
        if not count:
            self.flash(tr("There is nothing to copy."))
        elif whole:
            self.flash(trn("{count} line copied.", "{count} lines copied.", count, count=shown))
        else:
            self.flash(
                tr("The first {count} lines were copied; save the log to have all.", count=shown)
            )

    # -- words -------------------------------------------------------------------------------

    def _resume(self) -> None:
        self.view.follow(True)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def flash(self, words: str) -> None:
        """Say something for a moment in place of the note."""
        self._set_note(words)
        self._flashing.start()

    def _show_note(self) -> None:
        self._set_note(self._note)

    def _set_note(self, words: str) -> None:
        self.note.setText(one_line(" ".join(words.split())))
        self._foot.setVisible(bool(words or self.count.text()))

    def _show_count(self) -> None:
        rows, kept = len(self.lines), self.lines.kept
        if self.lines.shown.working:
            percent = int(self.lines.shown.progress * 100)
            words = tr("{rows} lines, {percent} % filtered", rows=grouped(rows), percent=percent)
        elif rows == kept:
            words = trn("{count} line", "{count} lines", kept, count=grouped(kept)) if kept else ""
        else:
            words = trn(
                "{rows} of {count} line",
                "{rows} of {count} lines",
                kept,
                rows=grouped(rows),
                count=grouped(kept),
            )
        self.count.setText(words)
        self._foot.setVisible(bool(words or self.note.text()))

    def _show_unseen(self, count: int) -> None:
        self.resume_button.setVisible(count > 0)
        if count:
            shown = grouped(count)
            words = trn("{count} new line", "{count} new lines", count, count=shown)
            self.resume_button.setText(f"↓ {words}")
            self.resume_button.setAccessibleName(
                trn("Go to {count} new line", "Go to {count} new lines", count, count=shown)
            )
            self._place_resume()

    def _place_resume(self) -> None:
        button, port = self.resume_button, self.view.viewport().geometry()
        button.adjustSize()
        button.move((port.width() - button.width()) // 2, port.bottom() - button.height() - 8)
        button.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.view and event.type() is QEvent.Type.Resize:
            self._place_resume()
        return False

    def _restyle(self) -> None:
        t = theme()
        self._foot.setFixedHeight(t.px(24))
        self.follow_button.setFont(t.ui_font(12, MEDIUM))
        self.follow_button.setFixedHeight(t.px(24))


def _plain(untrusted: str) -> str:
    """Words of a container in a menu: no control characters, and no mnemonic."""
    return one_line(untrusted).replace("&", "&&")
