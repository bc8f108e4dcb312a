"""How servers enter and leave swarms: the flight simulator's words are Docker's own."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from otternauts_desktop.core.errors import EngineRefused, NotASwarmManager, NothingFound
from otternauts_desktop.core.flight.commands import node_remove, node_update, swarm_leave
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.services.engine import Engine, open_engine
from otternauts_desktop.services.ssh import SshLink, connect
from otternauts_desktop.simulator.practice import open_practice_cluster
from tests.lab.lab import Lab
from tests.lab.node import LabNode
from tests.lab.test_onboarding import bare
from tests.services.practice import until_async

pytestmark = pytest.mark.seconds(180)


@dataclass
class End:
    """A server that is logged in to."""

    link: SshLink
    engine: Engine
    address: str

    async def swarm(self) -> dict[str, Any]:
        return dict((await self.engine.get("/info"))["Swarm"])


@dataclass
class Two:
    """A manager of a swarm, and a server with Docker in none."""

    manager: End
    spare: End

    def joining(self, token: str) -> dict[str, Any]:
        return {
            "ListenAddr": "0.0.0.0:2377",
            "AdvertiseAddr": self.spare.address,
            "RemoteAddrs": [f"{self.manager.address}:2377"],
            "JoinToken": token,
        }

    async def node(self, node_id: str) -> dict[str, Any]:
        return dict(await self.manager.engine.get(f"/nodes/{node_id}"))


Open = Callable[[], AbstractAsyncContextManager[Two]]


@asynccontextmanager
async def end(login: Login, host_key: str, address: str) -> AsyncIterator[End]:
    link = await connect(login, host_key)
    try:
        engine = await open_engine(link, sudo=False, on_call=lambda *_: None)
        try:
            yield End(link, engine, address)
        finally:
            await engine.close()
    finally:
        await link.close()


@pytest.fixture(scope="module")
def spare_of_lab(lab: Lab) -> Iterator[LabNode]:
    """Out of its swarm for all tests of this file: each leaves it so."""
    with bare(lab) as node:
        yield node


@pytest.fixture(params=["simulator", pytest.param("lab", marks=pytest.mark.lab)])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    @asynccontextmanager
    async def simulated() -> AsyncIterator[Two]:
        async with open_practice_cluster(tmp_path / "far side") as practice:
            key = str(practice.key_file)
            hosts = practice.host("orion-1"), practice.host("bare-2")
            logins = [Login(host.host, host.user, host.port, key) for host in hosts]
            async with (
                end(logins[0], hosts[0].host_key, hosts[0].server.address) as manager,
                end(logins[1], hosts[1].host_key, hosts[1].server.address) as spare,
            ):
                yield Two(manager, spare)

    @asynccontextmanager
    async def real() -> AsyncIterator[Two]:
        lab: Lab = request.getfixturevalue("lab")
        node: LabNode = request.getfixturevalue("spare_of_lab")
        first, key = lab.nodes[0], str(lab.key_file)
        async with (
            end(Login(first.host, first.user, 22, key), first.host_key, first.host) as manager,
            end(Login(node.host, node.user, 22, key), node.host_key, node.host) as spare,
        ):
            yield Two(manager, spare)

    return simulated if request.param == "simulator" else real


async def refused(engine: Engine, path: str, document: object, **params: Any) -> EngineRefused:
    with pytest.raises(EngineRefused) as caught:
        await engine.post(path, document, params, seconds=40)  # type: ignore[arg-type]
    return caught.value


async def test_a_swarm_is_made_and_left(opened: Open) -> None:
    async with opened() as two:
        engine = two.spare.engine
        assert (await two.spare.swarm())["LocalNodeState"] == "inactive"
        for path in ("/swarm", "/nodes"):
            with pytest.raises(NotASwarmManager):
                await engine.get(path)
        outside = await refused(engine, "/swarm/leave", {})
        assert (outside.status, outside.detail) == (503, "This node is not part of a swarm")
        document = {"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": two.spare.address}
        node_id = await engine.post("/swarm/init", document, seconds=40)
        swarm = await two.spare.swarm()
        assert (swarm["NodeID"], swarm["LocalNodeState"]) == (node_id, "active")
        assert (swarm["ControlAvailable"], swarm["Managers"], swarm["Nodes"]) == (True, 1, 1)
        assert swarm["RemoteManagers"] == [{"NodeID": node_id, "Addr": f"{two.spare.address}:2377"}]
        made = await engine.get("/swarm")
        assert made["ID"] == swarm["Cluster"]["ID"]
        assert sorted(made["JoinTokens"]) == ["Manager", "Worker"]
        again = await refused(engine, "/swarm/init", document)
        assert again.status == 503
        assert again.detail.startswith("This node is already part of a swarm. Use")
        (node,) = await engine.get("/nodes")
        version, spec = {"version": node["Version"]["Index"]}, node["Spec"]
        last = await refused(
            engine, f"/nodes/{node_id}/update", {**spec, "Role": "worker"}, **version
        )
        assert last.status == 400
        assert "attempting to demote the last manager of the swarm" in last.detail
        alone = await refused(engine, "/swarm/leave", {})
        assert alone.status == 503
        assert "Removing the last manager erases all current state of the swarm." in alone.detail
        await engine.post("/swarm/leave", {}, {"force": True}, seconds=40)
        assert (await two.spare.swarm())["LocalNodeState"] == "inactive"


async def test_who_shows_the_wrong_token_does_not_join(opened: Open) -> None:
    async with opened() as two:
        engine = two.spare.engine
        tokens = (await two.manager.engine.get("/swarm"))["JoinTokens"]
        malformed = await refused(engine, "/swarm/join", two.joining("nonsense"))
        assert (malformed.status, malformed.detail) == (500, "invalid join token")
        rotated = tokens["Worker"][:-25] + "1" * 25
        secret = await refused(engine, "/swarm/join", two.joining(rotated))
        assert secret.status == 400
        assert "A valid join token is necessary to join this cluster" in secret.detail
        assert (await two.spare.swarm())["LocalNodeState"] == "inactive"


async def test_a_worker_joins_is_changed_leaves_and_is_forgotten(opened: Open) -> None:
    async with opened() as two:
        manager, spare = two.manager.engine, two.spare.engine
        tokens = (await manager.get("/swarm"))["JoinTokens"]
        await spare.post("/swarm/join", two.joining(tokens["Worker"]), seconds=40)
        swarm = await two.spare.swarm()
        assert (swarm["LocalNodeState"], swarm["ControlAvailable"]) == ("active", False)
        node_id = swarm["NodeID"]

        async def is_ready() -> bool:
            return bool((await two.node(node_id))["Status"]["State"] == "ready")

        await until_async(is_ready, 20)
        node = await two.node(node_id)
        assert node["Spec"]["Role"] == "worker"
        assert node["Status"]["Addr"] == two.spare.address
        again = await refused(spare, "/swarm/join", two.joining(tokens["Worker"]))
        assert again.detail.startswith("This node is already part of a swarm.")

        version = {"version": node["Version"]["Index"]}
        spec = {**node["Spec"], "Labels": {"tried": "yes"}, "Availability": "drain"}
        await manager.post(f"/nodes/{node_id}/update", spec, version)
        changed = await two.node(node_id)
        assert changed["Spec"]["Labels"] == {"tried": "yes"}
        assert changed["Spec"]["Availability"] == "drain"
        stale = await refused(manager, f"/nodes/{node_id}/update", spec, version="1")
        assert "update out of sequence" in stale.detail
        with pytest.raises(NothingFound, match="node nosuch not found"):
            await manager.post("/nodes/nosuch/update", spec, version)

        early = await two.manager.link.run(node_remove(node_id, force=False, sudo=False))
        assert early.exit_status == 1
        assert b"is not down and can't be removed" in early.stderr
        left = await two.spare.link.run(swarm_leave(sudo=False), seconds=60)
        assert (left.exit_status, left.stdout) == (0, b"Node left the swarm.\n")
        assert (await two.spare.swarm())["LocalNodeState"] == "inactive"

        async def is_down() -> bool:
            return bool((await two.node(node_id))["Status"]["State"] == "down")

        await until_async(is_down, 60)
        gone = await two.manager.link.run(node_remove(node_id, force=False, sudo=False))
        assert (gone.exit_status, gone.stdout.decode()) == (0, f"{node_id}\n")
        with pytest.raises(NothingFound):
            await two.node(node_id)


async def test_a_manager_is_made_and_unmade(opened: Open) -> None:
    async with opened() as two:
        tokens = (await two.manager.engine.get("/swarm"))["JoinTokens"]
        await two.spare.engine.post("/swarm/join", two.joining(tokens["Manager"]), seconds=40)
        node_id = (await two.spare.swarm())["NodeID"]

        async def manages() -> bool:
            status = (await two.node(node_id)).get("ManagerStatus") or {}
            return bool(status.get("Reachability") == "reachable")

        await until_async(manages, 40)
        assert json.dumps(await two.spare.engine.get("/nodes")).count('"ManagerStatus"') == 3
        struck = await two.manager.link.run(node_remove(node_id, force=True, sudo=False))
        assert struck.exit_status == 1
        assert b"It must be demoted to worker before removal" in struck.stderr
        left = await two.spare.link.run(swarm_leave(sudo=False))
        assert left.exit_status == 1
        assert b"You are attempting to leave the swarm on a node that is part" in left.stderr
        demote = node_update(node_id, ("--role", "worker"), sudo=False)
        assert (await two.manager.link.run(demote)).exit_status == 0

        async def serves() -> bool:
            return not (await two.spare.swarm())["ControlAvailable"]

        await until_async(serves, 60)
        with pytest.raises(NotASwarmManager, match="worker"):
            await two.spare.engine.get("/nodes")
        await two.spare.link.run(swarm_leave(sudo=False), seconds=60)

        async def struck_off() -> bool:
            command = node_remove(node_id, force=True, sudo=False)
            return (await two.manager.link.run(command)).exit_status == 0

        await until_async(struck_off, 60)
