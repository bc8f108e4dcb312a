"""ONE suite for the flight simulator and a real swarm: what holds here, the client relies on."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from otternauts_desktop.core.comms.frames import FrameReader
from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.core.errors import EngineRefused, NotASwarmManager, NothingFound
from otternauts_desktop.core.fleet.flight_plan import Prepared, prepare
from otternauts_desktop.core.flight.commands import (
    INCOMPLETE,
    Command,
    network_create,
    node_update,
    service_remove,
    service_update,
    stack_deploy,
    stack_remove,
)
from otternauts_desktop.core.flight.export import export
from otternauts_desktop.core.flight.plan import ChangeKind, plan
from otternauts_desktop.core.names import LaunchId
from otternauts_desktop.core.swarm.lock import lock_document, lock_of
from otternauts_desktop.core.swarm.state import Task
from otternauts_desktop.services.engine import open_engine
from otternauts_desktop.services.ssh import connect
from tests.contract.far_side import FarSide, Open, lab_side, simulator_side
from tests.services.practice import until_async

pytestmark = pytest.mark.seconds(180)

WEB = "services:\n  web:\n    image: busybox:1.35\n    command: sleep 100000\n"
WEB += "    stop_grace_period: 1s\n    deploy: {replicas: 2}\n"


@pytest.fixture(params=["simulator", pytest.param("lab", marks=pytest.mark.lab)])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    if request.param == "simulator":
        return simulator_side(tmp_path / "far side")
    return lab_side(request.getfixturevalue("lab"))


@asynccontextmanager
async def clean(opened: Open, fleet: str) -> AsyncIterator[FarSide]:
    """A far side on which `fleet` is gone afterwards."""
    async with opened() as side:
        try:
            yield side
        finally:
            await side.clear(fleet)


def prepared(fleet: str, text: str) -> Prepared:
    ready = prepare(fleet, text, {})
    assert ready.errors == ()
    return ready


def deploy_command(ready: Prepared) -> Command:
    return stack_deploy(ready.fleet, ready.body().encode(), sudo=False, resolve_image="never")


async def deploy(side: FarSide, fleet: str, text: str) -> str:
    """Deploy and give what Docker printed on stdout."""
    done = await side.run(deploy_command(prepared(fleet, text)))
    assert done.exit_status == 0, done.stderr
    return done.stdout.decode()


async def test_the_swarm_as_it_is(opened: Open) -> None:
    async with opened() as side:
        info = await side.engine.get("/info")
        snapshot = await side.snapshot()
    assert info["Swarm"]["ControlAvailable"] is True
    assert info["Swarm"]["LocalNodeState"] == "active"
    assert info["Swarm"]["Cluster"]["ID"]
    nodes = {node.name: node for node in snapshot.nodes}
    assert sorted(nodes) == ["orion-1", "orion-2", "vega-1"]
    assert [nodes[name].role for name in sorted(nodes)] == ["manager", "manager", "worker"]
    assert [node.leader for node in nodes.values()].count(True) == 1
    for node in nodes.values():
        assert node.ready
        assert node.reachable
        assert node.address
        assert node.engine.startswith("26.1.5")
        assert node.cpus > 0
        assert node.memory > 0
    assert "ingress" in {network.name for network in snapshot.networks}


async def test_a_worker_answers_that_it_is_none(opened: Open) -> None:
    async with opened() as side:
        link = await connect(side.worker, side.worker_key)
        try:
            engine = await open_engine(link, sudo=False, on_call=lambda *_: None)
            try:
                info = await engine.get("/info")
                with pytest.raises(NotASwarmManager, match="manager"):
                    await engine.get("/services")
            finally:
                await engine.close()
        finally:
            await link.close()
    assert info["Swarm"]["ControlAvailable"] is False
    assert info["Swarm"]["LocalNodeState"] == "active"


async def test_deploy_and_deploy_again(opened: Open) -> None:
    async with clean(opened, "c-again") as side:
        said = await deploy(side, "c-again", WEB)
        assert "Creating network c-again_default" in said
        assert "Creating service c-again_web" in said
        before = await side.running("c-again_web", 2)
        said = await deploy(side, "c-again", WEB)
        assert "Updating service c-again_web (id: " in said
        assert "Creating" not in said
        after = await side.running("c-again_web", 2)
        left = plan(prepared("c-again", WEB), await side.snapshot())
    assert [task.id for task in after] == [task.id for task in before]
    assert left.nothing_to_do, left


async def test_every_setting_comes_back_as_it_was_sent(opened: Open) -> None:
    text = """\
services:
  all:
    image: busybox:1.35
    entrypoint: ["sleep"]
    command: ["100000"]
    hostname: thing
    user: "1000"
    working_dir: /tmp
    read_only: true
    tty: true
    init: true
    stop_signal: SIGINT
    stop_grace_period: 1m30s
    environment: {B: '2 $$x "q"', A: "line\\nbreak", E: ""}
    labels: {in: side}
    networks: [default, other]
    ports: ["18080:80", {target: 81, published: 18081, mode: host, protocol: udp}]
    volumes: ["data:/data", "data:/ro:ro", {type: tmpfs, target: /scratch}]
    healthcheck: {test: ["CMD", "true"], interval: 2s, timeout: 1s, retries: 2, start_period: 3s}
    deploy:
      labels: {out: side}
      replicas: 1
      resources: {limits: {cpus: "0.5", memory: 64M}, reservations: {memory: 16M}}
      restart_policy: {condition: on-failure, max_attempts: 2}
      placement: {constraints: ["node.role == manager"]}
      endpoint_mode: vip
      update_config: {order: start-first}
networks:
  other:
volumes:
  data:
"""
    async with clean(opened, "c-all") as side:
        await deploy(side, "c-all", text)
        snapshot = await side.snapshot()
        left = plan(prepared("c-all", text), snapshot)
        rebuilt = export(snapshot, "c-all")
    assert left.nothing_to_do, left
    again = plan(prepared("c-all", rebuilt), snapshot)
    assert again.nothing_to_do, (rebuilt, again)


async def test_a_digest_that_no_registry_tells_is_refused(opened: Open) -> None:
    async with opened() as side:
        with pytest.raises((EngineRefused, NothingFound)):
            await side.engine.get("/distribution/acme/missing:1/json")


async def test_half_a_body_does_nothing(opened: Open) -> None:
    command = deploy_command(prepared("c-half", WEB))
    async with clean(opened, "c-half") as side:
        done = await side.run(Command(command.argv, command.stdin[:-3]))
        snapshot = await side.snapshot()
    assert done.exit_status == INCOMPLETE
    assert "c-half" not in snapshot.fleets


async def test_a_change_replaces_tasks_and_a_scale_does_not(opened: Open) -> None:
    changed = WEB.replace("    deploy:", "    environment: {A: b}\n    deploy:")
    more = changed.replace("replicas: 2", "replicas: 3")
    async with clean(opened, "c-change") as side:
        await deploy(side, "c-change", WEB)
        first = await side.running("c-change_web", 2)
        change = plan(prepared("c-change", changed), await side.snapshot()).changes[0]
        assert (change.kind, change.restarts) == (ChangeKind.UPDATE, 2)
        assert [field.words for field in change.fields] == ["environment + A"]
        await deploy(side, "c-change", changed)

        async def updated() -> bool:
            snapshot = await side.snapshot()
            return snapshot.fleets["c-change"][0].update_state == "completed"

        await until_async(updated, 60)
        second = await side.running("c-change_web", 2)
        assert not {t.id for t in first} & {t.id for t in second}
        change = plan(prepared("c-change", more), await side.snapshot()).changes[0]
        assert [field.words for field in change.fields] == ["deploy.replicas 2 -> 3"]
        assert (change.restarts, change.starts) == (0, 1)
        await deploy(side, "c-change", more)
        third = await side.running("c-change_web", 3)
    assert {t.id for t in second} < {t.id for t in third}


async def ended(side: FarSide, service: str, state: str) -> Task:
    """The first task of a service that is in that state."""
    found: list[Task] = []

    async def there() -> bool:
        found[:] = [task for task in await side.tasks(service) if task.state == state]
        return bool(found)

    await until_async(there, 40)
    return found[0]


async def test_a_program_that_fails(opened: Open) -> None:
    text = 'services:\n  a:\n    image: busybox:1.35\n    command: ["sh", "-c", "exit 3"]\n'
    async with clean(opened, "c-fail") as side:
        await deploy(side, "c-fail", text)
        task = await ended(side, "c-fail_a", "failed")
    assert task.error == "task: non-zero exit (3)"
    assert task.exit_code == 3
    assert task.desired == "shutdown"


async def test_a_job_runs_again_whenever_it_is_deployed(opened: Open) -> None:
    text = "services:\n  once:\n    image: busybox:1.35\n    command: [sh, -c, exit 0]\n"
    text += "    deploy: {mode: replicated-job, restart_policy: {condition: none}}\n"
    async with clean(opened, "c-job") as side:
        for runs in ([0], [0, 1]):
            await deploy(side, "c-job", text)

            async def has_run(runs: list[int] = runs) -> bool:
                tasks = await side.tasks("c-job_once")
                done = [task.job_iteration for task in tasks if task.state == "complete"]
                return sorted(done) == runs

            await until_async(has_run, 20)


async def test_an_image_that_is_not_there(opened: Open) -> None:
    text = "services:\n  a:\n    image: acme/missing:1\n"
    async with clean(opened, "c-missing") as side:
        await deploy(side, "c-missing", text)
        task = await ended(side, "c-missing_a", "rejected")
    assert task.error == "No such image: acme/missing:1"


async def test_a_task_that_fits_nowhere(opened: Open) -> None:
    text = WEB.replace("{replicas: 2}", "{placement: {constraints: [node.labels.x == y]}}")
    async with clean(opened, "c-nowhere") as side:
        await deploy(side, "c-nowhere", text)

        async def said() -> bool:
            tasks = await side.tasks("c-nowhere_web")
            return bool(tasks and tasks[0].error)

        await until_async(said, 30)
        (task,) = await side.tasks("c-nowhere_web")
    assert (task.state, task.desired) == ("pending", "running")
    words = "no suitable node (scheduling constraints not satisfied on 3 nodes)"
    assert task.error == words


async def test_a_network_that_has_to_be_there(opened: Open) -> None:
    text = WEB + "    networks: [out]\nnetworks:\n  out: {external: true, name: c-out}\n"
    ready = prepared("c-net", text)
    async with clean(opened, "c-net") as side:
        missing = plan(ready, await side.snapshot()).missing
        assert [(thing.kind, thing.name) for thing in missing] == [("network", "c-out")]
        done = await side.run(deploy_command(ready))
    assert done.exit_status == 1
    words = 'network "c-out" is declared as external, but could not be found'
    assert words in done.stderr.decode()


async def test_a_log_tells_replica_stream_and_time(opened: Open) -> None:
    script = "echo one; echo two >&2; sleep 1000"
    text = WEB.replace("sleep 100000", json.dumps(["sh", "-c", script]))
    async with clean(opened, "c-log") as side:
        await deploy(side, "c-log", text)
        tasks = {task.id: task for task in await side.running("c-log_web", 2)}
        service_id = next(iter(tasks.values())).service_id
        params = {"stdout": True, "stderr": True, "details": True, "timestamps": True}

        async def read() -> list[LogLine]:
            reader = FrameReader(lambda task_id: ("web", tasks[task_id].slot))
            lines: list[LogLine] = []
            async for data in side.engine.stream(
                f"/services/{service_id}/logs", {**params, "tail": 100}
            ):
                lines += reader.feed(data)
            return lines

        async def all_there() -> bool:
            return len(await read()) == 4

        await until_async(all_there, 20)
        lines = await read()
        with pytest.raises(NothingFound):
            async for _ in side.engine.stream("/services/nosuch/logs", {**params, "tail": 1}):
                pass
    said = sorted((line.replica, line.stderr, line.text) for line in lines)
    assert said == [
        ("web.1", False, "one"),
        ("web.1", True, "two"),
        ("web.2", False, "one"),
        ("web.2", True, "two"),
    ]
    for line in lines:
        assert line.node_id == tasks[line.task_id].node_id
        assert line.time.startswith("20")
        assert line.time.endswith("Z")


async def test_a_new_service_is_an_event(opened: Open) -> None:
    heard: list[dict[str, object]] = []
    async with clean(opened, "c-event") as side:

        async def listen() -> None:
            async for event in side.engine.events():
                heard.append(event)

        listener = asyncio.create_task(listen())
        try:
            await asyncio.sleep(0.5)
            await deploy(side, "c-event", WEB)

            async def told() -> bool:
                return any(
                    event.get("Type") == "service" and event.get("Action") == "create"
                    for event in heard
                )

            await until_async(told, 20)
        finally:
            listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listener


async def test_removing(opened: Open) -> None:
    async with clean(opened, "c-rm") as side:
        await deploy(side, "c-rm", WEB)
        done = await side.run(service_remove(["c-rm_web"], sudo=False))
        assert (done.exit_status, done.stdout.decode().strip()) == (0, "c-rm_web")
        again = await side.run(service_remove(["c-rm_web"], sudo=False))
        assert again.exit_status == 1
        assert "c-rm_web" in again.stderr.decode()
        gone = await side.run(stack_remove("c-rm", sudo=False))
        assert gone.exit_status == 0
        await side.clear("c-rm")
        nothing = await side.run(stack_remove("c-rm", sudo=False))
        assert nothing.exit_status == 0
        assert "Nothing found in stack: c-rm" in nothing.stderr.decode()


async def test_an_unknown_command_is_not_found(opened: Open) -> None:
    async with opened() as side:
        done = await side.run(Command(("nosuchcommand", "x")))
    assert done.exit_status == 127
    assert "nosuchcommand" in done.stderr.decode()


async def test_a_constraint_moves_only_the_tasks_that_break_it_and_its_end_moves_none(
    opened: Open,
) -> None:
    async with clean(opened, "moving") as side:
        text = WEB.replace("replicas: 2", "replicas: 3")
        await deploy(side, "moving", text)
        before = await side.running("moving_web", 3)
        service = next(s for s in (await side.snapshot()).services if s.name == "moving_web")
        left = before[0].node_id
        stay = {task.id for task in before if task.node_id != left}
        away = ("--constraint-add", f"node.id!={left}", "--update-order", "start-first")
        done = await side.run(service_update(service.id, away, sudo=False))
        assert done.exit_status == 0, done.stderr

        async def moved() -> bool:
            tasks = [t for t in await side.tasks("moving_web") if t.desired == "running"]
            updated = next(s for s in (await side.snapshot()).services if s.id == service.id)
            return updated.update_state == "completed" and all(t.node_id != left for t in tasks)

        await until_async(moved, 40)
        after = await side.running("moving_web", 3)
        assert stay < {task.id for task in after}
        back = ("--constraint-rm", f"node.id!={left}", "--update-order", "stop-first")
        done = await side.run(service_update(service.id, back, sudo=False))
        assert done.exit_status == 0, done.stderr
        await asyncio.sleep(1.5)
        assert await side.running("moving_web", 3) == after
        changes = plan(prepared("moving", text), await side.snapshot()).changes
        assert [change.fields for change in changes] == [()]


async def test_labels_and_availability_of_a_node(opened: Open) -> None:
    async with opened() as side:
        node = next(n for n in (await side.snapshot()).nodes if n.name == "vega-1")
        for flags in (("--label-add", "otternauts.tried=yes"), ("--availability", "pause")):
            done = await side.run(node_update(node.id, flags, sudo=False))
            assert done.exit_status == 0, done.stderr
        changed = (await side.snapshot()).node_by_id[node.id]
        assert (changed.labels["otternauts.tried"], changed.availability) == ("yes", "pause")
        for flags in (("--label-rm", "otternauts.tried"), ("--availability", "active")):
            done = await side.run(node_update(node.id, flags, sudo=False))
            assert done.exit_status == 0, done.stderr
        assert (await side.snapshot()).node_by_id[node.id] == node
        wrong = await side.run(node_update(node.id, ("--availability", "foo"), sudo=False))
        assert wrong.exit_status == 1
        assert b'invalid Availability: "foo"' in wrong.stderr
        unknown = await side.run(node_update("nosuch", ("--label-add", "a=b"), sudo=False))
        assert unknown.exit_status == 1
        assert b"node nosuch not found" in unknown.stderr


async def test_an_overlay_of_its_own_subnet(opened: Open) -> None:
    command = network_create("tried-public", "10.250.0.0/20", encrypted=True, sudo=False)
    async with opened() as side:
        try:
            assert (await side.run(command)).exit_status == 0
            made = await side.engine.get("/networks/tried-public")
            while not made["IPAM"]["Config"]:  # the leader hands addresses out a moment later
                await asyncio.sleep(0.2)
                made = await side.engine.get("/networks/tried-public")
            assert made["Attachable"] is True
            assert made["IPAM"]["Config"][0]["Subnet"] == "10.250.0.0/20"
            assert "encrypted" in made["Options"]
            again = await side.run(command)
            assert again.exit_status == 1
            assert b"network with name tried-public already exists" in again.stderr
        finally:
            await side.run(Command(("docker", "network", "rm", "tried-public")))


async def test_of_many_who_lock_a_fleet_at_once_one_does_and_frees_it_by_its_id(
    opened: Open,
) -> None:
    async with opened() as side:

        async def lock(number: int) -> str:
            document = lock_document("tried", "ada@laptop", LaunchId(str(number)))
            try:
                return str((await side.engine.post("/configs/create", document))["ID"])
            except EngineRefused as error:
                assert error.status == 409
                return ""

        for _ in range(10):
            made = [made for made in await asyncio.gather(*map(lock, range(4))) if made]
            assert len(made) == 1
            held = lock_of("tried", (await side.snapshot()).configs)
            assert held is not None
            assert (held.id, held.holder) == (made[0], "ada@laptop")
            await side.engine.delete(f"/configs/{made[0]}")
            assert lock_of("tried", (await side.snapshot()).configs) is None
            with pytest.raises(NothingFound):
                await side.engine.delete(f"/configs/{made[0]}")


async def test_a_label_of_a_service_alone_restarts_no_task(opened: Open) -> None:
    async with clean(opened, "tried") as side:
        labelled = WEB.replace("{replicas: 2}", "{replicas: 2, labels: {of: first}}")
        await deploy(side, "tried", labelled)
        before = [task.id for task in await side.running("tried_web", 2)]
        await deploy(side, "tried", labelled.replace("first", "second"))
        await asyncio.sleep(3)
        assert [task.id for task in await side.running("tried_web", 2)] == before
        services = (await side.snapshot()).services
        assert [s.labels["of"] for s in services if s.name == "tried_web"] == ["second"]


async def test_a_secret_or_config_that_a_service_has_can_not_be_removed(opened: Open) -> None:
    async with clean(opened, "tried") as side:
        ids = {}
        for kind in ("secret", "config"):
            for number in (1, 2):
                document = {
                    "Name": f"tried_{kind}_{number}",
                    "Labels": {"com.docker.stack.namespace": "tried"},
                    "Data": "YQ==",
                }
                made = await side.engine.post(f"/{kind}s/create", document)
                ids[kind, number] = str(made["ID"])
        text = WEB + "    secrets: [s]\n    configs: [c]\n"
        for kind in ("secret", "config"):
            text += f"{kind}s:\n  {kind[0]}: {{external: true, name: tried_{kind}_1}}\n"
        await deploy(side, "tried", text)
        (web,) = [s for s in (await side.snapshot()).services if s.name == "tried_web"]
        assert web.files == {ids["secret", 1], ids["config", 1]}
        for kind in ("secret", "config"):
            with pytest.raises(EngineRefused, match="is in use by the following service"):
                await side.engine.delete(f"/{kind}s/{ids[kind, 1]}")
            await side.engine.delete(f"/{kind}s/{ids[kind, 2]}")
        # What a rollback would bring back is known, too.
        await deploy(side, "tried", text.replace("    secrets: [s]\n", ""))
        (web,) = [s for s in (await side.snapshot()).services if s.name == "tried_web"]
        assert web.files == {ids["secret", 1], ids["config", 1]}
        await side.engine.delete(f"/secrets/{ids['secret', 1]}")
