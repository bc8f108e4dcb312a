"""The simulated swarm itself, with time moved by hand."""

import json
import time
from itertools import pairwise
from typing import Any

import pytest

from otternauts_desktop.simulator import stack
from tests.simulator.sky import Sky

WEB: dict[str, Any] = {"image": "nginx:1.27", "deploy": {"replicas": 3}}


def test_tasks_come_to_life_step_by_step() -> None:
    sky = Sky()
    assert sky.deploy(web=WEB).stdout == "Creating network f_default\nCreating service f_web\n"
    seen = []
    for _ in range(60):
        (state,) = {task.state for task in sky.tasks("f_web")}
        if state not in seen:
            seen.append(state)
        sky.after(0.01)
    assert seen == ["new", "pending", "assigned", "preparing", "starting", "running"]
    assert len({task.node_id for task in sky.running("f_web")}) == 3
    shown = sky.service("f_web").json(sky.tasks("f_web"))
    assert shown["ServiceStatus"] == {"RunningTasks": 3, "DesiredTasks": 3, "CompletedTasks": 0}


def test_the_same_again_keeps_the_tasks() -> None:
    sky = Sky()
    sky.deploy(web=WEB)
    sky.after(2)
    before = {task.id for task in sky.tasks("f_web")}
    service = sky.service("f_web")
    again = sky.deploy(web={**WEB, "deploy": {"replicas": 3, "labels": {"a": "b"}}})
    assert again.stdout == f"Updating service f_web (id: {service.id})\n"
    sky.after(10)
    assert {task.id for task in sky.tasks("f_web")} == before
    assert service.spec["Labels"]["a"] == "b"
    assert service.update is None


def test_scaling_only_adds_and_removes() -> None:
    sky = Sky()
    sky.deploy(web=WEB)
    sky.after(2)
    first = {task.id for task in sky.tasks("f_web")}
    sky.deploy(web={**WEB, "deploy": {"replicas": 5}})
    sky.after(2)
    assert first < {task.id for task in sky.running("f_web")}
    sky.deploy(web={**WEB, "deploy": {"replicas": 1}})
    sky.after(2)
    assert [task.slot for task in sky.tasks("f_web")] == [1]


@pytest.mark.parametrize("order", ["stop-first", "start-first"])
def test_a_new_image_rolls_one_task_after_the_other(order: str) -> None:
    sky = Sky()
    update = {"replicas": 3, "update_config": {"order": order, "delay": "1s"}}
    sky.deploy(web={**WEB, "deploy": update})
    sky.after(2)
    sky.deploy(web={"image": "nginx:1.28", "deploy": update})
    service = sky.service("f_web")
    assert service.update is not None
    assert service.update["State"] == "updating"
    fewest = most = 3
    for _ in range(70):
        sky.after(0.1)
        count = sum(task.state == "running" for task in sky.tasks("f_web"))
        fewest, most = min(fewest, count), max(most, count)
    assert (fewest, most) == ((2, 3) if order == "stop-first" else (3, 4))
    assert {task.image for task in sky.running("f_web")} == {"nginx:1.28"}
    sky.after(5)
    assert service.update["State"] == "completed"
    assert service.previous is not None
    assert service.previous["TaskTemplate"]["ContainerSpec"]["Image"] == "nginx:1.27"


@pytest.mark.parametrize(
    ("action", "state", "running"),
    [("pause", "paused", 2), ("rollback", "rollback_completed", 3), ("continue", "completed", 0)],
)
def test_an_update_that_fails(action: str, state: str, running: int) -> None:
    sky = Sky()
    update = {"replicas": 3, "update_config": {"failure_action": action}}
    sky.deploy(web={**WEB, "deploy": update})
    sky.after(2)
    sky.deploy(web={"image": "acme/missing:2", "deploy": update})
    sky.after(30)
    service = sky.service("f_web")
    assert service.update is not None
    assert service.update["State"] == state
    if action == "pause":
        assert service.update["Message"].startswith("update paused due to failure or early")
    assert len(sky.running("f_web")) == running


def test_a_crash_loop_keeps_a_short_history() -> None:
    sky = Sky()
    sky.deploy(web={"image": "nginx:1.27", "environment": {"OTN_SIM": "crash"}})
    sky.after(60)
    tasks = sky.tasks("f_web")
    ended = [task for task in tasks if task.terminal]
    assert len(tasks) == 5
    assert {(task.state, task.exit_code, task.error) for task in ended} == {
        ("failed", 1, "task: non-zero exit (1)")
    }
    gaps = [b.started - a.ended for a, b in pairwise(ended)]
    assert min(gaps) > 4.9


def test_a_restart_policy_that_gives_up() -> None:
    sky = Sky()
    policy = {"condition": "on-failure", "delay": "1s", "max_attempts": 2}
    once = {"image": "busybox:1.36", "command": ["false"], "deploy": {"restart_policy": policy}}
    sky.deploy(a=once, b={**once, "command": ["true"]})
    sky.after(60)
    assert [task.state for task in sky.tasks("f_a")] == ["failed"] * 3
    assert [task.state for task in sky.tasks("f_b")] == ["complete"]
    sky.deploy(b={**once, "command": ["true"]})
    sky.after(5)
    assert len(sky.tasks("f_b")) == 2


def test_a_missing_image_is_rejected_again_and_again() -> None:
    sky = Sky()
    sky.deploy(web={"image": "acme/missing:1"})
    sky.after(30)
    rejected = [task for task in sky.tasks("f_web") if task.state == "rejected"]
    assert len(rejected) >= 3
    assert rejected[0].error == "No such image: acme/missing:1"
    assert "ContainerStatus" not in rejected[0].json()["Status"]


@pytest.mark.parametrize(
    ("constraint", "nodes"),
    [
        ("node.role == worker", {"vega-1"}),
        ("node.role != worker", {"orion-1", "orion-2"}),
        ("node.hostname==orion-2", {"orion-2"}),
        ("node.labels.disk == ssd", {"vega-1"}),
        ("node.labels.disk != ssd", {"orion-1", "orion-2"}),
    ],
)
def test_placement(constraint: str, nodes: set[str]) -> None:
    sky = Sky()
    sky.deploy(web={**WEB, "deploy": {"replicas": 4, "placement": {"constraints": [constraint]}}})
    sky.after(2)
    assert {sky.swarm.nodes[task.node_id].name for task in sky.running("f_web")} == nodes


@pytest.mark.parametrize(
    ("deploy", "reason"),
    [
        (
            {"placement": {"constraints": ["node.labels.zone == moon"]}},
            "no suitable node (scheduling constraints not satisfied on 3 nodes)",
        ),
        (
            {"resources": {"reservations": {"memory": "99G"}}},
            "no suitable node (insufficient resources on 3 nodes)",
        ),
        (
            {"replicas": 4, "placement": {"max_replicas_per_node": 1}},
            "no suitable node (max replicas per node limit exceed)",
        ),
    ],
)
def test_what_fits_nowhere_is_pending(deploy: dict[str, Any], reason: str) -> None:
    sky = Sky()
    sky.deploy(web={"image": "nginx:1.27", "deploy": deploy})
    sky.after(5)
    pending = [task for task in sky.tasks("f_web") if task.state == "pending"]
    assert [task.error for task in pending] == [reason]


def test_a_dead_node_loses_its_tasks_to_the_others() -> None:
    sky = Sky()
    sky.deploy(web=WEB, agent={"image": "agent:1", "deploy": {"mode": "global"}})
    sky.swarm.set_role(sky.node("vega-1"), "manager")
    sky.after(2)
    node = sky.node("orion-1")
    sky.swarm.set_node_up(node, up=False)
    sky.after(5)
    assert node.state == "ready"
    sky.after(10)
    assert (node.state, node.leader, node.message) == ("down", False, "heartbeat failure")
    assert [n.name for n in sky.swarm.nodes.values() if n.leader] == ["orion-2"]
    assert len([t for t in sky.running("f_web") if t.node_id != node.id]) == 3
    left = [task for task in sky.tasks("f_web") if task.node_id == node.id]
    assert [(task.state, task.desired) for task in left] == [("running", "shutdown")]
    assert len(sky.running("f_agent")) == 2
    sky.swarm.set_node_up(node, up=True)
    sky.after(2)
    assert node.state == "ready"
    assert [task.state for task in left] == ["shutdown"]
    assert len(sky.running("f_agent")) == 3


def test_without_most_of_its_managers_a_swarm_changes_nothing() -> None:
    sky = Sky()
    sky.deploy(web=WEB)
    sky.after(2)
    before = {task.id for task in sky.running("f_web")}
    sky.swarm.set_node_up(sky.node("orion-1"), up=False)
    sky.after(60)
    assert not sky.swarm.led
    assert {task.id for task in sky.running("f_web")} == before
    sky.swarm.set_node_up(sky.node("orion-1"), up=True)
    sky.after(60)
    assert [n.name for n in sky.swarm.managers if n.leader] == ["orion-1"]
    assert len(sky.running("f_web")) == 3


def test_a_node_that_is_forgotten_loses_its_tasks_to_the_others() -> None:
    sky = Sky()
    sky.deploy(web=WEB, agent={"image": "agent:1", "deploy": {"mode": "global"}})
    sky.after(2)
    vega = sky.node("vega-1")
    sky.swarm.remove_node(vega)
    sky.after(8)
    assert len(sky.running("f_web")) == 3
    assert vega.id not in {task.node_id for task in sky.running("f_web")}
    assert len(sky.running("f_agent")) == 2


def test_a_short_cut_is_not_noticed() -> None:
    sky = Sky()
    sky.deploy(web=WEB)
    sky.after(2)
    before = {task.id for task in sky.running("f_web")}
    for node in sky.swarm.nodes.values():
        sky.swarm.set_node_up(node, up=False)
    sky.after(3)
    for node in sky.swarm.nodes.values():
        sky.swarm.set_node_up(node, up=True)
    sky.after(30)
    assert {task.id for task in sky.running("f_web")} == before


def test_a_job_runs_to_its_end_and_again_whenever_it_is_deployed() -> None:
    sky = Sky()
    job = {"image": "busybox:1.36", "command": ["sh", "-c", "echo a; exit 0"]}
    deploy = {"mode": "replicated-job", "replicas": 2, "restart_policy": {"condition": "none"}}
    sky.deploy(job={**job, "deploy": deploy})
    sky.after(10)
    assert [(t.state, t.iteration) for t in sky.tasks("f_job")] == [("complete", 0)] * 2
    sky.deploy(job={**job, "deploy": deploy})
    sky.after(10)
    assert [t.state for t in sky.tasks("f_job") if t.iteration == 1] == ["complete"] * 2
    assert sky.service("f_job").json(None)["JobStatus"] == {"JobIteration": {"Index": 1}}


def test_a_removed_stack_takes_a_moment_to_be_gone() -> None:
    sky = Sky()
    sky.deploy(web=WEB)
    sky.after(2)
    removed = stack.remove_stack(sky.swarm, "f")
    assert removed.stderr == "Removing service f_web\nRemoving network f_default\n"
    assert {task.desired for task in sky.swarm.tasks.values()} == {"remove"}
    early = sky.deploy(web=WEB)
    assert early.status == 1
    assert early.stderr.endswith(": network f_default not found\n")
    sky.after(2)
    assert not sky.swarm.tasks
    assert not sky.swarm.networks
    again = stack.remove_stack(sky.swarm, "f")
    assert (again.status, again.stderr) == (0, "Nothing found in stack: f\n")


def test_a_port_belongs_to_one_service() -> None:
    sky = Sky()
    port = {"image": "nginx:1.27", "ports": ["8080:80"]}
    sky.deploy("one", web=port)
    two = sky.deploy("two", web=port, api={"image": "api:1"})
    owner = sky.service("one_web")
    assert two.status == 1
    assert f"port '8080' is already in use by service 'one_web' ({owner.id})" in two.stderr
    assert "failed to create service two_web: Error response from daemon:" in two.stderr


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("services:\n  web:\n", "top-level object must be a mapping"),
        ("", "top-level object must be a mapping"),
        ('{"servces": {}}', "Additional property servces is not allowed"),
        ('{"services": {"a": {"imagee": "x"}}}', "services.a Additional property imagee"),
        ('{"services": {"a": {"image": "x", "user": "$HOME"}}}', "services.a.user: \"$HOME\""),
        ('{"services": {"a": {"networks": ["n"]}}, "networks": {"n": {"external": true}}}',
         'network "n" is declared as external, but could not be found'),
        ('{"services": {"a": {}}}', "image reference must be provided"),
    ],
)  # fmt: skip
def test_what_docker_refuses(body: str, words: str) -> None:
    sky = Sky()
    output = stack.deploy(sky.swarm, "f", body.encode(), resolve=False)
    assert output.status == 1
    assert words in output.stderr
    assert not sky.swarm.services


def test_a_spec_looks_as_docker_makes_it() -> None:
    sky = Sky()
    sky.deploy(
        web={
            "image": "nginx:1.27",
            "command": "serve --title 'two words' $$HOME",
            "environment": {"Z": 1, "A": "x", "ON": True},
            "healthcheck": {"test": "true", "interval": "1m30s", "retries": 2},
            "ports": ["8080:80/udp"],
            "volumes": ["/srv:/data:ro"],
            "networks": {"default": {"aliases": ["www"]}},
            "deploy": {
                "replicas": 2,
                "labels": ["traefik.enable=true"],
                "resources": {"limits": {"cpus": "0.5", "memory": "512M"}},
                "restart_policy": {"condition": "any", "delay": "5s"},
                "update_config": {"parallelism": 2, "order": "start-first"},
            },
        }
    )
    network = sky.swarm.network_named("f_default")
    assert network is not None
    spec = json.loads(json.dumps(sky.service("f_web").spec))
    template = spec["TaskTemplate"]
    container = template["ContainerSpec"]
    assert container["Args"] == ["serve", "--title", "two words", "$HOME"]
    assert container["Env"] == ["A=x", "ON=true", "Z=1"]
    assert container["Healthcheck"] == {
        "Test": ["CMD-SHELL", "true"],
        "Interval": 90_000_000_000,
        "Retries": 2,
    }
    assert container["Mounts"] == [
        {"Type": "bind", "Source": "/srv", "Target": "/data", "ReadOnly": True}
    ]
    assert template["Networks"] == [{"Target": network.id, "Aliases": ["www", "web"]}]
    assert template["Resources"] == {"Limits": {"NanoCPUs": 500_000_000, "MemoryBytes": 2**29}}
    assert template["RestartPolicy"] == {"Condition": "any", "Delay": 5_000_000_000}
    assert spec["Labels"] == {
        "traefik.enable": "true",
        "com.docker.stack.image": "nginx:1.27",
        "com.docker.stack.namespace": "f",
    }
    assert spec["EndpointSpec"]["Ports"] == [
        {"Protocol": "udp", "TargetPort": 80, "PublishedPort": 8080, "PublishMode": "ingress"}
    ]
    assert spec["UpdateConfig"]["Parallelism"] == 2
    assert spec["Mode"] == {"Replicated": {"Replicas": 2}}


def test_resolving_pins_a_digest_and_keeps_it() -> None:
    sky = Sky()
    body = json.dumps({"services": {"web": {"image": "nginx"}}}).encode()
    stack.deploy(sky.swarm, "f", body, resolve=True)
    pinned = sky.service("f_web").template["ContainerSpec"]["Image"]
    assert pinned.startswith("nginx:latest@sha256:")
    stack.deploy(sky.swarm, "f", body, resolve=False)
    assert sky.service("f_web").template["ContainerSpec"]["Image"] == pinned
    missing = json.dumps({"services": {"web": {"image": "missing:1"}}}).encode()
    assert "could not be accessed" in stack.deploy(sky.swarm, "g", missing, resolve=True).stderr


def test_nobody_looks_for_a_month() -> None:
    sky = Sky()
    sky.deploy(web={"image": "nginx:1.27", "environment": {"OTN_SIM": "crash"}})
    began = time.monotonic()
    sky.after(30 * 86_400)
    assert time.monotonic() - began < 2
    assert sky.swarm.next_due() > sky.time
    sky.after(20)
    assert sky.time - sky.tasks("f_web")[-1].created < 20
