"""What a launch set out to do with each vessel, in a few words that hold no secret."""

from collections.abc import Iterable

from otternauts_desktop.core.flight.plan import Change, ChangeKind
from otternauts_desktop.core.flight.progress import Planned
from otternauts_desktop.core.flight.settings import FieldChange

_MOST = 2
"""So many settings are named."""


def planned(changes: Iterable[Change]) -> tuple[Planned, ...]:
    """The changes of a plan, to be shown beside what becomes of them."""
    return tuple(Planned(c.vessel, c.kind.value, _words(c)) for c in changes)


def _words(change: Change) -> str:
    """`image 1.4.2 -> 1.5.0, replicas 2 -> 3`; the image of a new one; "" for no change."""
    if change.kind is ChangeKind.CREATE:
        return next((c.new for c in change.fields if c.field == "image"), "")
    told = list(dict.fromkeys(_field(field) for field in change.fields))
    more = ", …" if len(told) > _MOST else ""
    return ", ".join(told[:_MOST]) + more


def _field(change: FieldChange) -> str:
    name = change.field.removeprefix("deploy.")
    if not (change.old and change.new):
        return name
    old, new = change.old, change.new
    if change.field == "image":
        before, after = old.rpartition(":"), new.rpartition(":")
        if before[0] and before[0] == after[0]:
            old, new = before[2], after[2]
    return f"{name} {old} -> {new}"
