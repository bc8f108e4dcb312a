"""From when to when a log is to be shown."""

from datetime import UTC, datetime
from typing import Final

from PySide6.QtWidgets import QWidget

from otternauts_desktop.core.errors import KnownError, ValueUnusable
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.dialogs.frame import DialogFrame, field, form

_FORMS: Final = (
    "%H:%M",
    "%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d",
)


class TimeRange(DialogFrame):
    """`since` and `until` are stamps as in `LogLine.time`, "" for no bound."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Lines from a time on, or up to one"),
            tr("On this computer's clock: 14:02, 14:02:30 or 2026-11-28 14:02. Empty: no bound."),
            tr("Show"),
            parent,
        )
        self.since = self.until = ""
        self.since_field = field(tr("From"), hint="14:02")
        self.until_field = field(tr("Until"), hint="14:10:30")
        lines = form()
        lines.addRow(tr("From"), self.since_field)
        lines.addRow(tr("Until"), self.until_field)
        self.body.addLayout(lines)
        self.body.addStretch(1)

    def confirm(self) -> None:
        """Accept what can be read; else say what can't."""
        now = datetime.now().astimezone()
        try:
            self.since = stamp(self.since_field.text(), now)
            self.until = stamp(self.until_field.text(), now)
        except KnownError as error:
            self.show_error(error)
        else:
            self.accept()


def stamp(typed: str, now: datetime) -> str:
    """A time on the clock of `now`'s zone, as the Engine would write it; "" for none.

    One without a date is of today. Raises `ValueUnusable`.
    """
    typed = typed.strip()
    if not typed:
        return ""
    for form_ in _FORMS:
        try:
            time = datetime.strptime(typed, form_)
        except ValueError:
            continue
        if "%Y" not in form_:
            time = time.replace(year=now.year, month=now.month, day=now.day)
        return f"{time.replace(tzinfo=now.tzinfo).astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
    raise ValueUnusable(
        detail=tr("{typed} is no time.", typed=typed),
        next_step=tr("Write it as 14:02, 14:02:30 or 2026-11-28 14:02."),
    )
