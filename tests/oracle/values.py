"""Values for the variables of a file, as a person would give them: by what their names ask for."""

import re
from collections.abc import Iterable, Iterator

_KINDS = (
    (r"PORT", "{port}"),
    (
        r"(^|_)(PATH|DIR|DIRECTORY|ROOT|FOLDER|LOCATION|VOLUMES?|MOUNT|SOCK\w*|HOME|PWD)(_|$)",
        "/srv/{name}",
    ),
    (r"(MEM|MEMORY|RAM)", "512m"),
    (r"CPU", "0.5"),
    (r"(REPLICAS|COUNT|RETRIES|NUM|WORKERS|SCALE)", "2"),
    (r"(INTERVAL|TIMEOUT|PERIOD|DELAY)", "30s"),
    (r"(^|_)[PGU]+ID(_|$)", "1000"),
    (r"(ENABLED?|DISABLED?|DEBUG)", "true"),
    (r"(^|_)IP(_|$)", "10.0.0.7"),
    (r"(DOMAIN|HOST|FQDN)", "{name}.example.com"),
)


def supplied(names: Iterable[str]) -> Iterator[dict[str, str]]:
    """Sets of values to try in turn, because a name does not tell what its place takes."""
    ordered = sorted(names)
    yield {name: _guess(name, number) for number, name in enumerate(ordered)}
    yield {name: str(20000 + number) for number, name in enumerate(ordered)}
    yield {name: f"/srv/{name.lower()}" for name in ordered}
    yield {name: f"value-{number}" for number, name in enumerate(ordered)}


def _guess(name: str, number: int) -> str:
    for pattern, value in _KINDS:
        if re.search(pattern, name.upper()):
            plain = re.sub(r"[^a-z0-9]", "", name.lower())
            return value.format(port=20000 + number, name=plain)
    return f"value-{number}"
