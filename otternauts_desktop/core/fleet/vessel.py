"""One service on its way to Docker: its settings, what becomes of them, and what is to be said."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from otternauts_desktop.core.fleet.beside import Beside
from otternauts_desktop.core.fleet.compose import Map, Path
from otternauts_desktop.core.fleet.durations import go_duration, size_in_bytes
from otternauts_desktop.core.fleet.findings import QuickFix
from otternauts_desktop.core.fleet.fixes import Fixes
from otternauts_desktop.core.fleet.interpolation import Open
from otternauts_desktop.core.fleet.loading import Project
from otternauts_desktop.core.fleet.report import Report
from otternauts_desktop.core.fleet.scalars import boolean, integer, number, text
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr


@dataclass
class Vessel:
    """A service being lowered. Handlers read `settings` and fill `out` and `deploy`."""

    name: str
    settings: Map
    project: Project
    beside: Beside
    fixes: Fixes
    out: dict[str, Any] = field(default_factory=dict)
    deploy: dict[str, Any] = field(default_factory=dict)
    secrets: list[Secret] = field(default_factory=list)
    """Values that came from elsewhere than the flight plan's text."""

    @property
    def path(self) -> Path:
        """Where it stands."""
        return ("services", self.name)

    @property
    def report(self) -> Report:
        """Where findings go."""
        return self.project.report

    def at(self, *path: str | int) -> Path:
        """A path below the service."""
        return (*self.path, *path)

    # -- values of the right kind, or a finding ---------------------------------------------

    def mapping(self, value: Any, path: Path) -> Map | None:
        """A mapping; None where there is none (which is said unless it is null)."""
        found: Map | None = self._shape(value, path, Map, tr("a mapping"))
        return found

    def items(self, value: Any, path: Path) -> list[Any]:
        """A list; [] where there is none (which is said unless it is null)."""
        return self._shape(value, path, list, tr("a list")) or []

    def texts(self, value: Any, path: Path) -> list[str]:
        """A text or a list of texts, as a list."""
        if value is None:
            return []
        if isinstance(value, (str, int, float)):
            return [text(value)]
        return [text(item) for item in self.items(value, path)]

    def pairs(self, value: Any, path: Path) -> dict[str, str | None]:
        """`A=b` lists and mappings alike; None for a name without a value."""
        if isinstance(value, Map):
            bad = [key for key, item in value.items() if isinstance(item, (dict, list))]
            for key in bad:
                self.report.error((*path, key), "wrong-type", tr("A value has to be a text."))
            return {
                key: None if item is None else text(item)
                for key, item in value.items()
                if key not in bad
            }
        found: dict[str, str | None] = {}
        for index, entry in enumerate(self.items(value, path)):
            name, equals, rest = text(entry).partition("=")
            if name:
                found[name] = rest if equals else None
            else:
                words = tr("An entry without a name is left out.")
                self.report.warning((*path, index), "bad-value", words)
        return found

    def integer(self, value: Any, path: Path) -> Any:
        """A whole number; None where it is none, which is said."""
        return self._value(value, path, integer, tr("a whole number"))

    def number(self, value: Any, path: Path) -> Any:
        """A number; None where it is none, which is said."""
        return self._value(value, path, number, tr("a number"))

    def boolean(self, value: Any, path: Path) -> Any:
        """Yes or no; None where it is neither, which is said."""
        return self._value(value, path, boolean, tr("true or false"))

    def duration(self, value: Any, path: Path) -> Any:
        """A duration in Go's form; None where it is none, which is said."""
        return self._value(value, path, go_duration, tr("a duration such as 90s or 1m30s"))

    def size(self, value: Any, path: Path) -> Any:
        """Bytes; None where it is no size, which is said."""
        return self._value(value, path, size_in_bytes, tr("a size such as 64m or 1.5gb"))

    def _value(self, value: Any, path: Path, read: Callable[[Any], Any], words: str) -> Any:
        if value is None or isinstance(value, Open):
            return value
        found = read(value)
        if found is None:
            self.report.error(
                path, "bad-value", tr("`{key}` has to be {kind}.", key=path[-1], kind=words)
            )
        return found

    def _shape(self, value: Any, path: Path, kind: type, words: str) -> Any:
        if value is None or isinstance(value, Open):
            return None
        if not isinstance(value, kind):
            self.report.error(
                path, "wrong-type", tr("`{key}` has to be {kind}.", key=path[-1], kind=words)
            )
            return None
        return value

    # -- things to say -----------------------------------------------------------------------

    def drop_fix(self, path: Path) -> tuple[QuickFix, ...]:
        """A fix that leaves out what stands at `path`."""
        title = tr("Leave out `{key}`", key=path[-1])
        fix = self.fixes.drop(self.report.place(path), title)
        return (fix,) if fix else ()

    def unsafe(self, path: Path, code: str, message: str, fix: str = "") -> None:
        """An error that can be acknowledged in the file."""
        accept = self.fixes.accept(self.settings, code)
        fixes = (*self.drop_fix(path), *((accept,) if accept else ()))
        tail = tr("Or put `accept: [{code}]` under the service's `x-otternauts:`.", code=code)
        self.report.error(path, code, message, f"{fix} {tail}".strip(), *fixes)
