"""`volumes`, `tmpfs` and `shm_size` -> mounts in the long form."""

import re
from collections.abc import Mapping
from typing import Any, Final

from otternauts_desktop.core.fleet.compose import Map, Path
from otternauts_desktop.core.fleet.durations import size_in_bytes
from otternauts_desktop.core.fleet.interpolation import Open
from otternauts_desktop.core.fleet.scalars import text
from otternauts_desktop.core.fleet.vessel import Vessel
from otternauts_desktop.core.words import tr

Mount = dict[str, Any]

_KEYS: Final = frozenset(
    {"type", "source", "target", "read_only", "consistency", "bind", "volume", "tmpfs"}
)
_PROPAGATION: Final = frozenset({"rprivate", "private", "rshared", "shared", "rslave", "slave"})
_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]")
_SHM: Final = "/dev/shm"  # noqa: S108 - a mount point


def lower_mounts(vessel: Vessel) -> None:
    """Write `out["volumes"]`."""
    path = vessel.at("volumes")
    mounts: dict[str, Mount] = {}
    for index, entry in enumerate(vessel.items(vessel.settings.get("volumes"), path)):
        mount = _mount(vessel, (*path, index), entry)
        if mount:
            # Of two for one target the later one counts, as in Compose.
            mounts[mount["target"]] = mount
    for mount in (*_tmpfs(vessel), *_shm(vessel)):
        mounts.setdefault(mount["target"], mount)
    if mounts:
        vessel.out["volumes"] = list(mounts.values())


def _mount(vessel: Vessel, path: Path, entry: Any) -> Mount | None:
    if isinstance(entry, Open):
        return None
    if isinstance(entry, str):
        mount = _short(vessel, path, entry)
    elif isinstance(entry, Mapping):
        if any(isinstance(value, Open) for value in entry.values()):
            return None
        mount = _long(vessel, path, entry)
    else:
        vessel.report.error(path, "wrong-type", tr("A volume is a text or a mapping."))
        return None
    if mount is None:
        return None
    if mount["type"] == "bind":
        _check_bind(vessel, path, mount)
    elif mount["type"] == "volume" and mount.get("source"):
        _check_defined(vessel, path, mount["source"])
    return mount


def _short(vessel: Vessel, path: Path, line: str) -> Mount | None:
    parts = _parts(line)
    defined = vessel.project.root.get("volumes")
    if len(line) > 1 and line[1] == ":" and isinstance(defined, Mapping) and line[0] in defined:
        # Docker and Compose take `v:/data` for a drive of Windows.
        parts = line.split(":")
        vessel.report.warning(
            path,
            "volume-name",
            tr(
                'Compose takes "{name}:" for a drive of Windows; here it is the volume.',
                name=line[0],
            ),
            tr("Give the volume a name of two letters or more."),
        )
    if not parts[0] or len(parts) > 3 or not all(parts):
        words = tr('"{text}" is not a volume. Write "name:/path" or "/there:/path:ro".', text=line)
        vessel.report.error(path, "bad-value", words)
        return None
    if len(parts) == 1:
        return {"type": "volume", "target": _clean(parts[0])}
    source, target = parts[0], _clean(parts[1])
    mount: Mount = {"type": "bind" if _is_path(source) else "volume", "source": source}
    mount["target"] = target
    for option in parts[2].split(",") if len(parts) == 3 else ():
        if option == "ro":
            mount["read_only"] = True
        elif option == "nocopy":
            mount["volume"] = {"nocopy": True}
        elif option in _PROPAGATION:
            mount["bind"] = {"propagation": option}
        elif option not in ("rw", ""):
            words = tr('Swarm drops the option "{option}" of a volume.', option=option)
            vessel.report.warning(path, "no-effect", words)
    return mount


def _parts(line: str) -> list[str]:
    """Split at colons, but not after the letter of a drive of Windows."""
    parts: list[str] = []
    for part in line.split(":"):
        if parts and len(parts[-1]) == 1 and parts[-1].isalpha() and len(line) > 2:
            parts[-1] += f":{part}"
        else:
            parts.append(part)
    return parts


def _is_path(source: str) -> bool:
    return source[0] in "./~" or source.startswith("\\\\") or source[1:2] == ":"


def _clean(target: str) -> str:
    cleaned = re.sub(r"/+", "/", target)
    return cleaned.rstrip("/") or "/" if cleaned.startswith("/") else cleaned


def _long(vessel: Vessel, path: Path, entry: Mapping[str, Any]) -> Mount | None:
    kind = entry.get("type")
    if kind not in ("volume", "bind", "tmpfs", "cluster", "npipe"):
        words = tr('The type of a volume is volume, bind or tmpfs, not "{kind}".', kind=kind)
        vessel.report.error(path, "bad-value", words)
        return None
    if not entry.get("target"):
        vessel.report.error(path, "bad-value", tr("A volume needs a `target`."))
        return None
    mount: Mount = {"type": kind, "target": text(entry["target"])}
    if entry.get("source") is not None:
        mount["source"] = text(entry["source"])
    elif kind == "bind":
        vessel.report.error(path, "bad-value", tr("A bind mount needs a `source`."))
        return None
    if vessel.boolean(entry.get("read_only"), (*path, "read_only")):
        mount["read_only"] = True
    for key in entry:
        if key not in _KEYS and not key.startswith("x-"):
            words = tr("Compose knows no `{key}` here.", key=key)
            vessel.report.error((*path, key), "unknown-key", words)
    _options(vessel, path, entry, mount)
    return mount


def _options(vessel: Vessel, path: Path, entry: Mapping[str, Any], mount: Mount) -> None:
    def lost(part: str, key: str) -> None:
        words = tr("Swarm drops `{key}` of a volume.", key=f"{part}.{key}")
        vessel.report.warning((*path, part, key), "no-effect", words)

    bind = vessel.mapping(entry.get("bind"), (*path, "bind")) or Map()
    if bind.get("propagation"):
        mount["bind"] = {"propagation": text(bind["propagation"])}
    for key in bind:
        if key == "create_host_path":
            if bind[key] is not False:
                lost("bind", key)
        elif key != "propagation":
            lost("bind", key)
    volume = vessel.mapping(entry.get("volume"), (*path, "volume")) or Map()
    for key in volume:
        if key == "nocopy":
            if vessel.boolean(volume[key], (*path, "volume", key)):
                mount.setdefault("volume", {})["nocopy"] = True
        elif key == "subpath":
            mount.setdefault("volume", {})["subpath"] = text(volume[key])
            words = tr("Docker before 28 drops `{key}` of a volume.", key="volume.subpath")
            vessel.report.warning((*path, "volume", key), "no-effect", words)
        else:
            lost("volume", key)
    tmpfs = vessel.mapping(entry.get("tmpfs"), (*path, "tmpfs")) or Map()
    for key in tmpfs:
        if key != "size":
            lost("tmpfs", key)
            continue
        size = vessel.size(tmpfs[key], (*path, "tmpfs", key))
        if isinstance(size, int):
            mount["tmpfs"] = {"size": size}


def _check_bind(vessel: Vessel, path: Path, mount: Mount) -> None:
    source = mount["source"]
    if source.startswith("/"):
        vessel.report.warning(
            path,
            "bind-mount",
            tr(
                '"{source}" has to exist on every outpost that may run this vessel; '
                "Swarm does not create it.",
                source=source,
            ),
            tr("Pin the vessel by deploy.placement.constraints, or use a named volume."),
        )
        return
    if source[1:2] == ":" or source.startswith("\\\\"):
        words = tr('"{source}" is a path of Windows; outposts run Linux.', source=source)
        vessel.report.error(path, "relative-bind", words)
        return
    mount["source"] = vessel.beside.absolute(source)
    vessel.report.error(
        path,
        "relative-bind",
        tr('"{source}" is a path on your machine, not on the outposts.', source=source),
        tr("Use a named volume, a config for a file, or an absolute path that exists there."),
    )


def _check_defined(vessel: Vessel, path: Path, source: str) -> None:
    defined = vessel.project.root.get("volumes")
    if source in (defined if isinstance(defined, Mapping) else {}):
        return
    fix = vessel.fixes.add_section(vessel.project.root, "volumes", source)
    vessel.report.error(
        path,
        "undefined",
        tr(
            '"{name}" is not defined under `{section}:` of the file.',
            name=source,
            section="volumes",
        ),
        tr("Add `{name}:` there.", name=source),
        *((fix,) if fix else ()),
    )


def _tmpfs(vessel: Vessel) -> list[Mount]:
    if vessel.settings.get("tmpfs") is None:
        return []
    path = vessel.at("tmpfs")
    words = tr("`tmpfs` becomes a volume of type tmpfs.")
    vessel.report.note(path, "lowered", words)
    mounts: dict[str, Mount] = {}
    for line in vessel.texts(vessel.settings["tmpfs"], path):
        target, _, options = line.partition(":")
        mount: Mount = {"type": "tmpfs", "target": _clean(target)}
        for option in filter(None, options.split(",")):
            key, _, value = option.partition("=")
            size = size_in_bytes(value) if key == "size" else None
            if size:
                mount["tmpfs"] = {"size": size}
            else:
                words = tr('Swarm drops the option "{option}" of a tmpfs.', option=option)
                vessel.report.warning(path, "no-effect", words)
        # Of two for one target the later one counts, as in Compose.
        mounts[mount["target"]] = mount
    return list(mounts.values())


def _shm(vessel: Vessel) -> list[Mount]:
    if vessel.settings.get("shm_size") is None:
        return []
    size = vessel.size(vessel.settings["shm_size"], vessel.at("shm_size"))
    if not isinstance(size, int):
        return []
    if size <= 0:
        words = tr("It is no size; /dev/shm has the one that Docker gives it.")
        vessel.report.note(vessel.at("shm_size"), "left-out", words)
        return []
    words = tr("`shm_size` becomes a tmpfs of that size on /dev/shm.")
    vessel.report.note(vessel.at("shm_size"), "lowered", words)
    return [{"type": "tmpfs", "target": _SHM, "tmpfs": {"size": size}}]
