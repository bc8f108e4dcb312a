"""Former versions of configs and secrets: a changed content is a new object, the old ones stay.

So a fleet can be rolled back to them; which ones have been there long enough is decided here.
"""

from collections import defaultdict
from typing import Final

from otternauts_desktop.core.swarm.state import CONTENT_LABEL, Snapshot, SwarmFile

KEPT_VERSIONS: Final = 3
"""Of each key, the one in use among them."""


def outlived(snapshot: Snapshot, fleet: str) -> tuple[tuple[str, SwarmFile], ...]:
    """`config` or `secret` and the object, for each that launches made and nobody goes back to.

    What any service has, or would have after a rollback, stays in any case.
    """
    used = {file for service in snapshot.services for file in service.files}
    by_key = defaultdict[tuple[str, str], list[SwarmFile]](list)
    for kind, files in (("config", snapshot.configs), ("secret", snapshot.secrets)):
        for file in files:
            if file.fleet == fleet and CONTENT_LABEL in file.labels:
                by_key[kind, file.labels[CONTENT_LABEL]].append(file)
    return tuple(
        (kind, file)
        for (kind, _), versions in by_key.items()
        for file in sorted(versions, key=lambda f: f.created_at, reverse=True)[KEPT_VERSIONS:]
        if file.id not in used
    )
