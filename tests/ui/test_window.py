"""The window as a newcomer uses it, over the flight simulator."""

import asyncio
import sys
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from otternauts_desktop import desktop
from otternauts_desktop.core.errors import (
    AuthenticationFailed,
    ConnectionRefused,
    DockerForbidden,
    DockerMissing,
    HostKeyChanged,
    KeyUnusable,
    KnownError,
    NotASwarmManager,
    UnknownHost,
)
from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.swarm.cluster import Login
from otternauts_desktop.simulator.practice import open_practice_cluster
from otternauts_desktop.ui.dialogs.add_outpost import AddOutpost
from otternauts_desktop.ui.dialogs.confirm import Confirm
from otternauts_desktop.ui.dialogs.confirm_launch import ConfirmLaunch
from otternauts_desktop.ui.dialogs.new_fleet import NewFleet
from otternauts_desktop.ui.fleet_page import LAUNCH
from otternauts_desktop.ui.flight_plan_tab import FlightPlanTab
from otternauts_desktop.ui.main_window import MainWindow, dropped_plan
from otternauts_desktop.ui.palette import Palette
from otternauts_desktop.ui.places import PlaceKind, cluster_place, fleet_place, outpost_place
from otternauts_desktop.ui.single_instance import FirstInstance, bring_to_front
from otternauts_desktop.ui.theme import Mode, theme
from tests.ui.seated import dialog, seated, shown

FLEET = """\
services:
  web:
    image: nginx:1.27
    environment: {KEY: "${KEY}"}
"""


async def test_from_the_first_screen_to_a_fleet_in_orbit(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        assert window.pages.currentWidget() is window.welcome
        QTest.mouseClick(window.welcome.simulator_button, Qt.MouseButton.LeftButton)
        await shown(lambda: window.pages.currentWidget() is desk.cluster_page)
        await shown(lambda: desk.cluster_page.fleet_model.rowCount() == 4)
        assert window.status.simulator_label.text() == "SIMULATOR"

        window.new_fleet_requested.emit()
        new = await dialog(NewFleet)
        new.name_field.setText("trio")
        new.confirm()
        await shown(lambda: desk.fleet_page.fleet == "trio")
        plan = desk.fleet_page.plan_tab
        assert "image: nginx:1.27" in plan.text()
        await shown(lambda: "Create service" in plan.plan_view.texts())

        plan.editor.selectAll()
        QTest.keyClicks(plan.editor, "x")  # the person types
        plan.editor.set_text(FLEET)
        plan.flush()
        await shown(lambda: "Missing" in plan.variables.texts())
        plan.launch_requested.emit()
        confirm = await dialog(ConfirmLaunch)
        confirm.fields.set_value("KEY", "c4nary")
        confirm.confirm()
        tab = desk.fleet_page.launch_tab
        await shown(lambda: "in orbit" in tab.title.text())
        assert desk.fleet_page.tabs.currentIndex() == LAUNCH
        assert tab.model.rowCount() == 1
        await shown(lambda: desk.fleet_page.model.rowCount() == 1)

        desk.open_comms("shop", "web")
        await shown(lambda: desk.console.line_count > 100)
        lines = desk.console.visible_texts(500)
        assert any(" web.1 " in line for line in lines)
        assert any(" web.2 " in line for line in lines)
        plan.views.choose(2)
        assert "nginx:1.27" in plan.rendered.text()
        shown_everywhere = " ".join(
            [*plan.plan_view.texts(), plan.rendered.text(), tab.output.toPlainText()]
            + [entry.command for entry in control.command_log.entries()]
        )
        assert "c4nary" not in shown_everywhere


async def test_what_was_typed_is_kept(tmp_path: Path) -> None:
    async with seated(tmp_path) as (_, desk, _control):
        await desk.simulate()
        (cluster,) = desk._crew.outposts.clusters()
        desk.go(fleet_place(cluster.id, "shop", "plan"))
        editor = desk.fleet_page.plan_tab.editor
        editor.selectAll()
        QTest.keyClicks(editor, "services: # mine")
        desk.go(cluster_place(cluster.id))  # at once, before any timer
        desk.go(fleet_place(cluster.id, "shop", "plan"))
        assert desk.fleet_page.plan_tab.text() == "services: # mine"


def _told(plan: FlightPlanTab, words: str) -> bool:
    return words in " ".join(plan.plan_view.texts())


async def test_a_bad_flight_plan_is_explained_and_not_launched(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        (cluster,) = desk._crew.outposts.clusters()
        desk.go(fleet_place(cluster.id, "lost", "plan"))
        plan = desk.fleet_page.plan_tab
        for text, words in (
            ("services: [", "Line 1"),
            ("services:\n  web:\n    imagee: x\n", "Compose knows no `imagee` here."),
            (FLEET, "KEY (line 4)"),
        ):
            plan.editor.set_text(text)
            plan.flush()
            await shown(partial(_told, plan, words))
        bomb = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
        plan.editor.set_text("a0: &a0 [1]\n" + bomb)
        plan.flush()
        await shown(partial(_told, plan, "blow it up"))
        QApplication.clipboard().setText("a: " + "x" * 10_000_000)
        before = plan.text()
        plan.editor.paste()
        assert "10.0 MB" in window.notice.detail.text()
        assert plan.text() == before
        plan.editor.set_text("services: [")
        plan.flush()
        plan.launch_requested.emit()
        confirm = await dialog(ConfirmLaunch)
        assert not confirm.primary.isEnabled()
        confirm.reject()
        assert control.launches.under_way() == ()
        assert plan.text() == "services: ["


async def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    big = tmp_path / "big.yml"
    big.write_bytes(b"a: " + b"x" * 10_000_000)
    new = NewFleet(frozenset())
    new.read(str(big))
    assert "1 MiB" in new.notice.detail.text()
    new.read(str(tmp_path / "none.yml"))
    assert "No such file" in new.notice.detail.text()
    new.deleteLater()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("refuse_auth", AuthenticationFailed),
        ("no_docker", DockerMissing),
        ("socket_forbidden", DockerForbidden),
        ("not_in_a_swarm", NotASwarmManager),
        ("stopped", ConnectionRefused),
        ("key changed", HostKeyChanged),
        ("no such host", UnknownHost),
        ("no such key", KeyUnusable),
    ],
)
async def test_what_can_be_wrong_with_a_server_is_said_in_the_dialog(
    tmp_path: Path, fault: str, error: type[KnownError]
) -> None:
    async with (
        open_practice_cluster(tmp_path / "far side") as practice,
        seated(tmp_path / "home") as (window, _, control),
    ):
        host = practice.hosts[0]
        if fault == "stopped":
            await host.stop()
        elif fault not in ("key changed", "no such host", "no such key"):
            await host.break_by(fault)
        window.add_outpost_requested.emit()
        add = await dialog(AddOutpost)
        for line, text in (
            (add.form.host, host.host),
            (add.form.port, str(host.port)),
            (add.form.user, host.user),
        ):
            line.setText(text)
        add.form.keys.take_file(str(practice.key_file))
        if fault == "no such host":
            add.form.host.setText("no.such.host.invalid")
        if fault == "no such key":
            add.form.keys.take_file(str(tmp_path / "none"))
        add.confirm()
        if fault not in ("stopped", "no such host"):
            await shown(lambda: add.stack.currentIndex() == 1)
            if fault == "key changed":
                await host.break_by("change_host_key")
            add.confirm()
        await shown(add.notice.isVisible)
        assert add.notice.title.text() == error.title
        assert add.notice.next_step.text()
        assert add.form.user.text() == host.user
        assert control.outposts.clusters() == ()
        add.reject()


async def test_a_lost_cluster_is_shown_as_lost(tmp_path: Path) -> None:
    async with (
        open_practice_cluster(tmp_path / "far side") as practice,
        seated(tmp_path / "home") as (window, desk, control),
    ):
        host = practice.hosts[0]
        added = await control.outposts.add(
            Login(host.host, host.user, host.port, str(practice.key_file)),
            host_key=host.host_key,
        )
        control.telemetry.watch(added.cluster_id)
        desk.go(cluster_place(added.cluster_id))
        await shown(lambda: f"via {host.name}" in window.status.link_label.text())
        await host.stop()
        await shown(lambda: "Unreachable, as of" in window.status.link_label.text())
        assert "as of" in desk.cluster_page.header.pill.accessibleName()
        assert desk.cluster_page.fleet_model.rowCount() == 3
        assert "can't be read. What is shown is as of" in window.notice.title.text()
        assert window.notice._action.text() == "Reconnect now"
        await host.start()
        QTest.mouseClick(window.notice._action, Qt.MouseButton.LeftButton)
        await shown(lambda: f"via {host.name}" in window.status.link_label.text())
        assert not window.notice.isVisible()


async def test_leaving_during_a_launch_asks_first(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        (cluster,) = desk._crew.outposts.clusters()
        launch = await control.launches.launch(
            cluster.id, "slow", "services:\n  a:\n    image: nginx:1\n", {}
        )
        window.close()
        ask = await dialog(Confirm)
        assert "will not watch it" in ask.words.text()
        ask.reject()
        await asyncio.sleep(0.1)
        assert window.isVisible()
        assert (await control.launches.wait(launch)).state is LaunchState.CONVERGED


async def test_the_window_comes_back_as_it_was(tmp_path: Path) -> None:
    async with open_practice_cluster(tmp_path / "far side") as practice:
        host = practice.hosts[0]
        login = Login(host.host, host.user, host.port, str(practice.key_file))
        async with seated(tmp_path / "home") as (window, desk, control):
            added = await control.outposts.add(login, host_key=host.host_key)
            desk.go(fleet_place(added.cluster_id, "shop"))
            window.dock.open(1)
            window.resize(1200, 800)
            theme().set_mode(Mode.LIGHT)
            desk.help.open_palette()
            (await dialog(Palette)).reject()
            window.close()
            await asyncio.sleep(0.2)
        theme().set_mode(Mode.DARK)
        async with seated(tmp_path / "home") as (window, desk, control):
            assert (window.place.kind, window.place.name) == (PlaceKind.FLEET, "shop")
            assert window.dock.current == 1
            assert control.settings.get("window.geometry")
            assert theme().mode is Mode.LIGHT


async def test_a_dropped_file_becomes_a_draft(tmp_path: Path) -> None:
    file = tmp_path / "My Shop" / "compose.yaml"
    file.parent.mkdir()
    file.write_text(FLEET)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    assert dropped_plan(data) == str(file)
    data.setUrls([QUrl.fromLocalFile("/etc/passwd"), QUrl("https://example.com/a.yml")])
    assert dropped_plan(data) == ""
    async with seated(tmp_path / "home") as (window, desk, control):
        await desk.simulate()
        window.file_dropped.emit(str(file))
        new = await dialog(NewFleet)
        assert new.name == "my-shop"
        new.confirm()
        await shown(lambda: desk.fleet_page.fleet == "my-shop")
        assert desk.fleet_page.plan_tab.text() == FLEET
        (cluster,) = control.outposts.clusters()
        assert "my-shop" in control.launches.drafted_fleets(cluster.id)


async def test_a_bug_is_told_without_values_and_can_be_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken() -> None:
        raise RuntimeError("hunter2 is the password")

    async with seated(tmp_path) as (window, desk, _control):
        monkeypatch.setattr(sys, "excepthook", desktop._Excepthook(window))
        desk.tasks.start(broken())
        await shown(window.notice.isVisible)
        told = f"{window.notice.title.text()} {window.notice.detail.text()}"
        assert told.startswith("This is a bug in Otternauts. test_window.py:")
        QTest.mouseClick(window.notice._action, Qt.MouseButton.LeftButton)
        report = QApplication.clipboard().text()
        assert "RuntimeError" in report
        assert "in broken" in report
        assert "hunter2" not in told + report


async def test_a_second_start_brings_the_first_window_forward(tmp_path: Path) -> None:
    window = MainWindow()
    asked: list[str] = []
    assert not await asyncio.to_thread(bring_to_front, tmp_path)
    first = FirstInstance(tmp_path, lambda: asked.append("come"), asked.append, window)
    assert await asyncio.to_thread(bring_to_front, tmp_path)
    await shown(lambda: asked == ["come"])
    link = "otternauts://cluster/a"
    assert await asyncio.to_thread(bring_to_front, tmp_path, link)
    await shown(lambda: asked == ["come", "come", link])
    assert not await asyncio.to_thread(bring_to_front, tmp_path / "other")
    first.close()
    assert not await asyncio.to_thread(bring_to_front, tmp_path)
    window.deleteLater()


async def test_the_way_back(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, _control):
        await desk.simulate()
        (cluster,) = desk._crew.outposts.clusters()
        desk.go(fleet_place(cluster.id, "shop"))
        desk.go(fleet_place(cluster.id, "blog"))
        window.go_back()
        assert (window.place.kind, window.place.name) == (PlaceKind.FLEET, "shop")
        window.go_forward()
        assert window.place.name == "blog"


async def test_no_task_is_left_behind(tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    async with seated(tmp_path) as (_, desk, _control):
        await desk.simulate()
        desk.open_comms("shop", "")
        await asyncio.sleep(0.5)
    left = {task.get_name() for task in asyncio.all_tasks() - before}
    assert left == set()
    assert not [w for w in QApplication.topLevelWidgets() if w.isVisible()]


async def test_a_forgotten_cluster_comes_back_as_it_was(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, _control):
        await desk.simulate()
        (cluster,) = desk._crew.outposts.clusters()
        outposts = desk._crew.outposts.outposts(cluster.id)
        desk.go(fleet_place(cluster.id, "shop", "plan"))
        desk.fleet_page.plan_tab.editor.selectAll()
        QTest.keyClicks(desk.fleet_page.plan_tab.editor, "services: # mine")
        desk.go(cluster_place(cluster.id))
        window.actions_.run("cluster.forget")
        (await dialog(Confirm)).accept()
        await shown(lambda: window.pages.currentWidget() is window.welcome)
        assert desk._crew.outposts.clusters() == ()

        await shown(window.toast.undo_button.isVisible)
        QTest.mouseClick(window.toast.undo_button, Qt.MouseButton.LeftButton)
        await shown(lambda: window.pages.currentWidget() is desk.cluster_page)
        assert desk._crew.outposts.clusters() == (cluster,)
        assert desk._crew.outposts.outposts(cluster.id) == outposts
        await shown(lambda: desk.cluster_page.fleet_model.rowCount() == 4)
        desk.go(fleet_place(cluster.id, "shop", "plan"))
        assert "# mine" in desk.fleet_page.plan_tab.text()


async def test_a_removed_draft_and_a_forgotten_outpost_come_back(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        (cluster,) = control.outposts.clusters()
        control.launches.save_draft(cluster.id, "blueprint", FLEET)
        desk.go(fleet_place(cluster.id, "blueprint", "plan"))
        QTest.mouseClick(desk.fleet_page.remove_button, Qt.MouseButton.LeftButton)
        await shown(window.toast.undo_button.isVisible)
        assert window.place.kind is PlaceKind.CLUSTER
        assert "blueprint" not in control.launches.drafted_fleets(cluster.id)
        window.toast.undo_button.click()
        assert window.place.name == "blueprint"
        assert desk.fleet_page.plan_tab.text() == FLEET

        before = control.outposts.outposts(cluster.id)
        desk.go(outpost_place(cluster.id, before[1].node_id))
        window.actions_.run("outpost.forget")
        await shown(lambda: len(control.outposts.outposts(cluster.id)) == len(before) - 1)
        await shown(window.toast.undo_button.isVisible)
        window.toast.undo_button.click()
        assert set(control.outposts.outposts(cluster.id)) == set(before)


async def test_before_a_launch_it_is_said_that_a_domain_gets_no_certificate(tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: nginx:1.27\n"
    text += "    x-otternauts: {port: 80, domains: [nosuch.invalid]}\n"
    async with (
        open_practice_cluster(tmp_path / "far") as practice,
        seated(tmp_path / "home") as all_,
    ):
        window, desk, control = all_
        host = practice.hosts[0]
        login = Login(host.host, host.user, host.port, str(practice.key_file))
        added = await control.outposts.add(login, host_key=host.host_key)
        await control.telemetry.refresh(added.cluster_id)
        control.launches.save_draft(added.cluster_id, "site", text)
        desk.go(fleet_place(added.cluster_id, "site", "plan"))
        await shown(lambda: "nosuch.invalid" in desk.fleet_page.plan_tab.text())
        window.actions_.run("fleet.launch")
        confirm = await dialog(ConfirmLaunch)
        await shown(confirm.shields.isVisible)
        assert "nosuch.invalid has no address." in confirm.shield_words.text()
        assert "DNS does not resolve to a cluster node" in confirm.shield_words.text()
        assert confirm.primary.isEnabled()
        confirm.reject()
