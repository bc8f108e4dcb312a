"""A whole snapshot over the open connection, against the four docker commands over ssh://."""

import asyncio
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from otternauts_desktop.app import open_mission_control
from otternauts_desktop.core.swarm.cluster import Login
from tests.bench.figure import Figure
from tests.lab.can_boot import why_not
from tests.lab.lab import Lab
from tests.lab.node import wait_until

STACKS, SERVICES_EACH, ROUNDS = 20, 5, 9


def measure() -> Iterator[Figure]:
    """Boot a lab of three nodes, fly 100 services and time both ways in turn."""
    reason = why_not()
    docker = shutil.which("docker")
    if reason or docker is None:
        print(f"skip snapshot: {reason or 'no docker command on this machine'}")
        return
    lab = Lab.boot()
    try:
        _fly(lab)
        with tempfile.TemporaryDirectory() as folder:
            ours, theirs = asyncio.run(_timed(lab, docker, Path(folder)))
    finally:
        lab.down()
    ratio = statistics.median(ours) / statistics.median(theirs)
    yield Figure(
        "snapshot of 100 services, share of the four docker commands over ssh://",
        ratio,
        1 / 20,
        "",
        f"medians of {ROUNDS}: {statistics.median(ours) * 1e3:.1f} ms against "
        f"{statistics.median(theirs) * 1e3:.0f} ms, 1/{1 / ratio:.0f}",
    )


def _fly(lab: Lab) -> None:
    manager = lab.nodes[0]
    services = "".join(
        f"  s{number}:\n    image: busybox:1.35\n    command: sleep 100000\n"
        f"    stop_grace_period: 1s\n"
        for number in range(SERVICES_EACH)
    )
    for number in range(STACKS):
        manager.ask(
            *("docker", "stack", "deploy", "--resolve-image", "never", "-c", "-", f"st{number}"),
            stdin=f"services:\n{services}".encode(),
            timeout=120,
        )

    def all_running() -> bool:
        names = manager.ask("docker", "service", "ls", "--format", "{{.Replicas}}").split()
        return names.count("1/1") == STACKS * SERVICES_EACH

    wait_until(all_running, "100 services run", 240)


async def _timed(lab: Lab, docker: str, folder: Path) -> tuple[list[float], list[float]]:
    """Seconds of each round: ours, and the four commands', one after the other."""
    manager = lab.nodes[0]
    environment = docker_over_ssh(lab, folder)
    commands = (
        (docker, "node", "ls"),
        (docker, "stack", "ls"),
        (docker, "service", "ls"),
        (docker, "node", "ps", *(node.name for node in lab.nodes)),
    )
    ours, theirs = [], []
    async with open_mission_control(folder / "home") as control:
        outpost = await control.outposts.add(
            Login(manager.host, manager.user, manager.port, str(lab.key_file)),
            host_key=manager.host_key,
        )
        snapshot = await control.telemetry.refresh(outpost.cluster_id)
        assert len(snapshot.services) == STACKS * SERVICES_EACH
        for _ in range(ROUNDS):
            started = time.perf_counter()
            snapshot = await control.telemetry.refresh(outpost.cluster_id)
            ours.append(time.perf_counter() - started)
            started = time.perf_counter()
            for command in commands:
                await asyncio.to_thread(
                    subprocess.run, command, env=environment, check=True, capture_output=True
                )
            theirs.append(time.perf_counter() - started)
    return ours, theirs


def docker_over_ssh(lab: Lab, folder: Path) -> dict[str, str]:
    """An environment in which docker's `ssh` knows the lab's key and hosts."""
    manager = lab.nodes[0]
    wrapper = folder / "bin" / "ssh"
    wrapper.parent.mkdir()
    known = folder / "known_hosts"
    known.write_text("".join(f"{node.host} {node.host_key}\n" for node in lab.nodes))
    ssh = shutil.which("ssh")
    wrapper.write_text(
        f"#!/bin/sh\nexec {ssh} -F none -i {lab.key_file} -o UserKnownHostsFile={known} "
        '-o BatchMode=yes "$@"\n'
    )
    wrapper.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{wrapper.parent}:{os.environ['PATH']}",
        "DOCKER_HOST": f"ssh://{manager.user}@{manager.host}",
        "HOME": str(folder),
    }
