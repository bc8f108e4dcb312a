"""Seconds until a lost connection is noticed, another manager is used, and all is well again."""

import asyncio
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from otternauts_desktop.app import MissionControl, open_mission_control
from otternauts_desktop.core.events import Event, LinkMoved
from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.cluster import LinkState, Login, Outpost
from tests.bench.figure import Figure
from tests.lab import faults
from tests.lab.can_boot import why_not
from tests.lab.lab import Lab
from tests.lab.node import LabNode, wait_until

ROUNDS = 4
ASLEEP = 20.0
"""Seconds for which the program is stopped, as by a laptop that sleeps."""
Fault = Callable[[LabNode], AbstractContextManager[None]]
FAILURES: dict[str, Fault] = {
    "SSH swallowed by a firewall": faults.silent,
    "cable out": faults.unplugged,
    "SSH server hangs": faults.hanging_sshd,
    "SSH server stopped": faults.without_sshd,
    "power cut": faults.switched_off,
}


def measure() -> Iterator[Figure]:
    """Boot a lab of three managers and break it, one way after another."""
    if reason := why_not():
        print(f"skip links: {reason}")
        return
    lab = Lab.boot(("orion-1", "orion-2", "orion-3"), managers=3)
    try:
        yield _figure("half-open connection noticed", _half_open, lab, 15)
        yield _figure("the same after a resume from sleep", _resumed, lab, 3)
        yield _figure("given up in a minute on a line that loses 5 %", _bad_line, lab, 0, "times")
        for name, fault in FAILURES.items():
            other = partial(_next_manager, fault=fault, leader=False)
            yield _figure(f"next manager answers, {name}", other, lab, 10)
        for name in ("cable out", "power cut"):
            leader = partial(_next_manager, fault=FAILURES[name], leader=True)
            what = f"the same of the leader, after the swarm's own election, {name}"
            yield _figure(what, leader, lab, 10)
        yield _figure("all managers gone: said to be unreachable", _all_gone, lab, 15)
        yield _figure("all back after 40 s: read again by itself", _all_back, lab, 20)
    finally:
        lab.down()


def _figure(
    what: str,
    run: Callable[[Lab, Path], Coroutine[None, None, list[float]]],
    lab: Lab,
    bound: float,
    unit: str = "s",
) -> Figure:
    with tempfile.TemporaryDirectory() as folder:
        seconds = asyncio.run(run(lab, Path(folder) / "home"))
    wait_until(lab.ready, "the swarm is whole again", 120)
    each = ", ".join(f"{figure:.1f}" for figure in seconds)
    return Figure(what, max(seconds), bound, unit, f"worst of {each} {unit}")


@asynccontextmanager
async def _watching(
    lab: Lab, home: Path, nodes: Sequence[LabNode]
) -> AsyncIterator[tuple[MissionControl, list[Outpost]]]:
    """Mission control that watches a swarm over these of its managers."""
    async with open_mission_control(home) as control:
        outposts = [
            await control.outposts.add(
                Login(node.host, node.user, node.port, str(lab.key_file)), host_key=node.host_key
            )
            for node in nodes
        ]
        control.telemetry.watch(outposts[0].cluster_id)
        await _until(lambda: _fresh(control, outposts[0].cluster_id))
        yield control, outposts


async def _half_open(lab: Lab, home: Path) -> list[float]:
    seconds = []
    async with _watching(lab, home, lab.nodes[:1]) as (control, (outpost,)):
        for number in range(ROUNDS):
            await asyncio.sleep(2 + number)  # elsewhere between two readings each time
            with faults.silent(lab.nodes[0]):
                seconds.append(await _until(lambda: not _connected(control, outpost)))
            await _until(lambda: _fresh(control, outpost.cluster_id))
    return seconds


async def _resumed(lab: Lab, home: Path) -> list[float]:
    seconds = []
    async with _watching(lab, home, lab.nodes[:1]) as (control, (outpost,)):
        for _ in range(2):
            with faults.silent(lab.nodes[0]):
                pid = os.getpid()
                waker = subprocess.Popen(["sh", "-c", f"sleep {ASLEEP}; kill -CONT {pid}"])
                os.kill(pid, signal.SIGSTOP)
                seconds.append(await _until(lambda: not _connected(control, outpost)))
                waker.wait()
            await _until(lambda: _fresh(control, outpost.cluster_id))
    return seconds


async def _bad_line(lab: Lab, home: Path) -> list[float]:
    """How often a connection was given up that only lost packets."""
    drops: list[LinkMoved] = []

    def hear(event: Event) -> None:
        if isinstance(event, LinkMoved) and event.status.attempt == 1:
            drops.append(event)

    async with _watching(lab, home, lab.nodes[:1]) as (control, _):
        control.bus.subscribe(hear)
        with faults.lossy(lab.nodes[0], 0.05):
            await asyncio.sleep(60)
        return [float(len(drops))]


async def _next_manager(lab: Lab, home: Path, fault: Fault, *, leader: bool) -> list[float]:
    """Seconds until another manager has answered, of which the swarm itself may need some.

    Where its leader is gone, no manager can answer before the others have elected a new one:
    counted from then on, as one of the others tells it.
    """
    nodes = sorted(lab.nodes, key=lambda node: _leads(node) != leader)
    async with _watching(lab, home, nodes) as (control, outposts):
        cluster_id = outposts[0].cluster_id
        assert control.telemetry.staleness(cluster_id).via == nodes[0].name
        broken = fault(nodes[0])
        await asyncio.to_thread(broken.__enter__)
        began, since = time.time(), time.perf_counter()
        swarm = asyncio.create_task(asyncio.to_thread(_answers_again, nodes[1], since))
        try:
            ours = await _until(
                lambda: (
                    control.telemetry.staleness(cluster_id).via != nodes[0].name
                    and control.telemetry.staleness(cluster_id).as_of > began
                )
            )
            theirs = await swarm
            if leader and theirs > 2:
                print(f"     a new leader after {theirs:.1f} s, read again after {ours:.1f} s")
                return [max(ours - theirs, 0.0)]
            return [ours]
        finally:
            await asyncio.to_thread(broken.__exit__, None, None, None)


def _leads(node: LabNode) -> bool:
    words = ("docker", "node", "inspect", "self", "--format", "{{.ManagerStatus.Leader}}")
    return node.ask(*words) == "true"


def _answers_again(node: LabNode, began: float) -> float:
    """Seconds until a manager knows its swarm's nodes."""
    time.sleep(0.5)  # it takes a moment to miss its leader
    wait_until(lambda: node.run("docker", "node", "ls", "-q").returncode == 0, "a leader", 90)
    return time.perf_counter() - began


async def _all_gone(lab: Lab, home: Path) -> list[float]:
    seconds = []
    async with _watching(lab, home, lab.nodes) as (control, outposts):
        for _ in range(2):
            with ExitStack() as broken:
                for node in lab.nodes:
                    broken.enter_context(faults.silent(node))
                seconds.append(await _until(lambda: _told_lost(control, outposts)))
            await _until(lambda: _fresh(control, outposts[0].cluster_id))
    return seconds


async def _all_back(lab: Lab, home: Path) -> list[float]:
    async with _watching(lab, home, lab.nodes) as (control, outposts):
        with ExitStack() as broken:
            for node in lab.nodes:
                broken.enter_context(faults.silent(node))
            await asyncio.sleep(40)
            lost = control.telemetry.staleness(outposts[0].cluster_id)
            assert lost.lost
        return [await _until(lambda: _fresh(control, outposts[0].cluster_id))]


def _connected(control: MissionControl, outpost: Outpost) -> bool:
    return control.outposts.link(outpost.id).state is LinkState.CONNECTED


def _told_lost(control: MissionControl, outposts: list[Outpost]) -> bool:
    """What makes the window say so: no link is left, or no manager can be read."""
    lost = control.telemetry.staleness(outposts[0].cluster_id).lost
    return bool(lost) or not any(_connected(control, outpost) for outpost in outposts)


def _fresh(control: MissionControl, cluster_id: ClusterId) -> bool:
    staleness = control.telemetry.staleness(cluster_id)
    return not staleness.lost and time.time() - staleness.as_of < 1


async def _until(holds: Callable[[], bool]) -> float:
    """Seconds until something holds."""
    started = time.perf_counter()
    async with asyncio.timeout(120):
        while not holds():
            await asyncio.sleep(0.02)
    return time.perf_counter() - started
