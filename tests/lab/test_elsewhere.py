"""Stacks that were made, and changed, by hand on a real swarm."""

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
from tests.services.practice import until_async

pytestmark = [pytest.mark.lab, pytest.mark.seconds(300)]

BY_HAND = """\
version: "3.8"
x-base: &base
  image: busybox:1.35
  stop_grace_period: 1s
services:
  web:
    <<: *base
    command: sh -c "echo $${HOME} 'quoted'; sleep 100000"
    environment:
      - GREETING=it's $$5 "today"
      - EMPTY=
    ports:
      - "18080:80"
      - {target: 81, published: 18081, protocol: udp, mode: ingress}
    networks:
      back: {aliases: [store]}
      default:
    secrets: [{source: token, target: key, mode: 0400}]
    configs: [settings]
    healthcheck: {test: [CMD, "true"], interval: 2s, start_period: 1s}
    deploy:
      replicas: 2
      labels: {kept: "yes"}
      update_config: {order: start-first, parallelism: 0, failure_action: rollback}
      restart_policy: {condition: on-failure, max_attempts: 3}
      resources:
        limits: {memory: 64M, cpus: "0.5"}
        reservations: {memory: 8M}
  every:
    <<: *base
    command: [sleep, "100000"]
    volumes: ["data:/data:ro", {type: tmpfs, target: /scratch, tmpfs: {size: 1048576}}]
    logging: {driver: json-file, options: {max-size: 1m}}
    deploy: {mode: global, placement: {constraints: [node.role == manager]}}
networks:
  back: {driver_opts: {encrypted: "false"}}
volumes:
  data: {labels: {kept: "yes"}}
secrets:
  token: {external: true, name: elsewhere-token}
configs:
  settings: {external: true, name: elsewhere-settings}
"""
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
async def adopted(lab: Lab, home: Path) -> AsyncIterator[tuple[MissionControl, ClusterId]]:
    """Mission control with the lab as its cluster."""
    async with open_mission_control(home) as control:
        node = lab.node("orion-1")
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


async def test_a_stack_made_by_hand_is_taken_in_without_a_restart(lab: Lab, tmp_path: Path) -> None:
    node, fleet = lab.node("orion-1"), "elsewhere"
    async with adopted(lab, tmp_path) as (control, cluster_id):
        node.ask("docker", "secret", "create", "elsewhere-token", "-", stdin=b"t")
        node.ask("docker", "config", "create", "elsewhere-settings", "-", stdin=b"s")
        try:
            deploy = ("docker", "stack", "deploy", "--resolve-image", "never", "-c", "-", fleet)
            node.ask(*deploy, stdin=BY_HAND.encode())
            before: dict[str, set[str]] = {}

            async def flies() -> bool:
                nonlocal before
                before = running(await control.telemetry.refresh(cluster_id), fleet)
                return {vessel: len(ids) for vessel, ids in before.items()} == {
                    "web": 2,
                    "every": 2,
                }

            await until_async(flies, 90)
            text = control.launches.rebuilt(cluster_id, fleet)
            preview = control.launches.preview(cluster_id, fleet, text, {})
            assert preview.prepared.errors == ()
            assert preview.plan.nothing_to_do, (text, preview.plan)
            launch = await control.launches.launch(
                cluster_id, fleet, text, {}, resolve_image="never"
            )
            ended = await control.launches.wait(launch)
            assert (ended.state, ended.cause) == (LaunchState.CONVERGED, None)
            after = running(await control.telemetry.refresh(cluster_id), fleet)
            assert after == before, "no task was restarted"
            said = node.ask("docker", "service", "logs", "--raw", "elsewhere_web")
            assert "/root quoted" in said
        finally:
            await control.launches.remove(cluster_id, fleet)
            node.run("docker", "secret", "rm", "elsewhere-token")
            node.run("docker", "config", "rm", "elsewhere-settings")


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
