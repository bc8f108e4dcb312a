"""The connection is cut at a message of a launch: never a false "done", and the same end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core.flight.progress import LaunchProgress, LaunchState
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.simulator.practice import Practice, open_practice_cluster
from tests.crash_points.test_launch import AFTER, BEFORE
from tests.simulator.sky import FAST, deploy, linked, settled

pytestmark = pytest.mark.seconds(3000)

SAMPLES = 7


@dataclass
class Wire:
    """Lies between the program and a server, and counts what goes through, either way."""

    port_behind: int
    port: int = 0
    passed: int = 0
    cut_at: int = 0
    """The message at which all connections end, 0 for none."""
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)

    @asynccontextmanager
    async def laid(self) -> AsyncIterator["Wire"]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self._cut()

    def watch(self, cut_at: int) -> None:
        self.passed, self.cut_at = 0, cut_at

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind = await asyncio.open_connection("127.0.0.1", self.port_behind)
        self._ends |= {writer, behind[1]}
        await asyncio.gather(self._pass(reader, behind[1]), self._pass(behind[0], writer))

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65_536):
                self.passed += 1
                if self.passed == self.cut_at:
                    self._cut()  # this message is lost with it
                    return
                sink.write(data)
                await sink.drain()
        except OSError:
            return  # the other side has ended
        finally:
            sink.close()

    def _cut(self) -> None:
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()


@dataclass
class Flown:
    """A fleet that flies, and the program behind a wire."""

    practice: Practice
    control: MissionControl
    cluster_id: ClusterId
    wire: Wire

    async def begin(self, fleet: str) -> None:
        flies = {"services": {name: {"image": image} for name, image in BEFORE.items()}}
        async with linked(self.practice) as (link, engine):
            await deploy(link, fleet, flies)
            await settled(engine, f"{fleet}_web", 1)
        await self.control.telemetry.refresh(self.cluster_id)

    async def launch(self, fleet: str) -> LaunchProgress:
        launch = await self.control.launches.launch(
            self.cluster_id, fleet, AFTER, {}, resolve_image="never"
        )
        return await self.control.launches.wait(launch)

    async def cut_at(self, message: int) -> bool:
        """Launch with the wire cut there; gives whether the launch was over before."""
        fleet = f"harbour-{message}"
        await self.begin(fleet)
        self.wire.watch(message)
        ended = await self.launch(fleet)
        was_cut = self.wire.passed >= message
        self.wire.watch(0)
        if ended.state is LaunchState.CONVERGED:
            self.check(fleet, jobs=1)
        else:
            assert ended.state in (LaunchState.UNKNOWN, LaunchState.FAILED), ended
            assert ended.cause is not None, "it is said why"
            again = await self.launch(fleet)
            assert again.state is LaunchState.CONVERGED, (message, ended.cause, again.cause)
            self.check(fleet, jobs=2)
        await self.control.launches.remove(self.cluster_id, fleet)
        return not was_cut

    def check(self, fleet: str, *, jobs: int) -> None:
        """All is as it would be without a cut; a job may run again in a second launch."""
        swarm = self.practice.swarm
        swarm.catch_up()
        services = {
            service.name.removeprefix(f"{fleet}_"): service
            for service in swarm.stack_services(fleet)
        }
        assert {*services} == {"db", "web"}
        running = {
            name: sorted(
                t.image.partition("@")[0] for t in swarm.tasks_of(of) if t.state == "running"
            )
            for name, of in services.items()
        }
        assert running == {"db": ["postgres:16"], "web": ["nginx:1.27"] * 2}
        assert len(swarm.tasks_of(services["db"])) == 1, "it was not touched"
        made = [
            event["Actor"]["Attributes"]["name"]
            for event in swarm.events
            if (event["Type"], event["Action"]) == ("service", "create")
        ]
        assert 1 <= made.count(f"{fleet}_web-pre-deploy") <= jobs


@asynccontextmanager
async def flown(folder: Path) -> AsyncIterator[Flown]:
    async with open_practice_cluster(folder / "far side", pace=FAST, bare=()) as practice:
        host = practice.hosts[0]
        async with Wire(host.port).laid() as wire, open_mission_control(folder / "home") as control:
            login = Login(host.host, host.user, wire.port, str(practice.key_file))
            outpost = await control.outposts.add(
                login, host_key=host.host_key, cluster_name="practice"
            )
            yield Flown(practice, control, outpost.cluster_id, wire)


async def test_cut_at_messages_all_along_a_launch(tmp_path: Path) -> None:
    async with flown(tmp_path) as there:
        await there.begin("measured")
        there.wire.watch(0)
        assert (await there.launch("measured")).state is LaunchState.CONVERGED
        messages = there.wire.passed
        for number in range(SAMPLES):
            await there.cut_at(1 + number * messages // SAMPLES)


@pytest.mark.lab_long
async def test_cut_at_every_message_of_a_launch(tmp_path: Path) -> None:
    async with flown(tmp_path) as there:
        message = 1
        while not await there.cut_at(message):
            message += 1
    print(f"cut at each of {message - 1} messages")
    assert message > 50
