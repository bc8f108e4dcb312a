"""Channels that alerts are sent to: those that are kept, and a new one."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from otternauts_desktop.core.alerts.alert import Severity
from otternauts_desktop.core.alerts.channel import Channel
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import marked, tr
from otternauts_desktop.ui.buttons import Button, Segments
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.command_box import CommandBox
from otternauts_desktop.ui.dialogs.frame import DialogFrame, field, form
from otternauts_desktop.ui.frames import row
from otternauts_desktop.ui.labels import Label
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView
from otternauts_desktop.ui.status_marks import DONE, FAILED, WAITING

_HEADINGS = (
    Heading(marked("Channel"), 0),
    Heading(marked("To"), 160),
    Heading(marked("Clusters"), 110),
)
_LEAST = (Severity.CRITICAL, Severity.WARNING, Severity.NOTE)


class ChannelsDialog(DialogFrame):
    """Stays open: each channel is tested and kept, or refused, on its own."""

    add_requested = Signal()
    test_requested = Signal(str)
    """A channel's name."""
    remove_requested = Signal(str)

    def __init__(self, cluster: str, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Channels"),
            tr(
                "Alerts are sent there while Otternauts runs. An address that begins with https:// "
                "is a signed webhook; others are those of apprise: slack://, discord://, tgram://, "
                "ntfys://, mailtos://, matrixs:// and many more."
            ),
            tr("Add channel"),
            parent,
        )
        self.cancel.setText(tr("Done"))
        self.setMinimumWidth(640)
        self.model = RowTreeModel(_HEADINGS)
        self.table = RowView(self.model, _HEADINGS, tr("Channels"), surface="card")
        self.table.setMinimumHeight(120)
        self.table.selectionModel().selectionChanged.connect(self._show_choice)
        self.none = Label(tr("There is no channel yet."), tone="fg2")
        self.trouble = Label(size=12, tone="bad", wrap=True, selectable=True)
        self.test = Button(tr("Send a test"), size="small")
        self.test.clicked.connect(lambda: self._with_chosen(self.test_requested.emit))
        self.remove = Button(tr("Remove channel"), size="small")
        self.remove.clicked.connect(lambda: self._with_chosen(self.remove_requested.emit))
        foot = row(spacing=8)
        foot.addWidget(self.none)
        foot.addWidget(self.trouble, 1)
        foot.addWidget(self.test)
        foot.addWidget(self.remove)
        self.key_words = Label(
            tr("It signs with this key, which is shown once. Give it to whoever checks:"), wrap=True
        )
        self.key = CommandBox()
        self.name = field(tr("Name"), hint=tr("team"))
        self.address = field(tr("Address"), secret=True)
        self.least = Segments(
            (tr("Only critical"), tr("Warnings, too"), tr("Everything")), tr("What is sent")
        )
        self.least.choose(1)
        self.only_here = QCheckBox(tr("Only for {cluster}", cluster=cluster))
        self.cleared = QCheckBox(tr("Tell, too, when something is over"))
        self.cleared.setChecked(True)
        self.local = QCheckBox(tr("It may be on this machine or its own link"))
        lines = form()
        for title, widget in (
            (tr("Name"), self.name),
            (tr("Address"), self.address),
            (tr("What is sent"), _left(self.least)),
        ):
            lines.addRow(Label(title), widget)
        self.body.addWidget(self.table, 1)
        self.body.addLayout(foot)
        self.body.addWidget(self.key_words)
        self.body.addWidget(self.key)
        self.body.addLayout(lines)
        for box in (self.only_here, self.cleared, self.local):
            self.body.addWidget(box)
        self.show_key(None)
        self.show_channels((), {})

    @property
    def secret(self) -> Secret:
        """The address that was typed."""
        return Secret(self.address.text())

    @property
    def least_severity(self) -> Severity:
        """What is less than this is not sent."""
        return _LEAST[self.least.current]

    def show_channels(self, channels: Sequence[Channel], clusters: Mapping[str, str]) -> None:
        """Take over what is kept now; `clusters` are names by id."""
        self.model.show_rows([_row(channel, clusters) for channel in channels])
        self.table.setVisible(bool(channels))
        self.none.setVisible(not channels)
        self._show_choice()

    def show_key(self, key: Secret | None) -> None:
        """Show the key of a webhook that was just added; None to hide it."""
        self.key.show_command(key.reveal() if key else "")
        self.key.setVisible(key is not None)
        self.key_words.setVisible(key is not None)
        self._grow()

    def confirm(self) -> None:
        """Ask for the channel to be added; what is missing gets the focus instead."""
        for line in (self.name, self.address):
            if not line.text().strip():
                line.setFocus()
                return
        self.add_requested.emit()

    def clear(self) -> None:
        """Empty the fields: what stood in them is kept now."""
        for line in (self.name, self.address):
            line.clear()
        self.name.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._grow()

    def _grow(self) -> None:
        """High enough for all that is shown, of which some takes several lines."""
        if (layout := self.layout()) is not None:
            layout.activate()
            needed = layout.totalHeightForWidth(self.width())
            self.resize(self.width(), max(self.height(), needed))

    def _chosen(self) -> Channel | None:
        found = self.table.chosen_row()
        return found.subject if found and isinstance(found.subject, Channel) else None

    def _show_choice(self) -> None:
        channel = self._chosen()
        there = self.table.isVisibleTo(self)
        for button in (self.test, self.remove):
            button.setVisible(there)
            button.setEnabled(channel is not None)
        self.trouble.setText(channel.trouble if channel else "")

    def _with_chosen(self, do: Callable[[str], object]) -> None:
        if channel := self._chosen():
            do(channel.name)


def _left(widget: QWidget) -> QWidget:
    """A widget that keeps its own width in a form."""
    around = QWidget()
    line = row(around)
    line.addWidget(widget)
    line.addStretch(1)
    return around


def _row(channel: Channel, clusters: Mapping[str, str]) -> Row:
    mark = FAILED if channel.trouble else DONE if channel.sent_at else WAITING
    cells = (
        Cell(channel.name, mark=mark, strong=True),
        Cell(channel.target, "fg2"),
        Cell(clusters.get(channel.cluster_id or "", tr("all")), "fg2"),
    )
    return Row(channel.id, cells, subject=channel)
