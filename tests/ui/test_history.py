"""A fleet's history in a window, on the flight simulator: what failed, what differs, the return."""

from pathlib import Path

import pytest

from otternauts_desktop.app import open_mission_control
from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.ui.dialogs.confirm_launch import ConfirmLaunch
from otternauts_desktop.ui.dialogs.confirm_return import ConfirmReturn
from otternauts_desktop.ui.dialogs.confirm_rollback import ConfirmRollback
from otternauts_desktop.ui.fleet_page import HISTORY, LAUNCH
from otternauts_desktop.ui.history_tab import VersionSeen
from otternauts_desktop.ui.places import fleet_place, service_place
from tests.ui.seated import dialog, seated, shown

pytestmark = pytest.mark.seconds(120)

BASE = "services:\n  web:\n    image: nginx:1.27\n    deploy: {replicas: 2}\n"
NEXT = BASE.replace("1.27", "1.28")
BROKEN = BASE.replace("nginx:1.27", "acme/missing:1")


async def test_a_fleet_returns_to_a_version_that_is_chosen(tmp_path: Path) -> None:
    async with seated(tmp_path / "home") as (_, desk, control):
        cluster = await control.practice()
        desk.show_clusters()
        for text in (BASE, NEXT):
            launch = await control.launches.launch(cluster.id, "kiosk", text, {})
            assert (await control.launches.wait(launch)).state is LaunchState.CONVERGED
        desk.go(fleet_place(cluster.id, "kiosk", "history"))
        page, tab = desk.fleet_page, desk.fleet_page.history_tab
        assert page.tabs.currentIndex() == HISTORY
        assert [tab.model.index(n, 0).data() for n in range(2)] == ["v2", "v1"]
        await shown(lambda: tab.compared.text() == "v1 beside v2")
        assert "1 image pinned" in tab.words.text()

        tab.view.setCurrentIndex(tab.model.index(1, 0))
        await shown(lambda: "Version 1" in tab.title.text())
        tab.return_button.click()
        confirm = await dialog(ConfirmReturn)
        assert "Return kiosk to version 1?" in confirm.heading.text()
        assert any("1.27" in text for text in confirm.plan_view.texts())
        assert not confirm.resolve.isVisible()
        confirm.confirm()
        await shown(lambda: page.tabs.currentIndex() == LAUNCH)
        await shown(lambda: "in orbit" in page.launch_tab.title.text(), 60)
        await shown(lambda: tab.model.rowCount() == 3)
        newest = tab.model.row_at(tab.model.index(0, 0))
        assert newest is not None and isinstance(newest.subject, VersionSeen)
        assert newest.subject.result == "Returned to v1"
        snapshot = await control.telemetry.refresh(cluster.id)
        (web,) = snapshot.fleets["kiosk"]
        assert web.image.startswith("nginx:1.27@sha256:")

        desk.go(fleet_place(cluster.id, "shop", "history"))
        assert tab.model.rowCount() == 0
        assert tab.empty.isVisible()


async def test_a_failed_launch_returns_by_itself_where_that_is_ticked(tmp_path: Path) -> None:
    async with seated(tmp_path / "home") as (_, desk, control):
        cluster = await control.practice()
        desk.show_clusters()
        launch = await control.launches.launch(cluster.id, "kiosk", BASE, {})
        await control.launches.wait(launch)
        desk.go(fleet_place(cluster.id, "kiosk", "plan"))
        page = desk.fleet_page
        page.plan_tab.editor.set_text(BROKEN)
        page.plan_tab.flush()
        page.plan_tab.launch_requested.emit()
        confirm = await dialog(ConfirmLaunch)
        assert not confirm.return_on_failure.isChecked()
        confirm.return_on_failure.setChecked(True)
        confirm.confirm()
        tab = page.history_tab
        await shown(lambda: tab.model.rowCount() == 3, 60)
        await shown(lambda: "in orbit" in page.launch_tab.title.text(), 60)
        history = control.launches.history(cluster.id, "kiosk")
        assert [record.returns_to for record in history] == [1, 0, 0]
        failed = tab.model.row_at(tab.model.index(1, 0))
        assert failed is not None and isinstance(failed.subject, VersionSeen)
        assert "Failed to pull image" in failed.subject.result

        page.plan_tab.launch_requested.emit()
        again = await dialog(ConfirmLaunch)
        assert again.return_on_failure.isChecked(), "the choice is remembered"
        again.reject()


async def test_a_service_is_rolled_back_once_it_is_seen_what_that_changes(tmp_path: Path) -> None:
    async with seated(tmp_path / "home") as (window, desk, control):
        cluster = await control.practice()
        desk.show_clusters()
        for text in (BASE, NEXT):
            launch = await control.launches.launch(cluster.id, "kiosk", text, {})
            await control.launches.wait(launch)
        (web,) = (await control.telemetry.refresh(cluster.id)).fleets["kiosk"]
        desk.go(service_place(cluster.id, web.id))
        window.actions_.run("service.rollback")
        confirm = await dialog(ConfirmRollback)
        assert any("1.27" in text for text in confirm.plan_view.texts())
        confirm.confirm()
        await shown(lambda: "what it was before" in window.toast.text.text(), 60)
        (web,) = (await control.telemetry.refresh(cluster.id)).fleets["kiosk"]
        assert web.image.startswith("nginx:1.27")


async def test_a_launch_by_somebody_else_is_said_and_in_the_history(tmp_path: Path) -> None:
    async with seated(tmp_path / "home") as (window, desk, control):
        cluster = await control.practice()
        desk.show_clusters()
        desk.go(fleet_place(cluster.id, "kiosk", "history"))
        tab = desk.fleet_page.history_tab
        async with open_mission_control(tmp_path / "another home") as other:
            login = control.outposts.practice_logins["orion-1"]
            known = next(o for o in control.outposts.outposts(cluster.id) if o.name == "orion-1")
            outpost = await other.outposts.add(
                login, host_key=known.host_key, cluster_name="the same"
            )
            await other.telemetry.refresh(outpost.cluster_id)
            launch = await other.launches.launch(outpost.cluster_id, "kiosk", BASE, {})
            await other.launches.wait(launch)
        control.telemetry.watch(cluster.id)
        await shown(lambda: "has launched kiosk (v1)" in window.toast.text.text())
        assert tab.model.index(0, 0).data() == "v1"
