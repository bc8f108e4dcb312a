"""Collects findings about one flight plan, each at the place of the value that it is about."""

from collections.abc import Iterable
from typing import Any, Final

from otternauts_desktop.core.fleet.compose import Path, Place, place
from otternauts_desktop.core.fleet.findings import Finding, QuickFix, Severity
from otternauts_desktop.core.untrusted import shown

ACCEPTABLE: Final = frozenset(
    {"bind-mount", "needs-files", "port-opens-to-world", "random-port", "unsafe-drop"}
)
"""Codes that `x-otternauts: accept:` of a service (or of the file) turns into a lesser one."""

MAX_MESSAGE: Final = 1000
"""Characters: what a message quotes may be as long as the file."""


class Report:
    """Findings about a file whose values are `root`."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.findings: dict[Finding, None] = {}
        """Each once, in the order in which they were found."""
        self._accepted: dict[str, frozenset[str]] = {}

    def accept(self, service: str, codes: Iterable[str]) -> None:
        """Take the acknowledgements of one service into account from now on."""
        self._accepted[service] = frozenset(codes) & ACCEPTABLE

    def place(self, path: Path) -> Place:
        """Where `path` stands."""
        return place(self.root, path)

    def error(
        self, path: Path, code: str, message: str, fix: str = "", *quick_fixes: QuickFix
    ) -> None:
        """Something that can't be launched as it is; a warning where it was acknowledged."""
        self.add(path, Severity.ERROR, code, message, fix, quick_fixes)

    def warning(
        self, path: Path, code: str, message: str, fix: str = "", *quick_fixes: QuickFix
    ) -> None:
        """Something that can be launched and loses something."""
        self.add(path, Severity.WARNING, code, message, fix, quick_fixes)

    def note(
        self, path: Path, code: str, message: str, fix: str = "", *quick_fixes: QuickFix
    ) -> None:
        """A step on the way to Docker."""
        self.add(path, Severity.NOTE, code, message, fix, quick_fixes)

    def add(
        self,
        path: Path,
        severity: Severity,
        code: str,
        message: str,
        fix: str = "",
        quick_fixes: tuple[QuickFix, ...] = (),
    ) -> None:
        """One finding at the place of `path`."""
        if len(path) > 1 and path[0] == "services":
            severity = self._lessened(str(path[1]), severity, code)
        at = self.place(path)
        self.at(at, severity, code, message, fix, quick_fixes)

    def at(
        self,
        at: Place,
        severity: Severity,
        code: str,
        message: str,
        fix: str = "",
        quick_fixes: tuple[QuickFix, ...] = (),
    ) -> None:
        """One finding at a known place. What stands in another file can't be mended from here."""
        finding = Finding(
            at.line,
            at.column,
            severity,
            code,
            shown(message, limit=MAX_MESSAGE),
            fix,
            () if at.file else quick_fixes,
            at.file,
        )
        self.findings.setdefault(finding)

    def in_order(self) -> tuple[Finding, ...]:
        """All findings: those of the flight plan itself first, each file by line."""
        return tuple(sorted(self.findings, key=lambda f: (f.file, f.line, f.column)))

    def _lessened(self, service: str, severity: Severity, code: str) -> Severity:
        if code not in self._accepted.get(service, ()):
            return severity
        return Severity.WARNING if severity is Severity.ERROR else Severity.NOTE
