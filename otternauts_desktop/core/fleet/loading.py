"""The texts of a flight plan -> one model: variables, `extends`, `include`, several files merged.

In the order of `docker compose config` (compose-go, loader): each document is interpolated, its
paths are taken from where it lies, `extends` and `include` are followed, and it is merged over
what came before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from otternauts_desktop.core.errors import FlightPlanInvalid, FlightPlanTooLarge
from otternauts_desktop.core.fleet.beside import MAX_FILES, NOTHING, Beside, file_key
from otternauts_desktop.core.fleet.compose import (
    MAX_VALUES,
    NOWHERE,
    Document,
    Map,
    Path,
    Place,
    Seq,
    parse_all,
    place,
)
from otternauts_desktop.core.fleet.env_files import parse_env_file
from otternauts_desktop.core.fleet.findings import Severity
from otternauts_desktop.core.fleet.interpolation import Missing, Open, Variables, interpolate
from otternauts_desktop.core.fleet.merging import merge, without
from otternauts_desktop.core.fleet.moving import moved_model
from otternauts_desktop.core.fleet.report import Report
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.words import tr

SECTIONS: Final = ("services", "networks", "volumes", "secrets", "configs")
_UNSENT: Final = ("build", "container_name", "develop")
"""Keys of a service that never reach Docker: their variables need no value."""
MAX_CHAIN: Final = 50
MAX_LENGTH: Final = 4 * 1024 * 1024
"""Bytes of all files beside a flight plan that are read as YAML or as variables."""


@dataclass
class Project:
    """What all files of a flight plan say together."""

    root: Map
    report: Report
    variables: dict[str, Secret]
    """All that have a value, those of `.env` among them."""
    used: set[str] = field(default_factory=set)
    missing: list[Missing] = field(default_factory=list)
    profiles: frozenset[str] = frozenset()
    dates: list[Path] = field(default_factory=list)
    wanted: set[str] = field(default_factory=set)
    """Files that were asked for and are not in `Beside.files`."""
    fatal: bool = False
    """Whether something is wrong that makes it no model at all."""

    def services(self) -> dict[str, Any]:
        """All services that are not left out by their profiles."""
        found = self.root.get("services")
        if not isinstance(found, Map):
            return {}
        return {name: s for name, s in found.items() if self.is_active(s)}

    def is_active(self, service: Any) -> bool:
        """Whether no profile leaves the service out."""
        profiles = service.get("profiles") if isinstance(service, Map) else None
        if not isinstance(profiles, list) or not profiles or "*" in self.profiles:
            return True
        return not self.profiles.isdisjoint(map(str, profiles))


def load(fleet: str, text: str, variables: Variables, beside: Beside = NOTHING) -> Project:
    """Read everything that belongs to a flight plan.

    Raises `FlightPlanInvalid` only where `text` itself is no YAML; all else are findings.
    """
    return _Loader(fleet, variables, beside).project(text)


class _Loader:
    def __init__(self, fleet: str, variables: Variables, beside: Beside) -> None:
        self._beside = beside
        self._report = Report(None)
        self._wanted: set[str] = set()
        self._missing: list[Missing] = []
        self._used: list[tuple[str, Path]] = []
        self._dates: list[Path] = []
        self._models: dict[str, tuple[Map, list[Missing]]] = {}
        self._fatal = False
        self._count = 0
        self._length = 0
        self._inherited = 0
        names = (".env",) if beside.env_files is None else beside.env_files
        self._variables = {
            **self._env_files(names, variables, required=beside.env_files is not None),
            **variables,
        }
        self._variables.setdefault("COMPOSE_PROJECT_NAME", Secret(fleet))

    def project(self, text: str) -> Project:
        root = Map()
        for name, content in self._texts(text):
            for document in self._documents(content, name):
                if not isinstance(document.data, Map):
                    if document.data is not None or name == "":
                        at = Place(document.line, 1, 1, 1, 1, 1, name)
                        words = tr("A flight plan is a mapping with `services:` in it.")
                        self._fail(at, "not-compose", words)
                    continue
                model = self._model(document, name, "", self._variables, (name,))
                root = merge(without(root, document.removed), model)
        self._report.root = root
        project = Project(
            root,
            self._report,
            self._variables,
            profiles=self._beside.profiles | self._profiles(),
            dates=self._dates,
            wanted=self._wanted,
            fatal=self._fatal,
        )
        project.missing = [m for m in self._missing if _is_sent(m.path, project)]
        project.used = {name for name, path in self._used if _is_sent(path, project)}
        return project

    # -- texts -------------------------------------------------------------------------------

    def _texts(self, text: str) -> list[tuple[str, str]]:
        texts = [("", text)]
        for name in self._beside.overrides:
            content = self._file(name, NOWHERE)
            if content is not None:
                texts.append((name, content))
        return texts

    def _documents(self, text: str, name: str) -> tuple[Document, ...]:
        if name == "":
            return parse_all(text)
        try:
            return parse_all(text, name)
        except FlightPlanInvalid as error:
            at = Place(max(error.line, 1), max(error.column, 1), 1, 1, 1, 1, name)
            self._fail(at, "invalid-yaml", error.detail)
            return ()

    def _file(self, key: str, at: Place, *, required: bool = True) -> str | None:
        """A file's text; None where there is none, which is said unless it is not `required`."""
        self._count += 1
        if self._count > MAX_FILES:
            self._fail(at, "too-large", tr("It takes more than {count} files.", count=MAX_FILES))
            return None
        if key not in self._beside.files:
            self._wanted.add(key)
        content = self._beside.files.get(key)
        if content is None:
            if required:
                self._fail(
                    at,
                    "missing-file",
                    tr('The file "{name}" can\'t be read.', name=key),
                    tr("Paths start at the folder of the flight plan."),
                )
            return None
        self._length += len(content)
        if self._length > MAX_LENGTH:
            most = MAX_LENGTH // 1024 // 1024
            self._fail(at, "too-large", tr("Its files have more than {most} MB.", most=most))
            return None
        try:
            return content.decode()
        except UnicodeDecodeError:
            self._fail(at, "missing-file", tr('The file "{name}" is no UTF-8 text.', name=key))
            return None

    def _env_files(
        self, names: tuple[str, ...], outside: Variables, at: Place = NOWHERE, *, required: bool
    ) -> dict[str, Secret]:
        values: dict[str, Secret] = {}
        for name in names:
            text = self._file(name, at, required=required)
            if text is None:
                continue
            try:
                found = parse_env_file(text, {**values, **outside})
            except FlightPlanInvalid as error:
                self._fail(at._replace(file=name, line=error.line), "bad-env-file", error.detail)
                continue
            values |= found.values
            for variable, line in found.unset.items():
                self._report.at(
                    Place(line, 1, 1, 1, 1, 1, name),
                    Severity.WARNING,
                    "variable-blank",
                    tr("{name} has no value here and becomes a blank.", name=variable),
                    tr("Write $$ for a plain $, or put the value in single quotes."),
                )
        return values

    def _profiles(self) -> frozenset[str]:
        chosen = self._variables.get("COMPOSE_PROFILES")
        names = chosen.reveal().split(",") if chosen else []
        return frozenset(name.strip() for name in names if name.strip())

    # -- one document ------------------------------------------------------------------------

    def _model(
        self,
        document: Document,
        name: str,
        folder: str,
        variables: Variables,
        chain: tuple[str, ...],
    ) -> Map:
        found = interpolate(document.data, variables)
        self._missing += found.missing
        self._used += found.used
        self._dates += document.dates
        for path, words in found.bad:
            self._fail(
                place(found.data, path),
                "bad-expression",
                tr("{words}.", words=words[:1].upper() + words[1:]),
                tr("Write $$ for a plain $."),
            )
        model: Map = moved_model(found.data, folder)
        services = model.get("services")
        if isinstance(services, Map):
            extended = {
                service: self._extended(service, services, name, document.removed, ())
                for service in services
            }
            model = Map({**model, "services": Map(extended, services.places)}, model.places)
        return self._with_includes(model, variables, chain)

    # -- extends -----------------------------------------------------------------------------

    def _extended(
        self,
        name: str,
        services: Map,
        file: str,
        removed: tuple[Path, ...],
        chain: tuple[tuple[str, str], ...],
    ) -> Any:
        """A service with all that it extends underneath."""
        service = services[name]
        if not isinstance(service, Map) or "extends" not in service:
            return service
        at = service.places.get("extends", NOWHERE)
        own = Map({k: v for k, v in service.items() if k != "extends"}, service.places)
        chain = (*chain, (file, name))
        wanted = service["extends"]
        base_file = wanted.get("file") if isinstance(wanted, Map) else None
        other = wanted.get("service") if isinstance(wanted, Map) else wanted
        if isinstance(base_file, Open) or isinstance(other, Open):
            return own
        base_services: Any = services
        if base_file is not None:
            file = file_key("", str(base_file))
            base_services = self._services_of(file, str(other), at)
            if base_services is None:
                return own
        if len(chain) > MAX_CHAIN:
            words = tr("More than {count} services extend one another.", count=MAX_CHAIN)
            self._fail(at, "too-large", words)
            return own
        if (file, other) in chain:
            circle = " -> ".join(service for _, service in (*chain, (file, str(other))))
            self._fail(at, "circular", tr("It extends itself: {circle}.", circle=circle))
            return own
        if not isinstance(other, str) or other not in base_services:
            words = tr('There is no service "{name}" to extend.', name=other)
            self._fail(at, "undefined", words)
            return own
        base = self._extended(other, base_services, file, removed, chain)
        if not isinstance(base, Map):
            return own
        self._inherited += _values(base)
        if self._inherited > MAX_VALUES:
            words = tr(
                "What its services extend makes more than {count} values of it.",
                count=f"{MAX_VALUES:,}",
            )
            raise FlightPlanTooLarge(detail=words)
        there = Map({"services": Map({name: base}, {})}, {})
        base = without(there, removed)["services"].get(name, Map())
        return merge(base, own, ("services", name))

    def _services_of(self, file: str, service: str, at: Place) -> Map | None:
        """The raw services of another file; only of `service` the missing variables count."""
        if file not in self._models:
            text = self._file(file, at)
            if text is None:
                return None
            model, missing = Map(), []
            folder = file.rpartition("/")[0]
            for document in self._documents(text, file):
                if isinstance(document.data, Map):
                    found = interpolate(document.data, self._variables)
                    missing += found.missing
                    self._used += found.used
                    model = merge(without(model, document.removed), moved_model(found.data, folder))
            self._models[file] = (model, missing)
        model, missing = self._models[file]
        self._missing += [m for m in missing if m.path[:2] == ("services", service)]
        services = model.get("services")
        return services if isinstance(services, Map) else Map()

    # -- include -----------------------------------------------------------------------------

    def _with_includes(self, model: Map, variables: Variables, chain: tuple[str, ...]) -> Map:
        if "include" not in model:
            return model
        entries = model["include"]
        at = model.places.get("include", NOWHERE)
        model = Map({k: v for k, v in model.items() if k != "include"}, model.places)
        if not isinstance(entries, Seq):
            if entries is not None:
                self._fail(at, "wrong-type", tr("`{key}` has to be a list.", key="include"))
            return model
        for entry, entry_at in zip(entries, entries.places, strict=True):
            included = self._included(entry, entry_at, variables, chain)
            if included is not None:
                model = self._imported(model, included, entry_at)
        return model

    def _included(
        self, entry: Any, at: Place, variables: Variables, chain: tuple[str, ...]
    ) -> Map | None:
        settings = entry if isinstance(entry, Map) else {"path": entry}
        paths = _texts_of(settings.get("path"))
        if not paths or any(isinstance(path, Open) for path in paths):
            return None
        keys = [file_key("", path) for path in paths]
        if keys[0] in chain or len(chain) > MAX_CHAIN:
            circle = " -> ".join((*(part or tr("the flight plan") for part in chain), keys[0]))
            self._fail(at, "circular", tr("It includes itself: {circle}.", circle=circle))
            return None
        folder = settings.get("project_directory") or keys[0].rpartition("/")[0]
        folder = file_key("", str(folder)) if folder else ""
        env_files = tuple(file_key("", path) for path in _texts_of(settings.get("env_file")))
        own_env = self._env_files(
            env_files or (file_key(folder, ".env"),), variables, at, required=bool(env_files)
        )
        model = Map()
        for key in keys:
            text = self._file(key, at)
            for document in self._documents(text, key) if text is not None else ():
                if isinstance(document.data, Map):
                    part = self._model(
                        document, key, folder, {**own_env, **variables}, (*chain, keys[0])
                    )
                    model = merge(without(model, document.removed), part)
        return model

    def _imported(self, model: Map, included: Map, at: Place) -> Map:
        values, places = dict(model), dict(model.places)
        for section in SECTIONS:
            there, new = values.get(section), included.get(section)
            if not isinstance(new, Map):
                continue
            there = there if isinstance(there, Map) else Map()
            for name in new:
                if name in there and there[name] != new[name]:
                    words = tr(
                        'It defines "{name}" of `{section}:`, which is there already.',
                        name=name,
                        section=section,
                    )
                    self._fail(at, "conflict", words)
            values[section] = Map({**new, **there}, {**new.places, **there.places})
            places.setdefault(section, at)
        return Map(values, places)

    def _fail(self, at: Place, code: str, words: str, fix: str = "") -> None:
        self._fatal = True
        self._report.at(at, Severity.ERROR, code, words, fix)


def _values(value: Any) -> int:
    """How many values there are in it."""
    if isinstance(value, dict):
        return 1 + sum(map(_values, value.values()))
    return 1 + sum(map(_values, value)) if isinstance(value, list) else 1


def _texts_of(value: Any) -> list[str]:
    if isinstance(value, list):
        return (
            [str(item) for item in value]
            if not any(isinstance(item, Open) for item in value)
            else [Open("")]
        )
    return [] if value is None else [value] if isinstance(value, str) else [str(value)]


def _is_sent(path: Path, project: Project) -> bool:
    """Whether the value there reaches Docker, so that its variables matter."""
    if not path or (str(path[0]).startswith("x-") and path[0] != "x-otternauts"):
        return False
    if path[0] != "services" or len(path) < 3:
        return path[0] not in ("name", "version")
    services: Mapping[str, Any] = project.root.get("services") or {}
    service = services.get(str(path[1]))
    if path[2] in _UNSENT or (str(path[2]).startswith("x-") and path[2] != "x-otternauts"):
        return False
    return service is None or project.is_active(service)
