"""Configs and secrets, one-off jobs and waves of a launch, over real SSH to the simulator."""

from pathlib import Path

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.flight.progress import LaunchProgress, LaunchState
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret
from tests.services.practice import flying

ORDERED = """\
x-otternauts: {launch_order: depends_on}
services:
  db:
    image: busybox:1.35
    command: sleep 100000
  web:
    image: busybox:1.35
    command: sleep 100000
    depends_on: [db]
"""
WITH_FILES = """\
services:
  web:
    image: busybox:1.35
    command: sleep 100000
    configs: [settings]
    secrets: [key]
configs:
  settings: {content: "level=1"}
secrets:
  key: {environment: API_KEY}
"""
MIGRATED = """\
services:
  web:
    image: busybox:1.35
    command: sleep 100000
    x-otternauts:
      pre_deploy:
        - command: [sh, -c, "echo moving; exit 0"]
"""
CANARY = "c4nary-0f-16-bytes"


async def launched(
    control: MissionControl, cluster_id: ClusterId, text: str, **variables: str
) -> LaunchProgress:
    values = {name: Secret(value) for name, value in variables.items()}
    launch = await control.launches.launch(cluster_id, "lane", text, values)
    return await control.launches.wait(launch)


async def test_each_wave_flies_before_the_next_starts(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        ended = await launched(control, cluster_id, ORDERED)
        snapshot = await control.telemetry.refresh(cluster_id)
        db, web = snapshot.fleets["lane"]
        (first,), (second,) = (snapshot.tasks_by_service[s.id] for s in (db, web))
    assert (ended.state, ended.cause) == (LaunchState.CONVERGED, None)
    names = [s.name for s in ended.steps if s.name.startswith(("Deploy", "Converge"))]
    assert names == ["Deploy 1 of 2", "Converge 1 of 2", "Deploy 2 of 2", "Converge 2 of 2"]
    assert first.created_at < second.created_at
    assert ended.settled == (2, 2)


async def test_what_a_wave_waits_for_and_fails_keeps_the_next_on_the_ground(tmp_path: Path) -> None:
    text = ORDERED.replace("busybox:1.35", "acme/missing:1", 1)
    async with flying(tmp_path) as (control, _, cluster_id):
        ended = await launched(control, cluster_id, text)
        snapshot = await control.telemetry.refresh(cluster_id)
        assert [service.vessel for service in snapshot.fleets["lane"]] == ["db"]
    assert ended.state is LaunchState.FAILED
    assert ended.cause is not None
    assert ended.cause.vessel == "db"


async def test_configs_and_secrets_are_there_before_the_vessels(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        values = {"API_KEY": Secret(CANARY)}
        before = control.launches.preview(cluster_id, "lane", WITH_FILES, values).plan
        ended = await launched(control, cluster_id, WITH_FILES, API_KEY=CANARY)
        assert (ended.state, ended.cause) == (LaunchState.CONVERGED, None)
        again = control.launches.preview(cluster_id, "lane", WITH_FILES, values).plan
        assert again.nothing_to_do, again
        changed = WITH_FILES.replace("level=1", "level=2")
        other = control.launches.preview(cluster_id, "lane", changed, values).plan
        (change,) = other.changes
        assert [field.field for field in change.fields] == ["configs"]
        assert change.restarts == 1
        assert CANARY not in f"{control.command_log.entries()} {before} {ended}"
    assert "2 new configs or secrets" in before.summary


async def test_a_job_runs_to_its_end_before_the_vessels(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        plan = control.launches.preview(cluster_id, "lane", MIGRATED, {}).plan
        ended = await launched(control, cluster_id, MIGRATED)
        snapshot = await control.telemetry.refresh(cluster_id)
        assert [service.vessel for service in snapshot.fleets["lane"]] == ["web"]
    assert (ended.state, ended.cause) == (LaunchState.CONVERGED, None)
    assert [step.note for step in ended.steps if step.name == "Run web-pre-deploy"] == ["Completed"]
    assert plan.steps[0].startswith("Run web-pre-deploy")


async def test_a_job_that_fails_ends_the_launch_with_its_words(tmp_path: Path) -> None:
    text = MIGRATED.replace("exit 0", "exit 3")
    async with flying(tmp_path) as (control, _, cluster_id):
        ended = await launched(control, cluster_id, text)
        snapshot = await control.telemetry.refresh(cluster_id)
        assert "lane" not in snapshot.fleets
    assert ended.state is LaunchState.FAILED
    assert ended.cause is not None
    assert ended.cause.vessel == "web-pre-deploy"
    assert any("moving" in line for line in ended.cause.log), ended.cause


async def test_a_changed_mode_makes_the_service_anew(tmp_path: Path) -> None:
    everywhere = MIGRATED.partition("    x-otternauts:")[0] + "    deploy: {mode: global}\n"
    async with flying(tmp_path) as (control, _, cluster_id):
        ids = []
        for text in (MIGRATED, everywhere):
            ended = await launched(control, cluster_id, text)
            assert (ended.state, ended.cause) == (LaunchState.CONVERGED, None)
            snapshot = await control.telemetry.refresh(cluster_id)
            (service,) = snapshot.fleets["lane"]
            ids.append(service.id)
    assert ids[0] != ids[1]
    assert service.mode == "global"
