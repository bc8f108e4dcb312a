"""One entry of a plan: a vessel, a network or the like, with what happens to it."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from otternauts_desktop.core.flight.placement import Room
from otternauts_desktop.core.flight.plan import Change, ChangeKind
from otternauts_desktop.core.flight.settings import SIGNS as FIELD_SIGNS
from otternauts_desktop.core.flight.settings import FieldChange, FieldKind
from otternauts_desktop.core.flight.things import Fate, Thing
from otternauts_desktop.core.words import marked, tr, trn
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.frames import column, row
from otternauts_desktop.ui.labels import SEMIBOLD, FoldingLabel, IconLabel, Label
from otternauts_desktop.ui.plan_marks import SignBadge, TaskBlocks

SIGNS: Final = {
    ChangeKind.CREATE: ("+", "ok", marked("create"), marked("Create service")),
    ChangeKind.UPDATE: ("~", "accent", marked("update"), marked("Update service")),
    ChangeKind.REMOVE: ("−", "bad", marked("remove"), marked("Remove service")),
    ChangeKind.UNCHANGED: ("=", "fg2", marked("unchanged"), marked("Unchanged")),
}
_FATES: Final = {
    Fate.MISSING: ("!", "bad", marked("It has to exist before the launch.")),
    Fate.CREATED: ("+", "ok", marked("It is created.")),
    Fate.LEFT: ("o", "warn", marked("Nothing uses it any more. Docker leaves it where it is.")),
}
_FIELD_TONES: Final = {FieldKind.ADDED: "ok", FieldKind.REMOVED: "bad", FieldKind.CHANGED: "accent"}
_LONGEST: Final = 12
"""So many entries of one setting are shown; a fleet of hundreds has to stay readable."""
_NAMES_WIDTH: Final = 76
_IN_ONE_LINE: Final = 34
"""An old and a new value of more characters than this take two lines."""


def change_entry(
    change: Change, room: Room | None = None, take_over: Callable[[str], object] | None = None
) -> QWidget:
    """A vessel with its changed settings in two columns, and what that means for its tasks.

    `take_over` is called with its name where what was changed by hand shall come into the text.
    """
    sign, tone, _, verb = SIGNS[change.kind]
    details = QWidget()
    grid = QGridLayout(details)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(1, 1)
    for name, group in groupby(change.fields, lambda field: field.field):
        for number, line in enumerate(_lines(change, list(group))):
            _grid_row(grid, name.removeprefix("deploy.") if number == 0 else "", line)
    if room is not None and not room.missing:
        _grid_row(grid, tr("outposts"), _places(room))
    lines: list[QWidget] = [details]
    if change.kind is ChangeKind.UPDATE:
        lines.append(_effect(change))
    else:
        _grid_row(grid, tr("effect"), Label(change.effect, size=12, tone="fg2", wrap=True))
    if change.drifted:
        lines.append(_drift(change, take_over))
    return entry(sign, tone, change.vessel, tr(verb), lines)


def room_entry(room: Room) -> QWidget:
    """A vessel that does not fit: each outpost with what stands in the way."""
    words = trn(
        "No outpost for {number} of {wanted} tasks",
        "No outpost for {number} of {wanted} tasks",
        room.missing,
        wanted=room.wanted,
    )
    lines = [
        f"{obstacle.outpost}: {obstacle.reason} {obstacle.suggestion}"
        for obstacle in room.obstacles
    ]
    return entry("!", "warn", room.vessel, words, lines)


def thing_entry(thing: Thing) -> QWidget:
    """A network, volume, config or secret."""
    sign, tone, words = _FATES[thing.fate]
    kinds = {
        "network": tr("Network"),
        "volume": tr("Volume"),
        "config": tr("Config"),
        "secret": tr("Secret"),
    }
    return entry(sign, tone, thing.name, kinds[thing.kind], [tr(words)])


def entry(
    sign: str, tone: str, name: str, verb: str, lines: Sequence[QWidget | str] = ()
) -> QWidget:
    """A sign, a name, what happens to it, and lines beneath: sentences or widgets."""
    widget = QWidget()
    outer = column(widget, margins=(16, 10, 16, 10), spacing=4)
    head = row(spacing=8)
    head.addWidget(SignBadge(sign, tone), 0, Qt.AlignmentFlag.AlignTop)
    head.addWidget(Label(name, weight=SEMIBOLD, wrap=True, selectable=True), 1)
    head.addWidget(Label(verb, size=12, tone="fg3"), 0, Qt.AlignmentFlag.AlignTop)
    outer.addLayout(head)
    for inner in lines:
        line = row(margins=(24, 0, 0, 0))
        line.addWidget(_said(inner) if isinstance(inner, str) else inner)
        outer.addLayout(line)
    return widget


def _said(text: str) -> Label:
    """A sentence in an entry."""
    return Label(text, size=12, tone="fg2", wrap=True, selectable=True)


def _grid_row(grid: QGridLayout, name: str, value: QWidget) -> None:
    number = grid.rowCount()
    top = Qt.AlignmentFlag.AlignTop
    label = FoldingLabel(name, size=12, tone="fg3")
    label.setFixedWidth(_NAMES_WIDTH)
    grid.addWidget(label, number, 0, top)
    grid.addWidget(value, number, 1)


def _lines(change: Change, fields: list[FieldChange]) -> Iterator[QWidget]:
    """What one setting says, its digests and its entries among it."""
    whole = [field for field in fields if not field.key]
    keyed = [field for field in fields if field.key and field.field != "image"]
    for field in whole:
        new = field.new
        if field.field == "image" and _named(field.old) == _named(new):
            new = new[len(_named(new)) + 1 :]
        yield from _from_to(field.old, new, drifted=field.drifted)
    if fields[0].field == "image":
        loses = any(field.key and field.kind is FieldKind.REMOVED for field in fields)
        becomes = _short(change.new_digest) or (tr("not pinned") if loses else "")
        if becomes:
            yield from _from_to(_short(change.digest), becomes, quiet=True)
    yield from _of_keys([field for field in keyed if field.old or field.new][:_LONGEST])
    for kind, group in groupby(sorted(keyed, key=_kind), _kind):
        names = [field.key for field in group if not (field.old or field.new)]
        if names:
            more = len(names) - _LONGEST
            text = ", ".join(names[:_LONGEST])
            if more > 0:
                text += " " + trn("and {number} more", "and {number} more", more)
            yield _signed(kind, text)


def _kind(field: FieldChange) -> FieldKind:
    return field.kind


def _of_keys(fields: list[FieldChange]) -> Iterator[QWidget]:
    for field in fields:
        values = " → ".join(text for text in (field.old, field.new) if text)
        yield _signed(field.kind, f"{field.key}  {values}")


def _signed(kind: FieldKind, text: str) -> QWidget:
    """`+ REDIS_URL`: what comes, goes or changes."""
    widget = QWidget()
    line = row(widget, spacing=6)
    mark = Label(FIELD_SIGNS[kind], size=12, tone=_FIELD_TONES[kind], mono=True)
    line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(FoldingLabel(text, size=12, mono=True), 1)
    return widget


def _from_to(
    old: str, new: str, *, quiet: bool = False, drifted: bool = False
) -> Iterator[QWidget]:
    """`1.4.2 → 1.5.0`, or one of the two; "changed" where neither may be said."""
    tone = "fg2" if quiet else "fg1"
    if not old or not new:
        words = new or (tr("{value}, no longer", value=old) if old else tr("changed"))
        yield _value(words, tone if new else "fg2", drifted=drifted)
    elif len(old) + len(new) <= _IN_ONE_LINE:
        widget = QWidget()
        line = row(widget, spacing=6)
        line.addWidget(_value(f"{old} →", "fg2", drifted=drifted))
        line.addWidget(_value(new, tone))
        line.addStretch(1)
        yield widget
    else:
        yield _value(f"{old} →", "fg2", drifted=drifted)
        yield _value(new, tone)


def _value(text: str, tone: str, *, drifted: bool = False) -> QWidget:
    label = FoldingLabel(text, size=12, tone="warn" if drifted else tone, mono=True)
    if drifted:
        label.setToolTip(tr("Changed since the last launch from here"))
    return label


def _named(image: str) -> str:
    """An image without its tag and digest."""
    bare = image.partition("@")[0]
    return bare.rpartition(":")[0] if ":" in bare.rpartition("/")[2] else bare


def _short(digest: str) -> str:
    return f"{digest[:13]}…" if digest else ""


def _places(room: Room) -> QWidget:
    """Which outposts could take it, and why the others could not."""
    there, count = len(room.places), len(room.places) + len(room.obstacles)
    if not room.obstacles:
        return _said(tr("any of {count}", count=count))
    if there < len(room.obstacles):
        names = ", ".join(room.places)
        return _said(tr("{number} of {count}: {names}", number=there, count=count, names=names))
    lines = [f"{obstacle.outpost}: {obstacle.reason}" for obstacle in room.obstacles]
    return _said("\n".join([tr("{number} of {count}", number=there, count=count), *lines]))


def _effect(change: Change) -> QWidget:
    widget = QWidget()
    line = row(widget, spacing=8)
    blocks = TaskBlocks(change.restarts, change.starts, change.stops)
    line.addWidget(blocks, 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(Label(change.effect, size=12, tone="fg2", wrap=True, selectable=True), 1)
    return widget


def _drift(change: Change, take_over: Callable[[str], object] | None) -> QWidget:
    widget = QWidget()
    line = row(widget, spacing=6)
    line.addWidget(IconLabel("warn", size=14, tone="warn"), 0, Qt.AlignmentFlag.AlignTop)
    words = tr("{drift} A launch overwrites it.", drift=change.drift)
    line.addWidget(Label(words, size=12, tone="warn", wrap=True, selectable=True), 1)
    if take_over is not None and change.kind is ChangeKind.UPDATE:
        button = Button(tr("Take it over"), kind="link")
        button.setAccessibleName(tr("Take over what was changed in {name}", name=change.vessel))
        button.clicked.connect(lambda: take_over(change.vessel))
        line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
    return widget
