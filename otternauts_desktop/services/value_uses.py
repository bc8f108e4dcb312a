"""Which fleets ask for which variables, as their flight plans stand here."""

from otternauts_desktop.core.fleet.flight_plan import read
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.services.launches import Launches
from otternauts_desktop.services.telemetry import Telemetry


class ValueUses:
    """Reads the flight plans of a cluster, each time anew."""

    def __init__(self, launches: Launches, telemetry: Telemetry) -> None:
        self._launches = launches
        self._telemetry = telemetry

    def asked(self, cluster_id: ClusterId) -> dict[str, tuple[str, ...]]:
        """Names of variables by fleet. Takes a moment for large plans."""
        snapshot = self._telemetry.snapshot(cluster_id)
        flying = snapshot.fleets if snapshot else ()
        return {
            fleet: read(self._launches.draft(cluster_id, fleet)).variables
            for fleet in sorted({*self._launches.drafted_fleets(cluster_id), *flying})
        }
