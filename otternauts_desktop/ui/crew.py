"""The services that the window talks to: their use cases, never their doors."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Cluster, Outpost
from otternauts_desktop.core.swarm.state import Node
from otternauts_desktop.ui.bridge import Facts
from otternauts_desktop.ui.cluster_tree_model import ClusterSeen
from otternauts_desktop.ui.connection import Connection, of_cluster, of_outpost
from otternauts_desktop.ui.gauged import Gauged
from otternauts_desktop.ui.places import Place, PlaceKind

if TYPE_CHECKING:
    from otternauts_desktop.services.alerts import Alerts
    from otternauts_desktop.services.backups import Backups
    from otternauts_desktop.services.cleaning import Cleaning
    from otternauts_desktop.services.command_log import CommandLog
    from otternauts_desktop.services.courier import Courier
    from otternauts_desktop.services.doctor import Doctor
    from otternauts_desktop.services.evacuations import Evacuations
    from otternauts_desktop.services.forwards import Forwards
    from otternauts_desktop.services.gauge_history import GaugeHistory
    from otternauts_desktop.services.gauges import Gauges
    from otternauts_desktop.services.ingress import Ingress
    from otternauts_desktop.services.jobs import Jobs
    from otternauts_desktop.services.keys import Keys
    from otternauts_desktop.services.launches import Launches
    from otternauts_desktop.services.membership import Membership
    from otternauts_desktop.services.onboarding import Onboarding
    from otternauts_desktop.services.outposts import Outposts
    from otternauts_desktop.services.preflight import Preflight
    from otternauts_desktop.services.rebalancing import Rebalancing
    from otternauts_desktop.services.registries import Registries
    from otternauts_desktop.services.registry_logins import RegistryLogins
    from otternauts_desktop.services.rollbacks import Rollbacks
    from otternauts_desktop.services.shells import Shells
    from otternauts_desktop.services.telemetry import Telemetry
    from otternauts_desktop.services.transmissions import Transmissions
    from otternauts_desktop.services.updates import Updates
    from otternauts_desktop.services.value_uses import ValueUses
    from otternauts_desktop.services.values import Values


class Settings(Protocol):
    """Small values kept for the person."""

    def get(self, key: str, default: None = None) -> object:
        """A setting by its name, None where it was never put."""

    def put(self, key: str, value: str | int | float) -> None:
        """Keep a setting."""


@dataclass(frozen=True)
class Crew:
    """Handed to the desk when everything is open."""

    facts: Facts
    alerts: "Alerts"
    courier: "Courier"
    outposts: "Outposts"
    keys: "Keys"
    telemetry: "Telemetry"
    gauges: "Gauges"
    gauge_history: "GaugeHistory"
    launches: "Launches"
    jobs: "Jobs"
    membership: "Membership"
    onboarding: "Onboarding"
    preflight: "Preflight"
    doctor: "Doctor"
    ingress: "Ingress"
    evacuations: "Evacuations"
    rebalancing: "Rebalancing"
    cleaning: "Cleaning"
    forwards: "Forwards"
    shells: "Shells"
    rollbacks: "Rollbacks"
    registries: "Registries"
    registry_logins: "RegistryLogins"
    transmissions: "Transmissions"
    command_log: "CommandLog"
    backups: "Backups"
    settings: Settings
    updates: "Updates"
    values: "Values"
    value_uses: "ValueUses"
    practice: Callable[[], Awaitable[Cluster]]
    home: str
    """The data directory."""
    kept_language: Callable[[], str]
    """The language chosen for the next start, "" for the system's."""
    keep_language: Callable[[str], None]
    version: str

    def cluster(self, cluster_id: str) -> Cluster | None:
        """The cluster of that id, None where it was forgotten."""
        return next((c for c in self.outposts.clusters() if c.id == cluster_id), None)

    def current(self, cluster_id: ClusterId) -> Cluster | None:
        """The cluster of that id, or the first one."""
        clusters = self.outposts.clusters()
        return self.cluster(cluster_id) or (clusters[0] if clusters else None)

    def node_at(self, place: Place) -> Node | None:
        """The node that a place is about; None where it is about none, or one that is gone."""
        snapshot = self.telemetry.snapshot(place.cluster_id)
        if place.kind is not PlaceKind.OUTPOST or snapshot is None:
            return None
        return snapshot.node_by_id.get(place.name)

    def outpost_at(self, place: Place) -> Outpost | None:
        """How the node of a place is reached; None where nobody logs in to it."""
        known = self.outposts.outposts(place.cluster_id)
        is_one = place.kind is PlaceKind.OUTPOST
        return next((o for o in known if is_one and o.node_id == place.name), None)

    def seen(self, cluster: Cluster) -> ClusterSeen:
        """All that is known of a cluster now."""
        snapshot = self.telemetry.snapshot(cluster.id)
        staleness = self.telemetry.staleness(cluster.id)
        outposts = self.outposts.outposts(cluster.id)
        now = time.time()
        return ClusterSeen(
            cluster,
            snapshot,
            "" if snapshot is None and staleness.awaited else staleness.lost,
            outposts,
            self.launches.drafted_fleets(cluster.id),
            self.connection(cluster),
            {o.id: of_outpost(o, self.outposts.link(o.id), now) for o in outposts},
            Gauged(cluster.id, self.gauges, self.gauge_history),
        )

    def connection(self, cluster: Cluster) -> Connection:
        """The truth about the connection to a cluster now."""
        staleness = self.telemetry.staleness(cluster.id)
        outposts = self.outposts.outposts(cluster.id)
        return of_cluster(
            [(outpost, self.outposts.link(outpost.id)) for outpost in outposts],
            lost=staleness.lost,
            awaited=staleness.awaited,
            as_of=staleness.as_of,
            now=time.time(),
        )
