"""Connections are kept: their end is noticed, they are made anew, and nobody knocks for nothing."""

import asyncio
import time
from pathlib import Path

import pytest

from otternauts_desktop.core.errors import HostKeyChanged, NothingFound
from otternauts_desktop.core.events import Event, LinkMoved
from otternauts_desktop.core.names import OutpostId
from otternauts_desktop.core.swarm.cluster import LinkState, LinkStatus, Login
from otternauts_desktop.services.ssh import scan_host_key
from otternauts_desktop.services.vigil import wakings
from tests.services.practice import flying, until


async def test_the_end_of_a_connection_is_noticed_without_using_it(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        via = (await control.telemetry.refresh(cluster_id)).via
        outpost = next(o for o in control.outposts.outposts(cluster_id) if o.name == via)
        moves: list[LinkStatus] = []

        def hear(event: Event) -> None:
            if isinstance(event, LinkMoved) and event.outpost_id == outpost.id:
                moves.append(event.status)

        control.bus.subscribe(hear)
        host = practice.host(via)
        await host.stop()
        await until(lambda: bool(moves) and bool(moves[-1].next_try_at))
        assert moves[0].state is LinkState.RECONNECTING
        assert "lost" in moves[0].error
        assert moves[-1].attempt == 2
        assert "refused" in moves[-1].error
        await host.start()
        await until(lambda: moves[-1].state is LinkState.CONNECTED)


async def test_a_new_host_key_is_stored_only_when_it_opens_the_server(tmp_path: Path) -> None:
    async with flying(tmp_path) as (control, practice, cluster_id):
        outpost = control.outposts.outposts(cluster_id)[0]
        host = practice.host(outpost.name)
        await host.break_by("change_host_key")
        other = await scan_host_key(practice.hosts[1].host, practice.hosts[1].port)
        with pytest.raises(HostKeyChanged):
            await control.outposts.trust(outpost.id, other.host_key)
        assert control.outposts.outpost(outpost.id) == outpost
        shown = await control.outposts.scan_host_key(Login(host.host, host.user, host.port))
        await control.outposts.trust(outpost.id, shown.host_key)
        assert control.outposts.outpost(outpost.id).host_key == shown.host_key
        await until(lambda: control.outposts.link(outpost.id).state is LinkState.CONNECTED)
        with pytest.raises(NothingFound):
            await control.outposts.trust(OutpostId("none"), shown.host_key)


async def test_waking_from_sleep_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def listen() -> None:
        async for seconds in wakings():
            slept.append(seconds)

    listener = asyncio.create_task(listen())
    await asyncio.sleep(0.1)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 3600)
    await until(lambda: bool(slept))
    assert 3590 < slept[0] < 3620
    listener.cancel()
    await asyncio.gather(listener, return_exceptions=True)
