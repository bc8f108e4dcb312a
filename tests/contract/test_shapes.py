"""Whatever the simulator says, a real Engine says as well: in the same place, of the same kind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.far_side import FarSide, lab_side, simulator_side
from tests.contract.test_contract import deploy
from tests.lab.lab import Lab

pytestmark = [pytest.mark.lab, pytest.mark.seconds(180)]

FLEET = """\
services:
  web:
    image: busybox:1.35
    command: sleep 100000
    stop_grace_period: 1s
    deploy: {replicas: 1, labels: {a: b}}
    ports: [{target: 80, published: 18080, mode: host}]
"""
ASKED = (
    "/version",
    "/info",
    "/swarm",
    "/nodes",
    "/services?status=true",
    "/tasks",
    "/networks",
    "/containers/json",
)


def differences(simulated: Any, real: Any, place: str) -> Iterator[str]:
    """Where the simulator says something that the Engine never does."""
    if isinstance(simulated, dict) and isinstance(real, dict):
        for key, value in simulated.items():
            if key == "Labels":
                continue
            if key in real:
                yield from differences(value, real[key], f"{place}.{key}")
            elif value not in (None, "", {}, []):
                yield f"{place}.{key} is made up"
    elif isinstance(simulated, list) and isinstance(real, list):
        for entry in simulated if real else ():
            tries = [list(differences(entry, other, f"{place}[]")) for other in real]
            yield from min(tries, key=len)
    elif None not in (simulated, real) and type(simulated) is not type(real):
        yield f"{place} is {type(real).__name__}, not {type(simulated).__name__}"


async def answers(side: FarSide) -> dict[str, Any]:
    """What a manager says of itself, its swarm, and of the fleet `shapes` on it."""
    await deploy(side, "shapes", FLEET)
    (task,) = await side.running("shapes_web", 1)
    found: dict[str, Any] = {}
    for asked in ASKED:
        path, _, query = asked.partition("?")
        answer = await side.engine.get(path, {"status": True} if query else None)
        found[path] = _ours(answer, task.service_id) if isinstance(answer, list) else answer
    await side.clear("shapes")
    return found


def _ours(listed: list[dict[str, Any]], service_id: str) -> list[dict[str, Any]]:
    """The entries of the fleet where there are any: what else is there differs on both sides."""
    mine = [entry for entry in listed if "shapes" in str(entry) or service_id in str(entry)]
    return mine or listed


async def test_nothing_is_made_up(lab: Lab, tmp_path: Path) -> None:
    async with simulator_side(tmp_path / "far side")() as side:
        simulated = await answers(side)
    async with lab_side(lab)() as side:
        real = await answers(side)
    found = [d for path in simulated for d in differences(simulated[path], real[path], path)]
    assert found == []
