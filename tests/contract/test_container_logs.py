"""The log of a container on its own node, alike on the simulator and a real one."""

import json
from pathlib import Path

import pytest

from otternauts_desktop.core.comms.frames import FrameReader
from otternauts_desktop.core.comms.line import LogLine, Speaker
from otternauts_desktop.core.comms.stamps import later, since_parameter
from otternauts_desktop.core.errors import EngineRefused, NothingFound
from otternauts_desktop.services.engine import Engine, Params
from tests.contract.far_side import Open, lab_side, simulator_side
from tests.contract.test_contract import WEB, clean, deploy
from tests.services.practice import until_async

pytestmark = pytest.mark.seconds(180)

BOTH: Params = {"stdout": True, "stderr": True, "timestamps": True}
SPEAKER = Speaker("web", 1, "t", "n")


@pytest.fixture(params=["simulator", pytest.param("lab", marks=pytest.mark.lab)])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    if request.param == "simulator":
        return simulator_side(tmp_path / "far side")
    return lab_side(request.getfixturevalue("lab"))


async def read(engine: Engine, container: str, params: Params) -> list[LogLine]:
    reader, lines = FrameReader(SPEAKER), list[LogLine]()
    async for more in engine.log(f"/containers/{container}/logs", params, reader, SPEAKER):
        lines += more
    return [*lines, *reader.unfinished()]


def texts(lines: list[LogLine]) -> list[tuple[bool, str]]:
    return [(line.stderr, line.text) for line in lines]


async def test_a_containers_log_by_streams_tail_and_time(opened: Open) -> None:
    script = "echo one; sleep 0.2; echo two >&2; sleep 0.2; echo three; sleep 1000"
    text = WEB.replace("sleep 100000", json.dumps(["sh", "-c", script]))
    text = text.replace("{replicas: 2}", "{placement: {constraints: [node.hostname == orion-1]}}")
    async with clean(opened, "c-own") as side:
        await deploy(side, "c-own", text)
        (task,) = await side.running("c-own_web", 1)

        async def all_said() -> bool:
            return len(await read(side.engine, task.container_id, BOTH)) == 3

        await until_async(all_said, 20)
        one, two, three = await read(side.engine, task.container_id, BOTH)
        assert texts([one, two, three]) == [(False, "one"), (True, "two"), (False, "three")]
        assert one.time < two.time < three.time
        cases: tuple[tuple[dict[str, str | int | bool], list[LogLine]], ...] = (
            ({"tail": 1}, [three]),
            ({"tail": 0}, []),
            ({"since": since_parameter(two.time)}, [two, three]),
            ({"since": since_parameter(later(two.time, 1_000_000))}, [three]),
            ({"until": since_parameter(later(two.time, 1_000_000))}, [one, two]),
            ({"stderr": False}, [one, three]),
            ({"since": since_parameter(two.time), "tail": 1}, [three]),
        )
        for params, wanted in cases:
            asked: Params = {**BOTH, **params}
            assert texts(await read(side.engine, task.container_id, asked)) == texts(wanted), params
        heard: list[LogLine] = []
        reader, ticks = FrameReader(SPEAKER), 0
        follow: Params = {**BOTH, "follow": True}
        path = f"/containers/{task.container_id}/logs"
        async for more in side.engine.log(path, follow, reader, SPEAKER, tick=0.5):
            heard += more
            ticks += not more
            if ticks == 2:
                break
        assert texts(heard) == texts([one, two, three])
        with pytest.raises(NothingFound, match="No such container"):
            await read(side.engine, "f" * 64, BOTH)
        nothing: Params = {"timestamps": True}
        with pytest.raises(EngineRefused, match="at least one stream"):
            await read(side.engine, task.container_id, nothing)


async def test_a_log_that_nobody_keeps_can_not_be_read(opened: Open) -> None:
    text = WEB.replace("{replicas: 2}", "{placement: {constraints: [node.hostname == orion-1]}}")
    text += "    logging: {driver: none}\n"
    async with clean(opened, "c-mute") as side:
        await deploy(side, "c-mute", text)
        (task,) = await side.running("c-mute_web", 1)
        with pytest.raises(EngineRefused, match="does not support reading"):
            await read(side.engine, task.container_id, BOTH)
