"""Comms: the log of a fleet or a vessel, live, with a filter, follow and pause."""

import time
from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QIODevice,
    QObject,
    QSaveFile,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QLineEdit,
    QMenu,
    QToolButton,
    QWidget,
)

from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.core.words import tr, trn
from otternauts_desktop.ui.actions import key_names
from otternauts_desktop.ui.buttons import Button, IconButton
from otternauts_desktop.ui.frames import Surface, column, row, rule
from otternauts_desktop.ui.labels import MEDIUM, ElidedLabel, Label
from otternauts_desktop.ui.log_lines import Filter, LogLines, Matcher
from otternauts_desktop.ui.log_text import as_saved, as_seen, one_line
from otternauts_desktop.ui.log_view import PAINT_MS, LogView
from otternauts_desktop.ui.theme import restyle, theme
from otternauts_desktop.ui.times import grouped

_SLICE_SECONDS: Final = 0.008
_TYPING_MS: Final = 150
_FLASH_MS: Final = 4_000
_SAVED_AT_ONCE: Final = 2_000


class LogConsole(QWidget):
    """Give it lines by `append`; it keeps the last ones and paints what is in view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Comms"))
        self.lines = LogLines()
        self.view = LogView(self.lines)
        self._note = ""
        self._replica = self._error = ""
        self._saving: _Saving | None = None
        self._typing = _once(self, _TYPING_MS, self._choose)
        self._working = _once(self, 0, self._work)
        self._flashing = _once(self, _FLASH_MS, self._show_note)
        self._counting = _once(self, PAINT_MS, self._show_count)
        outer = column(self)
        outer.addWidget(self._tool_bar())
        outer.addWidget(rule(soft=True))
        outer.addWidget(self.view, 1)
        outer.addWidget(self._foot_bar())
        self.resume_button = Button("", self.view, kind="primary", size="small")
        self.resume_button.setToolTip(tr("Go to the end and follow (End)"))
        self.resume_button.setAccessibleName(tr("Go to the new lines"))
        self.resume_button.hide()
        self.resume_button.clicked.connect(self._resume)
        self.view.installEventFilter(self)
        self.view.follow_changed.connect(self.follow_button.setChecked)
        self.view.unseen_changed.connect(self._show_unseen)
        self.view.copied.connect(self._tell_copied)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._find)
        self._restyle()
        theme().changed.connect(self._restyle)

    def _tool_bar(self) -> Surface:
        field = self.filter_field = QLineEdit()
        field.setPlaceholderText(tr("Filter: text or /regex/"))
        field.setProperty("size", "small")
        field.setProperty("kind", "quiet")
        field.setClearButtonEnabled(True)
        field.setMaxLength(1_000)
        field.setMaximumWidth(300)
        field.setAccessibleName(tr("Filter the log"))
        field.addAction(theme().icon("search", "fg3"), QLineEdit.ActionPosition.LeadingPosition)
        field.textChanged.connect(lambda _: self._typing.start())
        self.stderr_button = _TextButton(tr("stderr only"), tr("Only what came on standard error"))
        self.stderr_button.setCheckable(True)
        self.stderr_button.toggled.connect(lambda _: self._choose())
        self.replica_button = _TextButton(tr("All replicas"), tr("Whose lines are shown"), "chev-d")
        self.replica_button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.replica_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self.replica_button)
        self._menu.setAccessibleName(tr("Replicas"))
        self._menu.aboutToShow.connect(self._fill_menu)
        self.replica_button.setMenu(self._menu)
        self.follow_button = _TextButton(
            tr("Follow"), tr("Stay at the end as lines come (End)"), "down"
        )
        self.follow_button.setCheckable(True)
        self.follow_button.setChecked(True)
        self.follow_button.clicked.connect(self.view.follow)
        self.copy_button = IconButton(
            "copy", tr("Copy the chosen lines, or all"), size=24, shortcut="Ctrl+C"
        )
        self.copy_button.clicked.connect(self.view.copy)
        self.save_button = IconButton("save", tr("Save what is shown…"), size=24)
        self.save_button.clicked.connect(self._ask_where)
        self.clear_button = IconButton("x", tr("Clear"), size=24)
        self.clear_button.clicked.connect(self.clear)
        self._count = Label("", size=12, tone="fg3")
        bar = Surface("nav")
        line = row(bar, margins=(8, 4, 8, 4), spacing=6)
        line.addWidget(field, 1)
        line.addWidget(self.stderr_button)
        line.addWidget(self.replica_button)
        line.addStretch(1)
        line.addWidget(self._count)
        line.addSpacing(6)
        line.addWidget(self.follow_button)
        for button in (self.copy_button, self.save_button, self.clear_button):
            line.addWidget(button)
        return bar

    def _foot_bar(self) -> Surface:
        self._foot = Surface("nav")
        self.note = ElidedLabel(size=12, tone="fg3")
        self._note_line = row(margins=(14, 0, 14, 0))
        self._note_line.addWidget(self.note, 1)
        foot = column(self._foot)
        foot.addWidget(rule(soft=True))
        foot.addLayout(self._note_line, 1)
        self._foot.hide()
        return self._foot

    # -- the lines ---------------------------------------------------------------------------

    def append(self, lines: Sequence[LogLine]) -> None:
        """Take over lines, newest last. Cheap: they are painted a moment later."""
        if lines:
            self.view.lines_changed(self.lines.append(lines))
            if not self._counting.isActive():
                self._counting.start()

    def clear(self) -> None:
        """Forget all lines; what comes afterwards is shown."""
        self.lines.clear()
        self.view.forget()
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

    def save_to(self, path: str) -> None:
        """Write what is shown to a file, in portions; the note says how it ended."""
        if self._saving is None:
            self.save_button.setEnabled(False)
            self._flash(tr("Saving to {path}…", path=path))
            self._saving = _Saving(list(self.lines.rows(0, len(self.lines))), path, self)
            self._saving.ended.connect(self._saved)
            self._saving.start()

    # -- the filter --------------------------------------------------------------------------

    def choose_replica(self, replica: str) -> None:
        """Show the lines of one replica only; "" shows those of all."""
        self._replica = replica
        self.replica_button.setText(_choice(replica))
        self.replica_button.setAccessibleName(_choice(replica))
        self._choose()

    def _fill_menu(self) -> None:
        self._menu.clear()
        for replica in ("", *self.lines.replicas):
            action = self._menu.addAction(_choice(replica))
            action.setCheckable(True)
            action.setChecked(replica == self._replica)
            action.triggered.connect(lambda _=False, name=replica: self.choose_replica(name))

    def _choose(self) -> None:
        self._typing.stop()
        text = self.filter_field.text()
        wanted = Filter(text, self.stderr_button.isChecked(), self._replica)
        self._show_error(Matcher(wanted).error)
        if not self._error:
            self.lines.choose(wanted)
            self._working.start()

    def _work(self) -> None:
        end = time.perf_counter() + _SLICE_SECONDS
        top = self.view.top_serial()
        while self.lines.working and time.perf_counter() < end:
            if self.lines.work(500) is not None:
                self.view.rows_changed(top)
        if self.lines.working:
            self._working.start()
        self._show_count()

    def _show_error(self, error: str) -> None:
        """Say what is wrong with an expression; the rows stay as they were."""
        self._error = error
        field = self.filter_field
        if bool(field.property("state")) != bool(error):
            field.setProperty("state", "bad" if error else "")
            field.setProperty("kind", "" if error else "quiet")
            restyle(field)
        tip = error or tr("Show only lines with this text, or where /a regular expression/ matches")
        # A zero-width mark at the head keeps Qt from reading the text as markup.
        field.setToolTip(f"\u200b{tip} ({key_names('Ctrl+F')})")
        field.setAccessibleDescription(error)

    def _find(self) -> None:
        self.filter_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter_field.selectAll()

    # -- buttons and words -------------------------------------------------------------------

    def _resume(self) -> None:
        self.view.follow(True)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell_copied(self, count: int) -> None:
        self._flash(
            trn("{count} line copied.", "{count} lines copied.", count, count=grouped(count))
            if count
            else tr("There is nothing to copy.")
        )

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, tr("Save the log"), "transmissions.log")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(self.save_to)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _saved(self, words: str) -> None:
        if self._saving is not None:
            self._saving.deleteLater()
            self._saving = None
        self.save_button.setEnabled(True)
        self._flash(words)

    def _flash(self, words: str) -> None:
        """Say something for a moment in place of the note."""
        self._set_note(words)
        self._flashing.start()

    def _show_note(self) -> None:
        self._set_note(self._note)

    def _set_note(self, words: str) -> None:
        self.note.setText(one_line(" ".join(words.split())))
        self._foot.setVisible(bool(words))

    def _show_count(self) -> None:
        rows, kept = len(self.lines), self.lines.kept
        if self.lines.working:
            words = tr("Filtering…")
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
        self._count.setText(words)

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
        self.filter_field.setFont(t.ui_font(12))
        self._foot.setFixedHeight(t.px(24))
        for button in (self.replica_button, self.stderr_button, self.follow_button):
            button.setFont(t.ui_font(12, MEDIUM))
            button.setFixedHeight(t.px(24))
        self._show_error(self._error)


class _TextButton(QToolButton):
    """A small toggle or menu button with words."""

    def __init__(self, text: str, tip: str, icon: str = "") -> None:
        super().__init__()
        self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(text)
        self.setAccessibleDescription(tip)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        if icon:
            self.setIcon(theme().icon(icon))


class _Saving(QTimer):
    """Writes lines in portions, so that the window stays alive; all of the file or nothing."""

    ended = Signal(str)

    def __init__(self, lines: list[LogLine], path: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._lines = lines
        self._path = path
        self._done = 0
        self._file = QSaveFile(path, self)
        self.setInterval(0)
        self.timeout.connect(self._write)

    def _write(self) -> None:
        if not self._done and not self._file.open(QIODevice.OpenModeFlag.WriteOnly):
            self._end(written=False)
            return
        portion = self._lines[self._done : self._done + _SAVED_AT_ONCE]
        text = "".join(f"{as_saved(line)}\n" for line in portion)
        self._file.write(text.encode("utf-8", errors="replace"))
        self._done += len(portion)
        if self._done >= len(self._lines):
            self._end(written=self._file.commit())

    def _end(self, *, written: bool) -> None:
        self.stop()
        self._lines = []
        self.ended.emit(
            trn(
                "{count} line saved to {path}",
                "{count} lines saved to {path}",
                self._done,
                count=grouped(self._done),
                path=self._path,
            )
            if written
            else tr(
                "It could not be saved to {path}: {error}",
                path=self._path,
                error=self._file.errorString(),
            )
        )


def _once(parent: QWidget, milliseconds: int, then: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(then)
    return timer


def _choice(replica: str) -> str:
    """A replica for a menu, in which a single & would underline the letter after it."""
    return one_line(replica).replace("&", "&&") if replica else tr("All replicas")
