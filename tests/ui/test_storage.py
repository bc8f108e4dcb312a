"""The storage of a cluster in the window: what goes, what is chosen by name, and the cleaning."""

from pathlib import Path

from otternauts_desktop.core.flight.cleaning import Kind
from otternauts_desktop.core.flight.job import JobState
from otternauts_desktop.ui.dialogs.confirm import Confirm
from otternauts_desktop.ui.row_view import row_of
from tests.ui.seated import seated, shown


async def test_the_disks_are_shown_and_cleaned_of_what_was_confirmed(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        cluster = control.outposts.clusters()[0]
        await shown(lambda: desk.cluster_page.fleet_model.rowCount() == 4)
        window.actions_.run("cluster.storage")
        page = desk.storage.page
        await shown(lambda: window.pages.currentWidget() is page)
        await shown(lambda: page.clean_button.isEnabled())
        assert page.header.title.text() == "Storage of flight simulator"
        assert page.disk_model.rowCount() == 3
        plan = desk.storage.looks[cluster.id].plan
        assert plan is not None
        assert page.item_model.rowCount() == len(plan.going)
        assert page.volume_model.rowCount() == sum(len(disk.volumes) for disk in plan.disks)

        page.shares.choose(1)
        row = next(
            row
            for n in range(page.item_model.rowCount())
            if (row := row_of(page.item_model.index(n, 0)))
            and row.key == f"{plan.disks[0].node_id} {Kind.VOLUME} old_data"
        )
        page.item_view.opened.emit(row)
        await shown(lambda: desk.storage.looks[cluster.id].chosen == {row.key})

        page.clean_button.click()
        await shown(lambda: bool(window.findChildren(Confirm)))
        (dialog,) = window.findChildren(Confirm)
        assert dialog.words.text().endswith(
            f"Volumes with their data, for ever: {plan.disks[0].outpost}/old_data."
        )
        dialog.primary.click()
        await shown(
            lambda: bool(control.jobs.all()) and control.jobs.all()[0].state is JobState.DONE
        )
        await shown(lambda: page.again_button.isEnabled())
        left = desk.storage.looks[cluster.id].plan
        assert left is not None
        assert left.going == ()
        assert [v.name for v in left.disks[0].volumes] == []
        assert not page.clean_button.isEnabled()


async def test_fewer_versions_are_kept_without_another_look_at_the_disks(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        cluster = control.outposts.clusters()[0]
        window.actions_.run("cluster.storage")
        page = desk.storage.page
        await shown(lambda: page.clean_button.isEnabled())
        before = desk.storage.looks[cluster.id].plan
        page.versions.activated.emit(0)
        await shown(lambda: desk.storage.looks[cluster.id].plan is not before)
        after = desk.storage.looks[cluster.id].plan
        assert before is not None
        assert after is not None
        assert after.kept_versions == 1
        assert after.disks is before.disks
