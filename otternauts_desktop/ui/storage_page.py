"""What lies on the outposts' disks: what may go, what stays and why, and where the volumes are."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from otternauts_desktop.core.flight.cleaning import WORDS, CleaningPlan, Item, Kind
from otternauts_desktop.core.swarm.storage import Disk
from otternauts_desktop.core.words import marked, tr, trn
from otternauts_desktop.ui.buttons import Button, Segments
from otternauts_desktop.ui.cells import Cell, Heading, Row
from otternauts_desktop.ui.frames import Card, Surface, column, row, rule, scrolled
from otternauts_desktop.ui.labels import Label, MarkLabel
from otternauts_desktop.ui.page_header import PageHeader
from otternauts_desktop.ui.row_tree import RowTreeModel
from otternauts_desktop.ui.row_view import RowView
from otternauts_desktop.ui.status_marks import (
    HEALTHY,
    MOVING,
    UNREACHABLE,
    WAITING,
    WARNING,
    Mark,
)

_VERSIONS: Final = (*range(1, 11), 15, 20, 50)
_GOES: Final = Mark("status-stop", "warn", marked("Goes"))
_CHOSEN: Final = Mark("status-bad", "bad", marked("Goes: chosen"))
_BY_NAME: Final = Mark("status-wait", "idle", marked("Only if chosen"))
_STAYS: Final = Mark("status-ok", "ok", marked("Stays"))

_DISKS: Final = (
    Heading(marked("Outpost"), 0),
    Heading(marked("Images"), 100, right=True),
    Heading(marked("Containers"), 100, right=True, spare=1),
    Heading(marked("Build cache"), 110, right=True, spare=2),
    Heading(marked("Volumes"), 100, right=True),
    Heading(marked("May go"), 100, right=True),
)
_ITEMS: Final = (
    Heading(marked("Name"), 0),
    Heading(marked("Outpost"), 110),
    Heading(marked("Kind"), 140, spare=2),
    Heading(marked("Size"), 90, right=True),
    Heading(marked("Plan"), 140),
    Heading(marked("Why"), 330, spare=1),
)
_VOLUMES: Final = (
    Heading(marked("Volume"), 0),
    Heading(marked("Outpost"), 110),
    Heading(marked("Driver"), 100, spare=1),
    Heading(marked("Size"), 90, right=True),
    Heading(marked("Mounted by"), 260),
)
_SHARES: Final = (marked("Goes"), marked("Only if chosen"), marked("Stays"))


class StoragePage(Surface):
    """Shows what `show_plan` was last given. What goes by name only is chosen in its row."""

    look_requested = Signal()
    versions_chosen = Signal(int)
    clean_requested = Signal()
    toggled = Signal(str)
    """The key of an item that is to go, or not any more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("page", parent)
        self.header = PageHeader("disk")
        self.again_button = Button(tr("Look again"), icon="refresh")
        self.again_button.clicked.connect(self.look_requested)
        self.clean_button = Button(tr("Clean…"), kind="primary")
        self.clean_button.clicked.connect(self.clean_requested)
        self.header.add_action(self.again_button)
        self.header.add_action(self.clean_button)

        self._warning = Surface("notice-warn")
        self.warning = Label(wrap=True, selectable=True)
        line = row(self._warning, margins=(12, 8, 12, 8), spacing=10)
        line.addWidget(MarkLabel(WARNING, size=16))
        line.addWidget(self.warning, 1)
        self._warning.hide()

        self.disk_model = RowTreeModel(_DISKS)
        disks = RowView(self.disk_model, _DISKS, tr("Outposts"), surface="panel", fit=True)
        disk_card = Card(tr("Outposts"))
        disk_card.body.addWidget(disks)

        self.item_model = RowTreeModel(_ITEMS)
        self.item_view = RowView(self.item_model, _ITEMS, tr("Things"), surface="panel", fit=True)
        self.item_view.opened.connect(self._toggle)
        self.shares = Segments([tr(name) for name in _SHARES], tr("What is shown"))
        self.shares.chosen.connect(lambda _: self._show_items())
        self.versions = QComboBox()
        self.versions.addItems([str(number) for number in _VERSIONS])
        self.versions.setAccessibleName(tr("Versions of each fleet that stay"))
        self.versions.activated.connect(lambda n: self.versions_chosen.emit(_VERSIONS[n]))
        self._item_card = Card(tr("Things"))
        self._item_card.add_action(self.shares)
        self.hint = Label(size=12, tone="fg2", wrap=True)
        above = row(margins=(12, 6, 8, 6), spacing=8)
        above.addWidget(self.hint, 1)
        above.addWidget(Label(tr("Versions that stay"), size=12, tone="fg2"))
        above.addWidget(self.versions)
        self._item_card.body.addLayout(above)
        self._item_card.body.addWidget(self.item_view)

        self.volume_model = RowTreeModel(_VOLUMES)
        volumes = RowView(self.volume_model, _VOLUMES, tr("Volumes"), surface="panel", fit=True)
        self._volume_card = Card(tr("Volumes"))
        self._volume_card.body.addWidget(volumes)

        content = QWidget()
        body = column(content, margins=(16, 16, 16, 16), spacing=16)
        body.addWidget(self._warning)
        for view in (disks, self.item_view, volumes):  # the page scrolls, not each of them
            view.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        for card in (disk_card, self._item_card, self._volume_card):
            card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
            body.addWidget(card)
        body.addStretch(1)
        outer = column(self)
        outer.addWidget(self.header)
        outer.addWidget(rule())
        outer.addWidget(scrolled(content), 1)
        self._plan: CleaningPlan | None = None
        self._chosen: frozenset[str] = frozenset()

    def show_plan(
        self,
        cluster: str,
        plan: CleaningPlan | None,
        *,
        chosen: frozenset[str] = frozenset(),
        users: dict[str, str] | None = None,
        warnings: Sequence[str] = (),
        looking: bool = False,
    ) -> None:
        """Show a plan; None before the first look. `users` are the services of volumes by name."""
        self._plan, self._chosen = plan, chosen
        title = tr("Storage of {cluster}", cluster=cluster)
        self.again_button.setDisabled(looking)
        self.clean_button.setEnabled(bool(plan and plan.going) and not looking)
        self.warning.setText("\n".join(warnings))
        self._warning.setVisible(bool(warnings))
        if plan is None:
            self.header.show_page(title, MOVING if looking else WAITING, [tr("Reading the disks…")])
            for model in (self.disk_model, self.item_model, self.volume_model):
                model.show_rows(())
            self.hint.setText("")
            return
        total = sum(disk.total for disk in plan.disks)
        outposts = trn("{number} outpost", "{number} outposts", len(plan.disks))
        facts = [
            tr("{size} on {outposts}", size=bytes_text(total), outposts=outposts),
            tr("{size} may go", size=bytes_text(plan.freed)),
        ]
        unread = [disk for disk in plan.disks if disk.trouble]
        mark = WARNING if unread or warnings else HEALTHY
        self.header.show_page(title, MOVING if looking else mark, facts)
        self.versions.setCurrentText(str(plan.kept_versions))
        self.disk_model.show_rows([_disk_row(disk, plan) for disk in plan.disks])
        self._show_items()
        found = [(disk, volume) for disk in plan.disks for volume in disk.volumes]
        self.volume_model.show_rows(
            [
                Row(
                    f"{disk.node_id} {volume.name}",
                    (
                        Cell(volume.name, strong=True, tip=volume.name),
                        Cell(disk.outpost, tone="fg2"),
                        Cell(volume.driver, tone="fg2"),
                        Cell(bytes_text(volume.size), tone="fg2", right=True),
                        Cell((users or {}).get(volume.name, "") or tr("nobody"), tone="fg2"),
                    ),
                )
                for disk, volume in found
            ]
        )
        self._volume_card.caption.setText(
            trn("{number} volume", "{number} volumes", len(found)) if found else tr("none")
        )

    def _show_items(self) -> None:
        plan = self._plan
        if plan is None:
            return
        shares = (
            [item for item in plan.items if item.goes],
            [item for item in plan.items if item.by_name],
            [item for item in plan.items if not (item.goes or item.by_name)],
        )
        for number, (name, items) in enumerate(zip(_SHARES, shares, strict=True)):
            self.shares.set_text(number, f"{tr(name)} {len(items)}")
        hints = (
            "" if shares[0] else tr("There is nothing to remove."),
            tr("These can't be had again. Enter or a double click chooses one to go, or leaves it.")
            if shares[1]
            else tr("There is nothing of this kind."),
            "",
        )
        self.hint.setText(hints[self.shares.current])
        self.item_view.setVisible(bool(shares[self.shares.current]))
        self.item_model.show_rows([self._item_row(item) for item in shares[self.shares.current]])
        size = sum(max(item.size, 0) for item in shares[self.shares.current])
        self._item_card.caption.setText(bytes_text(size))

    def _item_row(self, item: Item) -> Row:
        chosen = item.key in self._chosen
        mark = _CHOSEN if chosen else _GOES if item.goes else _BY_NAME if item.by_name else _STAYS
        return Row(
            item.key,
            (
                Cell(item.name, strong=True, tip=f"{item.name}\n{item.id}"),
                Cell(item.outpost, tone="fg2"),
                Cell(tr(WORDS[item.kind]), tone="fg2"),
                Cell(bytes_text(item.size), tone="fg2", right=True),
                Cell(mark.word, mark=mark, tone="bad" if chosen else "fg2"),
                Cell(item.reason, tone="fg2", tip=item.reason),
            ),
            subject=item,
        )

    def _toggle(self, opened: Row) -> None:
        item = opened.subject
        if isinstance(item, Item) and item.by_name:
            self.toggled.emit(item.key)


def bytes_text(size: int) -> str:
    """`310 MB`, as the person's language writes numbers; "?" where nobody knows."""
    if size < 0:
        return "?"
    for unit, one in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= one:
            return f"{QLocale().toString(size / one, 'f', 1)} {unit}"
    return f"{QLocale().toString(size)} B"


def _disk_row(disk: Disk, plan: CleaningPlan) -> Row:
    if disk.trouble:
        name = Cell(
            disk.outpost, mark=UNREACHABLE, strong=True, note=disk.trouble, tip=disk.trouble
        )
        return Row(disk.node_id, (name,), spanned=True)
    goes = sum(max(item.size, 0) for item in plan.going if item.node_id == disk.node_id)
    sizes = (disk.layers, disk.container_bytes, disk.cache_bytes, disk.volume_bytes)
    return Row(
        disk.node_id,
        (
            Cell(disk.outpost, strong=True),
            *(Cell(bytes_text(size), tone="fg2", right=True) for size in sizes),
            Cell(bytes_text(goes), tone="warn" if goes else "fg3", right=True),
        ),
    )


def warning_of(items: Sequence[Item]) -> str:
    """What is lost for ever by removing what was chosen by name."""
    kinds = {
        Kind.VOLUME: marked("Volumes with their data, for ever: {names}."),
        Kind.CONTAINER: marked("Containers with what they have written: {names}."),
        Kind.IMAGE: marked("Images that no registry is known to have: {names}."),
    }
    words = []
    for kind, sentence in kinds.items():
        if names := [f"{i.outpost}/{i.name}" for i in items if i.by_name and i.kind is kind]:
            words.append(tr(sentence, names=", ".join(names)))
    return " ".join(words)
