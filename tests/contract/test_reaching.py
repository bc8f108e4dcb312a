"""ONE suite for both far sides: a task's port and a shell are reached from its own outpost."""

import ipaddress

import pytest

from otternauts_desktop.core.errors import PortUnreachable
from otternauts_desktop.core.flight.commands import shell_in_container
from otternauts_desktop.services.engine import open_engine
from otternauts_desktop.services.ssh import Screen, Terminal, connect
from tests.contract.far_side import Open
from tests.contract.test_contract import clean, deploy, opened

__all__ = ["opened"]

pytestmark = pytest.mark.seconds(120)

TEXT = """\
services:
  web:
    image: nginx:1.27
    stop_grace_period: 1s
    deploy: {placement: {constraints: ["node.hostname == vega-1"]}}
"""


async def test_a_task_is_reached_on_the_bridge_of_its_outpost_and_by_a_shell(opened: Open) -> None:
    async with clean(opened, "c-reach") as side:
        await deploy(side, "c-reach", TEXT)
        (task,) = await side.running("c-reach_web", 1)
        link = await connect(side.worker, side.worker_key)
        try:
            engine = await open_engine(link, sudo=False, on_call=lambda *_: None)
            try:
                gateway = await engine.get("/networks/docker_gwbridge")
            finally:
                await engine.close()
            address = gateway["Containers"][task.container_id]["IPv4Address"]
            host = str(ipaddress.ip_interface(address).ip)
            socket = await link.open_wire(host, 80)
            await socket.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert (await socket.read()).startswith(b"HTTP/1.1 200")
            socket.close()
            with pytest.raises(PortUnreachable, match="refused"):
                await link.open_wire(host, 81)

            inside = shell_in_container(task.container_id, terminal=True, sudo=False)
            terminal = await link.open_terminal(inside, Screen("xterm", 91, 33))
            terminal.write(b"hostname\rstty size\rexit 7\r")
            shown = await _all(terminal)
            assert task.container_id[:12].encode() in shown
            assert b"33 91" in shown
            assert await terminal.ended() == 7

            terminal = await link.open_terminal(None, None)
            terminal.write(b"hostname\nexit 3\n")
            assert await _all(terminal) == b"vega-1\n"
            assert await terminal.ended() == 3
        finally:
            await link.close()


async def _all(terminal: Terminal) -> bytes:
    shown = b""
    while data := await terminal.read():
        shown += data
    return shown
