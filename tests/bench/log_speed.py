"""A service's log of three nodes, against `docker service logs` over ssh://; and a node's death."""

import asyncio
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing
from functools import partial
from pathlib import Path

from otternauts_desktop.app import open_mission_control, settle
from otternauts_desktop.core.comms.line import LogLine
from tests.bench.figure import Figure
from tests.bench.snapshot_over_ssh import docker_over_ssh
from tests.lab import faults
from tests.lab.can_boot import why_not
from tests.lab.lab import Lab
from tests.lab.talkers import FLEET, SERVICES, in_order, landed, numbers, talk

EACH, ROUNDS = 50_000, 3


def measure() -> Iterator[Figure]:
    """Boot a lab of three nodes, have six tasks say 300,000 lines, read them both ways in turn."""
    reason = why_not()
    docker = shutil.which("docker")
    if reason or docker is None:
        print(f"skip logs: {reason or 'no docker command on this machine'}")
        return
    lab = Lab.boot()
    try:
        talk(lab, EACH)
        with tempfile.TemporaryDirectory() as folder:
            ours, theirs, wrong = asyncio.run(_timed(lab, docker, Path(folder)))
        count = EACH * len(SERVICES) * len(lab.nodes)
        ratio = statistics.median(ours) / statistics.median(theirs)
        yield Figure(
            f"{count:,} lines of three nodes, share of the time of docker service logs over ssh://",
            ratio,
            1 / 4,
            "",
            f"medians of {ROUNDS}: {count / statistics.median(ours):,.0f} lines/s against "
            f"{count / statistics.median(theirs):,.0f}, {1 / ratio:.1f} times",
        )
        yield Figure("of them lost, doubled or out of order", wrong, 0, "lines")
        with tempfile.TemporaryDirectory() as folder:
            lost, doubled, notes = asyncio.run(_with_a_death(lab, Path(folder)))
        yield Figure(
            "lost or doubled where a node dies under it and comes back",
            lost + doubled,
            0,
            "lines",
            f"{lost} lost, {doubled} doubled. {' '.join(notes)}",
        )
    finally:
        lab.down()


async def _timed(lab: Lab, docker: str, folder: Path) -> tuple[list[float], list[float], int]:
    """Seconds of each round: ours, and docker's for the same services; what is wrong with ours."""
    environment = docker_over_ssh(lab, folder)
    ours, theirs, wrong = [], [], 0
    async with open_mission_control(folder / "home") as control:
        cluster_id = await landed(control, lab)
        await control.telemetry.refresh(cluster_id)
        settle()  # as both programs do
        follow = partial(control.transmissions.follow, cluster_id, FLEET, tail=None, follow=False)
        count = EACH * len(SERVICES) * len(lab.nodes)
        for _ in range(ROUNDS):
            # Both sides are counted as they come, and kept by neither.
            heard, started = 0, time.perf_counter()
            async for chunk in follow():
                heard += len(chunk)
            ours.append(time.perf_counter() - started)
            wrong += heard < count
            started = time.perf_counter()
            running = [
                subprocess.Popen(
                    (docker, "service", "logs", f"{FLEET}_{name}"),
                    env=environment,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                )
                for name in SERVICES
            ]
            counts = await asyncio.gather(*(asyncio.to_thread(_count, p) for p in running))
            theirs.append(time.perf_counter() - started)
            print(f"     docker gave {sum(counts):,} lines in {theirs[-1]:.1f} s")
        lines = [line async for chunk in follow() for line in chunk]
        said, wanted = numbers(lines), list(range(1, EACH + 1))
        wrong += sum(sorted(task) != wanted for task in said.values())
        wrong += (len(said) != len(SERVICES) * len(lab.nodes)) + (not in_order(lines))
    return ours, theirs, wrong


def _count(process: "subprocess.Popen[bytes]") -> int:
    assert process.stdout is not None
    count = 0
    while data := process.stdout.read(1 << 20):
        count += data.count(b"\n")
    process.wait()
    return count


async def _with_a_death(lab: Lab, folder: Path) -> tuple[int, int, list[str]]:
    """Lines lost and doubled where a node is switched off after a third, and on again."""
    lines: list[LogLine] = []
    count = EACH * len(SERVICES) * len(lab.nodes)
    async with open_mission_control(folder / "home") as control:
        cluster_id = await landed(control, lab)
        snapshot = await control.telemetry.refresh(cluster_id)
        tasks = {task.id for task in snapshot.tasks}

        async def listen() -> None:
            stream = control.transmissions.follow(cluster_id, FLEET, tail=None)
            async with aclosing(stream):
                async for chunk in stream:
                    lines.extend(chunk)
                    await asyncio.sleep(0)

        def heard() -> int:
            return sum(not line.note and line.task_id in tasks for line in lines)

        listener = asyncio.create_task(listen())
        try:
            await _until(lambda: heard() > count / 3, 60)
            broken = faults.switched_off(lab.node("vega-1"))
            await asyncio.to_thread(broken.__enter__)
            await asyncio.sleep(5)
            await asyncio.to_thread(broken.__exit__, None, None, None)
            await _until(lambda: heard() >= count, 120)
            await asyncio.sleep(3)
        except TimeoutError:
            print(f"     {heard():,} of {count:,} lines after all")
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
    said = {task: sorted(of) for task, of in numbers(lines).items() if task in tasks}
    lost = sum(EACH - len(set(said.get(task, ()))) for task in said)
    lost += EACH * (len(SERVICES) * len(lab.nodes) - len(said))
    doubled = sum(len(of) - len(set(of)) for of in said.values())
    return lost, doubled, [line.text for line in lines if line.note]


async def _until(holds: Callable[[], bool], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.2)
