"""What there is to say about a flight plan: where, how bad, why, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error can't be launched; a warning can, and loses something; a note just says."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Edit:
    """Text in place of what stands from one place up to another; lines and columns from 1."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True)
class QuickFix:
    """Edits that mend one finding and change nothing else; none of them overlap."""

    title: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark. `code` is stable: scripts and `x-otternauts.accept` name it."""

    line: int
    column: int
    severity: Severity
    code: str
    message: str
    fix: str = ""
    quick_fixes: tuple[QuickFix, ...] = ()
    """Ways to mend it at a keystroke, the best one first."""
    file: str = ""
    """The file beside the flight plan in which it stands; "" for the flight plan itself."""
