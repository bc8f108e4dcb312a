"""Moving tasks from the window: an outpost is emptied, brought back, and gets its share again."""

from pathlib import Path

import pytest

from otternauts_desktop.core.flight.job import JobState
from otternauts_desktop.core.names import JobId
from otternauts_desktop.ui.cells import Row
from otternauts_desktop.ui.dialogs.confirm_evacuation import ConfirmEvacuation
from otternauts_desktop.ui.dialogs.confirm_moves import ConfirmMoves
from otternauts_desktop.ui.dock import JOBS
from otternauts_desktop.ui.places import cluster_place, outpost_place
from tests.ui.seated import dialog, seated, shown

pytestmark = pytest.mark.seconds(120)


async def test_an_outpost_is_emptied_brought_back_and_the_cluster_evened_out(
    tmp_path: Path,
) -> None:
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        cluster = control.outposts.clusters()[0]
        await shown(lambda: desk.cluster_page.fleet_model.rowCount() == 4)
        snapshot = control.telemetry.snapshot(cluster.id)
        assert snapshot is not None
        vega = next(node for node in snapshot.nodes if node.name == "vega-1")
        desk.go(outpost_place(cluster.id, vega.id))
        page, panel = desk.outpost_page, desk.jobs_panel
        assert page.evacuate_button.isVisible()
        assert not page.return_button.isVisible()

        page.evacuate_button.click()
        confirm = await dialog(ConfirmEvacuation)
        assert confirm.heading.text() == "Evacuate vega-1?"
        told = confirm.table.model().index(0, 0)
        assert told.data()
        assert confirm.cancel.isDefault()  # Enter must not do harm by itself
        confirm.accept()
        await shown(lambda: window.dock.current == JOBS and panel.title.text() != "")
        assert panel.title.text() == "Evacuate vega-1"
        await shown(lambda: panel.state.text().startswith("Done"), 60)
        await shown(page.return_button.isVisible)
        assert not page.evacuate_button.isVisible()
        assert not window.actions_.entry("outpost.evacuate").available()

        page.return_button.click()
        await shown(lambda: panel.title.text() == "Bring vega-1 back")
        await shown(lambda: control.jobs.get(JobId(panel.job_id)).state is JobState.DONE, 30)
        await shown(page.evacuate_button.isVisible)

        desk.go(cluster_place(cluster.id))
        window.actions_.run("cluster.rebalance")
        moves = await dialog(ConfirmMoves)
        rows = [moves.model.row_at(moves.model.index(n, 0)) for n in range(moves.model.rowCount())]
        assert {row.cells[2].text for row in rows if isinstance(row, Row)} == {"vega-1"}
        moves.accept()
        await shown(lambda: panel.title.text() == "Rebalance")
        await shown(lambda: control.jobs.get(JobId(panel.job_id)).state is JobState.DONE, 60)
        await control.telemetry.refresh(cluster.id)
        window.actions_.run("cluster.rebalance")
        await shown(lambda: "are even" in window.toast.text.text())
