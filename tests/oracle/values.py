"""Values for the variables of a file, as a person would give them: by where they stand, and by
what their names ask for.
"""

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


_PLACES = (
    (r"\$\{{?{name}(:?-[^}}]*)?\}}?:(\d|\$)", "{port}"),
    (r":\$\{{?{name}(:?-[^}}]*)?\}}?(/tcp|/udp)?[\"']?\s*(#.*)?$", "{port}"),
    (r"(-|source:|device:) +[\"']?\$\{{?{name}(:?-[^}}]*)?\}}?(/|:/)", "/srv/{name}"),
)


def supplied(names: Iterable[str], text: str) -> Iterator[dict[str, str]]:
    """Sets of values to try in turn, because nothing tells for sure what a place takes."""
    ordered = sorted(names)
    yield {name: _guess(name, number, text) for number, name in enumerate(ordered)}
    yield {name: str(20000 + number) for number, name in enumerate(ordered)}
    yield {name: f"/srv/{name.lower()}" for name in ordered}
    yield {name: f"value-{number}" for number, name in enumerate(ordered)}


def _guess(name: str, number: int, text: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    for pattern, value in _PLACES:
        if re.search(pattern.format(name=re.escape(name)), text, re.MULTILINE):
            return value.format(port=20000 + number, name=plain)
    for pattern, value in _KINDS:
        if re.search(pattern, name.upper()):
            return value.format(port=20000 + number, name=plain)
    return f"value-{number}"
