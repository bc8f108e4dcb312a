"""`x-otternauts`: what a flight plan says beyond Compose, read and validated.

Its documentation is the commented example `resources/examples/flight-plan.yml`; a test keeps the
keys here and there the same.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from otternauts_desktop.core.fleet import ingress
from otternauts_desktop.core.fleet.compose import Path
from otternauts_desktop.core.fleet.durations import seconds
from otternauts_desktop.core.fleet.report import ACCEPTABLE, Report
from otternauts_desktop.core.words import tr

KEY: Final = "x-otternauts"
SERVICE_KEYS: Final = ("accept", "domains", "port", "pre_deploy")
FILE_KEYS: Final = ("accept", "launch_order")
DOMAIN_KEYS: Final = ("host", "path", "port", "redirect")
JOB_KEYS: Final = ("command", "timeout")
DEFAULT_TIMEOUT: Final = 600.0
"""Seconds that a job of `pre_deploy` may take where it does not say so."""
MAX_JOBS: Final = 20

_PATH: Final = re.compile(r"/[A-Za-z0-9._~!&'()*+,;=:@%/-]*")


@dataclass(frozen=True, slots=True)
class Job:
    """One entry of `pre_deploy`."""

    command: str | Sequence[Any]
    timeout: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """`x-otternauts` of one service."""

    domains: tuple[ingress.Route, ...] = ()
    """Their port is 0 where the file doesn't say it."""
    port: int = 0
    jobs: tuple[Job, ...] = ()


def accepted(extension: Any) -> frozenset[str]:
    """The codes that are acknowledged."""
    codes = extension.get("accept") if isinstance(extension, dict) else None
    return frozenset(map(str, codes if isinstance(codes, list) else []))


def of_file(extension: Any, report: Report) -> bool:
    """Validate the one at the top; gives whether `depends_on` orders the launch."""
    path: Path = (KEY,)
    if not _is_mapping(extension, path, FILE_KEYS, report):
        return False
    _accept(extension, path, report)
    order = extension.get("launch_order", "none")
    if order not in ("depends_on", "none"):
        report.error(
            (*path, "launch_order"),
            "bad-value",
            tr('`launch_order` is "depends_on" or "none", not "{order}".', order=order),
        )
    return bool(order == "depends_on")


def of_service(extension: Any, path: Path, report: Report) -> Wishes:
    """Validate the one of a service at `path`, and read it. Bad parts are left out."""
    path = (*path, KEY)
    if not _is_mapping(extension, path, SERVICE_KEYS, report):
        return Wishes()
    _accept(extension, path, report)
    port = _port(extension.get("port"), (*path, "port"), report)
    return Wishes(
        _domains(extension.get("domains"), (*path, "domains"), report),
        port,
        _jobs(extension.get("pre_deploy"), (*path, "pre_deploy"), report),
    )


def _is_mapping(value: Any, path: Path, known: Sequence[str], report: Report) -> bool:
    if value is None:
        return False
    if not isinstance(value, dict):
        report.error(path, "wrong-type", tr("`{key}` has to be a mapping.", key=path[-1]))
        return False
    for key in value:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            fix = tr("Is `{key}` meant?", key=close[0]) if close else ""
            words = tr("Otternauts knows no `{key}` here.", key=key)
            report.error((*path, key), "unknown-key", words, fix)
    return True


def _accept(extension: Mapping[str, Any], path: Path, report: Report) -> None:
    codes = extension.get("accept")
    if codes is not None and not isinstance(codes, list):
        words = tr("`{key}` has to be a list.", key="accept")
        report.error((*path, "accept"), "wrong-type", words)
        return
    for index, code in enumerate(codes or ()):
        if not isinstance(code, str) or code not in ACCEPTABLE:
            report.error(
                (*path, "accept", index),
                "bad-value",
                tr('"{code}" can\'t be acknowledged.', code=code),
                tr("These can: {codes}.", codes=", ".join(sorted(ACCEPTABLE))),
            )


def _port(value: Any, path: Path, report: Report) -> int:
    if value is None:
        return 0
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536:
        return value
    if not (isinstance(value, str) and "$" in value):
        report.error(path, "bad-value", tr("A port is a number from 1 to 65535."))
    return 0


def _domains(value: Any, path: Path, report: Report) -> tuple[ingress.Route, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        report.error(path, "wrong-type", tr("`{key}` has to be a list.", key="domains"))
        return ()
    routes = []
    for index, entry in enumerate(value):
        if route := _domain(entry, (*path, index), report):
            routes.append(route)
    return tuple(routes)


def _domain(entry: Any, path: Path, report: Report) -> ingress.Route | None:
    if not isinstance(entry, dict):
        entry = {"host": entry}
    elif not _is_mapping(entry, path, DOMAIN_KEYS, report):
        return None
    host = entry.get("host")
    if isinstance(host, str) and "$" in host:
        return None
    try:
        name = ingress.domain_name(str(host or ""))
    except ingress.BadDomain as error:
        report.error(path, "bad-domain", str(error))
        return None
    prefix = entry.get("path", "")
    if prefix and (not isinstance(prefix, str) or _PATH.fullmatch(prefix) is None):
        report.error(path, "bad-value", tr('A path of a domain looks like "/api".'))
        return None
    redirect = entry.get("redirect", True)
    if not isinstance(redirect, bool):
        report.error(path, "bad-value", tr("`{key}` is true or false.", key="redirect"))
        redirect = True
    port = _port(entry.get("port"), path, report)
    return ingress.Route(name, "" if prefix == "/" else prefix.rstrip("/"), port, redirect)


def _jobs(value: Any, path: Path, report: Report) -> tuple[Job, ...]:
    if value is None:
        return ()
    entries = value if isinstance(value, list) else [value]
    if len(entries) > MAX_JOBS:
        words = tr("At most {count} jobs can run before a launch.", count=MAX_JOBS)
        report.error(path, "bad-value", words)
        return ()
    jobs = []
    for index, entry in enumerate(entries):
        where = (*path, index) if isinstance(value, list) else path
        if not _is_mapping(entry, where, JOB_KEYS, report):
            continue
        command = entry.get("command")
        if not command or not isinstance(command, (str, list)):
            report.error(where, "bad-value", tr("A job needs a `command:`, as a text or a list."))
            continue
        timeout = DEFAULT_TIMEOUT
        if "timeout" in entry:
            given = seconds(entry["timeout"])
            if given is None or given <= 0:
                words = tr("A timeout is a duration such as 90s, 5m or 1h.")
                report.error((*where, "timeout"), "bad-value", words)
            else:
                timeout = given
        jobs.append(Job(command, timeout))
    return tuple(jobs)
