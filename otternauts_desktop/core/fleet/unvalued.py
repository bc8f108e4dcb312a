"""Variables that have no value yet, where a flight plan uses them."""

import re
from collections.abc import Collection
from typing import Final

from otternauts_desktop.core.fleet.colours import colours
from otternauts_desktop.core.fleet.findings import Finding, Severity
from otternauts_desktop.core.words import tr

NO_VALUE: Final = "no-value"
"""What mends it is not in the text: the person gives a value."""
_NAME: Final = re.compile(r"\$\{?([A-Za-z_]\w*)")


def unvalued(text: str, missing: Collection[str]) -> tuple[Finding, ...]:
    """A finding at each place that uses one of the names `missing`."""
    if not missing:
        return ()
    found: list[Finding] = []
    state = 0
    for number, line in enumerate(text.split("\n"), start=1):
        spans, state = colours(line, state)
        for start, end, kind in spans:
            match = _NAME.match(line, start, end) if kind == "var" else None
            if match is None or match[1] not in missing or _escaped(line, start):
                continue
            message = tr("No value yet for {name}.", name=match[1])
            found.append(Finding(number, start + 1, Severity.WARNING, NO_VALUE, message))
    return tuple(found)


def _escaped(line: str, start: int) -> bool:
    """Whether an odd number of `$` stands before: then this one is a character."""
    before = line[:start]
    return (len(before) - len(before.rstrip("$"))) % 2 == 1
