"""What the plan says restarts is what restarts: single changes, task ids before and after."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from otternauts_desktop.core.fleet.flight_plan import Prepared, prepare
from otternauts_desktop.core.flight.commands import stack_deploy
from otternauts_desktop.core.flight.export import export
from otternauts_desktop.core.flight.plan import Change, plan
from otternauts_desktop.core.swarm.state import Snapshot
from tests.contract.far_side import FarSide, lab_side
from tests.lab.lab import Lab
from tests.lab.single_changes import CHANGES, flight_plan
from tests.services.practice import until_async

pytestmark = [pytest.mark.lab, pytest.mark.seconds(900)]

FLEET = "matrix"


@asynccontextmanager
async def prepared_side(lab: Lab) -> AsyncIterator[FarSide]:
    """The lab with the configs and the secret of the matrix, cleared afterwards."""
    node = lab.nodes[0]
    files = {"config": ("matrix-c1", "matrix-c2"), "secret": ("matrix-s1",)}
    async with lab_side(lab)() as side:
        await side.clear(FLEET)
        try:
            for kind, names in files.items():
                node.run("docker", kind, "rm", *names)
                for name in names:
                    node.ask("docker", kind, "create", name, "-", stdin=name.encode())
            yield side
        finally:
            await side.clear(FLEET)
            for kind, names in files.items():
                node.run("docker", kind, "rm", *names)


def ready(which: int) -> Prepared:
    prepared = prepare(FLEET, json.dumps(flight_plan(which)), {})
    assert prepared.errors == ()
    return prepared


def running(snapshot: Snapshot) -> dict[str, set[str]]:
    """Ids of the tasks that run, by vessel."""
    return {
        service.vessel: {
            task.id
            for task in snapshot.tasks_by_service[service.id]
            if (task.state, task.desired) == ("running", "running")
        }
        for service in snapshot.fleets.get(FLEET, ())
    }


async def launched(side: FarSide, which: int, wanted: dict[str, int]) -> Snapshot:
    """Deploy and wait until every vessel has its tasks and no update is under way."""
    body = ready(which).body().encode()
    done = await side.run(stack_deploy(FLEET, body, sudo=False, resolve_image="never"))
    assert done.exit_status == 0, done.stderr

    snapshot = await side.snapshot()

    async def settled() -> bool:
        nonlocal snapshot
        snapshot = await side.snapshot()
        counts = {vessel: len(ids) for vessel, ids in running(snapshot).items()}
        moving = any(s.update_state == "updating" for s in snapshot.fleets.get(FLEET, ()))
        return not moving and counts == wanted

    await until_async(settled, 400)
    return snapshot


def count(change: Change, before: int) -> int:
    return before + change.starts - change.stops


async def test_predicted_restarts_are_the_ones_that_happen(lab: Lab) -> None:
    async with prepared_side(lab) as side:
        first = plan(ready(0), await side.snapshot())
        assert first.missing == ()
        wanted = {change.vessel: change.starts for change in first.changes}
        before = await launched(side, 0, wanted)
        again = plan(ready(0), before)
        assert [c for c in again.changes if c.fields] == []

        predicted = {change.vessel: change for change in plan(ready(1), before).changes}
        old = running(before)
        wanted = {vessel: count(c, len(old[vessel])) for vessel, c in predicted.items()}
        after = await launched(side, 1, wanted)
        new = running(after)
        left = plan(ready(1), after)
        rebuilt = prepare(FLEET, export(after, FLEET), {})
        unchanged = plan(rebuilt, after)
    assert [c for c in left.changes if c.fields] == []
    assert rebuilt.errors == ()
    assert [c for c in unchanged.changes if c.fields] == [], "rebuilt from what is there"
    told = {v: (c.restarts, c.starts, c.stops) for v, c in predicted.items()}
    seen = {}
    for vessel in CHANGES:
        gone, came = len(old[vessel] - new[vessel]), len(new[vessel] - old[vessel])
        restarted = min(gone, came)
        seen[vessel] = (restarted, came - restarted, gone - restarted)
    wrong = {
        vessel: (told[vessel], seen[vessel]) for vessel in CHANGES if told[vessel] != seen[vessel]
    }
    assert wrong == {}, "predicted and actual (restarts, starts, stops)"
    assert len(CHANGES) >= 40
    quiet = {vessel for vessel, moves in told.items() if moves == (0, 0, 0)}
    assert {"nothing", "label-service", "update-config", "constraint-kept"} <= quiet
