"""Return to base: a fleet is again what it was, task specs and digests, over real SSH."""

from pathlib import Path
from typing import Any

import pytest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.errors import NothingFound
from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.names import ClusterId, LaunchId
from otternauts_desktop.core.secret import Secret
from tests.services.practice import flying

pytestmark = pytest.mark.seconds(120)

BASE = """\
services:
  web:
    image: nginx:1.27
    environment: {KEY: "${KEY}", MODE: base}
    deploy: {replicas: 2}
  db: {image: "postgres:16"}
"""
BROKEN = BASE.replace("nginx:1.27", "acme/missing:1").replace("MODE: base", "MODE: broken")
CANARY = "c4nary-0f-16-bytes"


async def specs(control: MissionControl, cluster_id: ClusterId) -> dict[str, Any]:
    snapshot = await control.telemetry.refresh(cluster_id)
    return {s.vessel: s.spec["TaskTemplate"] for s in snapshot.fleets["trio"]}


async def launched(control: MissionControl, cluster_id: ClusterId, text: str, key: str) -> LaunchId:
    launch = await control.launches.launch(
        cluster_id, "trio", text, {"KEY": Secret(key)}, return_on_failure=True
    )
    await control.launches.wait(launch)
    return launch


async def test_a_failed_launch_returns_by_itself_with_the_values_of_before(
    tmp_path: Path,
) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        await launched(control, cluster_id, BASE, CANARY)
        before = await specs(control, cluster_id)
        failed = await launched(control, cluster_id, BROKEN, "another")
        assert control.launches.progress(failed).state is LaunchState.FAILED
        back = control.launches.return_of(failed)
        assert back is not None
        ended = await control.launches.wait(back)
        assert ended.state is LaunchState.CONVERGED, ended
        assert await specs(control, cluster_id) == before
        newest, *_ = control.launches.history(cluster_id, "trio")
    assert (newest.version, newest.returns_to, newest.template) == (3, 1, BASE)
    for file in (tmp_path / "home").rglob("*"):
        if file.is_file():
            assert CANARY.encode() not in file.read_bytes(), file


async def test_a_first_launch_that_fails_has_nothing_to_return_to(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        failed = await launched(control, cluster_id, BROKEN, "one")
        assert control.launches.return_of(failed) is None
        with pytest.raises(NothingFound):
            control.launches.version(cluster_id, "trio")


async def test_a_fleet_returns_to_any_version_with_its_digests(tmp_path: Path) -> None:
    values = {"KEY": Secret("same")}
    async with flying(tmp_path) as (control, _, cluster_id):
        await launched(control, cluster_id, BASE, "same")
        before = await specs(control, cluster_id)
        second = BASE.replace("nginx:1.27", "nginx:1.26") + '  more: {image: "redis:7"}\n'
        await launched(control, cluster_id, second, "same")
        base = control.launches.version(cluster_id, "trio")
        assert base.version == 1
        shown = control.launches.preview_return(base, values)
        assert "1 to update" in shown.plan.summary
        assert "1 to remove" in shown.plan.summary
        back = control.launches.return_to(base, values)
        assert (await control.launches.wait(back)).state is LaunchState.CONVERGED
        assert await specs(control, cluster_id) == before
        assert control.records.pins(back) == control.records.pins(base.id)
        with pytest.raises(NothingFound):
            control.launches.version(cluster_id, "trio", 9)
