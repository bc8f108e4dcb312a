"""What is seen of a cluster's ingress: Traefik, its network, and the outpost it is pinned to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from otternauts_desktop.core.fleet.ingress import NETWORK
from otternauts_desktop.core.fleet.traefik import (
    LABEL,
    SERVICE,
    IngressSettings,
    is_traefik,
    settings_of,
    too_old,
)
from otternauts_desktop.core.flight.plan import Plan
from otternauts_desktop.core.flight.things import Fate
from otternauts_desktop.core.swarm.health import Condition, service_condition
from otternauts_desktop.core.swarm.state import Node, Service, Snapshot


@dataclass(frozen=True, slots=True)
class IngressSeen:
    """A cluster's ingress at one moment."""

    service: Service | None
    """Traefik as launched from here, None where it was not."""
    condition: Condition | None
    settings: IngressSettings | None
    pinned: tuple[Node, ...]
    """The outposts with its label: one, where all is well."""
    network: bool
    """Whether the network that it shares with fleets is there."""
    foreign: tuple[str, ...]
    """Full names of services that are Traefik and no part of this ingress."""
    old: tuple[str, ...]
    """Full names of those whose Traefik is too old for today's Docker."""


def ingress_seen(snapshot: Snapshot) -> IngressSeen:
    """What there is of an ingress."""
    own = next((s for s in snapshot.services if s.name == SERVICE), None)
    traefiks = [s for s in snapshot.services if is_traefik(s.image)]
    return IngressSeen(
        service=own,
        condition=service_condition(snapshot, own) if own else None,
        settings=_settings(own) if own else None,
        pinned=tuple(node for node in snapshot.nodes if node.labels.get(LABEL) == "true"),
        network=any(network.name == NETWORK for network in snapshot.networks),
        foreign=tuple(s.name for s in traefiks if s is not own),
        old=tuple(s.name for s in traefiks if too_old(s.image)),
    )


def once_prepared(plan: Plan) -> Plan:
    """The plan of its launch after the job's own first steps.

    They make the network and label the outpost, so neither is missing.
    """
    things = tuple(
        replace(thing, fate=Fate.CREATED)
        if thing.name == NETWORK and thing.fate is Fate.MISSING
        else thing
        for thing in plan.things
    )
    return replace(plan, things=things, rooms=())


def _settings(service: Service) -> IngressSettings:
    container = service.spec["TaskTemplate"]["ContainerSpec"]
    ports: list[Mapping[str, Any]] = (service.spec.get("EndpointSpec") or {}).get("Ports") or []
    host = any(port.get("PublishMode") == "host" for port in ports)
    return settings_of(
        service.labels.get("com.docker.stack.image") or service.image,
        container.get("Args") or [],
        "host" if host else "ingress",
    )
