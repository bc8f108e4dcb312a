"""Configs, secrets, one-off jobs and waves of a launch on a real swarm."""

from pathlib import Path

import pytest

from otternauts_desktop.core.flight.progress import LaunchProgress, LaunchState
from otternauts_desktop.core.secret import Secret
from tests.lab.lab import Lab
from tests.lab.test_elsewhere import adopted, running

pytestmark = [pytest.mark.lab, pytest.mark.seconds(300)]

FLEET = "ordered"
TEXT = """\
x-otternauts: {launch_order: depends_on}
services:
  db:
    image: busybox:1.35
    command: [sleep, "100000"]
    stop_grace_period: 1s
  web:
    image: busybox:1.35
    command: [sh, -c, "cat /run/secrets/key /settings; echo; sleep 100000"]
    stop_grace_period: 1s
    depends_on: [db]
    secrets: [key]
    configs: [settings]
    x-otternauts:
      pre_deploy:
        - command: [sh, -c, "echo migrating with $$(wc -c < /run/secrets/key) bytes; exit 0"]
          timeout: 60s
configs:
  settings: {content: "level=1"}
secrets:
  key: {environment: API_KEY}
"""
CANARY = "c4nary-0f-16-bytes"
VALUES = {"API_KEY": Secret(CANARY)}


async def test_objects_then_jobs_then_wave_by_wave(lab: Lab, tmp_path: Path) -> None:
    node = lab.node("orion-1")
    async with adopted(lab, tmp_path) as (control, cluster_id):

        async def launched(text: str) -> LaunchProgress:
            launch = await control.launches.launch(
                cluster_id, FLEET, text, VALUES, resolve_image="never"
            )
            return await control.launches.wait(launch)

        try:
            ended = await launched(TEXT)
            assert (ended.state, ended.cause) == (LaunchState.CONVERGED, None)
            snapshot = await control.telemetry.refresh(cluster_id)
            db, web = snapshot.fleets[FLEET]
            assert (db.vessel, web.vessel) == ("db", "web"), "the job is gone again"
            (first,), (second,) = (snapshot.tasks_by_service[s.id] for s in (db, web))
            assert first.created_at < first.timestamp < second.created_at
            said = node.ask("docker", "service", "logs", "--raw", f"{FLEET}_web")
            assert f"{CANARY}level=1" in said
            assert CANARY not in str(control.command_log.entries())

            before = running(snapshot, FLEET)
            again = await launched(TEXT)
            assert (again.state, again.cause) == (LaunchState.CONVERGED, None)
            after = running(await control.telemetry.refresh(cluster_id), FLEET)
            assert after == before, "a second launch only runs the job"

            broken = TEXT.replace("exit 0", "exit 3").replace("sleep 100000", "sleep 200000")
            failed = await launched(broken)
            assert failed.state is LaunchState.FAILED
            assert failed.cause is not None
            assert failed.cause.vessel == "web-pre-deploy"
            assert any("migrating with 18 bytes" in line for line in failed.cause.log)
            snapshot = await control.telemetry.refresh(cluster_id)
            assert running(snapshot, FLEET) == before, "no vessel was touched"
        finally:
            await control.launches.remove(cluster_id, FLEET)
