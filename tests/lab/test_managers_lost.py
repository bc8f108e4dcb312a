"""The leader of a real swarm is killed under a launch; most managers are lost, and come back."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.events import Event, LaunchMoved
from otternauts_desktop.core.fleet.ingress import NETWORK
from otternauts_desktop.core.fleet.traefik import FLEET as INGRESS
from otternauts_desktop.core.fleet.traefik import IMAGE, LABEL, IngressSettings
from otternauts_desktop.core.flight.ingress import ingress_seen
from otternauts_desktop.core.flight.job import JobState
from otternauts_desktop.core.flight.progress import LaunchProgress, LaunchState, StepState
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.health import is_running
from tests.lab.can_boot import why_not
from tests.lab.lab import Lab
from tests.lab.node import LabNode, wait_until
from tests.lab.test_elsewhere import adopted
from tests.services.practice import until_async

pytestmark = [pytest.mark.lab, pytest.mark.lab_long, pytest.mark.seconds(400)]

FLEET = "harbour"


@pytest.fixture(scope="module")
def managers() -> Iterator[Lab]:
    """Three nodes, all of them managers: one may be lost."""
    if reason := why_not():
        pytest.skip(reason)
    lab = Lab.boot(("orion-1", "orion-2", "vega-1"), managers=3)
    try:
        yield lab
    finally:
        lab.down()


def leader(lab: Lab) -> LabNode:
    form = ("--format", "{{.Hostname}} {{.ManagerStatus}}")
    lines = lab.nodes[0].ask("docker", "node", "ls", *form).splitlines()
    return lab.node(next(line.split()[0] for line in lines if line.endswith("Leader")))


def flight_plan(away_from: LabNode, level: str) -> str:
    """Two waves, on the other two nodes."""
    placed = {"placement": {"constraints": [f"node.hostname != {away_from.name}"]}}
    vessel: dict[str, Any] = {
        "image": "busybox:1.35",
        "command": ["sleep", "100000"],
        "stop_grace_period": "1s",
    }
    vessel["environment"] = {"LEVEL": level}
    db = {**vessel, "deploy": placed}
    web = {**vessel, "deploy": {**placed, "replicas": 2}, "depends_on": ["db"]}
    return json.dumps(
        {"x-otternauts": {"launch_order": "depends_on"}, "services": {"db": db, "web": web}}
    )


async def launched(
    control: MissionControl, cluster_id: ClusterId, text: str, *, step: str, kill: list[LabNode]
) -> LaunchProgress:
    """A launch, and the nodes that are switched off when it comes to that step."""
    due = asyncio.Event()

    def hear(event: Event) -> None:
        if isinstance(event, LaunchMoved):
            running = [s.name for s in event.progress.steps if s.state is StepState.RUNNING]
            if step in running:
                due.set()

    unsubscribe = control.bus.subscribe(hear)
    try:
        launch = await control.launches.launch(
            cluster_id, FLEET, text, {}, resolve_image="never", timeout=90.0
        )
        await due.wait()
        for node in kill:
            await asyncio.to_thread(node.kill)
        return await control.launches.wait(launch)
    finally:
        unsubscribe()


async def answers(control: MissionControl, cluster_id: ClusterId) -> bool:
    """Whether a manager can be asked again; a connection is tried anew by and by."""
    try:
        await control.telemetry.refresh(cluster_id)
    except KnownError:
        return False
    return True


def all_back(lab: Lab) -> None:
    for node in lab.nodes:
        if not node.alive:
            node.boot()
    wait_until(lab.ready, "a swarm with every node Ready", 120)


@pytest.mark.parametrize(
    "step", ["Lock the fleet", "Deploy 1 of 2", "Converge 1 of 2", "Deploy 2 of 2"]
)
async def test_the_leader_is_killed_and_the_launch_ends_through_another(
    managers: Lab, tmp_path: Path, step: str
) -> None:
    dead = leader(managers)
    async with adopted(managers, tmp_path, every=True) as (control, cluster_id):
        try:
            text = flight_plan(dead, step)
            ended = await launched(control, cluster_id, text, step=step, kill=[dead])
            assert (ended.state, ended.cause) == (LaunchState.CONVERGED, None)
            snapshot = await control.telemetry.refresh(cluster_id)
            assert snapshot.via != dead.name
            assert ended.settled == (3, 3)
            for service in snapshot.fleets[FLEET]:
                environment = service.spec["TaskTemplate"]["ContainerSpec"]["Env"]
                assert environment == [f"LEVEL={step}"]
            assert await control.launches.lock(cluster_id, FLEET) is None
        finally:
            all_back(managers)
            await until_async(lambda: answers(control, cluster_id), 60)
            await control.launches.remove(cluster_id, FLEET)


@pytest.mark.parametrize("step", ["Lock the fleet", "Deploy 1 of 2"])
async def test_without_a_quorum_that_is_said_with_the_way_back(
    managers: Lab, tmp_path: Path, step: str
) -> None:
    left, *dead = managers.nodes
    async with adopted(managers, tmp_path, every=True) as (control, cluster_id):
        try:
            text = flight_plan(dead[0], step)
            ended = await launched(control, cluster_id, text, step=step, kill=dead)
            begun = step != "Lock the fleet"
            assert ended.state in (
                (LaunchState.UNKNOWN,) if begun else (LaunchState.FAILED, LaunchState.UNKNOWN)
            )
            assert ended.cause
            assert ended.cause.sentence.startswith("The swarm has no leader.")
            assert "Bring more than half of them back" in ended.cause.next_step
            assert left.ask("docker", "info", "--format", "{{.Swarm.LocalNodeState}}") == "active"
            all_back(managers)
            await until_async(lambda: answers(control, cluster_id), 60)
            again = await control.launches.launch(
                cluster_id, FLEET, text, {}, resolve_image="never"
            )
            mended = await control.launches.wait(again)
            assert (mended.state, mended.cause) == (LaunchState.CONVERGED, None)
        finally:
            all_back(managers)
            await until_async(lambda: answers(control, cluster_id), 60)
            await control.launches.remove(cluster_id, FLEET)


_TRAEFIK = b"""#!/bin/sh
[ "$1" = healthcheck ] && exit 0
trap "exit 0" TERM
while :; do sleep 1 & wait $!; done
"""


def stand_in_for_traefik(node: LabNode) -> None:
    """An image of its name whose program only says that it is well."""
    node.ask("tee", "/tmp/traefik", stdin=_TRAEFIK)
    node.ask("chmod", "+x", "/tmp/traefik")
    container = node.ask("docker", "create", "busybox:1.35")
    node.ask("docker", "cp", "/tmp/traefik", f"{container}:/bin/traefik")
    entry = ("--change", 'ENTRYPOINT ["traefik"]', "--change", "CMD []")
    node.ask("docker", "commit", *entry, container, IMAGE)
    node.ask("docker", "rm", container)


async def test_the_ingress_moves_to_another_manager_with_its_label_when_its_node_dies(
    managers: Lab, tmp_path: Path
) -> None:
    first, second, third = managers.nodes
    for node in managers.nodes:
        stand_in_for_traefik(node)
    settings = IngressSettings("crew@example.com", ports="host")
    async with adopted(managers, tmp_path, every=True) as (control, cluster_id):

        async def runs_on() -> str:
            """The node of its task that runs, "" for none."""
            if not await answers(control, cluster_id):
                return ""
            snapshot = await control.telemetry.refresh(cluster_id)
            service = ingress_seen(snapshot).service
            tasks = snapshot.tasks_by_service[service.id] if service else ()
            running = (task.node_id for task in tasks if is_running(snapshot, task))
            return snapshot.node_name(next(running, ""))

        async def has_moved() -> bool:
            return await runs_on() == third.name

        try:
            job_id = control.ingress.launch(
                cluster_id, settings, outpost=second.name, resolve_image="never"
            )
            job = await control.jobs.wait(job_id)
            assert job.state is JobState.DONE, job.trouble
            assert await runs_on() == second.name
            label = ("docker", "node", "update", "--label-add", f"{LABEL}=true", third.node_id)
            first.ask(*label)
            second.kill()
            await until_async(has_moved, 120)
        finally:
            all_back(managers)
            await until_async(lambda: answers(control, cluster_id), 60)
            await control.launches.remove(cluster_id, INGRESS)
            first.run("docker", "network", "rm", NETWORK)
            for node in managers.nodes:
                first.run("docker", "node", "update", "--label-rm", LABEL, node.node_id)
