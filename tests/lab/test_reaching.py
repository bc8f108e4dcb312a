"""Tasks of a real swarm are reached from this machine: their ports, wherever they run."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from otternauts_desktop.app import open_mission_control
from otternauts_desktop.core.errors import PortUnreachable
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.core.swarm.targets import read_target
from otternauts_desktop.services.forwards import free_port
from tests.cli.test_shell import Pty
from tests.lab.lab import Lab
from tests.services.test_forwards import asked

pytestmark = [pytest.mark.lab, pytest.mark.seconds(120)]

TEXT = """\
services:
  web:
    image: nginx:1.27
    stop_grace_period: 1s
    deploy: {placement: {constraints: ["node.hostname == vega-1"]}}
"""


async def test_a_port_that_is_published_nowhere_is_reached_on_another_outpost(
    lab: Lab, tmp_path: Path
) -> None:
    async with open_mission_control(tmp_path / "home") as control:
        for node in lab.nodes:
            login = Login(node.host, node.user, node.port, str(lab.key_file))
            outpost = await control.outposts.add(login, host_key=node.host_key)
            await control.telemetry.refresh(outpost.cluster_id)
        cluster_id = outpost.cluster_id
        try:
            launch = await control.launches.launch(
                cluster_id, "reached", TEXT, {}, resolve_image="never"
            )
            await control.launches.wait(launch)
            snapshot = await control.telemetry.refresh(cluster_id)
            names = [outpost.name for outpost in control.outposts.outposts(cluster_id)]
            web = read_target("reached/web.1", snapshot, names)
            forward = await control.forwards.start(cluster_id, web, 80, await free_port())
            said = await asyncio.gather(*(asked(forward.local_port) for _ in range(20)))
            assert all(b"404" in answer or b"hello from the lab" in answer for answer in said)
            assert any(b"hello from the lab" in answer for answer in said)
            with pytest.raises(PortUnreachable):
                await control.forwards.start(cluster_id, web, 81)

            vega = read_target("vega-1", snapshot, names)
            sshd = await control.forwards.start(cluster_id, vega, 22, await free_port())
            reader, writer = await asyncio.open_connection("127.0.0.1", sshd.local_port)
            assert (await reader.readline()).startswith(b"SSH-2.0-OpenSSH")
            writer.close()
        finally:
            await control.launches.remove(cluster_id, "reached")


@pytest.mark.lab_long
async def test_a_person_has_a_shell_on_an_outpost_and_in_a_task(lab: Lab, tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with open_mission_control(home) as control:
        for node in lab.nodes:
            login = Login(node.host, node.user, node.port, str(lab.key_file))
            outpost = await control.outposts.add(login, host_key=node.host_key)
            await control.telemetry.refresh(outpost.cluster_id)
        cluster_id = outpost.cluster_id
        try:
            launch = await control.launches.launch(
                cluster_id, "reached", TEXT, {}, resolve_image="never"
            )
            await control.launches.wait(launch)
            await asyncio.to_thread(_at_the_other_end, home)
        finally:
            await control.launches.remove(cluster_id, "reached")


def _at_the_other_end(home: Path) -> None:
    for target, prompt in (("vega-1", "$ "), ("reached/web", "# ")):
        person = Pty("--home", str(home), "shell", target, columns=91, rows=33)
        try:
            person.until(prompt)
            person.type("stty size; echo in-$((40+2))\r")
            person.until("33 91")
            person.until("in-42")
            person.type("echo asleep; sleep 100\r")
            person.until("asleep\r\n")
            person.type("\x03")  # Ctrl+C goes over there
            person.until(prompt)
            person.type("exit 7\r")
            assert person.ended() == 7
        finally:
            person.close()
        done = subprocess.run(
            [sys.executable, "-m", "otternauts_desktop", "--home", str(home), "shell", target],
            input=b"echo in-$((40+2)); exit 3\n",
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 3, done.stderr
        assert done.stdout.endswith(b"in-42\n")
