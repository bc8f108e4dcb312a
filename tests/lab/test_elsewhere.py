"""A stack that was changed by hand on a real swarm."""

import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.core.swarm.state import Snapshot
from tests.lab.lab import Lab

pytestmark = [pytest.mark.lab, pytest.mark.seconds(300)]

FROM_HERE = """\
services:
  web:
    image: busybox:1.35  # small
    command: [sleep, "100000"]
    stop_grace_period: 1s
    environment:
      LEVEL: info
      TOKEN: ${TOKEN}
    deploy:
      replicas: 1
"""
VALUES = {"TOKEN": Secret("c4nary-0f-16-bytes")}


@asynccontextmanager
async def adopted(
    lab: Lab, home: Path, *, every: bool = False
) -> AsyncIterator[tuple[MissionControl, ClusterId]]:
    """Mission control with the lab as its cluster, logged in to its first node, or to every one."""
    async with open_mission_control(home) as control:
        for node in lab.nodes if every else lab.nodes[:1]:
            login = Login(node.host, node.user, node.port, str(lab.key_file))
            outpost = await control.outposts.add(
                login, host_key=node.host_key, name=node.name, cluster_name="lab"
            )
            await control.telemetry.refresh(outpost.cluster_id)
        yield control, outpost.cluster_id


def running(snapshot: Snapshot, fleet: str) -> dict[str, set[str]]:
    """Ids of the tasks that run, by vessel."""
    return {
        service.vessel: {
            task.id
            for task in snapshot.tasks_by_service[service.id]
            if (task.state, task.desired) == ("running", "running")
        }
        for service in snapshot.fleets.get(fleet, ())
    }


async def test_what_was_changed_by_hand_is_told_taken_over_or_overwritten(
    lab: Lab, tmp_path: Path
) -> None:
    node, fleet = lab.node("orion-1"), "drifting"
    async with adopted(lab, tmp_path) as (control, cluster_id):
        launches, telemetry = control.launches, control.telemetry

        async def launched(text: str) -> None:
            launch = await launches.launch(cluster_id, fleet, text, VALUES, resolve_image="never")
            ended = await launches.wait(launch)
            assert (ended.state, ended.cause) == (LaunchState.CONVERGED, None)

        try:
            await launched(FROM_HERE)
            assert launches.preview(cluster_id, fleet, FROM_HERE, VALUES).plan.nothing_to_do
            by_hand = "--replicas 2 --env-add LEVEL=debug --env-add MORE=1 --label-add a=b --user 1"
            node.ask("docker", "service", "update", "-d", *shlex.split(by_hand), "drifting_web")
            await telemetry.refresh(cluster_id)
            (web,) = launches.preview(cluster_id, fleet, FROM_HERE, VALUES).plan.drifted
            told = {(field.field, field.key) for field in web.fields if field.drifted}
            assert told == {
                ("deploy.replicas", ""),
                ("environment", "LEVEL"),
                ("environment", "MORE"),
                ("deploy.labels", "a"),
                ("user", ""),
            }
            taken = launches.take_over(cluster_id, fleet, FROM_HERE, VALUES)
            assert taken.left == ()
            assert "image: busybox:1.35  # small\n" in taken.text
            assert "TOKEN: ${TOKEN}" in taken.text
            plan = launches.preview(cluster_id, fleet, taken.text, VALUES).plan
            assert plan.nothing_to_do, (taken.text, plan)

            await launched(FROM_HERE)
            plan = launches.preview(cluster_id, fleet, FROM_HERE, VALUES).plan
            assert (plan.nothing_to_do, plan.drifted) == (True, ()), "overwritten"
        finally:
            await launches.remove(cluster_id, fleet)
