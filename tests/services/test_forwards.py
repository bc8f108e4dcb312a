"""A port of this machine leads to a task wherever it runs, and outlives tasks and connections."""

import asyncio
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl
from otternauts_desktop.core.errors import NothingFound, PortTaken, PortUnreachable
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.targets import Target, read_target
from otternauts_desktop.services.forwards import free_port
from tests.services.practice import flying, until_async

pytestmark = pytest.mark.seconds(60)


async def target(control: MissionControl, cluster_id: ClusterId, text: str) -> Target:
    snapshot = await control.telemetry.refresh(cluster_id)
    names = [outpost.name for outpost in control.outposts.outposts(cluster_id)]
    return read_target(text, snapshot, names)


async def asked(port: int) -> bytes:
    """What an HTTP server at a port of this machine says; b"" where it closes at once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        return await reader.read()
    except OSError:
        return b""
    finally:
        writer.close()


async def test_a_tasks_port_is_reached_and_the_forward_outlives_the_task(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        web = await target(control, cluster_id, "shop/web.1")
        forward = await control.forwards.start(cluster_id, web, 80, await free_port())
        said = await asked(forward.local_port)
        assert b"200 OK" in said
        assert b"nginx:1.27" in said
        (now,) = control.forwards.all()
        assert now.carried > len(said)

        task = next(t for t in practice.swarm.tasks.values() if t.id.encode() in said)
        practice.swarm.stop_task(task)

        async def another() -> bool:
            answer = await asked(forward.local_port)
            return bool(answer) and task.id.encode() not in answer

        await until_async(another)
        await control.forwards.stop(forward.id)
        with pytest.raises(OSError):
            await asked(forward.local_port)
        await control.forwards.restart(forward.id)
        assert b"200 OK" in await asked(forward.local_port)
        await control.forwards.remove(forward.id)
        assert control.forwards.all() == ()


async def test_it_says_not_connected_while_the_link_is_gone_and_works_again_after(
    tmp_path: Path,
) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        web = await target(control, cluster_id, "shop/web.1")
        forward = await control.forwards.start(cluster_id, web, 80, await free_port())
        snapshot = await control.telemetry.refresh(cluster_id)
        task = next(t for t in snapshot.tasks_by_service[web.service_id] if t.slot == 1 and t.live)
        host = practice.host(snapshot.node_name(task.node_id))
        await host.break_by("refuse_auth")  # cuts its connections, and lets nobody in
        assert await asked(forward.local_port) == b""
        (now,) = control.forwards.all()
        assert now.listening
        assert now.trouble
        await host.mend()
        control.outposts.reconnect(cluster_id)

        async def back() -> bool:
            return b"200 OK" in await asked(forward.local_port)

        await until_async(back)
        assert control.forwards.all()[0].trouble == ""


async def test_a_taken_port_is_said_with_a_free_one_and_what_listens_not_is_known_at_once(
    tmp_path: Path,
) -> None:
    async with flying(tmp_path) as (control, _, cluster_id):
        web = await target(control, cluster_id, "shop/web")
        with pytest.raises(PortUnreachable, match=r"Connection refused"):
            await control.forwards.start(cluster_id, web, 81)
        first = await control.forwards.start(cluster_id, web, 80, await free_port())
        with pytest.raises(PortTaken, match=r"Port \d+ is free"):
            await control.forwards.start(cluster_id, web, 80, first.local_port)
        with pytest.raises(NothingFound, match=r"no service \"shop/nothing\""):
            await target(control, cluster_id, "shop/nothing")
        gone = await target(control, cluster_id, "shop/web.99")
        with pytest.raises(NothingFound, match=r"No task of shop/web.99 runs now"):
            await control.forwards.start(cluster_id, gone, 80)


async def test_an_outposts_own_port_is_reached(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        vega = await target(control, cluster_id, "vega-1")
        port = practice.host("vega-1").port  # its sshd: all simulated servers are on loopback
        forward = await control.forwards.start(cluster_id, vega, port, await free_port())
        reader, writer = await asyncio.open_connection("127.0.0.1", forward.local_port)
        assert (await reader.readline()).startswith(b"SSH-2.0-")
        assert control.forwards.all()[0].connections == 1
        await control.forwards.close()
        assert await reader.read() == b""
        writer.close()
