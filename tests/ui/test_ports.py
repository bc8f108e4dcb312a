"""Ports are forwarded in the window: to what is in view, stopped, and started again."""

import asyncio
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from otternauts_desktop.services.forwards import free_port
from otternauts_desktop.ui.dialogs.ports import PortsDialog
from otternauts_desktop.ui.places import service_place
from tests.ui.seated import dialog, seated, shown


async def test_a_port_of_the_service_in_view_is_forwarded_stopped_and_restarted(
    tmp_path: Path,
) -> None:
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        cluster = control.outposts.clusters()[0]
        snapshot = await control.telemetry.refresh(cluster.id)
        web = next(s for s in snapshot.services if s.name == "shop_web")
        desk.go(service_place(cluster.id, web.id))
        window.actions_.run("fleet.ports")
        ports = await dialog(PortsDialog)
        assert ports.target.currentText() == "shop/web"
        assert ports.port.text() == "80"
        ports.local.setText(str(await free_port()))
        ports.primary.click()
        await shown(lambda: ports.model.rowCount() == 1)
        (forward,) = control.forwards.all()
        ports.copy.click()
        assert QGuiApplication.clipboard().text() == forward.address
        reader, writer = await asyncio.open_connection("127.0.0.1", forward.local_port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert b"nginx:1.27" in await reader.read()
        writer.close()

        ports.port.setText("81")
        ports.primary.click()
        await shown(lambda: ports.notice.isVisible())
        assert ports.model.rowCount() == 1

        ports.stop.click()
        await shown(lambda: not control.forwards.all()[0].listening and not ports.stop.isEnabled())
        ports.restart.click()
        await shown(lambda: control.forwards.all()[0].listening and ports.stop.isEnabled())
        ports.remove.click()
        await shown(lambda: ports.model.rowCount() == 0)
        assert control.forwards.all() == ()
        ports.cancel.click()
