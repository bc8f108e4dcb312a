"""Where the person is: what a page shows, as a value that history and links can keep."""

from dataclasses import dataclass, replace
from enum import StrEnum

from otternauts_desktop.core.names import ClusterId


class PlaceKind(StrEnum):
    """What a page shows."""

    WELCOME = "welcome"
    CLUSTER = "cluster"
    DOCTOR = "doctor"
    STORAGE = "storage"
    ALERTS = "alerts"
    OUTPOST = "outpost"
    FLEET = "fleet"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Place:
    """`name` is a node's id, a fleet's name or a service's id; `tab` a page's tab by its name."""

    kind: PlaceKind
    cluster_id: ClusterId = ClusterId("")  # noqa: RUF009 - a NewType is a plain str
    name: str = ""
    tab: str = ""

    @property
    def page(self) -> "Place":
        """The same without the tab: what tells one page from another."""
        return replace(self, tab="")


WELCOME = Place(PlaceKind.WELCOME)


def cluster_place(cluster_id: ClusterId) -> Place:
    """The page of a cluster."""
    return Place(PlaceKind.CLUSTER, cluster_id)


def doctor_place(cluster_id: ClusterId) -> Place:
    """The page on which a cluster's network is examined."""
    return Place(PlaceKind.DOCTOR, cluster_id)


def storage_place(cluster_id: ClusterId) -> Place:
    """The page on which a cluster's disks are looked over and cleaned."""
    return Place(PlaceKind.STORAGE, cluster_id)


def alerts_place(cluster_id: ClusterId) -> Place:
    """The page of the alerts of all clusters; its rules are those of this one."""
    return Place(PlaceKind.ALERTS, cluster_id)


def outpost_place(cluster_id: ClusterId, node_id: str) -> Place:
    """The page of a server, by its node's id."""
    return Place(PlaceKind.OUTPOST, cluster_id, node_id)


def fleet_place(cluster_id: ClusterId, fleet: str, tab: str = "") -> Place:
    """The page of a fleet, with a tab of it in front."""
    return Place(PlaceKind.FLEET, cluster_id, fleet, tab)


def service_place(cluster_id: ClusterId, service_id: str) -> Place:
    """The page of a service, by its id."""
    return Place(PlaceKind.SERVICE, cluster_id, service_id)
