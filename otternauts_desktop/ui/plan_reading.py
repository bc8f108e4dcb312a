"""What a flight plan's text means as it stands: findings, variables without a value, changes."""

from dataclasses import dataclass, replace
from typing import Final

from otternauts_desktop.core.errors import FlightPlanInvalid, NothingFound
from otternauts_desktop.core.fleet.findings import Finding
from otternauts_desktop.core.fleet.flight_plan import Reading, Variables, read
from otternauts_desktop.core.fleet.unvalued import unvalued
from otternauts_desktop.core.flight.diff import LineChange, line_changes
from otternauts_desktop.core.words import marked, tr, trn
from otternauts_desktop.services.beside import beside_text

_TOLD: Final = 6
"""So many errors are said beside the text, which marks them all."""


@dataclass(frozen=True)
class Found:
    """What was found out about a text."""

    reading: Reading
    missing: tuple[str, ...]
    """Variables that need a value and have none."""
    changes: dict[int, LineChange]
    """Lines (from 0) that differ from what was last launched."""


def found_in(text: str, launched: str, values: Variables, directory: str) -> Found:
    """Read a text that may be unfinished, with the files beside it in `directory`."""
    reading = read(text, beside_text(text, values, directory))
    missing = tuple(name for name in reading.required if name not in values)
    findings = sorted(
        (*reading.findings, *unvalued(text, missing)), key=lambda f: (f.line, f.column)
    )
    changes = line_changes(launched, text) if launched else {}
    return Found(replace(reading, findings=tuple(findings)), missing, changes)


class NoFlightPlan(NothingFound):
    """There is nothing to plan with."""

    title = marked("No flight plan of this fleet is kept here.")
    next_step_default = marked(
        "Paste its Compose file into the editor, or write it from what flies (menu Edit); "
        "nothing happens before a launch."
    )


def not_ready(errors: tuple[Finding, ...]) -> FlightPlanInvalid:
    """The error for a flight plan with errors; the text marks all of them."""
    detail = "\n".join(
        tr("Line {line}: {message} {fix}", line=error.line, message=error.message, fix=error.fix)
        for error in errors[:_TOLD]
    )
    if (more := len(errors) - _TOLD) > 0:
        detail += "\n" + trn("and {number} more", "and {number} more", more)
    return FlightPlanInvalid(detail=detail, line=errors[0].line)
