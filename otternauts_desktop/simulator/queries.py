"""How a request to the Engine is read: versions, parameters and filters."""

import json
import re
from typing import Final

API: Final = (1, 45)
OLDEST_API: Final = (1, 24)
API_TEXT: Final = f"{API[0]}.{API[1]}"
_FILTERS: Final = {
    "nodes": {"id", "label", "membership", "name", "node.label", "role"},
    "services": {"id", "label", "mode", "name", "runtime"},
    "tasks": {
        "_up-to-date",
        "desired-state",
        "id",
        "label",
        "name",
        "node",
        "runtime",
        "service",
        "stack",
    },
    "networks": {"dangling", "driver", "id", "label", "name", "scope", "type"},
    "configs": {"id", "label", "name", "names"},
    "secrets": {"id", "label", "name", "names"},
}

Query = dict[str, str]
"""Parameters of a request, the last of each name."""


class EngineError(Exception):
    """An answer of 400 and above."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def unversioned(path: str) -> str:
    """The path without `/v1.45`. Raises `EngineError` for a version that isn't spoken."""
    match = re.match(r"/v(\d+)\.(\d+)(?=/)", path)
    if match is None:
        return path
    asked = int(match[1]), int(match[2])
    text = f"client version {match[1]}.{match[2]} is too"
    if asked > API:
        raise EngineError(400, f"{text} new. Maximum supported API version is {API_TEXT}")
    if asked < OLDEST_API:
        oldest = ".".join(map(str, OLDEST_API))
        raise EngineError(
            400,
            f"{text} old. Minimum supported API version is {oldest}, please upgrade your client "
            "to a newer version",
        )
    return path[match.end() :]


def read_filters(query: Query, kind: str = "") -> dict[str, set[str]]:
    """The filters of a request, in either of the forms that Docker takes."""
    text = query.get("filters", "")
    if not text:
        return {}
    try:
        filters = {str(key): set(map(str, values)) for key, values in json.loads(text).items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise EngineError(400, "invalid filter") from error
    for key in filters:
        if kind and key not in _FILTERS[kind]:
            raise EngineError(400, f"invalid filter '{key}'")
    return filters


def among(filters: dict[str, set[str]], key: str, value: str) -> bool:
    """A condition of a query: the key's value is one of those asked for."""
    return not filters.get(key) or value in filters[key]


def named(filters: dict[str, set[str]], identity: str, name: str) -> bool:
    """By the beginning of id and name, as Docker does."""
    ids, names = filters.get("id"), filters.get("name")
    return (not ids or any(identity.startswith(i) for i in ids)) and (
        not names or any(name.startswith(n) for n in names)
    )


def labelled(filters: dict[str, set[str]], key: str, labels: dict[str, str]) -> bool:
    """Whether `labels` has all of the `name` or `name=value` that the filter asks for."""
    for wanted in filters.get(key, ()):
        name, equals, value = wanted.partition("=")
        if name not in labels or (equals and labels[name] != value):
            return False
    return True


def is_true(text: str) -> bool:
    """Docker's idea of a true parameter."""
    return text.strip().lower() not in ("", "0", "no", "false", "none")


def seconds(text: str) -> float:
    """A time in seconds as a query gives it; raises `EngineError` for what is none."""
    try:
        return float(text or 0)
    except ValueError as error:
        raise EngineError(400, f'invalid value for "since": {text}') from error
