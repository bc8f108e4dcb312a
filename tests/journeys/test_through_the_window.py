"""A fleet on a real swarm, through the window's own code path."""

import asyncio
from pathlib import Path

import pytest

from otternauts_desktop.core.names import ClusterId
from otternauts_desktop.core.swarm.health import Health, fleet_condition
from otternauts_desktop.ui.cells import Row
from otternauts_desktop.ui.dialogs.add_outpost import AddOutpost
from otternauts_desktop.ui.dialogs.confirm import Confirm
from otternauts_desktop.ui.dialogs.confirm_launch import ConfirmLaunch
from otternauts_desktop.ui.dialogs.new_fleet import NewFleet
from otternauts_desktop.ui.fleet_page import OVERVIEW, FleetPage
from tests.journeys.oracle import (
    CANARY,
    TRIO,
    container_environment,
    files_with,
    own_files_with,
    stack_ps,
    watched_arguments,
)
from tests.lab.lab import Lab
from tests.lab.node import LabNode
from tests.ui.seated import dialog, seated, shown

pytestmark = [pytest.mark.lab, pytest.mark.seconds(240)]


def table(page: FleetPage) -> set[tuple[str, str, str]]:
    """Name, outpost and state of each task as the fleet page shows them."""
    found = set()
    for number in range(page.model.rowCount()):
        service = page.model.row_at(page.model.index(number, 0))
        assert isinstance(service, Row)
        for task in service.children:
            found.add((task.cells[0].text, task.cells[3].text, task.cells[2].text.lower()))
    return found


async def test_a_fleet_of_three_vessels(swarm: Lab, tmp_path: Path) -> None:
    manager: LabNode = swarm.nodes[0]
    async with seated(tmp_path / "home") as (window, desk, control):
        window.add_outpost_requested.emit()
        add = await dialog(AddOutpost)
        add.form.host.setText(manager.host)
        add.form.user.setText(manager.user)
        add.form.keys.take_file(str(swarm.key_file))
        add.confirm()
        await shown(lambda: add.stack.currentIndex() == 1)
        printed = await asyncio.to_thread(
            manager.ask, "ssh-keygen", "-lf", "/etc/ssh/ssh_host_ed25519_key.pub"
        )
        add.pasted.setText(printed)
        assert add.match.text() == "It matches."
        add.confirm()
        await shown(lambda: desk.cluster_page.outpost_model.rowCount() == len(swarm.nodes))
        await shown(lambda: "has no ingress yet" in window.notice.title.text())
        window.notice.hide()

        window.new_fleet_requested.emit()
        new = await dialog(NewFleet)
        new.name_field.setText("trio")
        new.confirm()
        plan = desk.fleet_page.plan_tab
        await shown(lambda: desk.fleet_page.fleet == "trio")
        plan.editor.set_text(TRIO)
        plan.flush()
        with watched_arguments(CANARY) as seen:
            plan.launch_requested.emit()
            confirm = await dialog(ConfirmLaunch)
            confirm.fields.set_value("API_KEY", CANARY)
            confirm.resolve.setChecked(False)
            confirm.confirm()
            tab = desk.fleet_page.launch_tab
            await shown(lambda: "in orbit" in tab.title.text(), 60)
        assert seen == []
        try:
            desk.fleet_page.show_tab(OVERVIEW)
            (cluster,) = control.outposts.clusters()
            await control.telemetry.refresh(cluster.id)
            docker = await asyncio.to_thread(stack_ps, swarm, "trio")
            assert len(docker) == 4
            assert table(desk.fleet_page) == docker
            assert _health(desk, cluster.id) is Health.HEALTHY
            inside = await asyncio.to_thread(container_environment, swarm, "trio", "web")
            assert f"API_KEY={CANARY}" in inside

            desk.open_comms("trio", "web")
            await shown(
                lambda: (
                    {" web.1 ", " web.2 "}
                    <= {f" {line.split()[1]} " for line in desk.console.visible_texts(500)}
                )
            )
            plan.flush()
            await shown(lambda: "3 unchanged, no restart" in plan.plan_view.texts())
            assert await asyncio.to_thread(files_with, swarm, CANARY) == []
            plan.views.choose(2)
            assert "services:" in plan.rendered.text()
            shown_everywhere = " ".join(
                [entry.command for entry in control.command_log.entries()]
                + [tab.output.toPlainText(), plan.rendered.text(), *plan.plan_view.texts()]
            )
            assert CANARY not in shown_everywhere
        finally:
            desk.fleet_page.remove_requested.emit()
            sure = await dialog(Confirm)
            sure.confirm()
            await shown(
                lambda: "is gone" in window.toast.text.text() or window.notice.isVisible(), 130
            )
            assert "is gone" in window.toast.text.text(), window.notice.detail.text()
        assert await asyncio.to_thread(stack_ps_or_nothing, swarm) == ""
    assert own_files_with(tmp_path / "home", CANARY) == []


def _health(desk: object, cluster_id: ClusterId) -> Health:
    from otternauts_desktop.ui.desk import Desk

    assert isinstance(desk, Desk)
    snapshot = desk._crew.telemetry.snapshot(cluster_id)
    assert snapshot is not None
    return fleet_condition(snapshot, snapshot.fleets["trio"]).health


def stack_ps_or_nothing(swarm: Lab) -> str:
    return swarm.nodes[0].run("docker", "stack", "ps", "-q", "trio").stdout.decode().strip()
