"""Mission control on a temporary home, with the flight simulator or a lab as its cluster."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.simulator.practice import Practice, open_practice_cluster

THREE_VESSELS = """\
services:
  web:
    image: nginx:1.27
    deploy:
      replicas: 2
    environment:
      API_KEY: ${API_KEY}
  db:
    image: postgres:16
  cache:
    image: redis:7-alpine
"""


@asynccontextmanager
async def flying(
    tmp_path: Path, *, watch: bool = False
) -> AsyncIterator[tuple[MissionControl, Practice, ClusterId]]:
    """Services over a practice cluster whose hosts the test may break."""
    async with (
        open_practice_cluster(tmp_path / "far side") as practice,
        open_mission_control(tmp_path / "home", watch=watch) as control,
    ):
        cluster_id = ClusterId("")
        for host in practice.hosts:
            outpost = await control.outposts.add(
                Login(host.host, host.user, host.port, str(practice.key_file)),
                host_key=host.host_key,
                name=host.name,
                cluster_name="practice",
            )
            cluster_id = outpost.cluster_id
            await control.telemetry.refresh(cluster_id)
        yield control, practice, cluster_id


async def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something holds, looking often; fails the test when time is up."""
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.05)


async def until_async(holds: Callable[[], Awaitable[bool]], seconds: float = 30.0) -> None:
    """The same for what has to be asked for."""
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(0.1)
