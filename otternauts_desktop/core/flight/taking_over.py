"""What was changed in the swarm since the last launch, taken over into the text of a flight plan.

Each setting is changed where it stands, and nothing else; the rest of the text stays the user's.
A change counts only where the new text, read anew, wants what is there.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.fleet.compose import Map, Place, Seq, parse
from otternauts_desktop.core.fleet.dump import dump
from otternauts_desktop.core.fleet.findings import Edit, QuickFix
from otternauts_desktop.core.fleet.fixes import Fixes, applied, replace_value
from otternauts_desktop.core.fleet.flight_plan import Prepared
from otternauts_desktop.core.flight.export import exported_services
from otternauts_desktop.core.flight.plan import Change, ChangeKind, Plan, plan
from otternauts_desktop.core.flight.settings import FieldChange
from otternauts_desktop.core.swarm.state import Snapshot
from otternauts_desktop.core.words import tr

Prepare = Callable[[str], Prepared]
"""Reads a text with the variables and files that belong to it."""

_BY_KEY: Final = frozenset(
    "environment labels sysctls ulimits logging.options deploy.labels".split()
)
"""Settings that are mappings, of which one entry is taken over at a time."""
_ELSEWHERE: Final = ("networks", "volumes", "secrets", "configs", "credential_spec", "other")
"""Settings that name things at the top of the file, under names of the user's choice."""
_VARIABLE: Final = re.compile(r"(?<!\$)(?:\$\$)*\$[A-Za-z_{]")


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A text that wants what is there, and what it still does not want."""

    text: str
    taken: tuple[tuple[str, FieldChange], ...]
    """Vessels and settings."""
    left: tuple[tuple[str, FieldChange], ...]
    """Settings without a place of their own in the text: of a variable, an anchor, another file."""

    def fix(self, old: str) -> QuickFix:
        """The way from the old text to this one in one edit, in one step of undo."""
        return QuickFix(tr("Take it over"), (_edit(old, self.text),))


def take_over(
    text: str, prepare: Prepare, snapshot: Snapshot, planned: Plan, vessel: str = ""
) -> TakenOver:
    """Take over what drifted according to a plan of this text: all of it, or of one vessel.

    Vessels that were made or removed elsewhere are left: whether to have them is no edit.
    """
    taken, left = [], []
    for change in planned.drifted:
        if change.kind is not ChangeKind.UPDATE or vessel not in ("", change.vessel):
            continue
        for field in change.fields:
            if not field.drifted:
                continue
            new = _with(text, change, field, prepare, snapshot)
            if new is None:
                left.append((change.vessel, field))
            else:
                text = new
                taken.append((change.vessel, field))
    return TakenOver(text, tuple(taken), tuple(left))


def _with(
    text: str, change: Change, field: FieldChange, prepare: Prepare, snapshot: Snapshot
) -> str | None:
    """The text with one setting as it is there; None where edits can't do it."""
    fleet = prepare(text).fleet
    service = exported_services(snapshot, fleet).get(change.vessel, {})
    if field.field.startswith(_ELSEWHERE):
        return None
    fix = _Text(text, change.vessel).fix(field, service)
    if fix is None:
        return None
    new = applied(text, fix)
    try:
        after = plan(prepare(new), snapshot)
    except KnownError:
        return None
    before = _open(plan(prepare(text), snapshot), change.vessel)
    return new if _open(after, change.vessel) < before else None


def _open(planned: Plan, vessel: str) -> set[tuple[str, str]]:
    """What differs in one vessel."""
    fields = next((c.fields for c in planned.changes if c.vessel == vessel), ())
    return {(field.field, field.key) for field in fields}


class _Text:
    """A flight plan's text, where one vessel is to be changed."""

    def __init__(self, text: str, vessel: str) -> None:
        self._text = text
        self._fixes = Fixes(text)
        self._lines = text.split("\n")
        self._data = parse(text).data
        self._vessel = vessel

    def fix(self, field: FieldChange, service: Mapping[str, Any]) -> QuickFix | None:
        """Write one setting as `service` has it, a service in Compose's words."""
        path = field.field.split(".")
        if field.field in _BY_KEY:
            path.append(field.key)
        value: Any = service
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        services = self._data.get("services") if isinstance(self._data, Map) else None
        if not isinstance(services, Map) or not isinstance(services.get(self._vessel), Map):
            return None
        span = services.places[self._vessel]
        title = tr("Take it over")
        return self._set(services[self._vessel], span, path, value, title)

    def _set(
        self, parent: Map, span: Place, path: list[str], value: Any, title: str
    ) -> QuickFix | None:
        """Change `path` inside `parent`, whose text is `span`."""
        key, *rest = path
        at = parent.places.get(key)
        if at is None or key not in parent:
            if value is None:
                return None
            for inner in reversed(rest):
                value = {inner: value}
            block = self._fixes.add_first(parent, dump({key: value}).rstrip("\n"), title)
            return block or self._add_in_braces(parent, {key: value}, title)
        if not _within(at, span):
            return None  # it comes from an anchor or another file
        there = parent[key]
        if rest and isinstance(there, Map) and there:
            if value is None and len(there) == 1 and rest[0] in there and len(rest) == 1:
                return self._drop(at, title)
            return self._set(there, at, rest, value, title)
        if rest and isinstance(there, Seq) and len(rest) == 1:
            return self._set_item(there, at, rest[0], value, title)
        if rest and there:
            return None
        if value is None:
            return self._drop(at, title)
        for inner in reversed(rest):
            value = {inner: value}
        if self._varies(at):
            return None
        glued = self._lines[at.value_line - 1][at.value_column - 2] == ":"
        return replace_value(at, f"{' ' if glued else ''}{_flow(value)}", title)

    def _add_in_braces(self, parent: Map, entry: Mapping[str, Any], title: str) -> QuickFix | None:
        """Before the first key of a mapping in braces."""
        at = min(parent.places.values(), key=lambda p: (p.file, p.line, p.column), default=None)
        if at is None or at.file or not self._lines[at.line - 1][: at.column - 1].endswith("{"):
            return None
        edit = Edit(at.line, at.column, at.line, at.column, f"{_flow(entry)[1:-1]}, ")
        return QuickFix(title, (edit,))

    def _set_item(
        self, items: Seq, span: Place, name: str, value: Any, title: str
    ) -> QuickFix | None:
        """`NAME=value` in a list of such."""
        text = _flow(name if value is None else f"{name}={value}")
        for item, at in zip(items, items.places, strict=True):
            if str(item).partition("=")[0] != name:
                continue
            if not _within(at, span) or self._varies(at):
                return None
            if value is None:
                return self._drop(at, title) if len(items) > 1 else self._drop(span, title)
            return replace_value(at, text, title)
        if value is None or not items or not _within(items.places[0], span):
            return None
        first = items.places[0]
        before = self._lines[first.line - 1][: first.column - 1]
        block = re.fullmatch(r" *- +", before)
        comes = f"{text}\n{before}" if block else f"{text}, "
        return QuickFix(title, (Edit(first.line, first.column, first.line, first.column, comes),))

    def _drop(self, at: Place, title: str) -> QuickFix | None:
        return None if self._varies(at) else self._fixes.drop(at, title)

    def _varies(self, at: Place) -> bool:
        """Whether a variable stands there: what it gives is not the text's to say."""
        lines = self._lines[at.value_line - 1 : at.end_line]
        if not lines:
            return False
        lines[-1] = lines[-1][: at.end_column - 1]
        lines[0] = lines[0][at.value_column - 1 :]
        return _VARIABLE.search("\n".join(lines)) is not None


def _within(at: Place, span: Place) -> bool:
    start, end = (span.value_line, span.value_column), (span.end_line, span.end_column)
    inside = start <= (at.line, at.column) and (at.end_line, at.end_column) <= end
    return at.file == "" and inside


def _flow(value: Any) -> str:
    """A value in one line: plain where that is safe, else as JSON writes it."""
    if isinstance(value, (Mapping, list)):
        return json.dumps(value, ensure_ascii=False)
    return dump(value).rstrip("\n")


def _edit(old: str, new: str) -> Edit:
    """The one edit that makes a text of another, from the first line that differs to the last."""
    before, after = old.split("\n"), new.split("\n")
    shorter = min(len(before), len(after))
    head = 0
    while head < shorter and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < shorter - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    lines = after[head : len(after) - tail]
    end = len(before) - tail
    if tail:
        return Edit(head + 1, 1, end + 1, 1, "".join(f"{line}\n" for line in lines))
    return Edit(head + 1, 1, len(before) + 1, 1, "\n".join(lines))
