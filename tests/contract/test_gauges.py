"""What a server's own files say of its use and its containers': alike on both far sides."""

import asyncio
import time
from pathlib import Path

import pytest

from otternauts_desktop.core.gauges.rates import sample_of
from otternauts_desktop.core.gauges.reading import ask_gauges, read_gauges
from tests.contract.far_side import FarSide, Open, lab_side, simulator_side
from tests.contract.test_contract import deploy

pytestmark = pytest.mark.seconds(120)

BUSY = "services:\n  busy:\n    image: busybox:1.35\n    stop_grace_period: 1s\n"
BUSY += "    command: sh -c 'while :; do echo busy; sleep 0.1; done'\n"
BUSY += "    deploy: {mode: global}\n"


@pytest.fixture(params=["simulator", pytest.param("lab", marks=pytest.mark.lab)])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    if request.param == "simulator":
        return simulator_side(tmp_path / "far side")
    return lab_side(request.getfixturevalue("lab"))


async def test_one_command_tells_what_the_server_and_its_containers_use(opened: Open) -> None:
    async with opened() as side:
        try:
            await deploy(side, "c-gauges", BUSY)
            tasks = await side.running("c-gauges_busy", 3)
            info = await side.engine.get("/info")
            (here,) = (t.container_id for t in tasks if t.node_id == info["Swarm"]["NodeID"])
            await _tells_of(side, here, info["DockerRootDir"])
        finally:
            await side.clear("c-gauges")


async def _tells_of(side: FarSide, container: str, root: str) -> None:
    before = read_gauges((await side.run(ask_gauges(root))).stdout)
    await asyncio.sleep(1.5)
    asked = time.time()
    answer = await side.run(ask_gauges(root))
    assert (answer.exit_status, answer.stderr) == (0, b"")
    sample = sample_of(before, read_gauges(answer.stdout), asked, time.time())
    assert sample.seconds == pytest.approx(1.5, abs=0.5)
    assert sample.skew == 0.0
    assert sample.own.cpu is not None
    assert 0 < sample.own.cpu <= sample.cores
    assert sample.own.memory is not None
    assert 0 < sample.own.memory < sample.memory_total
    assert None not in (sample.own.received, sample.own.sent)
    assert 0 < sample.disk_used < sample.disk_total
    use = sample.containers[container]
    assert use.cpu is not None
    assert 0 < use.cpu < 1
    assert use.memory is not None
    assert 0 < use.memory < 500_000_000
    assert None not in (use.received, use.sent, use.read, use.written)
