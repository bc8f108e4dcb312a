"""Merging of Compose files, key by key, as `docker compose` does it (compose-go, override).

Nothing is changed in place; every value keeps its place in the file that it came from.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from otternauts_desktop.core.fleet.compose import NOWHERE, Map, Path, Seq
from otternauts_desktop.core.fleet.scalars import text

# Keys of a service (or of a part of it) whose forms are brought together as a list of NAME=value.
_SEQUENCES: Final = frozenset(
    {
        *("annotations", "dns", "dns_opt", "dns_search", "env_file", "environment"),
        *("extra_hosts", "labels", "sysctls", "tmpfs", "build.args", "build.additional_contexts"),
        *("build.extra_hosts", "build.labels", "deploy.labels"),
    }
)
_REPLACED: Final = frozenset({"command", "entrypoint", "healthcheck.test"})
_NAME_VALUE: Final = frozenset(
    {
        *("annotations", "cap_add", "cap_drop", "deploy.labels", "dns", "dns_opt", "dns_search"),
        *("environment", "expose", "extra_hosts", "labels", "links", "profiles", "sysctls"),
        *("tmpfs", "env_file"),
    }
)
"""Lists in which a later entry of the same name takes the place of the earlier one."""


def merge(base: Any, over: Any, path: Path = ()) -> Any:
    """`over` merged over `base`, both standing at `path`. A value that can't be merged wins."""
    key = _key(path)
    if key in _REPLACED:
        return over
    if key in _SEQUENCES:
        return (
            unique(_sequence(base, over), by_name) if key in _NAME_VALUE else _sequence(base, over)
        )
    if key == "build":
        return _mappings(_named(base, "context"), _named(over, "context"), path)
    if key in ("depends_on", "networks"):
        return _mappings(as_mapping(base), as_mapping(over), path)
    if key == "logging" and isinstance(base, Map) and isinstance(over, Map):
        drivers = {part.get("driver") for part in (base, over) if "driver" in part}
        return over if len(drivers) > 1 else _mappings(base, over, path)
    if len(path) == 3 and path[0] in ("networks", "volumes") and path[2] == "labels":
        return _sequence(base, over)
    if over is None:
        return base
    if isinstance(base, Map) and isinstance(over, Map):
        return _mappings(base, over, path)
    if isinstance(base, Seq) and isinstance(over, Seq):
        both = _joined(base, over)
        return unique(both, by_name) if key in _NAME_VALUE else both
    return over


def without(data: Any, removed: Iterable[Path]) -> Any:
    """`data` without what `!reset` and `!override` take away."""
    for path in removed:
        data = _without(data, path)
    return data


def _without(data: Any, path: Path) -> Any:
    if not isinstance(data, Map) or not path or path[0] not in data:
        return data
    key = str(path[0])
    if len(path) == 1:
        return Map({k: v for k, v in data.items() if k != key}, data.places)
    return Map({**data, key: _without(data[key], path[1:])}, data.places)


def unique(entries: Seq, name_of: Callable[[Any], Any]) -> Seq:
    """A list in which a later entry of the same name takes the place of the earlier one."""
    found: dict[Any, tuple[Any, Any]] = {}
    for entry, at in zip(entries, entries.places, strict=True):
        found[name_of(entry)] = (entry, at)
    return Seq([entry for entry, _ in found.values()], [at for _, at in found.values()])


def by_name(entry: Any) -> Any:
    """What makes two entries of a list the same: the text before its `=`."""
    if isinstance(entry, Mapping):
        return str(entry.get("path", sorted(map(str, entry.items()))))
    return str(entry).partition("=")[0]


def as_mapping(value: Any) -> Any:
    """A list of names as a mapping of names to nothing."""
    if not isinstance(value, Seq):
        return value
    names = [str(name) for name in value]
    return Map(dict.fromkeys(names), dict(zip(names, value.places, strict=True)))


def _key(path: Path) -> str:
    """Which key of a service is meant: `command`, `deploy.labels`; "" for anything else."""
    if len(path) < 3 or path[0] != "services":
        return ""
    return ".".join(str(part) for part in path[2:])


def _mappings(base: Any, over: Any, path: Path) -> Any:
    if not isinstance(base, Map) or not isinstance(over, Map):
        return base if over is None else over
    values, places = dict(base), dict(base.places)
    for key, value in over.items():
        extension = key.startswith("x-")
        there = key in values and not extension
        values[key] = merge(values[key], value, (*path, key)) if there else value
        places[key] = over.places.get(key, NOWHERE)
    return Map(values, places)


def _named(value: Any, key: str) -> Any:
    """The short form of `build` as a mapping."""
    return value if isinstance(value, Map) else Map({key: value}, {})


def _sequence(base: Any, over: Any) -> Seq:
    return _joined(_as_sequence(base), _as_sequence(over))


def _joined(base: Seq, over: Seq) -> Seq:
    return Seq([*base, *over], [*base.places, *over.places])


def _as_sequence(value: Any) -> Seq:
    if isinstance(value, Seq):
        return value
    if isinstance(value, Map):
        keys = sorted(value)
        entries = [k if value[k] is None else f"{k}={text(value[k])}" for k in keys]
        return Seq(entries, [value.places.get(k, NOWHERE) for k in keys])
    return Seq() if value is None else Seq([value], [NOWHERE])
