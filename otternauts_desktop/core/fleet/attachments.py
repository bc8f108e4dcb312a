"""What a service is attached to: networks, hosts it knows, configs and secrets."""

from collections.abc import Mapping
from typing import Any, Final

from otternauts_desktop.core.fleet.compose import Map, Path
from otternauts_desktop.core.fleet.fixes import quoted
from otternauts_desktop.core.fleet.interpolation import Open
from otternauts_desktop.core.fleet.scalars import text
from otternauts_desktop.core.fleet.vessel import Vessel
from otternauts_desktop.core.words import tr

HOST: Final = "host"
"""The network of the outpost itself, which every node has."""
_NETWORK_KEYS: Final = frozenset(
    {
        *("driver_opts", "gw_priority", "interface_name", "ipv4_address", "ipv6_address"),
        *("link_local_ips", "mac_address", "priority"),
    }
)


def lower_networks(vessel: Vessel) -> None:
    """Write `out["networks"]`: a list where there is no more to say than names."""
    if vessel.settings.get("network_mode") is not None:
        _network_mode(vessel)
        return
    given, path = vessel.settings.get("networks"), vessel.at("networks")
    if given is None:
        return
    named = isinstance(given, Map)
    entries = dict(given) if named else dict.fromkeys(vessel.texts(given, path))
    found = {name: _network(vessel, (*path, name), value) for name, value in entries.items()}
    for index, name in enumerate(found):
        where = (*path, name) if isinstance(given, Map) else (*path, index)
        if name != "default":
            check_defined(vessel, where, "networks", name)
    if found:
        vessel.out["networks"] = found if any(found.values()) else list(found)


def _network(vessel: Vessel, path: Path, value: Any) -> dict[str, Any]:
    settings = vessel.mapping(value, path) or Map()
    found: dict[str, Any] = {}
    for key in settings:
        if key == "aliases":
            aliases = vessel.texts(settings[key], (*path, key))
            if aliases:
                found["aliases"] = list(dict.fromkeys(aliases))
        elif key in _NETWORK_KEYS:
            words = tr("Swarm drops `{key}` of a network.", key=key)
            fix = tr("Reach the service by its name.")
            vessel.report.warning((*path, key), "no-effect", words, fix)
        elif not key.startswith("x-"):
            words = tr("Compose knows no `{key}` here.", key=key)
            vessel.report.error((*path, key), "unknown-key", words)
    return found


def _network_mode(vessel: Vessel) -> None:
    mode, path = text(vessel.settings["network_mode"]), vessel.at("network_mode")
    if isinstance(vessel.settings["network_mode"], Open):
        return
    if mode == "host":
        vessel.out["networks"] = [HOST]
        vessel.report.note(path, "lowered", tr("`network_mode: host` becomes the network `host`."))
        if vessel.out.pop("ports", None):
            words = tr("On the network of the outpost every port is open as it is.")
            for index in range(len(vessel.settings["ports"])):
                vessel.report.note((*vessel.at("ports"), index), "left-out", words)
    elif mode in ("bridge", "default"):
        words = tr("Swarm has no `{mode}` network: the fleet's own network is used.", mode=mode)
        vessel.report.warning(path, "no-effect", words)
    else:
        vessel.unsafe(
            path,
            "unsafe-drop",
            tr(
                "Swarm drops `network_mode: {mode}`: the container would be on the fleet's own "
                "network instead.",
                mode=mode,
            ),
        )


def check_defined(vessel: Vessel, path: Path, section: str, name: Any) -> None:
    """Say where a name is used that the file never defines."""
    defined = vessel.project.root.get(section)
    if isinstance(name, Open) or name in (defined if isinstance(defined, Mapping) else {}):
        return
    settings = "" if section == "networks" else "{external: true}"
    fix = vessel.fixes.add_section(vessel.project.root, section, str(name), settings)
    vessel.report.error(
        path,
        "undefined",
        tr('"{name}" is not defined under `{section}:` of the file.', name=name, section=section),
        tr("Add it there, with `external: true` where it exists already."),
        *((fix,) if fix else ()),
    )


def lower_hosts(vessel: Vessel) -> None:
    """Write `out["extra_hosts"]` as `host:address`."""
    given, path = vessel.settings.get("extra_hosts"), vessel.at("extra_hosts")
    if given is None:
        return
    lines: list[str] = []
    if isinstance(given, Map):
        for host, value in given.items():
            addresses = value if isinstance(value, list) else [value]
            lines += [f"{host}:{_address(text(address))}" for address in addresses]
    else:
        for index, entry in enumerate(vessel.items(given, path)):
            separator = "=" if "=" in text(entry) else ":"
            host, found, address = text(entry).partition(separator)
            if not found and not isinstance(entry, Open):
                words = tr('"{text}" names no address. Write "host:address".', text=entry)
                vessel.report.error((*path, index), "bad-value", words)
                continue
            lines.append(f"{host}:{_address(address)}")
    if lines:
        vessel.out["extra_hosts"] = list(dict.fromkeys(lines))


def _address(address: str) -> str:
    return address[1:-1] if address.startswith("[") and address.endswith("]") else address


def lower_files(vessel: Vessel, section: str) -> None:
    """Write `out["configs"]` or `out["secrets"]` in the long form."""
    path = vessel.at(section)
    found: dict[str, dict[str, Any]] = {}
    places: dict[str, Path] = {}
    for index, entry in enumerate(vessel.items(vessel.settings.get(section), path)):
        where = (*path, index)
        settings = entry if isinstance(entry, Map) else Map({"source": entry}, {})
        source = settings.get("source")
        if not isinstance(source, str) or not source:
            vessel.report.error(where, "bad-value", tr("It has to name its `source`."))
            continue
        check_defined(vessel, where, section, source)
        mount: dict[str, Any] = {"source": source}
        for key in settings:
            if key in ("target", "uid", "gid"):
                if settings[key] is not None:
                    mount[key] = text(settings[key])
            elif key == "mode":
                mode = _mode(vessel, (*where, key), settings[key])
                if mode is not None:
                    mount["mode"] = mode
            elif key != "source" and not key.startswith("x-"):
                words = tr("Compose knows no `{key}` here.", key=key)
                vessel.report.error((*where, key), "unknown-key", words)
        target = mount.get("target") or source
        if target in found and found[target] != mount:
            words = tr(
                "A later entry takes its place: both are mounted as {target}.", target=target
            )
            vessel.report.note(places[target], "left-out", words)
        found[target], places[target] = mount, where
    if found:
        vessel.out[section] = list(found.values())


def _mode(vessel: Vessel, path: Path, value: Any) -> Any:
    mode = vessel.integer(value, path)
    if isinstance(value, str) and isinstance(mode, int):
        vessel.report.warning(
            path,
            "file-mode",
            tr(
                "In quotes {text} is no octal number: the file's mode becomes {mode}.",
                text=quoted(value),
                mode=f"{mode:04o}",
            ),
            tr("Write it without quotes: 0440."),
        )
    return mode


def lower_links(vessel: Vessel) -> None:
    """Nothing is sent for `links`; say what gets lost by it."""
    path = vessel.at("links")
    for index, entry in enumerate(vessel.items(vessel.settings.get("links"), path)):
        service, colon, alias = text(entry).partition(":")
        if colon and alias != service:
            vessel.report.warning(
                (*path, index),
                "no-effect",
                tr('Swarm drops `links`: the name "{alias}" would lead nowhere.', alias=alias),
                tr(
                    "Add it to the `aliases` of {service} on a network, or use its own name.",
                    service=service,
                ),
            )
        else:
            words = tr("Services on one network reach each other by name anyway.")
            vessel.report.note((*path, index), "left-out", words)


def lower_dns(vessel: Vessel) -> None:
    """Write `out["dns"]` and `out["dns_search"]`."""
    for key in ("dns", "dns_search"):
        found = vessel.texts(vessel.settings.get(key), vessel.at(key))
        # An empty server is none; an empty search domain turns searching off.
        if kept := [item for item in dict.fromkeys(found) if item or key == "dns_search"]:
            vessel.out[key] = kept
