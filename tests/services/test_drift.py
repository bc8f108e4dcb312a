"""What was changed by hand between two launches, over real SSH to the flight simulator."""

import copy
from pathlib import Path

from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.simulator.practice import Practice
from tests.services.practice import THREE_VESSELS, flying

CANARY = "c4nary-0f-16-bytes"
VARIABLES = {"API_KEY": Secret(CANARY)}


def scale(practice: Practice, name: str, replicas: int) -> None:
    """What `docker service scale` does."""
    service = next(s for s in practice.swarm.services.values() if s.name == name)
    spec = copy.deepcopy(dict(service.spec))
    spec["Mode"]["Replicated"]["Replicas"] = replicas
    practice.swarm.update_service(service, spec)


async def test_a_change_by_hand_is_told_then_taken_over_or_overwritten(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        launches, telemetry = control.launches, control.telemetry

        async def launched(text: str) -> None:
            launch = await launches.launch(cluster_id, "trio", text, VARIABLES)
            assert (await launches.wait(launch)).state is LaunchState.CONVERGED

        await launched(THREE_VESSELS)
        scale(practice, "trio_web", 3)
        await telemetry.refresh(cluster_id)
        (web,) = launches.preview(cluster_id, "trio", THREE_VESSELS, VARIABLES).plan.drifted
        assert [(f.words, f.drifted) for f in web.fields] == [("deploy.replicas 3 -> 2", True)]

        taken = launches.take_over(cluster_id, "trio", THREE_VESSELS, VARIABLES)
        assert taken.text == THREE_VESSELS.replace("replicas: 2", "replicas: 3")
        assert launches.preview(cluster_id, "trio", taken.text, VARIABLES).plan.nothing_to_do

        await launched(THREE_VESSELS)
        plan = launches.preview(cluster_id, "trio", THREE_VESSELS, VARIABLES).plan
        assert (plan.nothing_to_do, plan.drifted) == (True, ())

        await launches.remove(cluster_id, "trio")
        plan = launches.preview(cluster_id, "trio", THREE_VESSELS, VARIABLES).plan
        assert plan.drifted == (), "removed from here is no drift"
    kept = b"".join(file.read_bytes() for file in (tmp_path / "home").rglob("*.db*"))
    assert CANARY.encode() not in kept
    assert b"left_by_launches" in kept
