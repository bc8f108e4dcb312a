"""The simulated servers as a client meets them: over real SSH, with the client's own doors."""

import asyncio
import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from otternauts_desktop.core.comms.frames import FrameReader
from otternauts_desktop.core.comms.line import LogLine
from otternauts_desktop.core.errors import (
    AuthenticationFailed,
    ConnectionRefused,
    DockerForbidden,
    DockerMissing,
    EngineRefused,
    HostKeyChanged,
    NotASwarmManager,
    NothingFound,
    SwarmWithoutLeader,
)
from otternauts_desktop.core.flight.commands import (
    INCOMPLETE,
    Command,
    service_remove,
    stack_deploy,
    stack_remove,
)
from otternauts_desktop.services.engine import Engine, open_engine
from otternauts_desktop.services.ssh import SshLink, connect, scan_host_key
from otternauts_desktop.simulator.practice import Practice, open_practice_cluster
from tests.simulator.sky import FAST, deploy, linked, login, settled

LOGS: dict[str, str | int | bool] = {
    "stdout": True,
    "stderr": True,
    "timestamps": True,
    "details": True,
}


async def tasks_of(engine: Engine, service: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await engine.get("/tasks", {"filters": {"service": [service]}})
    return found


async def lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[LogLine]:
    reader = FrameReader(lambda task_id: (task_id, 1))
    async for chunk in chunks:
        for line in reader.feed(chunk):
            yield line


async def test_fleets_are_flying_and_keys_are_private(tmp_path: Path) -> None:
    async with (
        open_practice_cluster(tmp_path / "new" / "folder") as practice,
        linked(practice) as (_, engine),
    ):
        snapshot = (await engine.swarm_lists()).read(taken_at=0.0)
        scanned = await scan_host_key("127.0.0.1", practice.host("vega-1").port)
    for file in (tmp_path / "new" / "folder").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert scanned.host_key == practice.host("vega-1").host_key
    assert [(n.name, n.role, n.leader) for n in snapshot.nodes] == [
        ("orion-1", "manager", True),
        ("orion-2", "manager", False),
        ("vega-1", "worker", False),
    ]
    assert {name: [s.vessel for s in services] for name, services in snapshot.fleets.items()} == {
        "blog": ["db", "web"],
        "monitoring": ["agent", "charts"],
        "shop": ["api", "cache", "db", "web", "worker"],
    }
    assert {task.state for task in snapshot.tasks} == {"running"}
    assert len(snapshot.tasks) == 7 + 2 + 4
    assert {n.name for n in snapshot.networks} == {
        "ingress",
        "traefik-public",
        "blog_default",
        "monitoring_default",
        "shop_default",
    }


async def test_the_engine_answers_as_a_real_one(tmp_path: Path) -> None:
    async with open_practice_cluster(tmp_path) as practice, linked(practice) as (_, engine):
        assert engine.api == "1.45"
        info = await engine.get("/info")
        assert info["Swarm"]["NodeID"] == practice.host("orion-1").node_id
        assert info["Swarm"]["ControlAvailable"] is True
        assert (await engine.get("/version"))["Version"] == "26.1.5"
        services = await engine.get("/services", {"status": True})
        web = next(s for s in services if s["Spec"]["Name"] == "shop_web")
        assert web["ServiceStatus"]["RunningTasks"] == 2
        assert await engine.get(f"/services/{web['ID']}")
        assert len(await tasks_of(engine, "shop_web")) == 2
        label = {"filters": {"label": ["com.docker.stack.namespace=blog"]}}
        assert len(await engine.get("/tasks", label)) == 2
        with pytest.raises(NothingFound, match="service nosuch not found"):
            await engine.get("/services/nosuch")
        with pytest.raises(EngineRefused, match="invalid filter 'foo'"):
            await engine.get("/tasks", {"filters": {"foo": ["x"]}})
        with pytest.raises(EngineRefused, match="at least one stream"):
            await engine.get(f"/services/{web['ID']}/logs")


async def test_a_worker_serves_only_itself(tmp_path: Path) -> None:
    async with (
        open_practice_cluster(tmp_path) as practice,
        linked(practice, "vega-1") as (link, engine),
    ):
        with pytest.raises(NotASwarmManager, match="worker"):
            await engine.get("/nodes")
        info = await engine.get("/info")
        assert info["Swarm"]["LocalNodeState"] == "active"
        assert info["Swarm"]["ControlAvailable"] is False
        containers = await engine.get("/containers/json")
        assert containers
        identity = containers[0]["Id"]
        inspected = await engine.get(f"/containers/{identity}/json")
        assert inspected["State"]["Running"] is True
        said = [chunk async for chunk in engine.stream(f"/containers/{identity}/logs", LOGS)]
        assert said
        refused = await deploy(link, "x", {"services": {"a": {"image": "a:1"}}})
        assert (refused.status, refused.stderr[:34]) == (1, "this node is not a swarm manager. ")


async def test_a_launch_over_ssh(tmp_path: Path) -> None:
    web = {"image": "nginx:1.27", "deploy": {"replicas": 2}}
    async with (
        open_practice_cluster(tmp_path, pace=FAST) as practice,
        linked(practice) as (link, engine),
    ):
        first = await deploy(link, "trio", {"services": {"web": web}})
        assert first.stdout == "Creating network trio_default\nCreating service trio_web\n"
        before = {task["ID"] for task in await settled(engine, "trio_web", 2)}
        again = await deploy(link, "trio", {"services": {"web": web}})
        assert again.stdout.startswith("Updating service trio_web (id: ")
        assert {task["ID"] for task in await settled(engine, "trio_web", 2)} == before
        await deploy(link, "trio", {"services": {"web": {**web, "image": "nginx:1.28"}}})
        async with asyncio.timeout(5):
            while True:
                (service,) = await engine.get("/services", {"filters": {"name": ["trio_web"]}})
                if service["UpdateStatus"]["State"] == "completed":
                    break
                await asyncio.sleep(0.02)
        removed = await link.run(service_remove(["trio_web", "trio_gone"], sudo=False))
        assert (removed.exit_status, removed.stdout) == (1, b"trio_web\n")
        assert removed.stderr == b"Error: No such service: trio_gone\n"
        gone = await link.run(stack_remove("trio", sudo=True))
        assert (gone.exit_status, gone.stderr) == (0, b"Removing network trio_default\n")


async def test_a_body_that_arrives_in_part_changes_nothing(tmp_path: Path) -> None:
    body = json.dumps({"services": {"web": {"image": "nginx:1.27"}}}).encode()
    async with open_practice_cluster(tmp_path) as practice, linked(practice) as (link, engine):
        command = stack_deploy("half", body, sudo=False)
        done = await link.run(Command(command.argv, body[:-4]))
        assert done.exit_status == INCOMPLETE
        assert b"did not arrive whole" in done.stderr
        assert await engine.get("/services", {"filters": {"name": ["half"]}}) == []


async def test_other_commands_are_not_known(tmp_path: Path) -> None:
    async with open_practice_cluster(tmp_path) as practice, linked(practice) as (link, _):
        for argv, status, words in (
            (("rm", "-rf", "/"), 127, b"sh: 1: rm: not found\n"),
            (("sh", "-c", "docker ps"), 127, b"sh: 1: sh: not found\n"),
            (("docker", "ps"), 1, b"docker: 'ps' is not a docker command."),
            (("docker", "stack", "deploy", "--prune", "x"), 125, b"unknown flag: --prune"),
            (("docker", "stack", "rm"), 1, b'"docker stack rm" requires'),
        ):
            done = await link.run(Command(argv))
            assert (done.exit_status, done.stderr[: len(words)]) == (status, words)


async def test_logs_tail_since_and_streams(tmp_path: Path) -> None:
    async with open_practice_cluster(tmp_path) as practice, linked(practice) as (_, engine):
        path = "/services/shop_web/logs"
        tail = [line async for line in lines(engine.stream(path, {**LOGS, "tail": 3}))]
        assert len(tail) == 6
        assert len({line.vessel for line in tail}) == 2
        assert len({line.node_id for line in tail}) == 2
        since = {**LOGS, "since": f"{practice.swarm.now - 60:.3f}"}
        recent = [line async for line in lines(engine.stream(path, since))]
        assert 60 <= len(recent) <= 80
        errors = {**LOGS, "stdout": False}
        assert {line.stderr async for line in lines(engine.stream(path, errors))} == {True}


async def test_a_followed_log_takes_in_new_tasks_and_ends_with_its_service(tmp_path: Path) -> None:
    talking = {"image": "busybox:1.36", "command": ["sh", "-c", "while true; do echo tick; done"]}
    async with (
        open_practice_cluster(tmp_path, pace=FAST) as practice,
        linked(practice) as (link, engine),
    ):
        await deploy(link, "chat", {"services": {"a": talking}})
        speakers: set[str] = set()
        async with asyncio.timeout(10):
            async for line in lines(
                engine.stream("/services/chat_a/logs", {**LOGS, "follow": True})
            ):
                assert line.text == "tick"
                if not speakers:
                    two = {**talking, "deploy": {"replicas": 2}}
                    await deploy(link, "chat", {"services": {"a": two}})
                speakers.add(line.vessel)
                if len(speakers) == 2:
                    await link.run(service_remove(["chat_a"], sudo=False))


async def test_events_come_as_they_happen(tmp_path: Path) -> None:
    async with (
        open_practice_cluster(tmp_path, pace=FAST) as practice,
        linked(practice) as (link, engine),
    ):
        heard: list[tuple[str, str, str]] = []

        async def listen() -> None:
            async for event in engine.events():
                attributes = event["Actor"]["Attributes"]
                heard.append((event["Type"], event["Action"], attributes["name"]))
                if attributes.get("state.new") == "down":
                    return

        listening = asyncio.create_task(listen())
        await asyncio.sleep(0.2)
        await deploy(link, "news", {"services": {"a": {"image": "a:1"}}})
        await practice.host("vega-1").stop()
        async with asyncio.timeout(5):
            await listening
    assert heard == [
        ("network", "create", "news_default"),
        ("service", "create", "news_a"),
        ("node", "update", "vega-1"),
    ]


async def test_in_no_swarm_nothing_is_heard_and_nothing_goes_wrong(tmp_path: Path) -> None:
    async with (
        open_practice_cluster(tmp_path, pace=FAST) as practice,
        linked(practice, "bare-2") as (_, engine),
    ):
        listening = asyncio.ensure_future(anext(engine.events()))
        assert [n["Name"] for n in await engine.get("/networks")] == ["bridge", "host", "none"]
        assert await engine.get("/containers/json") == []
        done, _ = await asyncio.wait([listening], timeout=0.5)
        assert not done
        listening.cancel()
        await asyncio.wait([listening])


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ("refuse_auth", AuthenticationFailed, "did not accept"),
        ("change_host_key", HostKeyChanged, "did not connect"),
        ("no_docker", DockerMissing, "docker: not found"),
        ("socket_forbidden", DockerForbidden, "docker.sock: connect: permission denied"),
        ("not_in_a_swarm", NotASwarmManager, "not part of any swarm"),
    ],
)
async def test_faults_come_and_go(
    tmp_path: Path, fault: str, error: type[Exception], words: str
) -> None:
    async with open_practice_cluster(tmp_path) as practice:
        host = practice.host("orion-2")

        async def look() -> None:
            async with linked(practice, "orion-2") as (_, engine):
                await engine.get("/nodes")

        await look()
        await host.break_by(fault)
        with pytest.raises(error, match=words):
            await look()
        await host.mend()
        await look()
        with pytest.raises(ValueError, match="unknown fault"):
            await host.break_by("meteor")


async def test_sudo_is_no_way_around_a_forbidden_socket(tmp_path: Path) -> None:
    async with open_practice_cluster(tmp_path) as practice:
        host = practice.hosts[0]
        await host.break_by("socket_forbidden")
        link = await connect(login(practice, host), host.host_key)
        with pytest.raises(DockerForbidden, match="a password is required"):
            await open_engine(link, sudo=True, on_call=lambda *_: None)
        await link.close()


async def test_a_stopped_host_comes_back_on_its_port(tmp_path: Path) -> None:
    async with open_practice_cluster(tmp_path, pace=FAST) as practice:
        host, third = (
            practice.host("orion-1"),
            practice.swarm.nodes[practice.host("vega-1").node_id],
        )
        practice.swarm.set_role(third, "manager")
        port = host.port
        async with linked(practice) as (link, _):
            await host.stop()
            async with asyncio.timeout(2):
                while link.alive:
                    await asyncio.sleep(0.01)
        with pytest.raises(ConnectionRefused):
            await connect(login(practice, host), host.host_key)
        async with linked(practice, "orion-2") as (_, engine):
            assert await state_of(engine, "orion-1", "down") == ("down", "unreachable")
            running = await settled(engine, "shop_web", 2)
            assert host.node_id not in {task["NodeID"] for task in running}
            await host.start()
            assert host.port == port
            assert await state_of(engine, "orion-1", "ready") == ("ready", "reachable")
        await host.start()
        async with linked(practice):
            pass


async def test_a_swarm_without_most_of_its_managers_says_so(tmp_path: Path) -> None:
    async with open_practice_cluster(tmp_path, pace=FAST) as practice:
        await practice.host("orion-1").stop()
        async with linked(practice, "orion-2") as (link, engine), asyncio.timeout(5):
            while (await engine.get("/info"))["Swarm"].get("Nodes"):
                await asyncio.sleep(0.02)
            info = (await engine.get("/info"))["Swarm"]
            assert info["ControlAvailable"]
            assert "does not have a leader" in info["Error"]
            with pytest.raises(SwarmWithoutLeader):
                await engine.get("/nodes")
            refused = await link.run(service_remove(["shop_web"], sudo=False))
            assert b"too few managers are online" in refused.stderr
            await practice.host("orion-1").start()
            assert await state_of(engine, "orion-1", "ready") == ("ready", "reachable")


async def state_of(engine: Engine, name: str, state: str) -> tuple[str, str]:
    """Node state and reachability, once the state is the one that is waited for."""
    async with asyncio.timeout(5):
        while True:
            node = await engine.get(f"/nodes/{name}")
            if node["Status"]["State"] == state:
                return state, node["ManagerStatus"]["Reachability"]
            await asyncio.sleep(0.02)


async def test_nothing_is_left_when_it_closes(tmp_path: Path) -> None:
    before = asyncio.all_tasks()

    async def cut(link: SshLink, engine: Engine, practice: Practice) -> None:
        async for _ in lines(engine.stream("/services/shop_web/logs", {**LOGS, "follow": True})):
            await practice.host("orion-1").stop()
        await link.close()

    async with open_practice_cluster(tmp_path) as practice:
        async with linked(practice, "orion-2"):
            pass
        async with linked(practice) as (link, engine):
            with pytest.raises(Exception, match=r"."):
                await cut(link, engine, practice)
        assert practice.host("orion-1").connection_count == 0
    await asyncio.sleep(0.05)
    assert asyncio.all_tasks() == before
