"""`environment` and `env_file` -> one mapping of names to values, resolved here."""

from typing import Any

from otternauts_desktop.core.errors import FlightPlanInvalid
from otternauts_desktop.core.fleet.beside import file_key
from otternauts_desktop.core.fleet.compose import NOWHERE, Map, Path
from otternauts_desktop.core.fleet.env_files import EnvFile, parse_env_file, raw_env_file
from otternauts_desktop.core.fleet.findings import Severity
from otternauts_desktop.core.fleet.interpolation import Open, nul
from otternauts_desktop.core.fleet.scalars import boolean, text
from otternauts_desktop.core.fleet.vessel import Vessel
from otternauts_desktop.core.words import tr, trn

MAX_VARIABLE: int = 131_071
"""Bytes of `NAME=value` that Linux takes (MAX_ARG_STRLEN)."""


def lower_environment(vessel: Vessel) -> None:
    """Write `out["environment"]`; what it says itself wins over its files."""
    found: dict[str, str] = {}
    for path, entry in _entries(vessel):
        found |= _from_file(vessel, path, entry)
    path = vessel.at("environment")
    given = vessel.settings.get("environment")
    _check_dates(vessel, path)
    for name, value in vessel.pairs(given, path).items():
        if value is not None:
            found[name] = value
        elif name in vessel.project.variables:
            secret = vessel.project.variables[name]
            vessel.secrets.append(secret)
            found[name] = secret.reveal()
        else:
            # Compose leaves a variable of a file as it is; without one there is none.
            where = (*path, name) if isinstance(given, Map) else path
            vessel.report.warning(
                _item(given, where, name),
                "variable-unset",
                tr("{name} has no value here: the container will not have it.", name=name),
                tr(
                    "Give it a value, or write `{name}: ${{{name}}}` to have it asked for.",
                    name=name,
                ),
            )
    for name, value in found.items():
        if "\0" in value:
            vessel.report.error(path, "bad-value", nul(name))
        if len(f"{name}={value}".encode(errors="replace")) > MAX_VARIABLE:
            words = tr("The value of {name} is too long: Linux takes 128 KiB.", name=name)
            vessel.report.error(path, "too-large", words, tr("Make it a config or a secret."))
    if found:
        vessel.out["environment"] = {name: found[name] for name in sorted(found)}


def _item(given: Any, path: Path, name: str) -> Path:
    """The place of a bare name in a list."""
    if isinstance(given, list):
        for index, entry in enumerate(given):
            if entry == name:
                return (*path, index)
    return path


def _check_dates(vessel: Vessel, path: Path) -> None:
    for date in vessel.project.dates:
        if date[: len(path)] == path:
            vessel.report.warning(
                date,
                "yaml-date",
                tr("Docker's parsers turn an unquoted date into another text; here it stays."),
                tr("Put it in quotes."),
            )


def _entries(vessel: Vessel) -> list[tuple[Path, Any]]:
    value, path = vessel.settings.get("env_file"), vessel.at("env_file")
    if value is None:
        return []
    if isinstance(value, list):
        return [((*path, index), entry) for index, entry in enumerate(value)]
    return [(path, value)]


def _from_file(vessel: Vessel, path: Path, entry: Any) -> dict[str, str]:
    settings = entry if isinstance(entry, Map) else Map({"path": entry}, {})
    name = settings.get("path")
    if isinstance(name, Open) or not isinstance(name, str):
        if not isinstance(name, Open):
            vessel.report.error(path, "bad-value", tr("An env_file is a path."))
        return {}
    key = file_key("", name)
    if key not in vessel.beside.files:
        vessel.project.wanted.add(key)
    content = vessel.beside.files.get(key)
    if content is None:
        if boolean(settings.get("required")) is False:
            words = tr('"{name}" is not there, and is not required.', name=name)
            vessel.report.note(path, "left-out", words)
        else:
            vessel.report.error(
                path,
                "missing-file",
                tr('The file "{name}" can\'t be read.', name=name),
                tr(
                    "Write the values under `environment:`, with ${{NAME}} for secret ones.",
                    NAME="NAME",
                ),
            )
        return {}
    try:
        lines = content.decode()
        raw = text(settings.get("format")) == "raw"
        found = raw_env_file(lines) if raw else parse_env_file(lines, vessel.project.variables)
    except (FlightPlanInvalid, UnicodeDecodeError) as error:
        detail = error.detail if isinstance(error, FlightPlanInvalid) else tr("It is no UTF-8.")
        vessel.report.error(path, "bad-env-file", f"{name}: {detail}")
        return {}
    _say_blanks(vessel, key, found)
    words = trn(
        "`env_file` becomes {number} value under `environment:`.",
        "`env_file` becomes {number} values under `environment:`.",
        len(found.values),
    )
    vessel.report.note(path, "lowered", words)
    vessel.secrets += found.values.values()
    return {variable: secret.reveal() for variable, secret in found.values.items()}


def _say_blanks(vessel: Vessel, key: str, found: EnvFile) -> None:
    for name, line in found.unset.items():
        vessel.report.at(
            NOWHERE._replace(file=key, line=line),
            Severity.WARNING,
            "variable-blank",
            tr("{name} has no value here and becomes a blank.", name=name),
            tr("Write $$ for a plain $, or put the value in single quotes."),
        )
