"""Converged or failed, and the cause, from Docker's own words (engine 26)."""

from typing import Any

import pytest

from otternauts_desktop.core.fleet.flight_plan import Prepared, prepare
from otternauts_desktop.core.flight.explain import explain
from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.flight.verdict import Verdict, judge
from otternauts_desktop.core.swarm.state import Snapshot, read_snapshot

TEXT = "services:\n  web:\n    image: nginx:1.27\n    deploy: {replicas: 2}\n"


def ready() -> Prepared:
    return prepare("shop", TEXT, {})


def task(slot: int, state: str, number: int = 0, **more: Any) -> dict[str, Any]:
    status: dict[str, Any] = {"State": state, "Err": more.pop("error", "")}
    if "exit_code" in more:
        status["ContainerStatus"] = {"ExitCode": more.pop("exit_code")}
    live = state in ("running", "pending", "starting", "preparing")
    return {
        "ID": f"t{slot}-{number}",
        "ServiceID": "s1",
        "NodeID": more.pop("node", "n1"),
        "Slot": slot,
        "DesiredState": more.pop("desired", "running" if live else "shutdown"),
        "CreatedAt": f"2026-01-01T00:00:{number:02}Z",
        "Status": status,
    }


def swarm(*tasks: dict[str, Any], at: float = 1.0, update: str = "", **node: str) -> Snapshot:
    service = {
        "ID": "s1",
        "Spec": {
            "Name": "shop_web",
            "Labels": {
                "com.docker.stack.namespace": "shop",
                "com.docker.stack.image": "nginx:1.27",
            },
            "TaskTemplate": {
                "ContainerSpec": {"Image": "nginx:1.27"},
                "Networks": [{"Target": "x1"}],
            },
            "Mode": {"Replicated": {"Replicas": 2}},
        },
        "UpdateStatus": {"State": update} if update else None,
    }
    nodes = [
        {"ID": "n1", "Description": {"Hostname": "vega-1"}, "Status": {"State": "ready", **node}}
    ]
    return read_snapshot(
        nodes=nodes,
        services=[service],
        tasks=tasks,
        networks=[{"Id": "x1", "Name": "shop_default"}],
        taken_at=at,
    )


NOTHING = read_snapshot(nodes=[], services=[], tasks=[], networks=[], taken_at=0.0)


def verdict(*tasks: dict[str, Any], baseline: Snapshot = NOTHING, **more: Any) -> Verdict:
    return judge(ready(), baseline, swarm(*tasks, **more))


def test_all_tasks_running_is_converged() -> None:
    result = verdict(task(1, "running"), task(2, "running"))
    assert result.state is LaunchState.CONVERGED
    assert [(v.vessel, v.settled, v.wanted) for v in result.vessels] == [("web", 2, 2)]


def test_starting_is_not_running() -> None:
    result = verdict(task(1, "running"), task(2, "starting"))
    assert (result.state, result.vessels[0].settled) == (LaunchState.RUNNING, 1)


def test_a_dead_nodes_task_does_not_count() -> None:
    result = verdict(task(1, "running"), task(2, "running"), State="down")
    assert (result.state, result.vessels[0].settled) == (LaunchState.RUNNING, 0)


def test_an_update_under_way_is_not_converged() -> None:
    result = verdict(task(1, "running"), task(2, "running"), update="updating")
    assert result.state is LaunchState.RUNNING


def test_old_tasks_of_a_changed_service_do_not_count() -> None:
    before = swarm(task(1, "running"), task(2, "running"))
    changed = prepare("shop", TEXT.replace("1.27", "1.28"), {})
    result = judge(changed, before, swarm(task(1, "running"), task(2, "running", 1)))
    assert (result.state, result.vessels[0].settled) == (LaunchState.RUNNING, 1)


def test_a_crash_loop_is_a_failure_with_its_exit_code() -> None:
    error = "task: non-zero exit (3)"
    tasks = [task(1, "failed", n, error=error, exit_code=3) for n in range(3)]
    result = verdict(*tasks, task(1, "starting", 4), task(2, "running"))
    assert result.state is LaunchState.FAILED
    assert result.cause is not None
    assert result.cause.sentence.startswith("web on vega-1: It ended with exit code 3")
    assert result.cause.docker_said == error
    assert result.failed_task == "t1-2"


def test_one_accident_is_none() -> None:
    result = verdict(task(1, "failed", 0, error="x"), task(1, "running", 1), task(2, "running"))
    assert result.state is LaunchState.CONVERGED


def test_accidents_of_before_are_not_this_launchs() -> None:
    old = [task(1, "failed", n, error="x") for n in range(4)]
    before = swarm(*old, task(1, "running", 5), task(2, "running"))
    result = verdict(*old, task(1, "running", 5), task(2, "running"), baseline=before)
    assert result.state is LaunchState.CONVERGED


def test_what_cannot_be_placed_fails_after_a_while() -> None:
    words = "no suitable node (insufficient resources on 3 nodes)"
    tasks = (task(1, "running"), task(2, "pending", error=words, node=""))
    assert verdict(*tasks, at=10.0).state is LaunchState.RUNNING
    late = verdict(*tasks, at=20.0)
    assert late.state is LaunchState.FAILED
    assert late.cause is not None
    assert "no outpost has the CPU or memory" in late.cause.sentence


def test_a_rollback_is_a_failure() -> None:
    result = verdict(task(1, "running"), task(2, "running"), update="rollback_completed")
    assert result.state is LaunchState.FAILED


def test_used_up_restarts_are_a_failure() -> None:
    result = verdict(task(1, "failed", error="x", exit_code=1), task(2, "failed", error="x"))
    assert result.state is LaunchState.FAILED


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        ("No such image: nosuchimage:1.0", None, "pull image nosuchimage:1.0"),
        ("task: non-zero exit (137)", 137, "out of memory"),
        ("task: non-zero exit (137): dockerexec: unhealthy container", 137, "health check"),
        ("task: non-zero exit (3)", None, "exit code 3"),
        (
            'starting container failed: ... exec: "nosuchcommand": executable file not found in '
            "$PATH: unknown",
            127,
            "not in the image",
        ),
        (
            'invalid mount config for type "bind": bind source path does not exist: /no/such/dir',
            None,
            "/no/such/dir does not exist",
        ),
        ("listen tcp4 0.0.0.0:22: bind: address already in use", 128, "taken by another program"),
        (
            "starting container failed: unable to find user nosuchuser: no matching entries",
            128,
            "no user nosuchuser",
        ),
        ("no suitable node (scheduling constraints not satisfied on 3 nodes)", None, "placement"),
        ("no suitable node (host-mode port already in use on 3 nodes)", None, "port"),
        ("no suitable node (max replicas per node limit exceed)", None, "as many"),
        ("no suitable node (missing plugin on 3 nodes)", None, "plugin"),
        ("no suitable node (unsupported platform on 3 nodes)", None, "architecture"),
        ("something nobody has seen", None, "does not run"),
        ("", 0, "exit code 0"),
    ],
)
def test_dockers_words_get_a_sentence_and_a_next_step(
    error: str, code: int | None, words: str
) -> None:
    explanation = explain(error, code)
    assert words in explanation.sentence
    assert explanation.next_step
