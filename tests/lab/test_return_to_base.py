"""Each kind of launch that fails says its cause, and leads back: specs and digests as they were."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.names import LaunchId
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.core.swarm.state import LAUNCH_LABEL
from otternauts_desktop.services.vault import ENVIRONMENT
from tests.lab.lab import Lab
from tests.lab.node import LabNode
from tests.lab.registry import PASSWORD, USER, private_registry
from tests.lab.test_elsewhere import adopted

pytestmark = [pytest.mark.lab, pytest.mark.seconds(240)]

FLEET = "based"
PORT = 18099
IMAGES = {"web": "nginx:1.27", "db": "postgres:16"}


@dataclass(frozen=True)
class Kind:
    """A launch that fails: what it changes about `web`, and what is said of it."""

    changes: dict[str, Any]
    sentence: str
    next_step: str
    said: str = ""
    """Among the lines that are shown with it."""
    state: LaunchState = LaunchState.FAILED
    placed: dict[str, Any] = field(default_factory=dict)


def running(script: str) -> dict[str, Any]:
    return {"command": ["sh", "-c", script]}


CHECK: Final = {"interval": "1s", "timeout": "2s", "retries": 1, "start_period": "0s"}
KINDS: Final = {
    "image missing": Kind(
        {"image": "{registry}/missing:1"},
        "Failed to pull image {registry}/missing:1: ",
        "a private registry takes a login",
    ),
    "bad command": Kind(
        {"command": ["/no/such/program"]}, "The command is not in the image.", "`command`"
    ),
    "exit at once": Kind(
        running("echo the kelp is gone; exit 7"),
        "It ended with exit code 7",
        "Read its last lines.",
        "the kelp is gone",
    ),
    "failing health check": Kind(
        {"healthcheck": {**CHECK, "test": ["CMD-SHELL", "echo no kelp left; exit 1"]}},
        "It is unhealthy: the container runs, but its health check fails.",
        "health check",
        "health check: no kelp left",
    ),
    "port taken": Kind(
        {"ports": [{"target": 80, "published": PORT, "mode": "host"}]},
        "A port that it publishes is taken by another program",
        "Publish another port",
        placed={"placement": {"constraints": ["node.hostname == vega-1"]}, "replicas": 1},
    ),
    "no outpost fits its constraint": Kind(
        {},
        "It cannot start: no outpost matches its placement constraints.",
        "deploy.placement.constraints",
        placed={"placement": {"constraints": ["node.labels.of == nobody"]}},
    ),
    "no outpost has its memory": Kind(
        {},
        "It cannot start: no outpost has the CPU or memory that it reserves.",
        "deploy.resources.reservations",
        placed={"resources": {"reservations": {"memory": "900G"}}},
    ),
    "missing mount": Kind(
        {"volumes": ["/no/such/folder:/data"]},
        "The folder /no/such/folder does not exist on the outpost.",
        "Create it there",
    ),
    "out of memory": Kind(
        running("exec dd if=/dev/zero of=/dev/null bs=100M count=9"),
        "It ended with exit code 137: the program was killed: out of memory",
        "It ran out of memory. Raise deploy.resources.limits.memory",
        placed={"resources": {"limits": {"memory": "16M"}}},
    ),
    "time-out": Kind(
        {"healthcheck": {**CHECK, "test": ["CMD", "true"], "interval": "600s"}},
        "Not converged within 12 s: web (0 of 2).",
        "allow more time",
        state=LaunchState.TIMED_OUT,
    ),
}
IN_EVERY_RUN: Final = ("failing health check",)


def flight_plan(images: dict[str, str], mode: str, kind: Kind | None = None) -> dict[str, Any]:
    """Two vessels; as `kind` has it where one is given."""
    web: dict[str, Any] = {
        "image": images["web"],
        "environment": {"MODE": mode, "QUOTED": 'it\'s $$5 "today"'},
        "stop_grace_period": "1s",
        "healthcheck": {**CHECK, "test": ["CMD", "true"]},
        "deploy": {"replicas": 2, "labels": {"mode": mode}},
    }
    if kind:
        web |= kind.changes
        web["deploy"] |= kind.placed
    db = {"image": images["db"], "environment": {"MODE": mode}, "stop_grace_period": "1s"}
    return {"services": {"web": web, "db": db}}


def specs(node: LabNode) -> dict[str, Any]:
    """All that Docker was told of its services, but for the launch that said it."""
    ids = node.ask("docker", "stack", "services", "-q", FLEET).split()
    found = {}
    for service in json.loads(node.ask("docker", "service", "inspect", *ids)):
        spec = service["Spec"]
        spec["Labels"].pop(LAUNCH_LABEL, None)
        found[spec["Name"]] = spec
    return found


@contextmanager
def busy_port(node: LabNode) -> Iterator[None]:
    """Another program of the node has the port."""
    node.ask("sh", "-c", f"setsid nc -l -k -p {PORT} </dev/null >/dev/null 2>&1 &")
    try:
        yield
    finally:
        node.run("pkill", "-x", "nc")


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=() if case in IN_EVERY_RUN else pytest.mark.lab_long)
        for case in KINDS
    ],
)
async def test_a_failed_launch_says_its_cause_and_returns_to_base(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.setenv(ENVIRONMENT, "a passphrase")
    kind, node = KINDS[case], lab.nodes[0]
    with private_registry(lab.node("orion-2")) as there, busy_port(lab.node("vega-1")):
        async with adopted(lab, tmp_path, every=True) as (control, cluster_id):
            launches = control.launches

            async def launched(plan: dict[str, Any], seconds: float) -> LaunchId:
                text = json.dumps(plan).replace("{registry}", there.host)
                return await launches.launch(
                    cluster_id, FLEET, text, {}, timeout=seconds, return_on_failure=True
                )

            try:
                login = control.registry_logins.add
                await login(there.host, USER, Secret(PASSWORD), ask=cluster_id)
                digests = {name: there.push(image, name) for name, image in IMAGES.items()}
                images = {name: f"{there.host}/{name}:1" for name in IMAGES}
                base = await launches.wait(await launched(flight_plan(images, "base"), 90))
                assert (base.state, base.cause) == (LaunchState.CONVERGED, None)
                before = specs(node)
                for name, image in images.items():
                    template = before[f"{FLEET}_{name}"]["TaskTemplate"]
                    assert template["ContainerSpec"]["Image"] == f"{image}@{digests[name]}"
                assert there.push("redis:7-alpine", "web") != digests["web"], "the tag moves on"
                control.registries.forget()

                seconds = 12 if kind.state is LaunchState.TIMED_OUT else 90
                broken = await launched(flight_plan(images, "broken", kind), seconds)
                failed = await launches.wait(broken)
                assert failed.state is kind.state, failed
                assert failed.cause is not None
                assert failed.cause.vessel == "web"
                assert kind.sentence.replace("{registry}", there.host) in failed.cause.sentence
                assert kind.next_step in failed.cause.next_step
                assert kind.said in "\n".join(failed.cause.log), failed.cause
                back = launches.return_of(broken)
                assert back is not None
                ended = await launches.wait(back)
                assert (ended.state, ended.cause) == (LaunchState.CONVERGED, None)
                assert specs(node) == before
            finally:
                for under_way in launches.under_way():
                    await launches.wait(under_way.id)
                await launches.remove(cluster_id, FLEET)
