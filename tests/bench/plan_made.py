"""The plan of a flight plan of 2,000 lines against a swarm where every service differs a little."""

import json
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from otternauts_desktop.core.fleet.flight_plan import Prepared, prepare
from otternauts_desktop.core.flight.drift import Launched
from otternauts_desktop.core.flight.plan import ChangeKind, plan
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.state import Snapshot, read_snapshot
from otternauts_desktop.simulator.compose_specs import service_spec
from tests.bench.editor_typing import TEXT
from tests.bench.figure import Figure

ROUNDS: Final = 15
NODES: Final = 10
REPLICAS: Final = 3
_LAUNCHABLE: Final = (
    ('"127.0.0.1:80', '"20'),
    ("depends_on", "labels"),
    ("{condition: service_started}", "kept"),
)
"""What turns the editor's text, which has a finding in every service, into one without."""
_VALUES: Final = {"API_KEY": Secret("c4nary-0f-16-bytes")}


def measure() -> Iterator[Figure]:
    """Make the plan of the editor's bench over and over, with what was changed by hand."""
    text = TEXT
    for old, new in _LAUNCHABLE:
        text = text.replace(old, new)
    before, after = ready(text), ready(text.replace("shop:1.5", "shop:1.6"))
    there = swarm(before)
    launched = Launched({}, b"k" * 32)
    launched = Launched(launched.left(there, "shop", tuple(before.data["services"])), launched.key)
    found = plan(after, there, None, launched)
    updated = found.vessels(ChangeKind.UPDATE)
    assert len(updated) == len(before.data["services"]), "or another plan is measured"
    lines = text.count("\n")
    for name, made in (
        ("plan", timed(lambda: plan(after, there, None, launched))),
        ("text to plan", timed(lambda: plan(ready(text), there, None, launched))),
    ):
        detail = f"median {statistics.median(made):.0f} ms, {len(updated)} services"
        yield Figure(f"{name} of {lines:,} lines", max(made), 200, "ms", detail)


def timed(work: Callable[[], object]) -> list[float]:
    """Milliseconds of each round."""
    found = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        found.append((time.perf_counter() - started) * 1000)
    return found


def ready(text: str) -> Prepared:
    """The flight plan, ready to be compared."""
    prepared = prepare("shop", text, _VALUES)
    assert prepared.errors == ()
    return prepared


def swarm(prepared: Prepared) -> Snapshot:
    """A swarm where that flight plan flies, three tasks a service."""
    nodes = [
        {
            "ID": f"n{number}",
            "Spec": {"Role": "worker", "Availability": "active"},
            "Status": {"State": "ready", "Addr": f"10.0.0.{number}"},
            "Description": {
                "Hostname": f"node-{number}",
                "Resources": {"NanoCPUs": 8 * 10**9, "MemoryBytes": 32 << 30},
            },
        }
        for number in range(NODES)
    ]
    services: list[dict[str, Any]] = []
    tasks = []
    for vessel, service in prepared.data["services"].items():
        plain = json.loads(json.dumps(service))
        volumes = prepared.data.get("volumes") or {}
        spec = service_spec("shop", vessel, plain, {"default": "net"}, volumes)
        services.append({"ID": vessel, "Spec": spec})
        for slot in range(1, REPLICAS + 1):
            tasks.append(
                {
                    "ID": f"{vessel}.{slot}",
                    "ServiceID": vessel,
                    "NodeID": f"n{slot}",
                    "Slot": slot,
                    "Status": {"State": "running"},
                    "DesiredState": "running",
                }
            )
    networks = [{"Id": "net", "Name": "shop_default", "Driver": "overlay"}]
    return read_snapshot(
        nodes=nodes, services=services, tasks=tasks, networks=networks, taken_at=0.0
    )
