"""The words beside a key: what Swarm does with it, and what holds without it."""

from collections.abc import Sequence

from otternauts_desktop.core.fleet import service_keys
from otternauts_desktop.core.fleet.compose_keys import key_at
from otternauts_desktop.core.fleet.outline import ITEM
from otternauts_desktop.core.words import tr


def key_help(path: Sequence[str]) -> str:
    """A few words on the key with that path, "" where there is nothing to say."""
    if not path or path[-1] == ITEM:
        return ""
    known = key_at(path)
    if known is not None and known.help:
        words = [f"{path[-1]}: {tr(known.help)}"]
        if known.default:
            words.append(tr("Without it: {default}", default=known.default))
        if known.values:
            words.append(tr("One of: {values}", values=", ".join(known.values)))
        return "\n".join(words)
    if len(path) == 3 and path[0] == "services":
        return _of_service(path[2])
    return ""


def _of_service(name: str) -> str:
    """Keys of a service that Swarm has nothing for."""
    for table in (service_keys.HARMLESS, service_keys.LOST, service_keys.IMPOSSIBLE):
        if name in table:
            return f"{name}: {tr(table[name])}"
    if name in service_keys.UNSAFE:
        return f"{name}: " + tr("Swarm drops it: {why}.", why=tr(service_keys.UNSAFE[name]))
    return ""
