"""Logs of three real nodes: whole, in order, told once; also when one of them dies under it."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from otternauts_desktop.app import open_mission_control
from otternauts_desktop.core.comms.line import LogLine
from tests.lab import faults
from tests.lab.lab import Lab
from tests.lab.talkers import FLEET, SERVICES, in_order, landed, numbers, silence, talk
from tests.services.practice import until

pytestmark = [pytest.mark.lab, pytest.mark.seconds(300)]

EACH = 5_000


@pytest.fixture(scope="module")
def talking(lab: Lab) -> Iterator[Lab]:
    talk(lab, EACH)
    yield lab
    silence(lab)


async def test_every_line_of_every_node_once_and_in_order(talking: Lab, tmp_path: Path) -> None:
    async with open_mission_control(tmp_path / "home") as control:
        cluster_id = await landed(control, talking)
        lines: list[LogLine] = []
        async for chunk in control.transmissions.follow(cluster_id, FLEET, tail=None, follow=False):
            lines += chunk
        last: list[LogLine] = []
        async for chunk in control.transmissions.follow(cluster_id, FLEET, tail=70, follow=False):
            last += chunk
    said = numbers(lines)
    assert len(said) == len(SERVICES) * len(talking.nodes)
    for task in said.values():
        assert sorted(task) == list(range(1, EACH + 1))
    assert in_order(lines)
    assert not [line.text for line in lines if line.note]
    # Docker counts from the end of its file, in which stdout and stderr are a little out of order.
    assert len(last) == 70
    assert in_order(last)
    assert set(last) <= set(lines)


async def test_a_node_that_is_cut_off_and_comes_back_loses_and_doubles_nothing(
    talking: Lab, tmp_path: Path
) -> None:
    async with open_mission_control(tmp_path / "home") as control:
        cluster_id = await landed(control, talking)
        lines: list[LogLine] = []

        async def listen() -> None:
            stream = control.transmissions.follow(cluster_id, FLEET, tail=None)
            async with aclosing(stream):
                async for chunk in stream:
                    lines.extend(chunk)

        listener = asyncio.create_task(listen())
        try:
            await until(lambda: len(lines) > EACH, 30)
            vega = talking.node("vega-1")
            with faults.without_sshd(vega):
                await asyncio.sleep(3)
            whole = EACH * len(SERVICES) * len(talking.nodes)
            await until(lambda: sum(map(len, numbers(lines).values())) >= whole, 60)
            await asyncio.sleep(2)
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
    for task in numbers(lines).values():
        assert sorted(task) == list(range(1, EACH + 1))
