"""What there is to say about a flight plan: where, how bad, why, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error can't be launched; a warning can, and loses something; a note just says."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark. `code` is stable: scripts and `x-otternauts.accept` name it."""

    line: int
    column: int
    severity: Severity
    code: str
    message: str
    fix: str = ""
