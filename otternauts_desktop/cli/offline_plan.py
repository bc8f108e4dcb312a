"""`otternauts plan --offline`: the plan against what was last seen, with no server asked."""

import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from otternauts_desktop.cli.choosing import only_cluster
from otternauts_desktop.cli.inputs import given, kept
from otternauts_desktop.cli.offline import in_words, usable
from otternauts_desktop.cli.output import Output
from otternauts_desktop.cli.plan_report import CHANGES, plan_document, plan_words
from otternauts_desktop.core.errors import NothingFound
from otternauts_desktop.core.fleet.flight_plan import prepare
from otternauts_desktop.core.flight.drift import Launched
from otternauts_desktop.core.flight.plan import plan
from otternauts_desktop.core.names import fleet_name
from otternauts_desktop.core.swarm.cluster import Cluster
from otternauts_desktop.core.swarm.state import read_snapshot
from otternauts_desktop.services.store.glance import Glance, glance, known_clusters
from otternauts_desktop.services.store.home import DATABASE, default_home, key_of_sums

_NOTHING: Final = Glance({"nodes": [], "services": [], "tasks": [], "networks": []}, 0.0, "", {})
"""What is known where no cluster is."""


def plan_offline(arguments: Namespace, output: Output) -> int:
    """The plan by meaning; exit 0: nothing to do, 2: changes.

    Where no cluster is known yet, all of it is to be created.
    """
    home = Path(arguments.home).expanduser() if arguments.home else default_home()
    fleet = fleet_name(arguments.name)
    clusters = known_clusters(home / DATABASE)
    known, key = _NOTHING, b""
    if clusters or arguments.cluster:
        cluster = _chosen(clusters, arguments.cluster)
        known = glance(home / DATABASE, cluster.id, fleet)
        key = key_of_sums(home, known.key_name)
        if known.lists is None:
            raise NothingFound(
                detail=f"{cluster.name} was never read from here.",
                next_step="Leave out --offline to read it now.",
            )
        output.progress(f"{cluster.name} as it was {_ago(known.taken_at)}; no server was asked.")
    else:
        output.progress("No cluster is known here: the plan is for an empty one.")
    if arguments.file:
        written = given(arguments.file[0], arguments, arguments.file[1:])
    elif known.draft:
        written = kept(known.draft, arguments)
    else:
        raise NothingFound(
            detail=f"No flight plan of {fleet} is kept here.", next_step="Give --file F."
        )
    prepared = usable(prepare(fleet, written.text, written.variables, written.beside))
    for finding in prepared.findings:
        output.progress(in_words(finding))
    snapshot = read_snapshot(taken_at=known.taken_at, **(known.lists or {}))
    found = plan(prepared, snapshot, None, Launched(known.left, key))
    if not clusters:
        # Nothing is known of where tasks could run.
        found = replace(found, rooms=())
    seen_at = known.taken_at if clusters else None
    output.result({**plan_document(found), "seen_at": seen_at}, plan_words(found))
    return 0 if found.nothing_to_do else CHANGES


def _chosen(clusters: Sequence[Cluster], name: str | None) -> Cluster:
    if not name:
        return only_cluster(clusters)
    for cluster in clusters:
        if name in (cluster.name, cluster.id):
            return cluster
    names = ", ".join(cluster.name for cluster in clusters) or "none yet"
    raise NothingFound(detail=f'There is no cluster "{name}". There are: {names}.')


def _ago(taken_at: float) -> str:
    minutes = max(time.time() - taken_at, 0) / 60
    if minutes < 2:
        return "a moment ago"
    if minutes < 120:
        return f"{minutes:.0f} minutes ago"
    hours = minutes / 60
    return f"{hours:.0f} hours ago" if hours < 48 else f"{hours / 24:.0f} days ago"
