"""Quick fixes: edits of the user's text that change nothing but what they name."""

import re
from typing import Any

from otternauts_desktop.core.fleet.compose import NOWHERE, Map, Place, Seq
from otternauts_desktop.core.fleet.findings import Edit, QuickFix
from otternauts_desktop.core.words import tr


def quoted(text: str) -> str:
    """A text in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def replace_value(at: Place, text: str, title: str) -> QuickFix:
    """Another value in place of the one at `at`."""
    edit = Edit(at.value_line, at.value_column, at.end_line, at.end_column, text)
    return QuickFix(title, (edit,))


def rename_key(at: Place, key: str, new: str) -> QuickFix:
    """Another key; its value stays."""
    edit = Edit(at.line, at.column, at.line, at.column + len(key), new)
    return QuickFix(tr("Write `{key}`", key=new), (edit,))


class Fixes:
    """Fixes that need the text around them. Each is None where it can't be done by edits alone."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")

    def drop(self, at: Place, title: str) -> QuickFix | None:
        """Leave out the key or item at `at`, with its value."""
        if at is NOWHERE or at.file or not 0 < at.end_line <= len(self._lines):
            return None
        first, last = self._lines[at.line - 1], self._lines[at.end_line - 1]
        before, after = first[: at.column - 1], last[at.end_column - 1 :]
        if re.fullmatch(r"\s*(?:- )?", before) and re.fullmatch(r"\s*(?:#.*)?", after):
            if "-" in before and not self._is_item(at):
                return None
            return QuickFix(title, (Edit(at.line, 1, at.end_line + 1, 1, ""),))
        if comma := re.match(r"\s*,\s*", after):
            end = at.end_column + comma.end()
            return QuickFix(title, (Edit(at.line, at.column, at.end_line, end, ""),))
        comma = re.search(r"\s*,\s*$", before)
        start = comma.start() + 1 if comma else at.column
        if not comma and not re.search(r"[\[{]\s*$", before):
            return None
        return QuickFix(title, (Edit(at.line, start, at.end_line, at.end_column, ""),))

    def _is_item(self, at: Place) -> bool:
        """Whether what stands at `at` is a whole list item, and no key of a mapping in one."""
        return (at.line, at.column) == (at.value_line, at.value_column)

    def add_first(self, mapping: Any, entry: str, title: str) -> QuickFix | None:
        """A line of its own, before the first key of a mapping in block style."""
        if not isinstance(mapping, Map) or not mapping.places:
            return None
        first = min(mapping.places.values(), key=lambda p: (p.file, p.line, p.column))
        if first.file or first is NOWHERE or first.line > len(self._lines):
            return None
        before = self._lines[first.line - 1][: first.column - 1]
        if not re.fullmatch(r"[ ]*(?:- +)?", before):
            return None
        indent = " " * (first.column - 1)
        text = entry.replace("\n", "\n" + indent) + "\n" + indent
        return QuickFix(title, (Edit(first.line, first.column, first.line, first.column, text),))

    def add_section(
        self, root: Map, section: str, name: str, settings: str = ""
    ) -> QuickFix | None:
        """An entry `name:` in a section at the top level, which is made where it is not there."""
        title = tr("Define `{name}` under `{section}:`", name=name, section=section)
        entry = f"{name}:{' ' + settings if settings else ''}"
        there = root.get(section)
        if isinstance(there, Map) and there:
            return self.add_first(there, entry, title)
        if section in root:
            at = root.places.get(section, NOWHERE)
            if at.file or at is NOWHERE:
                return None
            return QuickFix(
                title,
                (Edit(at.value_line, at.value_column, at.end_line, at.end_column, f"\n  {entry}"),),
            )
        line = len(self._lines)
        column = len(self._lines[-1]) + 1
        start = "\n" if self._lines[-1] else ""
        text = f"{start}{section}:\n  {entry}\n"
        return QuickFix(title, (Edit(line, column, line, column, text),))

    def accept(self, service: Any, code: str) -> QuickFix | None:
        """Acknowledge a finding under the service's `x-otternauts:`."""
        title = tr("Acknowledge it by `accept: [{code}]`", code=code)
        if not isinstance(service, Map):
            return None
        extension = service.get("x-otternauts")
        if extension is None:
            return self.add_first(service, f"x-otternauts:\n  accept: [{code}]", title)
        codes = extension.get("accept") if isinstance(extension, Map) else None
        if isinstance(codes, Seq):
            at = extension.places["accept"]
            return replace_value(at, f"[{', '.join([*map(str, codes), code])}]", title)
        return self.add_first(extension, f"accept: [{code}]", title)


def applied(text: str, fix: QuickFix) -> str:
    """The text with a fix done. Places beyond its end mean its end."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def offset(line: int, column: int) -> int:
        if line > len(lines):
            return len(text)
        return min(starts[line - 1] + min(column - 1, len(lines[line - 1])), len(text))

    spans = sorted(
        ((offset(e.line, e.column), offset(e.end_line, e.end_column), e.text) for e in fix.edits),
        reverse=True,
    )
    for start, end, new in spans:
        text = text[:start] + new + text[end:]
    return text
