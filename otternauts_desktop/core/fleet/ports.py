"""`ports` -> the long form, one entry for each port."""

import re
from collections.abc import Mapping
from typing import Any, Final

from otternauts_desktop.core.fleet.compose import Path
from otternauts_desktop.core.fleet.findings import QuickFix
from otternauts_desktop.core.fleet.fixes import quoted, replace_value
from otternauts_desktop.core.fleet.interpolation import Open
from otternauts_desktop.core.fleet.scalars import integer, text
from otternauts_desktop.core.fleet.vessel import Vessel
from otternauts_desktop.core.words import tr

_PORT: Final = re.compile(
    r"(?:(?P<ip>\[[^\]]*\]|\d+(?:\.\d+){3}|localhost|[0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F]*):)?"
    r"(?:(?P<first>\d*)(?:-(?P<last>\d+))?:)?"
    r"(?P<target>\d+)(?:-(?P<target_last>\d+))?"
    r"(?:/(?P<protocol>tcp|udp|sctp))?",
    re.IGNORECASE,
)
_EVERYWHERE: Final = frozenset({"", "0.0.0.0", "::", "[::]"})  # noqa: S104 - compared
MAX_RANGE: Final = 1000
MAX_PORTS: Final = 5000
"""Of one service, all ranges counted port by port."""
_KEYS: Final = frozenset({"mode", "target", "published", "protocol", "host_ip"})


def lower_ports(vessel: Vessel) -> None:
    """Write `out["ports"]`."""
    if "ports" not in vessel.settings:
        return
    path = vessel.at("ports")
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    places: dict[tuple[Any, ...], Path] = {}
    count = 0
    for index, entry in enumerate(vessel.items(vessel.settings["ports"], path)):
        where = (*path, index)
        entries = (
            _long(vessel, where, entry)
            if isinstance(entry, Mapping)
            else _short(vessel, where, entry)
        )
        for port in entries:
            key = (port["target"], port.get("published"), port["protocol"])
            if key in found and found[key] != port:
                words = tr("A later entry for this port takes its place.")
                vessel.report.note(places[key], "left-out", words)
            found[key], places[key] = port, where
        count += len(entries)
        if count > MAX_PORTS:
            words = tr("A service can publish {count} ports at most.", count=f"{MAX_PORTS:,}")
            vessel.report.error(where, "too-large", words)
            break
    if found:
        vessel.out["ports"] = list(found.values())


def _short(vessel: Vessel, path: Path, entry: Any) -> list[dict[str, Any]]:
    if isinstance(entry, Open) or not isinstance(entry, (str, int)) or isinstance(entry, bool):
        if not isinstance(entry, Open):
            vessel.report.error(path, "bad-value", tr("A port is a text, a number or a mapping."))
        return []
    line = text(entry)
    match = _PORT.fullmatch(line.strip())
    if match is None:
        words = tr('"{text}" is not a port. Write "8080:80" or "8080:80/udp".', text=line)
        vessel.report.error(path, "bad-value", words)
        return []
    address = match["ip"] or ""
    _check_address(vessel, path, address)
    first = f"{match['first'] or ''}{'-' + match['last'] if match['last'] else ''}"
    targets = _range(
        f"{match['target']}{'-' + match['target_last'] if match['target_last'] else ''}"
    )
    return _expanded(vessel, path, line, targets, first, match["protocol"] or "tcp", "ingress")


def _long(vessel: Vessel, path: Path, port: Mapping[str, Any]) -> list[dict[str, Any]]:
    target = port.get("target")
    if any(isinstance(value, Open) for value in port.values()):
        return []
    number = integer(target)
    if number is None:
        vessel.report.error(path, "bad-value", tr("A port needs a number as its `target`."))
        return []
    mode = port.get("mode") or "ingress"
    if mode not in ("ingress", "host"):
        words = tr('The mode of a port is "ingress" or "host", not "{mode}".', mode=mode)
        vessel.report.error((*path, "mode"), "bad-value", words)
        mode = "ingress"
    for key in port:
        if key in ("name", "app_protocol"):
            vessel.report.note((*path, key), "left-out", tr("`{key}` is left out.", key=key))
        elif key not in _KEYS and not key.startswith("x-"):
            words = tr("Compose knows no `{key}` here.", key=key)
            vessel.report.error((*path, key), "unknown-key", words)
    if port.get("host_ip"):
        _check_address(vessel, (*path, "host_ip"), text(port["host_ip"]))
    published = text(port.get("published"))
    published = "" if published == "0" else published
    protocol = text(port.get("protocol") or "tcp")
    return _expanded(vessel, path, text(target), (number, number), published, protocol, text(mode))


def _expanded(
    vessel: Vessel,
    path: Path,
    line: str,
    targets: tuple[int, int] | None,
    published: str,
    protocol: str,
    mode: str,
) -> list[dict[str, Any]]:
    """One entry for each port of the ranges."""
    outside = _range(published) if published else None
    if targets is None or (published and outside is None):
        words = tr(
            '"{text}": ports go from 1 to 65535, and ranges upwards, over {most} ports at most.',
            text=line,
            most=f"{MAX_RANGE:,}",
        )
        vessel.report.error(path, "bad-value", words)
        return []
    inner, outer = _numbers(targets), _numbers(outside) if outside else []
    common = {"protocol": protocol.lower(), "mode": mode}
    if not outer:
        if mode == "ingress":
            _random(vessel, path, line)
        return [{"target": port, **common} for port in inner]
    if len(inner) == 1 and len(outer) > 1:
        vessel.report.warning(
            path,
            "port-range",
            tr(
                "Compose takes one free port of the range; Swarm publishes all {count} of them.",
                count=len(outer),
            ),
        )
        inner = inner * len(outer)
    elif len(inner) != len(outer):
        words = tr('The two ranges of "{text}" are not of one length.', text=line)
        vessel.report.error(path, "bad-value", words)
        return []
    return [
        {"target": target, "published": port, **common}
        for target, port in zip(inner, outer, strict=True)
        if port
    ]


def _random(vessel: Vessel, path: Path, line: str) -> None:
    place = vessel.report.place(path)
    fixes: tuple[QuickFix, ...] = ()
    if line.isdecimal() and (place.line, place.column) == (place.value_line, place.value_column):
        same = f"{line}:{line}"
        fixes = (replace_value(place, quoted(same), tr("Publish it as {port}", port=same)),)
    vessel.report.warning(
        path,
        "random-port",
        tr("Without a published port Swarm picks one at random, from 30000 up."),
        tr('Write "{port}:{port}", or leave it out.', port=line.partition("/")[0]),
        *fixes,
    )


def _check_address(vessel: Vessel, path: Path, address: str) -> None:
    if address in _EVERYWHERE:
        if address:
            words = tr("{address} is every address, as always in Swarm.", address=address)
            vessel.report.note(path, "left-out", words)
        return
    vessel.unsafe(
        path,
        "port-opens-to-world",
        tr(
            "Swarm drops the address of a port: this one would be open to the whole world, "
            "past the firewall."
        ),
        tr("Leave the port out (vessels reach each other without), or forward it when needed."),
    )


def _range(line: str) -> tuple[int, int] | None:
    first, dash, last = line.partition("-")
    start, end = integer(first), integer(last) if dash else integer(first)
    if start is None or end is None or not 0 <= start <= end <= 65535 or end - start > MAX_RANGE:
        return None
    return start, end


def _numbers(ends: tuple[int, int]) -> list[int]:
    return list(range(ends[0], ends[1] + 1))
