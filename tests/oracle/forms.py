"""Which keys of the Compose Spec a file uses, and in which form each."""

from collections.abc import Iterator
from typing import Any, Final

Form = tuple[str, str]
"""Path and form: `("services.*.ports.[]", "map")`; names that are free are `*`, items `[]`."""

_FREE: Final = frozenset(
    [
        *("services", "networks", "volumes", "secrets", "configs", "models"),
        *("args", "labels", "annotations", "environment", "additional_contexts", "ssh"),
        *("extra_hosts", "driver_opts", "ulimits", "depends_on", "aux_addresses", "sysctls"),
        "options",
    ]
)
"""Keys below which names are free, where they hold a mapping."""


def children(value: Any, path: tuple[str, ...]) -> Iterator[tuple[Any, str, Any]]:
    """Key or index, its name in a path, and what it holds."""
    if isinstance(value, dict):
        free = bool(path) and path[-1] in _FREE
        for key, item in value.items():
            yield key, "*" if free else str(key), item
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield index, "[]", item


def forms(value: Any, path: tuple[str, ...] = ()) -> Iterator[Form]:
    """Every key that is used, with the form of what it holds."""
    if path:
        yield ".".join(path), _form(value)
    for _, name, item in children(value, path):
        yield from forms(item, (*path, name))


def _form(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else "list" if isinstance(value, list) else "map"
