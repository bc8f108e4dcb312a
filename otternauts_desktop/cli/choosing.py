"""Which cluster is meant where none is named."""

from collections.abc import Sequence

from otternauts_desktop.core.errors import NothingFound
from otternauts_desktop.core.swarm.cluster import Cluster


def only_cluster(clusters: Sequence[Cluster]) -> Cluster:
    """The only one of them. Raises `NothingFound`, saying what to do."""
    if len(clusters) == 1:
        return clusters[0]
    if not clusters:
        raise NothingFound(
            detail="There is no cluster yet.",
            next_step="Add a manager of your swarm: otternauts outpost add HOST --user U --key F",
        )
    names = ", ".join(cluster.name for cluster in clusters)
    raise NothingFound(
        detail=f"There are several clusters: {names}.", next_step="Say which: --cluster NAME"
    )
