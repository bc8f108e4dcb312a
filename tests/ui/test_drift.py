"""A change by hand in the window: told in the plan, and taken over into the text."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from otternauts_desktop.core.flight.drift import Launched
from otternauts_desktop.core.flight.progress import LaunchState
from otternauts_desktop.core.secret import Secret
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.dialogs.confirm_launch import ConfirmLaunch
from otternauts_desktop.ui.places import fleet_place
from tests.ui.seated import dialog, seated, shown

TEXT = """\
services:
  web:
    image: nginx:1.27
    environment: {KEY: "${KEY}"}
    deploy:
      replicas: 2  # as many as needed
"""


async def test_what_was_changed_by_hand_is_told_and_taken_over(tmp_path: Path) -> None:
    async with seated(tmp_path) as (_, desk, control):
        await desk.simulate()
        (cluster,) = desk._crew.outposts.clusters()
        launches = control.launches
        values = {"KEY": Secret("c4nary")}
        flying = TEXT.replace("replicas: 2", "replicas: 3")
        launch = await launches.launch(cluster.id, "trio", flying, values)
        assert (await launches.wait(launch)).state is LaunchState.CONVERGED
        # Whoever scaled it to 3 did it after a launch with 2.
        snapshot = await control.telemetry.refresh(cluster.id)
        left = Launched({}, b"").left(snapshot, "trio", ("web",))
        kept = dict(control.records.left(cluster.id, "trio")["web"])
        kept['["deploy.replicas", ""]'] = left["web"]['["deploy.replicas", ""]']
        control.records.record_left(cluster.id, "trio", {"web": kept})
        launches.save_draft(cluster.id, "trio", TEXT)
        desk.fleets.plans.given.give((cluster.id, "trio"), values)

        desk.go(fleet_place(cluster.id, "trio", "plan"))
        plan = desk.fleet_page.plan_tab
        warned = "1 setting was changed since the last launch from here. A launch overwrites it."
        await shown(lambda: warned in plan.plan_view.texts())
        plan.launch_requested.emit()
        confirm = await dialog(ConfirmLaunch)
        assert warned in confirm.plan_view.texts()
        assert not confirm.plan_view.findChildren(Button), "nothing to take over into"
        confirm.reject()

        (button,) = plan.plan_view.findChildren(Button)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        await shown(lambda: "replicas: 3  # as many as needed" in plan.text())
        await shown(lambda: "1 unchanged, no restart" in plan.plan_view.texts())
        plan.editor.undo()
        assert plan.text() == TEXT


async def test_the_draft_beside_what_flies_and_written_from_it(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        (cluster,) = desk._crew.outposts.clusters()
        values = {"KEY": Secret("c4nary")}
        launch = await control.launches.launch(cluster.id, "trio", TEXT, values)
        assert (await control.launches.wait(launch)).state is LaunchState.CONVERGED
        draft = TEXT.replace("replicas: 2", "replicas: 3")
        control.launches.save_draft(cluster.id, "trio", draft)
        desk.fleets.plans.given.give((cluster.id, "trio"), values)
        desk.go(fleet_place(cluster.id, "trio", "plan"))
        plan = desk.fleet_page.plan_tab

        plan.compare_requested.emit()
        compare = plan.compare
        compare.old.setCurrentIndex(compare.old.findText("What flies now"))
        compare.new.setCurrentIndex(compare.new.findText("Draft, as it would fly"))
        compare.ask()
        await shown(lambda: compare.count.text() == "0 added, 0 removed, 1 changed")
        plan.leave_compare()

        window.actions_.run("plan.rebuild")
        await shown(lambda: "KEY: c4nary" in plan.text())
        await shown(lambda: "1 unchanged, no restart" in plan.plan_view.texts())
        plan.editor.undo()
        assert plan.text() == draft
