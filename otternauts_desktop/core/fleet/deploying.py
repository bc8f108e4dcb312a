"""`deploy`, and the keys of a service that Swarm knows under `deploy` only."""

import difflib
import re
from typing import Any, Final

from otternauts_desktop.core.fleet import service_keys as keys
from otternauts_desktop.core.fleet.compose import Map, Path
from otternauts_desktop.core.fleet.fixes import rename_key
from otternauts_desktop.core.fleet.interpolation import Open
from otternauts_desktop.core.fleet.scalars import text
from otternauts_desktop.core.fleet.vessel import Vessel
from otternauts_desktop.core.words import tr

_RESTART: Final = re.compile(r"on-failure(?::(?P<attempts>\d+))?")
_CONDITIONS: Final = {
    "none": "none",
    "on-failure": "on-failure",
    "any": "any",
    "always": "any",
    "unless-stopped": "any",
}
_MODES: Final = ("replicated", "global", "replicated-job", "global-job")


def lower_deploy(vessel: Vessel) -> None:
    """Write `deploy`."""
    path = vessel.at("deploy")
    given = vessel.mapping(vessel.settings.get("deploy"), path) or Map()
    deploy = vessel.deploy
    unknown(vessel, path, given, keys.DEPLOY)
    for key in ("mode", "endpoint_mode"):
        if given.get(key) is not None:
            deploy[key] = text(given[key])
    if deploy.get("mode", "replicated") not in _MODES and not isinstance(given["mode"], Open):
        words = tr("`mode` is one of {modes}.", modes=", ".join(_MODES))
        vessel.report.error((*path, "mode"), "bad-value", words)
    labels = vessel.pairs(given.get("labels"), (*path, "labels"))
    if labels:
        deploy["labels"] = {name: labels[name] or "" for name in sorted(labels)}
    for key in ("update_config", "rollback_config"):
        _update(vessel, (*path, key), key, given.get(key))
    _placement(vessel, (*path, "placement"), given.get("placement"))
    _replicas(vessel, path, given)
    _resources(vessel, (*path, "resources"), given.get("resources"))
    _restart_policy(vessel, (*path, "restart_policy"), given.get("restart_policy"))
    _restart(vessel)


def unknown(vessel: Vessel, path: Path, given: Map, known: frozenset[str]) -> None:
    """Say which keys Compose does not know."""
    strangers = [key for key in given if key not in known and not key.startswith("x-")]
    for number, key in enumerate(strangers):
        # Looking for what is meant takes its time: nobody misspells a hundred keys of one service.
        close = difflib.get_close_matches(key, sorted(known), n=1) if number < 100 else []
        fixes = []
        if close and close[0] not in given:
            fixes.append(rename_key(vessel.report.place((*path, key)), key, close[0]))
        words = tr("Compose knows no `{key}` here.", key=key)
        fix = (
            tr("Is `{key}` meant?", key=close[0])
            if close
            else (tr("Remove it; own keys start with x-."))
        )
        vessel.report.error(
            (*path, key), "unknown-key", words, fix, *fixes, *vessel.drop_fix((*path, key))
        )


def _update(vessel: Vessel, path: Path, name: str, value: Any) -> None:
    given = vessel.mapping(value, path)
    if not given:
        return
    unknown(vessel, path, given, keys.UPDATE)
    found: dict[str, Any] = {
        "parallelism": vessel.integer(given.get("parallelism"), (*path, "parallelism")),
        "max_failure_ratio": vessel.number(
            given.get("max_failure_ratio"), (*path, "max_failure_ratio")
        ),
    }
    for key in ("delay", "monitor"):
        found[key] = vessel.duration(given.get(key), (*path, key))
    for key in ("failure_action", "order"):
        found[key] = None if given.get(key) is None else text(given[key])
    if found["order"] not in (None, "start-first", "stop-first") and not isinstance(
        given["order"], Open
    ):
        words = tr("`order` is start-first or stop-first.")
        vessel.report.error((*path, "order"), "bad-value", words)
        found["order"] = None
    vessel.deploy[name] = {key: item for key, item in found.items() if item is not None}


def _placement(vessel: Vessel, path: Path, value: Any) -> None:
    given = vessel.mapping(value, path)
    if not given:
        return
    unknown(vessel, path, given, keys.PLACEMENT)
    found: dict[str, Any] = {}
    if constraints := vessel.texts(given.get("constraints"), (*path, "constraints")):
        found["constraints"] = constraints
    for index, line in enumerate(constraints):
        if not re.search(r"[=!]=", line) and "$" not in line:
            vessel.report.error(
                (*path, "constraints", index),
                "bad-value",
                tr('A constraint compares by == or !=, unlike "{text}".', text=line),
            )
    preferences = vessel.items(given.get("preferences"), (*path, "preferences"))
    spread = [
        {"spread": text(entry["spread"])}
        for entry in preferences
        if isinstance(entry, Map) and entry.get("spread")
    ]
    if len(spread) < len(preferences):
        words = tr("A preference is written as `spread: node.labels.zone`.")
        vessel.report.error((*path, "preferences"), "bad-value", words)
    if spread:
        found["preferences"] = spread
    most = vessel.integer(given.get("max_replicas_per_node"), (*path, "max_replicas_per_node"))
    if most is not None:
        found["max_replicas_per_node"] = most
    if found:
        vessel.deploy["placement"] = found


def _replicas(vessel: Vessel, path: Path, given: Map) -> None:
    replicas = vessel.integer(given.get("replicas"), (*path, "replicas"))
    scale = vessel.integer(vessel.settings.get("scale"), vessel.at("scale"))
    if scale is not None:
        words = tr("`{key}` becomes {where}.", key="scale", where="deploy.replicas")
        vessel.report.note(vessel.at("scale"), "lowered", words)
        replicas = scale if replicas is None else replicas
    if replicas is None:
        return
    if text(vessel.deploy.get("mode", "")).startswith("global"):
        where = (*path, "replicas") if "replicas" in given else vessel.at("scale")
        words = tr("A global service runs once on each outpost; `replicas` is left out.")
        vessel.report.warning(where, "no-effect", words)
        return
    if not isinstance(replicas, Open) and replicas < 0:
        where = (*path, "replicas") if "replicas" in given else vessel.at("scale")
        vessel.report.error(where, "bad-value", tr("There can't be fewer than 0 tasks."))
        return
    vessel.deploy["replicas"] = replicas


def _resources(vessel: Vessel, path: Path, value: Any) -> None:
    given = vessel.mapping(value, path) or Map()
    unknown(vessel, path, given, frozenset({"limits", "reservations"}))
    found: dict[str, dict[str, Any]] = {}
    for part in ("limits", "reservations"):
        where = (*path, part)
        settings = vessel.mapping(given.get(part), where) or Map()
        known = keys.LIMITS if part == "limits" else keys.RESERVATIONS
        unknown(vessel, where, settings, known)
        found[part] = {
            name: kept
            for name in sorted(keys.LIMITS if part == "limits" else {"cpus", "memory"})
            if name in settings
            and (kept := _amount(vessel, (*where, name), name, settings[name])) is not None
        }
    reservations = given.get("reservations")
    if isinstance(reservations, Map):
        _devices(vessel, (*path, "reservations"), reservations, found["reservations"])
    for key, part, name in (
        ("mem_limit", "limits", "memory"),
        ("cpus", "limits", "cpus"),
        ("pids_limit", "limits", "pids"),
        ("mem_reservation", "reservations", "memory"),
    ):
        if vessel.settings.get(key) is None:
            continue
        amount = _amount(vessel, vessel.at(key), name, vessel.settings[key])
        words = tr("`{key}` becomes {where}.", key=key, where=f"deploy.resources.{part}.{name}")
        vessel.report.note(vessel.at(key), "lowered", words)
        if amount is not None:
            found[part].setdefault(name, amount)
    _quota(vessel, found["limits"])
    kept_parts = {part: settings for part, settings in found.items() if settings}
    if kept_parts:
        vessel.deploy["resources"] = kept_parts


def _amount(vessel: Vessel, path: Path, name: str, value: Any) -> Any:
    """A resource in the form that the stack parser takes; None for none or no limit."""
    if value is None:
        return None
    kinds = {"pids": vessel.integer, "memory": vessel.size, "cpus": vessel.number}
    amount = kinds[name](value, path)
    if amount is None or isinstance(amount, Open):
        return amount
    if amount < _SMALLEST:
        if amount:
            words = tr("{amount} is no limit; it is left out.", amount=text(value))
            vessel.report.note(path, "left-out", words)
        return None
    if name == "pids":
        return amount
    if isinstance(value, str):
        return value.strip()
    return str(amount) if name == "memory" else _plain(amount)


_SMALLEST: Final = 1e-9
"""A share of a CPU is counted in billionths (docker/cli, opts.ParseCPUs); 0 is no limit."""


def _plain(cpus: float) -> str:
    return f"{cpus:.9f}".rstrip("0").rstrip(".")


def _quota(vessel: Vessel, limits: dict[str, Any]) -> None:
    """`cpu_quota` of `cpu_period` (100 ms where it is not said) is a number of CPUs."""
    settings = vessel.settings
    if settings.get("cpu_quota") is None:
        if settings.get("cpu_period") is not None:
            words = tr("Without `cpu_quota` it limits nothing.")
            vessel.report.warning(vessel.at("cpu_period"), "no-effect", words)
        return
    quota = vessel.size(settings["cpu_quota"], vessel.at("cpu_quota"))
    period = vessel.size(settings.get("cpu_period", 100_000), vessel.at("cpu_period"))
    for key in ("cpu_quota", "cpu_period"):
        if key in settings:
            words = tr("`{key}` becomes {where}.", key=key, where="deploy.resources.limits.cpus")
            vessel.report.note(vessel.at(key), "lowered", words)
    if isinstance(quota, int) and isinstance(period, int) and quota > 0 and period > 0:
        limits.setdefault("cpus", _plain(quota / period))


def _devices(vessel: Vessel, path: Path, given: Map, found: dict[str, Any]) -> None:
    if given.get("devices"):
        vessel.unsafe(
            (*path, "devices"),
            "unsafe-drop",
            tr("Swarm drops reserved devices: the container would run without its GPUs."),
            tr("Name them as generic_resources, which the daemons of the outposts announce."),
        )
    if given.get("generic_resources") is not None:
        where = (*path, "generic_resources")
        entries = enumerate(vessel.items(given["generic_resources"], where))
        resources = [_generic(vessel, (*where, index), entry) for index, entry in entries]
        found["generic_resources"] = [resource for resource in resources if resource]


def _generic(vessel: Vessel, path: Path, value: Any) -> dict[str, Any]:
    """What the daemons of outposts announce, counted: `value` of a `kind`."""
    where = (*path, "discrete_resource_spec")
    given = vessel.mapping(value, path) or Map()
    unknown(vessel, path, given, frozenset({"discrete_resource_spec"}))
    spec = vessel.mapping(given.get("discrete_resource_spec"), where) or Map()
    unknown(vessel, where, spec, frozenset({"kind", "value"}))
    number = vessel.integer(spec.get("value"), (*where, "value"))
    if not spec.get("kind") or number is None:
        words = tr("A resource is written as a `discrete_resource_spec` of `kind` and `value`.")
        vessel.report.warning(path, "bad-value", words)
        return {}
    return {"discrete_resource_spec": {"kind": text(spec["kind"]), "value": number}}


def _restart_policy(vessel: Vessel, path: Path, value: Any) -> None:
    given = vessel.mapping(value, path)
    if not given:
        return
    unknown(vessel, path, given, keys.RESTART_POLICY)
    found: dict[str, Any] = {}
    condition = given.get("condition")
    if condition is not None:
        found["condition"] = text(condition)
        if not isinstance(condition, Open):
            found["condition"] = _CONDITIONS.get(text(condition), "any")
            if text(condition) not in _CONDITIONS:
                words = tr("`condition` is none, on-failure or any.")
                vessel.report.error((*path, "condition"), "bad-value", words)
            elif found["condition"] != condition:
                words = tr('"{given}" becomes "{kept}".', given=condition, kept="any")
                vessel.report.note((*path, "condition"), "lowered", words)
    for key in ("delay", "window"):
        found[key] = vessel.duration(given.get(key), (*path, key))
    found["max_attempts"] = vessel.integer(given.get("max_attempts"), (*path, "max_attempts"))
    vessel.deploy["restart_policy"] = {k: v for k, v in found.items() if v is not None}


def _restart(vessel: Vessel) -> None:
    """`restart` in Swarm's words. Docker's own reading of `no` is "any": it would never stop."""
    restart = vessel.settings.get("restart")
    if restart is None or isinstance(restart, Open):
        return
    path = vessel.at("restart")
    if vessel.deploy.get("restart_policy"):
        vessel.report.note(path, "left-out", tr("`deploy.restart_policy` goes before `restart`."))
        return
    if restart is False or restart == "no":
        policy: dict[str, Any] = {"condition": "none"}
    elif restart in ("always", "unless-stopped"):
        policy = {"condition": "any"}
    elif match := _RESTART.fullmatch(text(restart)):
        policy = {"condition": "on-failure"}
        if match["attempts"]:
            policy["max_attempts"] = int(match["attempts"][:9])
    else:
        words = tr('"{text}" is no restart policy.', text=text(restart))
        vessel.report.error(path, "bad-value", words)
        return
    vessel.deploy["restart_policy"] = policy
    vessel.report.note(
        path,
        "lowered",
        tr("`restart` becomes deploy.restart_policy ({condition}).", condition=policy["condition"]),
    )
