"""How long the window stands still while ten servers become outposts at the same time."""

import asyncio
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.bench.figure import Figure

if TYPE_CHECKING:
    from otternauts_desktop.app import MissionControl
    from otternauts_desktop.core.swarm.cluster import Login

NUMBER: Final = 10
Known = tuple["Login", str]
"""How a server is reached, and its host key."""


async def onboarded(control: "MissionControl", manager: Known, servers: list[Known]) -> list[str]:
    """Add a manager, then all servers at once to its swarm; gives how the jobs ended."""
    login, host_key = manager
    await control.outposts.add(login, host_key=host_key, cluster_name="practice")
    jobs = []
    for number, (server, host_key) in enumerate(servers, 1):
        jobs.append(
            control.onboarding.start(
                server, host_key, name=f"bare-{number}", cluster_name="practice", role="worker"
            )
        )
        await asyncio.sleep(0)  # nobody confirms ten dialogs within one turn of the loop
    return [(await control.jobs.wait(job)).state.value for job in jobs]


def measure() -> Iterator[Figure]:
    """The simulated servers are another process's, so that what is timed is the window's."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from otternauts_desktop.ui.event_loop import OneTimerLoop
    from otternauts_desktop.ui.theme import theme

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme().apply(app)
    app.setQuitOnLastWindowClosed(False)
    here, there = multiprocessing.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        process = multiprocessing.get_context("spawn").Process(
            target=_far_side, args=(there, Path(folder, "far side")), daemon=True
        )
        process.start()
        manager, servers = here.recv()
        loop = OneTimerLoop(app)
        asyncio.set_event_loop(loop)
        try:
            with loop:
                worst, took = loop.run_until_complete(
                    _timed(Path(folder, "home"), manager, servers)
                )
        finally:
            here.send("done")
            process.join(10)
    yield Figure(
        f"longest the window stood still while {NUMBER} servers became outposts at once",
        worst * 1000,
        50,
        "ms",
        f"in {took:.0f} s",
    )


async def _timed(home: Path, manager: Known, servers: list[Known]) -> tuple[float, float]:
    """The longest turn of the window's loop, and the seconds until all were outposts."""
    from otternauts_desktop.app import settle
    from tests.ui.seated import seated

    async with seated(home) as (_, _, control):
        settle()
        worst = 0.0

        async def watch() -> None:
            nonlocal worst
            while True:
                before = time.perf_counter()
                await asyncio.sleep(0)
                worst = max(worst, time.perf_counter() - before)
                await asyncio.sleep(0.001)

        watching = asyncio.create_task(watch())
        began = time.perf_counter()
        ended = await onboarded(control, manager, servers)
        took = time.perf_counter() - began
        watching.cancel()
        assert ended == ["done"] * NUMBER, ended
        return worst, took


def _far_side(pipe: Connection, folder: Path) -> None:
    asyncio.run(_serve(pipe, folder))


async def _serve(pipe: Connection, folder: Path) -> None:
    from otternauts_desktop.core.swarm.cluster import Login
    from otternauts_desktop.simulator.practice import open_practice_cluster
    from otternauts_desktop.simulator.servers import Server

    bare = [Server(f"bare-{n}", f"10.20.1.{n}", docker="", any_key=True) for n in range(1, 11)]
    async with open_practice_cluster(folder, bare=bare) as practice:
        known = [
            (Login(host.host, host.user, host.port, str(practice.key_file)), host.host_key)
            for host in (practice.hosts[0], *practice.bare)
        ]
        pipe.send((known[0], known[1:]))
        await asyncio.to_thread(pipe.recv)
